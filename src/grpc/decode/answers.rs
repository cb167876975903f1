//! Answers against challenges: everything a customer's few attempts at the bank could be wasted on.

use std::collections::HashMap;

use super::{Check, Rule};
use crate::{
    domain::{
        challenge::{Challenge, Kind},
        names::Secret,
    },
    pb::{self, challenge_answer::Answer},
};

/// An entry of Flinks' `SecurityResponses`: a key and its values.
type Entry = (Secret, Vec<Secret>);

/// What is sent to Flinks for a whole round, in the order of its challenges. Complete only when nothing was
/// found wrong.
pub(super) fn responses(
    check: &mut Check,
    challenges: &[Challenge],
    answers: Vec<pb::ChallengeAnswer>,
) -> Vec<Entry> {
    let mut given: Vec<Option<(usize, Option<Answer>)>> = challenges.iter().map(|_| None).collect();
    for (place, message) in answers.into_iter().enumerate() {
        let pb::ChallengeAnswer {
            challenge_id,
            answer,
        } = message;
        let field = || format!("answers[{place}].challenge_id");
        match index_of(&challenge_id, challenges.len()) {
            None => check.note(field(), Rule::UnknownChallenge),
            Some(index) if given[index].is_some() => {
                check.note(field(), Rule::AnsweredTwice);
            }
            Some(index) => given[index] = Some((place, answer)),
        }
    }

    let mut responses: Vec<Entry> = Vec::with_capacity(challenges.len());
    let mut taken: HashMap<Secret, Taken> = HashMap::new();
    for (index, (challenge, given)) in challenges.iter().zip(given).enumerate() {
        let Some((place, answer)) = given else {
            check.note("answers", Rule::Unanswered(index + 1));
            continue;
        };
        let raw = matches!(answer, Some(Answer::Raw(_)));
        let Some((key, values)) = entry(check, place, challenge, answer) else {
            continue;
        };
        match taken.get(&key) {
            Some(earlier) if earlier.raw && raw => responses[earlier.response].1.extend(values),
            Some(earlier) => {
                check.note(format!("answers[{place}]"), Rule::SharedKey(earlier.place))
            }
            None => {
                let response = responses.len();
                taken.insert(
                    key.clone(),
                    Taken {
                        place,
                        raw,
                        response,
                    },
                );
                responses.push((key, values));
            }
        }
    }
    responses
}

/// Who has a key already.
struct Taken {
    place: usize,
    raw: bool,
    response: usize,
}

/// Challenge ids are the places of the challenges, from 1, as `encode` gives them.
fn index_of(id: &str, count: usize) -> Option<usize> {
    let number: usize = id.parse().ok()?;
    ((1..=count).contains(&number) && id == number.to_string()).then(|| number - 1)
}

/// What one answer sends, by the table of kinds, keys and values.
fn entry(
    check: &mut Check,
    place: usize,
    challenge: &Challenge,
    answer: Option<Answer>,
) -> Option<Entry> {
    let at = |field: &str| format!("answers[{place}].{field}");
    let prompt = || challenge.prompt.clone();
    let answer = match answer {
        None => return check.fail(at("answer"), Rule::Required),
        Some(Answer::Raw(raw)) => return raw_entry(check, place, raw),
        Some(answer) => answer,
    };
    match (&challenge.kind, answer) {
        (Kind::QuestionAndAnswer, Answer::Text(text)) => {
            let text = filled(check, at("text"), text)?;
            Some((prompt(), vec![text]))
        }
        (Kind::QuestionSelection(questions), Answer::SelectedQuestion(picked)) => {
            let pb::SelectedQuestion { question, text } = picked;
            let question = offered(check, at("selected_question.question"), question, questions);
            let text = filled(check, at("selected_question.text"), text);
            Some((question?, vec![text?]))
        }
        (Kind::MultipleChoice(choices), Answer::Choice(choice)) => {
            let choice = offered(check, at("choice"), choice, choices)?;
            Some((prompt(), vec![choice]))
        }
        (Kind::MultipleSelection(choices), Answer::Choices(pb::Choices { values })) => {
            if values.is_empty() {
                return check.fail(at("choices.values"), Rule::Required);
            }
            let mut chosen: Vec<Secret> = Vec::with_capacity(values.len());
            for (nth, value) in values.into_iter().enumerate() {
                // Among more values than choices there is always another fault.
                if check.is_full() {
                    break;
                }
                let field = format!("answers[{place}].choices.values[{nth}]");
                match offered(check, field.clone(), value, choices) {
                    Some(value) if chosen.contains(&value) => check.note(field, Rule::ChosenTwice),
                    Some(value) => chosen.push(value),
                    None => {}
                }
            }
            Some((prompt(), chosen))
        }
        (Kind::ImageSelection(images), Answer::ImageIndex(index)) => {
            match usize::try_from(index)
                .ok()
                .and_then(|index| images.get(index))
            {
                Some(image) => Some((prompt(), vec![image.clone()])),
                None => check.fail(at("image_index"), Rule::OutOfRange(images.len() - 1)),
            }
        }
        (Kind::TextOrCall(phone_numbers), Answer::CodeDelivery(delivery)) => {
            let pb::CodeDelivery {
                phone_number,
                method,
            } = delivery;
            let phone_number = offered(
                check,
                at("code_delivery.phone_number"),
                phone_number,
                phone_numbers,
            );
            let method = match pb::DeliveryMethod::try_from(method) {
                Ok(pb::DeliveryMethod::Text) => Some("Text"),
                Ok(pb::DeliveryMethod::Call) => Some("Call"),
                Ok(pb::DeliveryMethod::Unspecified) => {
                    check.fail(at("code_delivery.method"), Rule::Required)
                }
                Err(_) => check.fail(at("code_delivery.method"), Rule::UnknownValue),
            };
            Some((phone_number?, vec![method?.to_owned().into()]))
        }
        (kind, _) => check.fail(
            format!("answers[{place}]"),
            Rule::WrongKind(taken_answer(kind)),
        ),
    }
}

fn raw_entry(check: &mut Check, place: usize, raw: pb::RawAnswer) -> Option<Entry> {
    let pb::RawAnswer { key, values } = raw;
    let key = filled(check, format!("answers[{place}].raw.key"), key);
    if values.is_empty() {
        return check.fail(format!("answers[{place}].raw.values"), Rule::Required);
    }
    Some((key?, values.into_iter().map(Secret::from).collect()))
}

fn filled(check: &mut Check, field: String, text: String) -> Option<Secret> {
    if text.is_empty() {
        return check.fail(field, Rule::Required);
    }
    Some(text.into())
}

fn offered(check: &mut Check, field: String, picked: String, choices: &[Secret]) -> Option<Secret> {
    let picked = filled(check, field.clone(), picked)?;
    if choices.contains(&picked) {
        Some(picked)
    } else {
        check.fail(field, Rule::NotOffered)
    }
}

/// The field of `ChallengeAnswer` that a kind takes.
fn taken_answer(kind: &Kind) -> &'static str {
    match kind {
        Kind::QuestionAndAnswer => "text",
        Kind::QuestionSelection(_) => "selected_question",
        Kind::MultipleChoice(_) => "choice",
        Kind::MultipleSelection(_) => "choices",
        Kind::ImageSelection(_) => "image_index",
        Kind::TextOrCall(_) => "code_delivery",
        Kind::Unrecognized(_) => "the raw entry",
    }
}
