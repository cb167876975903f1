//! What of Flinks' is of no fixed shape.

use std::{collections::BTreeMap, fmt};

use prost_types::{Struct, Value, value::Kind};

/// A piece of JSON of Flinks'. It does not print what it holds.
#[derive(Clone, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<Struct> for Json {
    fn from(object: Struct) -> Self {
        Self::Object(object.fields.into_iter().map(|(name, value)| (name, value.into())).collect())
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value.kind {
            None | Some(Kind::NullValue(_)) => Self::Null,
            Some(Kind::BoolValue(bool)) => Self::Bool(bool),
            Some(Kind::NumberValue(number)) => Self::Number(number),
            Some(Kind::StringValue(string)) => Self::String(string),
            Some(Kind::ListValue(list)) => Self::Array(list.values.into_iter().map(Into::into).collect()),
            Some(Kind::StructValue(object)) => object.into(),
        }
    }
}
