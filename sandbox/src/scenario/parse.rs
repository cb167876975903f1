//! Username to scenario, or a sentence on what could not be read.

use std::str::FromStr;
use std::time::Duration;

use super::{Action, Ask, Date, Fault, Kind, Scenario, Step, TokenRefusal, Wrong};

/// The most challenges one step may ask.
const MOST_CHALLENGES: usize = 1_000;
const MOST_BYTES: u64 = 1 << 34;
const MOST_LEVELS: usize = 1 << 20;
const LONGEST_DELAY_MS: u64 = 3_600_000;

/// Reads `steps [ ";" option ]*`.
pub(crate) fn parse(username: &str) -> Result<Scenario, String> {
    let mut parts = username.split(';');
    let steps = parts.next().unwrap_or_default().trim();
    let steps = steps.split('/').map(step).collect::<Result<_, _>>()?;
    let mut scenario = Scenario::of(steps);
    for part in parts {
        option(&mut scenario, part)?;
    }
    Ok(scenario)
}

fn option(scenario: &mut Scenario, part: &str) -> Result<(), String> {
    let (name, value) = part
        .split_once('=')
        .ok_or(format!("option `{part}` has no `=`"))?;
    let name = name.trim().to_lowercase();
    let value = value.trim().to_lowercase();
    let unknown = || format!("`{value}` is not a value of option `{name}`");
    match name.as_str() {
        "note" => {}
        "cached" => scenario.cached = step(&value)?,
        "delete" => {
            let step = step(&value)?;
            match step.action {
                Action::Round(_)
                | Action::Error {
                    challenges: true, ..
                } => return Err(unknown()),
                _ => scenario.delete = Some(step),
            }
        }
        "wrong" => {
            scenario.wrong = match value.as_str() {
                "again" => Wrong::Again,
                "final" => Wrong::Final,
                "closed" => Wrong::Closed,
                "reset" => Wrong::Reset,
                _ => return Err(unknown()),
            }
        }
        "request_id" => match value.as_str() {
            "changes" => scenario.request_id_changes = true,
            _ => return Err(unknown()),
        },
        "token" => {
            scenario.token = match value.as_str() {
                "refused_once" => TokenRefusal::Once,
                "refused_always" => TokenRefusal::Always,
                _ => return Err(unknown()),
            }
        }
        "shape" => {
            let shape = &mut scenario.shape;
            match value.as_str() {
                "old" => shape.old = true,
                "lower" => shape.lower = true,
                "string_status" => shape.string_status = true,
                "http_200" => shape.http_200 = true,
                "no_login" => shape.no_login = true,
                "null_login" => shape.null_login = true,
                "no_links" => shape.no_links = true,
                "date_none" => shape.date = Date::None,
                "date_z" => shape.date = Date::Zulu,
                "date_0" => shape.date = Date::Zero,
                "date_9" => shape.date = Date::Nine,
                "date_offset" => shape.date = Date::Offset,
                "date_bad" => shape.date = Date::Bad,
                _ => return Err(unknown()),
            }
        }
        _ => return Err(format!("there is no option `{name}`")),
    }
    Ok(())
}

fn step(text: &str) -> Result<Step, String> {
    let text = text.trim().to_lowercase();
    if let Some(rest) = text.strip_prefix("delay_") {
        let (millis, rest) = rest
            .split_once('.')
            .ok_or(format!("`{text}` has no step after its delay"))?;
        let millis = number(&text, millis, 0, LONGEST_DELAY_MS)?;
        return Ok(Step {
            delay: Duration::from_millis(millis),
            action: action(rest)?,
        });
    }
    Ok(Step::from(action(&text)?))
}

fn action(text: &str) -> Result<Action, String> {
    let status = |value| number(text, value, 200, 599);
    if let Some(error) = text.strip_prefix("error_") {
        let (error, challenges) = match error.strip_suffix("+challenges") {
            Some(error) => (error, true),
            None => (error, false),
        };
        let (code, at) = match error.split_once('@') {
            Some((code, at)) => (code, Some(status(at)?)),
            None => (error, None),
        };
        if code.is_empty() || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(format!("`{text}` names no FlinksCode"));
        }
        return Ok(Action::Error {
            code: code.to_uppercase(),
            status: at,
            challenges,
        });
    }
    let fault = match text.split_once('_') {
        Some(("status", value)) => return Ok(Action::Status(status(value)?)),
        Some(("html", value)) => Fault::Html(status(value)?),
        Some(("empty", value)) => Fault::Empty(status(value)?),
        Some(("redirect", value)) => Fault::Redirect(number(text, value, 300, 399)?),
        Some(("huge", value)) => Fault::Huge(number(text, value, 64, MOST_BYTES)?),
        Some(("deep", value)) => Fault::Deep(number(text, value, 1, MOST_LEVELS)?),
        _ => match text {
            "ok" => return Ok(Action::Ok),
            "pending" => return Ok(Action::Pending),
            "dispatched" => return Ok(Action::Dispatched),
            "token_refused" => return Ok(Action::TokenRefused),
            "hang" => Fault::Hang,
            "reset" => Fault::Reset,
            "close" => Fault::Close,
            "truncated" => Fault::Truncated,
            "half_json" => Fault::HalfJson,
            "text" => Fault::Text,
            "not_utf8" => Fault::NotUtf8,
            "redirect" => Fault::Redirect(302),
            "wrong_types" => Fault::WrongTypes,
            "null" => Fault::Null,
            "array" => Fault::Array,
            "drip" => Fault::Drip,
            _ => return round(text),
        },
    };
    Ok(Action::Fault(fault))
}

fn round(text: &str) -> Result<Action, String> {
    let mut asks = Vec::new();
    let mut total = 0;
    for part in text.split('+') {
        let (kind, times) = match part.split_once('*') {
            Some((kind, times)) => (kind, Some(number(text, times, 1, MOST_CHALLENGES)?)),
            None => (part, None),
        };
        let kind = match kind {
            "question" => Kind::Question,
            "select" => Kind::Select,
            "choice" => Kind::Choice,
            "choices" => Kind::Choices,
            "image" => Kind::Image,
            "text_or_call" => Kind::TextOrCall,
            "unknown" => Kind::Unknown,
            "same" => Kind::Same,
            "unicode" => Kind::Unicode,
            _ => return Err(format!("`{part}` is not a step")),
        };
        let times = times.unwrap_or(if kind == Kind::Same { 2 } else { 1 });
        total += times;
        asks.push(Ask { kind, times });
    }
    if total > MOST_CHALLENGES {
        return Err(format!(
            "`{text}` asks more than {MOST_CHALLENGES} challenges"
        ));
    }
    Ok(Action::Round(asks))
}

fn number<T>(step: &str, text: &str, least: T, most: T) -> Result<T, String>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    text.parse()
        .ok()
        .filter(|n| *n >= least && *n <= most)
        .ok_or(format!("`{step}` needs a number from {least} to {most}"))
}
