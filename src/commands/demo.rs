//! `flinks-gateway demo`: a whole sign-in, told as it happens, and then a gateway to play with.
//!
//! The real gateway runs in this process in front of the embedded sandbox, and every step is a call over a real
//! socket. A step that does not happen as it is told ends the story with exit code 1, so that the demo is a smoke
//! test as well. It reads no settings: what it shows is the same on every machine.

use std::{
    collections::BTreeMap,
    env,
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
};

use flinks_gateway::{
    config::{self, Config, Sources},
    grpc::status::code_name,
    pb::{
        self, ErrorReason, NextStep, answer_challenges_response, authorization_service_client,
        authorize_request::Subject, authorize_response, cached_authorize_response, challenge::Kind,
        challenge_answer::Answer,
    },
    telemetry,
};
use tonic::{Status, transport::Channel};
use tonic_types::StatusExt;

use super::{
    authorize::show::Plain,
    complain,
    serve::{self, Running},
};

type Client = authorization_service_client::AuthorizationServiceClient<Channel>;

/// The test bank that Flinks documents, one of its users, and what that user answers.
const BANK: &str = "FlinksCapital";
const USERNAME: &str = "Greatday";
const PASSWORD: &str = "Everyday";
const ANSWERS: [(&str, &str); 3] = [
    ("What city were you born in?", "Montreal"),
    ("What is the best country on earth?", "Canada"),
    ("What shape do people like most?", "Triangle"),
];

/// The command line of `demo`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Needs no Flinks account, no network and no settings. Ends on Ctrl-C or SIGTERM. The exit code is 1 \
                  when the story does not happen as it is told."
)]
pub(crate) struct Args {
    /// Where to serve gRPC; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Leave after the story instead of staying up
    #[arg(long)]
    exit: bool,
}

