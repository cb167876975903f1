//! Flinks' JSON, field for field: the bodies that are sent, and the properties that are read.
//!
//! Requests are written exactly: PascalCase names, real booleans, only the fields of their mode. Replies are read
//! leniently: names in any casing, numbers as strings, null for absent, unknown properties passed over, and so is a
//! property of another type than documented, with a word in the log. Only where a reply means nothing without the
//! property is that a fault: of the named property, never of its content.

use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::json::Json;
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
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    /// Takes a value that must be an object; `path` is its property's name, empty for a whole body.
    pub(super) fn from_json(json: Json<'a>, path: &'static str) -> Result<Self, Failure> {
        match json {
            Json::Object(properties) => Ok(Self(properties)),
            _ => Err(wrong(path)),
        }
    }

    /// All properties, in Flinks' spelling and order.
    pub(super) fn into_properties(self) -> Vec<(Cow<'a, str>, Json<'a>)> {
        self.0
    }

    /// A property by its name, in any casing, as it is. Null is absent, and the last of several counts.
    pub(super) fn any(&self, name: &str) -> Option<&Json<'a>> {
        let (_, json) = self.0.iter().rfind(|(key, json)| is(key, json, name))?;
        Some(json)
    }

    /// The same, taken out.
    fn take(&mut self, name: &str) -> Option<Json<'a>> {
        let place = self.0.iter().rposition(|(key, json)| is(key, json, name))?;
        Some(self.0.remove(place).1)
    }

    /// A text without which a reply means nothing.
    pub(super) fn strict_text(&mut self, name: &'static str) -> Result<Option<String>, Failure> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.into_owned())),
            Some(_) => Err(wrong(name)),
        }
    }

    /// Objects without which a reply means nothing.
    pub(super) fn strict_objects(
        &mut self,
        name: &'static str,
    ) -> Result<Vec<Object<'a>>, Failure> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Json::List(list)) => {
                let objects = list.into_iter();
                objects.map(|json| Object::from_json(json, name)).collect()
            }
            Some(_) => Err(wrong(name)),
        }
    }

    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.strict_text(name).unwrap_or_else(|_| passed_over(name))
    }

    pub(super) fn bool(&mut self, name: &'static str) -> Option<bool> {
        match self.take(name)? {
            Json::Bool(bool) => Some(bool),
            Json::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Json::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => passed_over(name),
        }
    }

    /// A whole number, also one in a string.
    pub(super) fn integer<T: TryFrom<i64>>(&mut self, name: &'static str) -> Option<T> {
        let number = match self.take(name)? {
            Json::Integer(number) => Some(number),
            Json::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.and_then(|number| T::try_from(number).ok());
        number.or_else(|| passed_over(name))
    }

    pub(super) fn object(&mut self, name: &'static str) -> Option<Object<'a>> {
        let object = Object::from_json(self.take(name)?, name);
        object.map_or_else(|_| passed_over(name), Some)
    }

    pub(super) fn objects(&mut self, name: &'static str) -> Vec<Object<'a>> {
        let objects = self.strict_objects(name);
        objects.unwrap_or_else(|_| passed_over(name).unwrap_or_default())
    }
}

fn is(key: &str, json: &Json<'_>, name: &str) -> bool {
    key.eq_ignore_ascii_case(name) && !matches!(json, Json::Null)
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
