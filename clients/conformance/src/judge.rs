//! Compares what a runner saw with what a case expects, and with what holds for every result.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{cases::Case, runner::Line};

/// What every kind of value in a result has, so that no runner leaves anything out.
const SHAPES: [(&str, &[&str]); 4] = [
    (
        "session",
        &["request_id", "login", "institution", "links", "tag"],
    ),
    ("pending", &["request_id", "flinks_code", "links"]),
    (
        "challenge_round",
        &[
            "continuation",
            "request_id",
            "challenges",
            "round",
            "previous_answers_rejected",
            "expire_time_ms",
            "institution",
            "tag",
        ],
    ),
    (
        "error",
        &[
            "code",
            "message",
            "reason",
            "reason_name",
            "next_step",
            "retryable",
            "retry_delay_ms",
            "field_violations",
            "flinks_code",
            "http_status",
            "request_id",
            "metadata",
            "call_id",
            "predicates",
        ],
    ),
];

/// Why a case failed; nothing when it passed. `line` is the runner's.
pub(crate) fn judge(
    case: &Case,
    line: Option<&Line>,
    secrets: &BTreeSet<String>,
) -> Option<String> {
    let Some(line) = line else {
        return Some("no result".to_owned());
    };
    let steps = line.result["steps"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if steps.len() != case.steps.len() {
        return Some(format!(
            "{} results for {} steps",
            steps.len(),
            case.steps.len()
        ));
    }
    for (number, (step, saw)) in case.steps.iter().zip(steps).enumerate() {
        let fault = shape(saw)
            .or_else(|| printed(saw, secrets))
            .or_else(|| differs(&step.expect, saw, "", line.heard));
        if let Some(fault) = fault {
            return Some(format!("step {}: {fault}", number + 1));
        }
    }
    None
}

/// What holds for every result.
fn shape(saw: &Value) -> Option<String> {
    let Some(result) = saw.as_object() else {
        return Some(format!("{saw} is no result"));
    };
    if let Some(why) = result.get("broken") {
        return Some(format!("broken: {why}"));
    }
    for (kind, keys) in SHAPES {
        let Some(value) = result.get(kind) else {
            continue;
        };
        let has: BTreeSet<&str> = value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| &**key)
            .collect();
        let must: BTreeSet<&str> = keys.iter().copied().collect();
        if has != must {
            let odd: Vec<_> = has.symmetric_difference(&must).collect();
            return Some(format!("{kind}: {odd:?} is missing or unknown"));
        }
    }
    error_shape(result.get("error")?)
}

/// Reason, its name and its predicate are one.
fn error_shape(error: &Value) -> Option<String> {
    let reason = error["reason"].as_str().unwrap_or_default();
    let name = error["reason_name"].as_str().unwrap_or_default();
    if reason == "UNSPECIFIED" {
        return (error["predicates"] != Value::Array(vec![]))
            .then(|| format!("predicates of an unknown reason: {}", error["predicates"]));
    }
    if name != format!("ERROR_REASON_{reason}") {
        return Some(format!("the name of {reason} is {name}"));
    }
    let predicate = format!("is_{}", reason.to_lowercase());
    (error["predicates"] != Value::Array(vec![Value::String(predicate)]))
        .then(|| format!("predicates of {reason}: {}", error["predicates"]))
}

