//! What a person gets to see of replies and errors, as text.
//!
//! Everything that came over the wire goes through [`Plain`]: a bank's prompt must not drive the terminal, nor look
//! like something that this program says. Only texts are made here; `Terminal` shows them.

use std::{
    fmt::{self, Display, Write},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use flinks_gateway::{
    grpc::status::code_name,
    pb::{self, NextStep, challenge::Kind},
};
use tonic::Status;
use tonic_types::{ErrorInfo, StatusExt};

use super::struct_json;

/// A text from elsewhere on one line, with everything that is not seen as itself spelled out.
pub(crate) struct Plain<'a>(pub(crate) &'a str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| {
            if is_tricky(char) {
                write!(f, "{}", char.escape_unicode())
            } else {
                f.write_char(char)
            }
        })
    }
}

/// Characters that move the cursor, change colours, reverse the direction of reading or cannot be seen.
fn is_tricky(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// How much time is left or to wait, in words.
pub(super) fn words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Lines of a name and what there is under it, below each other.
struct Table(String);

impl Table {
    fn titled(title: impl Display) -> Self {
        Self(format!("\n{title}\n"))
    }

    fn row(&mut self, name: &str, value: impl Display) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.0, "  {name:<16}{value}");
    }

    /// Leaves the line out where there is nothing to say.
    fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.row(name, Plain(value));
        }
    }
}

/// An open session.
pub(crate) fn session(session: &pb::Session, x_request_id: &str) -> String {
    let pb::Session {
        request_id,
        login,
        institution,
        links,
        tag,
    } = session;
    let mut table = Table::titled("Signed in.");
    table.text("Request id", request_id);
    bank(&mut table, institution.as_ref());
    match login {
        Some(login) => self::login(&mut table, login),
        None => table.row("LoginId", "none: the login was not saved"),
    }
    table.text("Tag", tag);
    self::links(&mut table, links);
    table.text("x-request-id", x_request_id);
    table.0
}

fn login(table: &mut Table, login: &pb::Login) {
    let pb::Login {
        login_id,
        username,
        r#type,
        scheduled_refresh,
        last_refresh_time,
        type_name,
    } = login;
    table.text("LoginId", login_id);
    table.row("", "This is a secret: whoever has it can reopen the login.");
    table.text("User name", username);
    match pb::LoginType::try_from(*r#type) {
        Ok(pb::LoginType::Personal) => table.row("Accounts", "personal"),
        Ok(pb::LoginType::Business) => table.row("Accounts", "business"),
        Ok(pb::LoginType::Unspecified | pb::LoginType::Other) | Err(_) => {
            table.text("Accounts", type_name)
        }
    }
    match last_refresh_time {
        Some(time) => table.row("Last refresh", time),
        None => table.row("Last refresh", "unknown"),
    }
    table.row(
        "Nightly refresh",
        if *scheduled_refresh { "on" } else { "off" },
    );
}

fn bank(table: &mut Table, institution: Option<&pb::Institution>) {
    let Some(pb::Institution {
        name,
        display_name,
        id,
    }) = institution
    else {
        return;
    };
    match (display_name.as_str(), id) {
        (people, 0) if people.is_empty() || people == name => table.text("Bank", name),
        (people, id) if people.is_empty() || people == name => {
            table.row("Bank", format_args!("{} (number {id})", Plain(name)))
        }
        (people, 0) => table.row("Bank", format_args!("{} ({})", Plain(people), Plain(name))),
        (people, id) => table.row(
            "Bank",
            format_args!("{} ({}, number {id})", Plain(people), Plain(name)),
        ),
    }
}

fn links(table: &mut Table, links: &[pb::Link]) {
    let mut name = "Next";
    for pb::Link {
        rel, href, example, ..
    } in links
    {
        let path = if example.is_empty() { href } else { example };
        table.row(
            name,
            format_args!("{:<18}{}", Plain(rel).to_string(), Plain(path)),
        );
        name = "";
    }
}

/// A sign-in that goes on without us.
pub(super) fn pending(pending: &pb::PendingOperation, x_request_id: &str) -> String {
    let pb::PendingOperation {
        request_id,
        flinks_code,
        links,
    } = pending;
    let mut table = Table::titled("Pending: Flinks goes on with the sign-in in the background.");
    table.text("Request id", request_id);
    table.text("Flinks code", flinks_code);
    self::links(&mut table, links);
    table.row(
        "Then",
        "ask Flinks for the data of this request id to see how it ended",
    );
    table.text("x-request-id", x_request_id);
    table.0
}

/// What precedes the challenges of a round.
pub(super) fn round(round: &pb::ChallengeRound, now: SystemTime) -> String {
    let mut table = Table::titled(match &round.institution {
        Some(institution) => {
            let name = match institution.display_name.as_str() {
                "" => &institution.name,
                people => people,
            };
            format!("{} asks (round {}).", Plain(name), round.round)
        }
        None => format!("The bank asks (round {}).", round.round),
    });
    if round.previous_answers_rejected {
        table.row(
            "Rejected",
            "The bank did not accept the answers, and asks again.",
        );
    }
    table.text("Request id", &round.request_id);
    if let Some(expires) = round
        .expire_time
        .and_then(|time| SystemTime::try_from(time).ok())
    {
        match expires.duration_since(now) {
            Ok(left) => table.row(
                "Time left",
                format_args!("{}; the bank may be faster", words(left)),
            ),
            Err(_) => table.row("Time left", "none: the round has expired"),
        }
    }
    table.0
}