/// Starts the gateway, tells the story, stays up.
pub(crate) async fn run(args: Args) -> ExitCode {
    let config = match settings(args.listen) {
        Ok(config) => config,
        Err(misconfigured) => {
            complain(&format!(
                "the settings of the demo cannot be used:\n{misconfigured}"
            ));
            return ExitCode::FAILURE;
        }
    };
    let (log_format, log_filter) = (config.log_format, config.log_filter.clone());
    let running = match serve::start_sandboxed(config).await {
        Ok(running) => running,
        Err(error) => {
            complain(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let login_id = match story(&running).await {
        Ok(login_id) => login_id,
        Err(Departure(what)) => {
            complain(&format!(
                "the story did not happen as it is told: {}",
                Plain(&what)
            ));
            running.stop().await;
            return ExitCode::FAILURE;
        }
    };
    if args.exit {
        tell("\nThat was the story.\n");
        return running.stop().await;
    }
    tell(&try_it(
        reachable(running.address),
        &login_id,
        &this_program(),
    ));
    // Only now: a log line between two sentences of the story would confuse.
    telemetry::start(log_format, log_filter);
    running.run_until_signal().await
}

fn settings(listen: SocketAddr) -> Result<Config, config::Misconfigured> {
    config::read(&Sources {
        flags: BTreeMap::from([("listen".to_owned(), listen.to_string())]),
        sandbox: true,
        ..Sources::default()
    })
}

/// What happened instead.
struct Departure(String);

impl From<Status> for Departure {
    fn from(status: Status) -> Self {
        Self(format!(
            "the call failed with {}: {}",
            code_name(status.code()),
            status.message()
        ))
    }
}

fn instead(what: impl Into<String>) -> Departure {
    Departure(what.into())
}

/// The whole sign-in. Returns the LoginId, for more.
async fn story(running: &Running) -> Result<String, Departure> {
    let address = reachable(running.address);
    tell(&format!(
        "flinks-gateway serves gRPC on {address}, in front of a Flinks that runs offline in this process.\n"
    ));
    let mut client = Client::connect(format!("http://{address}"))
        .await
        .map_err(|error| instead(format!("the gateway cannot be reached: {error}")))?;

    let round = sign_in(&mut client).await?;
    let session = answer(&mut client, round).await?;
    let Some(pb::Login { login_id, .. }) = session.login else {
        return Err(instead(
            "the session came without a login, though it was to be saved",
        ));
    };
    reopen(&mut client, &login_id, &session.request_id).await?;
    wrong_password(&mut client).await?;
    Ok(login_id)
}

async fn sign_in(client: &mut Client) -> Result<pb::ChallengeRound, Departure> {
    tell(&format!(
        "\n1. Authorize: {USERNAME} signs in at {BANK}, and wants to be saved.\n"
    ));
    let response = client.authorize(credentials(PASSWORD)).await?;
    let round = match response.into_inner().outcome {
        Some(authorize_response::Outcome::ChallengeRound(round)) => round,
        Some(authorize_response::Outcome::Session(_)) => {
            return Err(instead("the bank asked nothing"));
        }
        Some(authorize_response::Outcome::Pending(_)) => {
            return Err(instead("the sign-in is pending"));
        }
        None => return Err(instead("the reply has no outcome")),
    };
    tell(&format!(
        "   The bank asks something first. That is an outcome, not an error: a ChallengeRound with {} challenge.\n   \
         Its continuation, {} characters, holds all that the answer needs; the gateway keeps nothing.\n",
        round.challenges.len(),
        round.continuation.len(),
    ));
    Ok(round)
}

async fn answer(client: &mut Client, round: pb::ChallengeRound) -> Result<pb::Session, Departure> {
    let pb::ChallengeRound {
        continuation,
        challenges,
        ..
    } = round;
    tell("\n2. AnswerChallenges: each challenge gets an answer of its own kind.\n");
    let mut answers = Vec::new();
    for challenge in challenges {
        if !matches!(challenge.kind, Some(Kind::QuestionAndAnswer(_))) {
            return Err(instead("the bank asked something else than a question"));
        }
        let Some((question, answer)) = ANSWERS
            .iter()
            .find(|(question, _)| *question == challenge.prompt)
        else {
            return Err(instead(format!(
                "nobody knows the answer to `{}`",
                challenge.prompt
            )));
        };
        tell(&format!("   \"{question}\" \"{answer}\"\n"));
        answers.push(pb::ChallengeAnswer {
            challenge_id: challenge.id,
            answer: Some(Answer::Text((*answer).to_owned())),
        });
    }
    let request = pb::AnswerChallengesRequest {
        continuation,
        answers,
    };
    let session = match client
        .answer_challenges(request)
        .await?
        .into_inner()
        .outcome
    {
        Some(answer_challenges_response::Outcome::Session(session)) => session,
        Some(answer_challenges_response::Outcome::ChallengeRound(_)) => {
            return Err(instead("the bank asked again"));
        }
        Some(answer_challenges_response::Outcome::Pending(_)) => {
            return Err(instead("the sign-in is pending"));
        }
        None => return Err(instead("the reply has no outcome")),
    };
    let login_id = session.login.as_ref().map_or("", |login| &login.login_id);
    tell(&format!(
        "   Signed in. The Session has the request id {}, for Flinks' data endpoints,\n   \
         and the LoginId {}, to come back without a password.\n   \
         (A LoginId is a secret. This one opens nothing but the sandbox.)\n",
        Plain(&session.request_id),
        Plain(login_id),
    ));
    Ok(session)
}

async fn reopen(client: &mut Client, login_id: &str, first: &str) -> Result<(), Departure> {
    tell(
        "\n3. CachedAuthorize: later, the LoginId alone reopens the login. The bank is not asked.\n",
    );
    let request = pb::CachedAuthorizeRequest {
        login_id: login_id.to_owned(),
        ..pb::CachedAuthorizeRequest::default()
    };
    let session = match client.cached_authorize(request).await?.into_inner().outcome {
        Some(cached_authorize_response::Outcome::Session(session)) => session,
        Some(cached_authorize_response::Outcome::Pending(_)) => {
            return Err(instead("the cached call is pending"));
        }
        None => return Err(instead("the reply has no outcome")),
    };
    if session.request_id == first {
        return Err(instead("the cached session is the live one"));
    }
    if session.login.is_none_or(|login| login.login_id != login_id) {
        return Err(instead("the cached session is of another login"));
    }
    tell(&format!(
        "   A Session again, with the request id {}.\n",
        Plain(&session.request_id)
    ));
    Ok(())
}

async fn wrong_password(client: &mut Client) -> Result<(), Departure> {
    tell("\n4. Authorize with a wrong password: an error that a program can act on.\n");
    let Err(status) = client.authorize(credentials("Yesterday")).await else {
        return Err(instead("a wrong password was taken"));
    };
    let Some(info) = status.get_details_error_info() else {
        return Err(instead("the error has no ErrorInfo"));
    };
    let code = code_name(status.code());
    let mut text = format!("   message      {}\n", Plain(status.message()));
    for (name, is, told) in [
        ("code", code, "INVALID_ARGUMENT"),
        (
            "reason",
            &info.reason,
            ErrorReason::CredentialsRejected.as_str_name(),
        ),
        (
            "next_step",
            noted(&info, "next_step"),
            NextStep::CorrectCredentials.as_str_name(),
        ),
        ("retryable", noted(&info, "retryable"), "false"),
        (
            "flinks_code",
            noted(&info, "flinks_code"),
            "INVALID_PASSWORD",
        ),
    ] {
        if is != told {
            return Err(instead(format!("{name} is `{is}` instead of `{told}`")));
        }
        text.push_str(&format!("   {name:<13}{is}\n"));
    }
    text.push_str("   So: ask the customer to type it again, and never let a program repeat it.\n");
    tell(&text);
    Ok(())
}

fn noted<'a>(info: &'a tonic_types::ErrorInfo, key: &str) -> &'a str {
    info.metadata.get(key).map_or("", String::as_str)
}

fn credentials(password: &str) -> pb::AuthorizeRequest {
    pb::AuthorizeRequest {
        subject: Some(Subject::Credentials(pb::Credentials {
            institution: BANK.to_owned(),
            username: USERNAME.to_owned(),
            password: password.to_owned(),
        })),
        save: Some(true),
        ..pb::AuthorizeRequest::default()
    }
}

/// An address to call: one that listens on all interfaces is reached on the loopback one.
fn reachable(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

/// How a shell starts this program again, whether it is installed or was built a moment ago.
fn this_program() -> String {
    let path = env::current_exe().ok();
    match path.as_ref().and_then(|path| path.to_str()) {
        Some(path) => quoted(path),
        None => "cargo run --".to_owned(),
    }
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/.:_+-".contains(char);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Lines to paste into a shell, one by one or all at once, as they are.
///
/// The story's bank asks what it likes; ScenarioBank asks what the user name says, and an answer can be printed here.
fn try_it(address: SocketAddr, login_id: &str, this_program: &str) -> String {
    const SERVICE: &str = "flinks.gateway.v1.AuthorizationService";
    const TWO_ROUNDS: &str = "choice+image/text_or_call";
    let host = quoted(&address.to_string());
    let url = quoted(&format!("http://{address}"));
    let call = |method: &str, body: &str| {
        format!("grpcurl -plaintext -d '{body}' {host} {SERVICE}/{method}")
    };
    let sign_in = |username: &str| {
        let body = format!(
            r#"{{"credentials": {{"institution": "ScenarioBank", "username": "{username}", "password": "any"}}, "save": true}}"#
        );
        call("Authorize", &body)
    };
    let answer = |answers: &str| {
        let body = format!(r#"{{"continuation": "'"$CONTINUATION"'", "answers": [{answers}]}}"#);
        call("AnswerChallenges", &body)
    };
    // The reply is shown as well.
    let keep = |call: String| {
        format!(
            r#"CONTINUATION=$({call} | tee /dev/stderr | sed -n 's/.*"continuation": "\([^"]*\)".*/\1/p')"#
        )
    };
    let reopen = call(
        "CachedAuthorize",
        &format!(r#"{{"loginId": "{login_id}"}}"#),
    );
    let asked = keep(sign_in("question"));
    let answered = answer(r#"{"challengeId": "1", "text": "Rex"}"#);
    let asked_twice = keep(sign_in(TWO_ROUNDS));
    let asked_more = keep(answer(
        r#"{"challengeId": "1", "choice": "Queen Street"}, {"challengeId": "2", "imageIndex": 0}"#,
    ));
    let answered_all = answer(
        r#"{"challengeId": "1", "codeDelivery": {"phoneNumber": "(•••) •••-1234", "method": "DELIVERY_METHOD_TEXT"}}"#,
    );
    format!(
        r#"
That was the story, and the gateway stays up until Ctrl-C. Now you, in another terminal: each line works as it is.

# What is there, and what it promises
grpcurl -plaintext {host} list
grpcurl -plaintext {host} describe {SERVICE}
grpcurl -plaintext {host} grpc.health.v1.Health/Check

# Reopen the login of the story
{reopen}

# Sign in: the bank asks a question, and the shell keeps the continuation of the reply
{asked}

# Answer: a session
{answered}

# At ScenarioBank the user name is what happens. Here: a choice and a picture, then a code to a phone, then a session
{asked_twice}
{asked_more}
{answered_all}

# The same as a person, with any password
{this_program} authorize --address {url} --institution ScenarioBank --username {TWO_ROUNDS} --no-save

"#
    )
}

/// A closed output is no reason to stop: somebody may have read enough.
fn tell(text: &str) {
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_interfaces_is_called_on_the_loopback_one() {
        for (listens, called) in [
            ("0.0.0.0:1", "127.0.0.1:1"),
            ("[::]:1", "[::1]:1"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("10.0.0.1:1", "10.0.0.1:1"),
        ] {
            let listens: SocketAddr = listens.parse().unwrap();
            assert_eq!(reachable(listens).to_string(), called);
        }
    }

    #[test]
    fn every_json_to_paste_is_json() {
        let text = try_it(
            SocketAddr::from(([127, 0, 0, 1], 50051)),
            "b0debb48-f9f1-46c6-80a4-08d7dd88d478",
            "flinks-gateway",
        );
        let bodies: Vec<&str> = text
            .lines()
            .filter_map(|line| {
                let (_, body) = line.split_once(" -d '")?;
                body.split("' 127.0.0.1").next()
            })
            .collect();
        assert_eq!(bodies.len(), 6);
        for body in bodies {
            let body = body.replace(r#"'"$CONTINUATION"'"#, "x");
            let parsed: Result<serde_json::Value, _> = serde_json::from_str(&body);
            assert!(parsed.is_ok(), "{body}");
        }
    }

    #[test]
    fn words_that_a_shell_would_read_are_quoted() {
        for (word, to_paste) in [
            ("/usr/bin/flinks-gateway", "/usr/bin/flinks-gateway"),
            ("127.0.0.1:50051", "127.0.0.1:50051"),
            ("[::1]:50051", "'[::1]:50051'"),
            ("/home/an other/it's", r"'/home/an other/it'\''s'"),
        ] {
            assert_eq!(quoted(word), to_paste);
        }
    }

    #[test]
    fn comments_are_harmless_to_shells_that_take_them_for_commands() {
        let text = try_it(SocketAddr::from(([127, 0, 0, 1], 50051)), "x", "y");
        for comment in text.lines().filter(|line| line.starts_with('#')) {
            let harmless = |char: char| char.is_ascii_alphanumeric() || " #,.:".contains(char);
            assert!(comment.chars().all(harmless), "{comment}");
        }
    }
}