/// Nothing that is printed holds a secret.
fn printed(saw: &Value, secrets: &BTreeSet<String>) -> Option<String> {
    let forms = saw["printed"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if forms.is_empty() {
        return Some("nothing was printed".to_owned());
    }
    for form in forms {
        let Some(form) = form.as_str() else {
            return Some(format!("printed {form}, which is no text"));
        };
        if let Some(secret) = secrets.iter().find(|secret| form.contains(secret.as_str())) {
            return Some(format!("printed {secret:?}: {form}"));
        }
    }
    None
}

/// Where what was seen differs from what was expected. Objects may have more; `$any` is any text but the empty one, and
/// `$one_of` takes whichever of its choices fits.
fn differs(expected: &Value, saw: &Value, path: &str, heard: Timestamp) -> Option<String> {
    let wrong = || Some(format!("{path}: expected {expected}, saw {saw}"));
    match expected {
        Value::Object(rule) if rule.contains_key("$one_of") => {
            let choices = rule["$one_of"].as_array().into_iter().flatten();
            let fits = |choice: &Value| differs(choice, saw, path, heard).is_none();
            (!choices.into_iter().any(fits)).then(wrong).flatten()
        }
        Value::Object(rule) if rule.keys().any(|key| key.starts_with('$')) => {
            (!keeps(rule, saw, heard)).then(wrong).flatten()
        }
        Value::Object(expected) => {
            let Some(saw) = saw.as_object() else {
                return wrong();
            };
            expected.iter().find_map(|(key, expected)| {
                let path = format!("{path}/{key}");
                match saw.get(key) {
                    Some(saw) => differs(expected, saw, &path, heard),
                    None => Some(format!("{path}: expected {expected}, saw none")),
                }
            })
        }
        Value::Array(expected) => match saw.as_array() {
            Some(saw) if saw.len() == expected.len() => expected
                .iter()
                .zip(saw)
                .enumerate()
                .find_map(|(place, (expected, saw))| {
                    differs(expected, saw, &format!("{path}/{place}"), heard)
                }),
            _ => wrong(),
        },
        Value::String(text) if text == "$any" => {
            saw.as_str().is_none_or(str::is_empty).then(wrong).flatten()
        }
        _ => (expected != saw).then(wrong).flatten(),
    }
}

/// The rules: `$between` two numbers, or texts of numbers; `$from_now_ms`, the same from when it was heard; `$length` of a base64
/// text's bytes.
fn keeps(rule: &Map<String, Value>, saw: &Value, heard: Timestamp) -> bool {
    let number = || match saw {
        Value::String(text) => text.parse().ok(),
        saw => saw.as_f64(),
    };
    let within = |bounds: &Value, number: f64| {
        let bound = |place: usize| bounds[place].as_f64();
        matches!((bound(0), bound(1)), (Some(low), Some(high)) if (low..=high).contains(&number))
    };
    rule.iter().all(|(name, value)| match name.as_str() {
        "$between" => number().is_some_and(|number| within(value, number)),
        "$from_now_ms" => number().is_some_and(|number| {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
            let heard = heard.as_millisecond() as f64;
            within(value, number - heard)
        }),
        "$length" => saw.as_str().is_some_and(|text| {
            use base64::{Engine, engine::general_purpose::STANDARD};
            STANDARD
                .decode(text)
                .is_ok_and(|bytes| value.as_u64() == u64::try_from(bytes.len()).ok())
        }),
        _ => false,
    })
}

/// All texts of a plan and its results that must not be printed: whatever stands in a field that the contract marks
/// `debug_redact`, and the bearer tokens.
pub(crate) fn secrets<'a>(values: impl IntoIterator<Item = &'a Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for value in values {
        collect(value, &mut found);
    }
    // Shorter ones turn up by chance.
    found.retain(|secret| secret.chars().count() >= 6 && !secret.starts_with('$'));
    // How the bank's pictures begin, as base64, escaped bytes and numbers.
    found.extend(
        [
            "iVBORw0KGgo",
            r"x89PNG",
            r"\211PNG",
            "89504e47",
            "137, 80, 78",
            "137 80 78",
        ]
        .map(str::to_owned),
    );
    found
}

