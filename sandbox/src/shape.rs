//! Departures from the usual shape of a reply: older, sloppier or odder, as
//! seen from real instances or possible under the documentation.

use jiff::Timestamp;

use crate::json::Json;
use crate::scenario::{Date, Shape};

/// Rewrites a finished reply; says which status the transport carries.
pub(crate) fn apply(shape: &Shape, status: u16, body: &mut Json) -> u16 {
    if let Json::Object(properties) = body {
        properties.retain(|(name, _)| match name.as_str() {
            "InstitutionName" | "InstitutionId" => !shape.old,
            "Links" => !shape.no_links,
            "Login" => !shape.no_login,
            _ => true,
        });
        for (name, value) in properties {
            match name.as_str() {
                "HttpStatusCode" if shape.string_status => *value = status.to_string().into(),
                "Login" if shape.null_login => *value = Json::Null,
                _ => {}
            }
        }
    }
    if shape.lower {
        lower_camel(body);
    }
    if shape.http_200 { 200 } else { status }
}

fn lower_camel(json: &mut Json) {
    match json {
        Json::Object(properties) => {
            for (name, value) in properties {
                if let Some(first) = name.get_mut(..1) {
                    first.make_ascii_lowercase();
                }
                lower_camel(value);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(lower_camel),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// Writes a time the way Flinks does, in UTC without saying so and with
/// seven digits, or the way the scenario wants it.
pub(crate) fn last_refresh(date: Date, at: Timestamp) -> Option<String> {
    let seconds = at.strftime("%Y-%m-%dT%H:%M:%S");
    let nanos = at.subsec_nanosecond();
    Some(match date {
        Date::None => return None,
        Date::Seven => format!("{seconds}.{:07}", nanos / 100),
        Date::Zulu => format!("{seconds}.{:07}Z", nanos / 100),
        Date::Zero => seconds.to_string(),
        Date::Nine => format!("{seconds}.{nanos:09}"),
        Date::Offset => format!("{seconds}.{:07}+00:00", nanos / 100),
        Date::Bad => "the day before yesterday".to_owned(),
    })
}
