//! `google.protobuf.Struct` as JSON text, for people to read.

use prost_types::{Struct, Value, value::Kind};

/// Indented, a property a line.
pub(super) fn pretty(raw: &Struct) -> String {
    format!("{:#}", object(raw))
}

fn object(fields: &Struct) -> serde_json::Value {
    fields
        .fields
        .iter()
        .map(|(name, value)| (name.clone(), json(value)))
        .collect()
}

fn json(value: &Value) -> serde_json::Value {
    match &value.kind {
        None | Some(Kind::NullValue(_)) => serde_json::Value::Null,
        Some(Kind::NumberValue(number)) => number_json(*number),
        Some(Kind::StringValue(text)) => text.as_str().into(),
        Some(Kind::BoolValue(truth)) => (*truth).into(),
        Some(Kind::StructValue(fields)) => object(fields),
        Some(Kind::ListValue(list)) => list.values.iter().map(json).collect(),
    }
}

/// `120` rather than `120.0`: a `Struct` has no whole numbers, and JSON does not care.
fn number_json(number: f64) -> serde_json::Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and small, as was just seen"
        )]
        return (number as i64).into();
    }
    number.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_reads_as_the_json_it_was() {
        let of = |kind| Value { kind: Some(kind) };
        let inner = Struct {
            fields: [("Id".to_owned(), of(Kind::NullValue(0)))].into(),
        };
        let list = prost_types::ListValue {
            values: vec![
                of(Kind::BoolValue(true)),
                of(Kind::StringValue("é\u{1b}".to_owned())),
            ],
        };
        let raw = Struct {
            fields: [
                ("Device".to_owned(), of(Kind::StructValue(inner))),
                ("ExpiresIn".to_owned(), of(Kind::NumberValue(120.0))),
                ("Iterables".to_owned(), of(Kind::ListValue(list))),
                ("Rate".to_owned(), of(Kind::NumberValue(0.5))),
            ]
            .into(),
        };
        let read: serde_json::Value = serde_json::from_str(&pretty(&raw)).unwrap();
        assert_eq!(
            read,
            serde_json::json!({
                "Device": {"Id": null}, "ExpiresIn": 120, "Iterables": [true, "é\u{1b}"], "Rate": 0.5,
            })
        );
    }
}