const SECRET: [&str; 17] = [
    "username",
    "password",
    "login_id",
    "tag",
    "continuation",
    "prompt",
    "questions",
    "question",
    "choices",
    "choice",
    "phone_numbers",
    "phone_number",
    "iterables",
    "text",
    "key",
    "bearer_token",
    "values",
];

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if object
                .get("kind")
                .is_some_and(|kind| kind == "unrecognized")
            {
                // What kind it is in Flinks' words, and what its own properties say.
                texts(&object["type"], found);
                texts(&object["raw"]["Type"], found);
            }
            for (name, value) in object {
                if SECRET.contains(&name.as_str()) {
                    texts(value, found);
                }
                if name != "printed" && name != "error" {
                    collect(value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn case() -> Case {
        let expect = json!({"session": {"request_id": "$any", "tag": "blue"}});
        let case = json!({"name": "a", "steps": [{"call": "authorize", "expect": expect}]});
        serde_json::from_value(case).unwrap()
    }

    fn line(steps: Value) -> Line {
        Line {
            result: json!({"case": "a", "steps": steps}),
            heard: Timestamp::now(),
        }
    }

    fn session() -> Value {
        json!({
            "session": {"request_id": "r", "login": null, "institution": null, "links": [], "tag": "blue"},
            "printed": ["Session([redacted])"],
        })
    }

    fn error() -> Value {
        json!({
            "error": {
                "code": "UNKNOWN", "message": "m", "reason": "OUTCOME_UNKNOWN",
                "reason_name": "ERROR_REASON_OUTCOME_UNKNOWN", "next_step": "CHECK_OUTCOME", "retryable": false,
                "retry_delay_ms": null, "field_violations": [], "flinks_code": "", "http_status": 0, "request_id": "",
                "metadata": {}, "call_id": "", "predicates": ["is_outcome_unknown"],
            },
            "printed": ["GatewayError"],
        })
    }

    fn with(mut value: Value, pointer: &str, part: Value) -> Value {
        *value.pointer_mut(pointer).unwrap() = part;
        value
    }

    fn fault(result: Value) -> Option<String> {
        let secrets = BTreeSet::from(["hunter-2".to_owned()]);
        judge(&case(), Some(&line(json!([result]))), &secrets)
    }

    #[test]
    fn what_was_expected_passes() {
        assert_eq!(fault(session()), None);
    }

    #[test]
    fn whatever_else_a_runner_says_is_a_fault() {
        assert!(judge(&case(), None, &BTreeSet::new()).is_some());
        assert!(judge(&case(), Some(&line(json!([]))), &BTreeSet::new()).is_some());
        let mut without_tag = session();
        without_tag["session"]
            .as_object_mut()
            .unwrap()
            .remove("tag");
        let mut with_more = session();
        with_more["session"]["colour"] = json!("red");
        for wrong in [
            json!({}),
            json!({"broken": "why", "printed": ["x"]}),
            json!({"connected": true, "printed": ["x"]}),
            with(session(), "/session/tag", json!("red")),
            with(session(), "/session/request_id", json!("")),
            with(session(), "/printed", json!([])),
            with(session(), "/printed", json!([7])),
            with(session(), "/printed", json!(["Session(hunter-2)"])),
            without_tag,
            with_more,
        ] {
            assert!(fault(wrong.clone()).is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_reason_its_name_and_its_predicate_are_one() {
        assert_eq!(shape(&error()), None);
        for wrong in [
            with(
                error(),
                "/error/reason_name",
                json!("ERROR_REASON_RATE_LIMITED"),
            ),
            with(error(), "/error/predicates", json!([])),
            with(
                error(),
                "/error/predicates",
                json!(["is_outcome_unknown", "is_rate_limited"]),
            ),
            with(error(), "/error/reason", json!("UNSPECIFIED")),
        ] {
            assert!(shape(&wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn rules_hold_where_they_should_and_nowhere_else() {
        let heard = Timestamp::now();
        let now = heard.as_millisecond();
        for (rule, fits, does_not) in [
            (json!({"$between": [1, 3]}), json!("2"), json!("4")),
            (
                json!({"$from_now_ms": [-5000, 5000]}),
                json!(now),
                json!(now - 60_000),
            ),
            (json!({"$length": 3}), json!("AAAA"), json!("AAA=")),
            (
                json!({"$one_of": ["a", {"b": 1}]}),
                json!({"b": 1}),
                json!({"b": 2}),
            ),
            (json!("$any"), json!("x"), json!("")),
            (json!([1, 2]), json!([1, 2]), json!([1])),
        ] {
            assert_eq!(differs(&rule, &fits, "", heard), None, "{rule}");
            assert!(differs(&rule, &does_not, "", heard).is_some(), "{rule}");
        }
        assert!(differs(&json!({"$typo": 1}), &json!(1), "", heard).is_some());
    }

    #[test]
    fn secrets_are_found_in_plans_and_results() {
        let plan =
            json!({"cases": [{"steps": [{"request": {"password": "canary-pw", "tag": "short"}}]}]});
        let result = json!({"steps": [{"challenge_round": {"continuation": "canary-co", "challenges": [
            {"prompt": "canary-pr", "choices": ["canary-ch"]}]}, "error": {"message": "not one"}}]});
        let found = secrets([&plan, &result]);
        for secret in ["canary-pw", "canary-co", "canary-pr", "canary-ch"] {
            assert!(found.contains(secret), "{secret}");
        }
        assert!(!found.contains("short") && !found.contains("not one"));
    }
}