/// One challenge with all there is to pick from. `images` are the files of its pictures.
pub(super) fn challenge(
    challenge: &pb::Challenge,
    number: usize,
    count: usize,
    images: &[PathBuf],
) -> String {
    let mut text = format!("\nChallenge {number} of {count}\n");
    // A bar before each line, so that no prompt passes for one of ours.
    for line in challenge.prompt.lines() {
        let _ = writeln!(text, "  | {}", Plain(line));
    }
    match &challenge.kind {
        Some(Kind::QuestionAndAnswer(_)) => {}
        Some(Kind::QuestionSelection(selection)) => list(&mut text, &selection.questions),
        Some(Kind::MultipleChoice(choice)) => list(&mut text, &choice.choices),
        Some(Kind::MultipleSelection(selection)) => list(&mut text, &selection.choices),
        Some(Kind::ImageSelection(_)) => {
            let paths: Vec<String> = images
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            list(&mut text, &paths);
        }
        Some(Kind::TextOrCall(delivery)) => list(&mut text, &delivery.phone_numbers),
        Some(Kind::Unrecognized(pb::UnrecognizedChallenge {
            r#type,
            iterables,
            raw,
        })) => {
            let _ = writeln!(
                text,
                "  This gateway does not know challenges of the type `{}`.",
                Plain(r#type)
            );
            list(&mut text, iterables);
            if let Some(raw) = raw {
                text.push_str("  All that Flinks sent:\n");
                for line in struct_json::pretty(raw).lines() {
                    let _ = writeln!(text, "    {}", Plain(line));
                }
            }
        }
        None => text.push_str(
            "  The gateway knows this kind of challenge, but this program is too old for it.\n",
        ),
    }
    text
}

fn list(text: &mut String, items: &[String]) {
    for (item, number) in items.iter().zip(1..) {
        let _ = writeln!(text, "  {number:>3}. {}", Plain(item));
    }
}

/// What was wrong with a request that the gateway did not send on.
pub(super) fn violations(status: &Status) -> String {
    let mut table = Table::titled("The gateway did not take that. Nothing was sent to the bank.");
    fields(&mut table, status);
    table.0
}

fn fields(table: &mut Table, status: &Status) {
    for violation in status
        .get_details_bad_request()
        .into_iter()
        .flat_map(|bad| bad.field_violations)
    {
        let (field, rule) = (violation.field, violation.description);
        table.row("Field", format_args!("{} {}", Plain(&field), Plain(&rule)));
    }
}

/// A call that failed: what happened, and who does what next.
pub(crate) fn failure(status: &Status) -> String {
    let mut table = Table::titled(format_args!(
        "That did not work: {}",
        Plain(status.message())
    ));
    table.row("gRPC code", code_name(status.code()));
    match status.get_details_error_info() {
        Some(info) => explained(&mut table, &info),
        None => {
            table.row(
                "Reason",
                "none: this error does not come from the gateway itself",
            );
            table.row(
                "Next step",
                "Whether the bank was asked is unknown: do not repeat this in haste.",
            );
        }
    }
    if let Some(delay) = status
        .get_details_retry_info()
        .and_then(|retry| retry.retry_delay)
    {
        table.row("Wait", words(delay));
    }
    fields(&mut table, status);
    table.text("x-request-id", x_request_id(status.metadata()));
    table.0
}

fn explained(table: &mut Table, info: &ErrorInfo) {
    let told = |key: &str| info.metadata.get(key).map_or("", String::as_str);
    table.text("Reason", &info.reason);
    let step = told("next_step");
    match NextStep::from_str_name(step).and_then(next_step) {
        Some(words) => table.row("Next step", format_args!("{words} ({})", Plain(step))),
        None => table.text("Next step", step),
    }
    match told("retryable") {
        "true" => table.row("Retryable", "yes: a program may repeat this very call"),
        "false" => table.row("Retryable", "no: a program must not repeat this very call"),
        _ => {}
    }
    table.text("Flinks code", told("flinks_code"));
    table.text("HTTP status", told("http_status"));
    table.text("Request id", told("request_id"));
    table.text("Fault", told("fault"));
    table.text("Path", told("path"));
}

/// What to do, in words; nothing for a step newer than this program.
fn next_step(step: NextStep) -> Option<&'static str> {
    match step {
        NextStep::Unspecified => None,
        NextStep::None => Some("Nothing helps for now."),
        NextStep::FixRequest => Some("Correct what was sent."),
        NextStep::CorrectCredentials => {
            Some("Start over, and type user name and password with care.")
        }
        NextStep::StartOver => Some("Start over, with the customer present."),
        NextStep::SignInLive => Some("Sign in live with user name and password."),
        NextStep::ContactBank => Some("Visit the bank's own site, or call the bank."),
        NextStep::RetryNow => Some("Try again now: nothing was sent."),
        NextStep::RetryLater => Some("Start over later."),
        NextStep::CheckOutcome => {
            Some("Nobody knows whether the bank took this; the customer decides what to do.")
        }
        NextStep::ContactOperator => {
            Some("The operator of the gateway looks at its log and settings.")
        }
    }
}

/// The gateway's own name for a call, to find it in its log. Empty when there is none.
pub(super) fn x_request_id(metadata: &tonic::metadata::MetadataMap) -> &str {
    metadata
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
