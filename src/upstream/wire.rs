//! Flinks' JSON, field for field: the bodies that are sent, and the properties that are read.
//!
//! Requests are written exactly: PascalCase names, real booleans, only the fields of their mode. Replies are read
//! leniently: names in any casing, numbers as strings, null for absent, unknown properties passed over, and so is a
//! property of another type than documented, with a word in the log. Only where a reply means nothing without the
//! property is that a fault: of the named property, never of its content.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use crate::domain::failure::{BodyFaultKind, Failure};

/// The body of a live or cached sign-in. Has no `Debug`: it holds opened secrets.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_debug_implementations)]
pub(super) struct Authorize<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_id: Option<&'a str>,
    pub most_recent_cached: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_refresh: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_mfa_questions: Option<bool>,
}

/// The body of an answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_debug_implementations)]
pub(super) struct Answer<'a> {
    pub request_id: &'a str,
    pub security_responses: SecurityResponses<'a>,
}

/// A JSON object whose keys are data, in the order given.
#[allow(missing_debug_implementations)]
pub(super) struct SecurityResponses<'a>(pub Vec<(&'a str, Vec<&'a str>)>);

impl Serialize for SecurityResponses<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, values) in &self.0 {
            map.serialize_entry(key, values)?;
        }
        map.end()
    }
}

/// A JSON object of Flinks', read by property.
#[allow(missing_debug_implementations)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// Takes a value that must be an object; `path` is its property's name, empty for a whole body.
    pub(super) fn from_value(value: Value, path: &'static str) -> Result<Self, Failure> {
        match value {
            Value::Object(map) => Ok(Self(map)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Err(wrong(path)),
        }
    }

    /// All properties, in Flinks' spelling.
    pub(super) fn into_properties(self) -> Map<String, Value> {
        self.0
    }

    /// Takes a property out, by its name in any casing. Null is absent.
    fn take(&mut self, name: &str) -> Option<Value> {
        let value = match self.0.remove(name) {
            Some(value) => value,
            None => {
                let key = self
                    .0
                    .keys()
                    .find(|key| key.eq_ignore_ascii_case(name))?
                    .clone();
                self.0.remove(&key)?
            }
        };
        (!value.is_null()).then_some(value)
    }

    /// A text without which a reply means nothing.
    pub(super) fn strict_text(&mut self, name: &'static str) -> Result<Option<String>, Failure> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name)),
        }
    }

    /// Objects without which a reply means nothing.
    pub(super) fn strict_objects(&mut self, name: &'static str) -> Result<Vec<Object>, Failure> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                let objects = values.into_iter();
                objects
                    .map(|value| Object::from_value(value, name))
                    .collect()
            }
            Some(_) => Err(wrong(name)),
        }
    }

    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.strict_text(name).unwrap_or_else(|_| passed_over(name))
    }

    pub(super) fn bool(&mut self, name: &'static str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(bool) => Some(bool),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => passed_over(name),
        }
    }

    /// A whole number, also one in a string.
    pub(super) fn integer<T: TryFrom<i64>>(&mut self, name: &'static str) -> Option<T> {
        let number = match self.take(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.and_then(|number| T::try_from(number).ok());
        number.or_else(|| passed_over(name))
    }

    pub(super) fn object(&mut self, name: &'static str) -> Option<Object> {
        let object = Object::from_value(self.take(name)?, name);
        object.map_or_else(|_| passed_over(name), Some)
    }

    pub(super) fn objects(&mut self, name: &'static str) -> Vec<Object> {
        let objects = self.strict_objects(name);
        objects.unwrap_or_else(|_| passed_over(name).unwrap_or_default())
    }

    /// A property as it is, for what may come in any form.
    pub(super) fn any(&self, name: &str) -> Option<&Value> {
        let (_, value) = self
            .0
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        (!value.is_null()).then_some(value)
    }
}

fn wrong(path: &'static str) -> Failure {
    Failure::body(BodyFaultKind::WrongType, path)
}

/// Says that a property is not as documented. What it holds is not said.
fn passed_over<T>(property: &'static str) -> Option<T> {
    tracing::warn!(
        property,
        "a property of Flinks' reply has another type than documented"
    );
    None
}
