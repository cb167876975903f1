//! What a bank asks, told apart by Flinks' `Type` and by the form of the rest.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    domain::{
        challenge::{Challenge, Kind, Unrecognized, Value},
        failure::{BodyFaultKind, Failure},
        names::Secret,
    },
    upstream::{json::Json, wire::Object},
};

/// More than any bank asks at once.
const MOST_CHALLENGES: usize = 1000;

pub(super) fn challenges(body: &mut Object<'_>) -> Result<Vec<Challenge>, Failure> {
    let challenges = body.strict_objects("SecurityChallenges")?;
    if challenges.len() > MOST_CHALLENGES {
        return Err(Failure::body(BodyFaultKind::TooLarge, "SecurityChallenges"));
    }
    Ok(challenges.into_iter().map(challenge).collect())
}

fn challenge(object: Object<'_>) -> Challenge {
    let text = |name| {
        object
            .any(name)
            .and_then(Json::as_text)
            .unwrap_or_default()
            .to_owned()
    };
    let (type_name, prompt) = (text("Type"), text("Prompt"));
    let iterables: Vec<Secret> = match object.any("Iterables") {
        Some(Json::List(values)) => values
            .iter()
            .filter_map(Json::as_text)
            .map(|text| text.to_owned().into())
            .collect(),
        _ => Vec::new(),
    };
    let kind = match known_kind(&type_name, &object) {
        Some(Known::QuestionAndAnswer) if iterables.is_empty() => Kind::QuestionAndAnswer,
        Some(Known::QuestionAndAnswer) => Kind::QuestionSelection(iterables),
        Some(Known::MultipleChoice) if !iterables.is_empty() => Kind::MultipleChoice(iterables),
        Some(Known::MultipleSelection) if !iterables.is_empty() => {
            Kind::MultipleSelection(iterables)
        }
        Some(Known::ImageSelection) if !iterables.is_empty() => Kind::ImageSelection(iterables),
        Some(Known::TextOrCall) if !iterables.is_empty() => Kind::TextOrCall(iterables),
        _ => Kind::Unrecognized(Unrecognized {
            type_name: type_name.into(),
            iterables,
            raw: properties(object.into_properties(), DEEPEST),
        }),
    };
    Challenge {
        prompt: prompt.into(),
        kind,
    }
}

enum Known {
    QuestionAndAnswer,
    MultipleChoice,
    MultipleSelection,
    ImageSelection,
    TextOrCall,
}

/// The kind of a challenge that keeps to its form. One that does not is shown whole, as unrecognized.
fn known_kind(type_name: &str, object: &Object<'_>) -> Option<Known> {
    let is_text = |json: &Json<'_>| json.as_text().is_some();
    let is_base64 = |json: &Json<'_>| {
        json.as_text()
            .is_some_and(|text| STANDARD.decode(text).is_ok())
    };
    let iterables = match object.any("Iterables") {
        None => &[][..],
        Some(Json::List(values)) => values,
        Some(_) => return None,
    };
    if !object.any("Prompt").is_none_or(is_text) || !iterables.iter().all(is_text) {
        return None;
    }
    Some(match type_name {
        "QuestionAndAnswer" => Known::QuestionAndAnswer,
        "MultipleChoice" => Known::MultipleChoice,
        "MultipleChoiceMultipleAnswers" => Known::MultipleSelection,
        "ImageSelection" if iterables.iter().all(is_base64) => Known::ImageSelection,
        "TextOrCall" => Known::TextOrCall,
        _ => return None,
    })
}

/// How deep a challenge of an unknown kind is shown: each level is three in protobuf, whose readers go 100 deep.
const DEEPEST: usize = 24;

fn properties(object: Vec<(Cow<'_, str>, Json<'_>)>, depth: usize) -> Vec<(Secret, Value)> {
    let property =
        |(name, json): (Cow<'_, str>, Json<'_>)| (name.into_owned().into(), value(json, depth - 1));
    object.into_iter().map(property).collect()
}

fn value(json: Json<'_>, depth: usize) -> Value {
    match json {
        Json::List(_) | Json::Object(_) if depth == 0 => Value::Null,
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(bool),
        // As protobuf's values and JavaScript have it.
        Json::Integer(number) => Value::Number(number as f64),
        Json::Number(number) => Value::Number(number),
        Json::Text(text) => Value::Text(text.into_owned().into()),
        Json::List(list) => Value::List(
            list.into_iter()
                .map(|json| value(json, depth - 1))
                .collect(),
        ),
        Json::Object(object) => Value::Object(properties(object, depth)),
    }
}
