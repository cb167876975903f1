//! `flinks-gateway authorize`: a sign-in by a person at a terminal, against any gateway.
//!
//! A client like any other: it speaks the public contract and nothing else, and shows what each reply means. A sign-in
//! is never repeated by this program on its own.

mod answers;
mod images;
mod parse;
pub(super) mod show;
mod struct_json;
mod terminal;

use std::{
    fs, io,
    net::{IpAddr, Ipv6Addr},
    path::{Path, PathBuf},
    process::{self, ExitCode},
    time::{Duration, SystemTime},
};

use flinks_gateway::pb::{
    self, ErrorReason, answer_challenges_response,
    authorization_service_client::AuthorizationServiceClient, authorize_request::Subject,
    authorize_response, cached_authorize_response,
};
use http::Uri;
use tonic::{
    Request, Response, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};
use tonic_types::StatusExt;

use answers::Answers;
use images::ImageFiles;
use terminal::{Ended, Terminal};

const PENDING: u8 = 2;
const USAGE: u8 = 64;
const INTERRUPTED: u8 = 130;

/// A round with many pictures is larger than tonic's default of 4 MiB.
const LARGEST_REPLY: usize = 64 << 20;

/// The command line of `authorize`.
///
/// Nothing takes the password: other users of the machine can read command lines.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Asks for what is not given: institution, user name, password, whether to save the login, and then for
the answers to whatever the bank asks.

The password is never an argument. It is typed without echo, or, when standard input is not a terminal,
read from there as one line. All other answers are lines of standard input too, in the order of the
questions. What is asked goes to standard error, the session to standard output.

Exit codes:
    0  a session was opened
    1  it failed; the text says why, and who does what next
    2  pending: Flinks goes on in the background
   64  the command line was wrong
  130  interrupted

Try it without a bank, beside `flinks-gateway demo`:
  flinks-gateway authorize --institution FlinksCapital --username Greatday --save")]
pub(crate) struct Args {
    /// The gateway: http://HOST:PORT, or https://HOST:PORT for TLS
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50051")]
    address: String,
    /// Trust the certificate authorities in this PEM file instead of the public ones
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The bank, by Flinks' name for it, such as FlinksCapital
    #[arg(long, value_name = "NAME")]
    institution: Option<String>,
    /// The user name or card number at the bank
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// Refresh this saved login live instead of taking credentials; `-` asks for it without echo
    #[arg(long, value_name = "UUID", conflicts_with_all = ["institution", "username"])]
    login_id: Option<String>,
    /// Reopen the saved login from Flinks' cache, without asking the bank
    #[arg(long, requires = "login_id", conflicts_with_all = ["save", "no_save", "language"])]
    cached: bool,
    /// Have Flinks keep credentials and data; a refresh of a saved login always does
    #[arg(long, conflicts_with = "no_save")]
    save: bool,
    /// Have Flinks keep nothing
    #[arg(long, conflicts_with = "login_id")]
    no_save: bool,
    /// The language of the bank's prompts; Flinks decides otherwise
    #[arg(long, value_enum)]
    language: Option<Language>,
    /// Free text that Flinks stores with the request and echoes
    #[arg(long, value_name = "TEXT")]
    tag: Option<String>,
    /// Which of the gateway's Flinks instances to use; its default otherwise
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    /// Give each call so long; the gateway's own limits apply otherwise
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: Option<u64>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Language {
    /// English
    En,
    /// French
    Fr,
}

/// Runs the conversation to its end.
pub(crate) async fn run(args: Args) -> ExitCode {
    let terminal = Terminal::new();
    let ended = {
        let mut conversation = Box::pin(converse(args, &terminal));
        tokio::select! {
            ended = &mut conversation => ended,
            () = interrupted() => {
                // The prompt for a password ends by itself on Ctrl-C and turns the terminal's echo on again.
                let _ = tokio::time::timeout(Duration::from_millis(200), conversation).await;
                Err(Stop::Input(Ended::Interrupted))
            }
        }
    };
    let stop = match ended {
        Ok(Ending::Session) => return ExitCode::SUCCESS,
        Ok(Ending::Pending) => return ExitCode::from(PENDING),
        Err(stop) => stop,
    };
    terminal.say(&stop.to_string());
    match stop {
        Stop::Usage(_) => ExitCode::from(USAGE),
        // A thread may still wait for a line, and the runtime would wait for the thread. All files are gone by now.
        Stop::Input(Ended::Interrupted) => process::exit(INTERRUPTED.into()),
        Stop::Input(_) | Stop::Unreachable(_) | Stop::Failed(_) | Stop::Unknown => {
            ExitCode::FAILURE
        }
    }
}

/// How a conversation ends well.
enum Ending {
    Session,
    Pending,
}

/// Why a conversation ends otherwise.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("{0}\n")]
    Usage(String),
    #[error("\nStopped: {0}.\n")]
    Input(#[from] Ended),
    #[error("{0}\n")]
    Unreachable(String),
    #[error("{}", show::failure(.0))]
    Failed(Box<Status>),
    #[error(
        "\nThe gateway answered with an outcome that this program is too old for. Do not try again.\n"
    )]
    Unknown,
}

impl From<Status> for Stop {
    fn from(status: Status) -> Self {
        Self::Failed(Box::new(status))
    }
}

/// The outcomes of all three calls; a cached one has no rounds.
enum Outcome {
    Session(pb::Session),
    Round(pb::ChallengeRound),
    Pending(pb::PendingOperation),
}

/// An outcome, and the gateway's name for the call.
struct Reply {
    outcome: Outcome,
    x_request_id: String,
}

async fn converse(args: Args, terminal: &Terminal) -> Result<Ending, Stop> {
    let mut calls = Calls {
        client: connect(&args, terminal).await?,
        timeout: args.timeout.map(Duration::from_secs),
    };
    let mut reply = open(&mut calls, &args, terminal).await?;
    let mut files: Option<ImageFiles> = None;
    loop {
        match reply.outcome {
            Outcome::Session(session) => {
                terminal.hand_over(&show::session(&session, &reply.x_request_id));
                return Ok(Ending::Session);
            }
            Outcome::Pending(pending) => {
                terminal.hand_over(&show::pending(&pending, &reply.x_request_id));
                return Ok(Ending::Pending);
            }
            Outcome::Round(round) => {
                reply = answer(&mut calls, &round, terminal, &mut files).await?
            }
        }
    }
}

/// The first call: a live sign-in, a live refresh or a login from the cache.
async fn open(calls: &mut Calls, args: &Args, terminal: &Terminal) -> Result<Reply, Stop> {
    let mut subject = Details::given(args);
    loop {
        let attempt = if args.cached {
            let login_id = subject.login_id(terminal).await?;
            calls
                .cached_authorize(pb::CachedAuthorizeRequest {
                    login_id,
                    tag: args.tag.clone().unwrap_or_default(),
                    instance: args.instance.clone().unwrap_or_default(),
                })
                .await
        } else {
            let request = pb::AuthorizeRequest {
                subject: Some(subject.subject(terminal).await?),
                save: Some(subject.save(terminal).await?),
                language: args
                    .language
                    .map_or(pb::Language::Unspecified, pb::Language::from)
                    .into(),
                tag: args.tag.clone().unwrap_or_default(),
                instance: args.instance.clone().unwrap_or_default(),
                schedule_refresh: false,
                with_mfa_questions: false,
            };
            terminal.say("Signing in at the bank. This takes from seconds to minutes.\n");
            calls.authorize(request).await
        };
        match attempt {
            Err(Stop::Failed(status)) if is_invalid_request(&status) => {
                let shown = show::violations(&status);
                if !subject.forget(&fields_at_fault(&status)) {
                    return Err(Stop::Usage(shown));
                }
                terminal.say(&shown);
            }
            attempt => return attempt,
        }
    }
}

/// Answers a round, again and again until the gateway takes it.
async fn answer(
    calls: &mut Calls,
    round: &pb::ChallengeRound,
    terminal: &Terminal,
    files: &mut Option<ImageFiles>,
) -> Result<Reply, Stop> {
    terminal.say(&show::round(round, SystemTime::now()));
    let mut answers = Answers::to(round);
    loop {
        answers.ask(terminal, files).await?;
        terminal.say("\nSending the answers to the bank.\n");
        match calls.answer_challenges(answers.request()).await {
            Err(Stop::Failed(status)) if is_invalid_request(&status) => {
                terminal.say(&show::violations(&status));
                answers.forget(&fields_at_fault(&status));
            }
            attempt => return attempt,
        }
    }
}

/// Whether the gateway itself refused the request: it sent nothing, and a corrected one may follow.
fn is_invalid_request(status: &Status) -> bool {
    let reason = status.get_details_error_info().map(|info| info.reason);
    reason.as_deref() == Some(ErrorReason::InvalidRequest.as_str_name())
}

fn fields_at_fault(status: &Status) -> Vec<String> {
    let violations = status
        .get_details_bad_request()
        .into_iter()
        .flat_map(|bad| bad.field_violations);
    violations.map(|violation| violation.field).collect()
}

/// What identifies who signs in, as far as it is known.
#[derive(Default)]
struct Details {
    by_login: bool,
    institution: Option<String>,
    username: Option<String>,
    password: Option<String>,
    login_id: Option<String>,
    save: Option<bool>,
}

impl Details {
    fn given(args: &Args) -> Self {
        let by_login = args.login_id.is_some();
        Self {
            by_login,
            institution: args.institution.clone(),
            username: args.username.clone(),
            password: None,
            login_id: args.login_id.clone().filter(|id| id != "-"),
            save: match (args.save || by_login, args.no_save) {
                (true, _) => Some(true),
                (false, true) => Some(false),
                (false, false) => None,
            },
        }
    }

    async fn subject(&mut self, terminal: &Terminal) -> Result<Subject, Ended> {
        if self.by_login {
            return Ok(Subject::LoginId(self.login_id(terminal).await?));
        }
        let institution = known(&mut self.institution, terminal, "Institution: ").await?;
        let username = known(&mut self.username, terminal, "User name: ").await?;
        let password = match &self.password {
            Some(password) => password,
            None => self
                .password
                .insert(terminal.ask_hidden("Password: ").await?),
        };
        Ok(Subject::Credentials(pb::Credentials {
            institution,
            username,
            password: password.clone(),
        }))
    }

    async fn login_id(&mut self, terminal: &Terminal) -> Result<String, Ended> {
        let login_id = match &self.login_id {
            Some(login_id) => login_id,
            None => self
                .login_id
                .insert(terminal.ask_hidden("LoginId: ").await?),
        };
        Ok(login_id.clone())
    }

    async fn save(&mut self, terminal: &Terminal) -> Result<bool, Ended> {
        match self.save {
            Some(save) => Ok(save),
            None => {
                let prompt =
                    "Let Flinks keep the credentials and data, to reopen the login later (y/n): ";
                Ok(*self
                    .save
                    .insert(terminal.ask_for(prompt, parse::yes).await?))
            }
        }
    }

    /// Forgets the fields at fault, to ask for them again. False when one of them cannot be asked for.
    fn forget(&mut self, fields: &[String]) -> bool {
        !fields.is_empty()
            && fields.iter().all(|field| {
                match field.as_str() {
                    "credentials.institution" => self.institution = None,
                    "credentials.username" => self.username = None,
                    "credentials.password" => self.password = None,
                    "login_id" => self.login_id = None,
                    _ => return false,
                }
                true
            })
    }
}

async fn known(
    value: &mut Option<String>,
    terminal: &Terminal,
    prompt: &str,
) -> Result<String, Ended> {
    match value {
        Some(value) => Ok(value.clone()),
        None => Ok(value
            .insert(terminal.ask_for(prompt, parse::something).await?)
            .clone()),
    }
}

impl From<Language> for pb::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Fr => Self::Fr,
        }
    }
}

/// The three calls, with one kind of reply.
struct Calls {
    client: AuthorizationServiceClient<Channel>,
    timeout: Option<Duration>,
}

impl Calls {
    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(timeout) = self.timeout {
            request.set_timeout(timeout);
        }
        request
    }

    async fn authorize(&mut self, message: pb::AuthorizeRequest) -> Result<Reply, Stop> {
        use authorize_response::Outcome as Wire;
        let response = self.client.authorize(self.request(message)).await?;
        reply(response, |message| {
            Some(match message.outcome? {
                Wire::Session(session) => Outcome::Session(session),
                Wire::ChallengeRound(round) => Outcome::Round(round),
                Wire::Pending(pending) => Outcome::Pending(pending),
            })
        })
    }

    async fn answer_challenges(
        &mut self,
        message: pb::AnswerChallengesRequest,
    ) -> Result<Reply, Stop> {
        use answer_challenges_response::Outcome as Wire;
        let response = self.client.answer_challenges(self.request(message)).await?;
        reply(response, |message| {
            Some(match message.outcome? {
                Wire::Session(session) => Outcome::Session(session),
                Wire::ChallengeRound(round) => Outcome::Round(round),
                Wire::Pending(pending) => Outcome::Pending(pending),
            })
        })
    }

    async fn cached_authorize(
        &mut self,
        message: pb::CachedAuthorizeRequest,
    ) -> Result<Reply, Stop> {
        use cached_authorize_response::Outcome as Wire;
        let response = self.client.cached_authorize(self.request(message)).await?;
        reply(response, |message| {
            Some(match message.outcome? {
                Wire::Session(session) => Outcome::Session(session),
                Wire::Pending(pending) => Outcome::Pending(pending),
            })
        })
    }
}

fn reply<T>(
    response: Response<T>,
    outcome: impl FnOnce(T) -> Option<Outcome>,
) -> Result<Reply, Stop> {
    let x_request_id = show::x_request_id(response.metadata()).to_owned();
    let outcome = outcome(response.into_inner()).ok_or(Stop::Unknown)?;
    Ok(Reply {
        outcome,
        x_request_id,
    })
}

/// Connects before anything is asked, so that nobody types a password in vain.
async fn connect(
    args: &Args,
    terminal: &Terminal,
) -> Result<AuthorizationServiceClient<Channel>, Stop> {
    let address = &args.address;
    let usage = |why: String| {
        Stop::Usage(format!(
            "{why}\nUsage: --address http://HOST:PORT or https://HOST:PORT"
        ))
    };
    let uri: Uri = address
        .parse()
        .map_err(|_| usage(format!("--address {address:?} is not a URL.")))?;
    let tls = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => {
            return Err(usage(format!(
                "--address {address:?} must begin with http:// or https://."
            )));
        }
    };
    let mut endpoint = Endpoint::from(uri.clone()).connect_timeout(Duration::from_secs(10));
    if tls {
        endpoint = endpoint
            .tls_config(trust(args.ca.as_deref())?)
            .map_err(|error| usage(format!("TLS cannot be set up: {}", chain(&error))))?;
    } else if args.ca.is_some() {
        return Err(usage("--ca needs an https:// address.".to_owned()));
    } else if !uri.host().is_some_and(is_loopback) {
        terminal.say("Warning: the connection is not encrypted. Passwords and answers can be read on its way.\n");
    }
    let channel = endpoint.connect().await.map_err(|error| {
        Stop::Unreachable(format!(
            "No gateway answers at {address}: {}.\nIs it running? `flinks-gateway demo` starts one to play with.",
            chain(&error)
        ))
    })?;
    Ok(AuthorizationServiceClient::new(channel).max_decoding_message_size(LARGEST_REPLY))
}

fn trust(ca: Option<&Path>) -> Result<ClientTlsConfig, Stop> {
    let Some(file) = ca else {
        return Ok(ClientTlsConfig::new().with_webpki_roots());
    };
    let pem =
        fs::read(file).map_err(|error| Stop::Usage(format!("--ca {}: {error}", file.display())))?;
    Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))
}

/// Whether nobody else is on the way to this host. A URL has brackets around an IPv6 address.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => address == Ipv6Addr::LOCALHOST,
        Err(_) => bare.eq_ignore_ascii_case("localhost"),
    }
}

/// An error with its causes: tonic's own text is `transport error` and no more.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    show::Plain(&text).to_string()
}

/// Resolves on Ctrl-C, and when the terminal is closed: pictures of a customer's must not stay behind.
async fn interrupted() {
    if let Err(error) = wait_for_signal().await {
        // Without a handler the signal ends the process at once, as ever.
        drop::<io::Error>(error);
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn wait_for_signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn wait_for_signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fields_that_a_person_typed_are_asked_for_again() {
        let full = || Details {
            institution: Some("A".to_owned()),
            username: Some("B".to_owned()),
            password: Some("C".to_owned()),
            ..Details::default()
        };
        let mut details = full();
        assert!(details.forget(&["credentials.username".to_owned()]));
        assert!(details.username.is_none() && details.password.is_some());
        assert!(!full().forget(&["credentials.username".to_owned(), "tag".to_owned()]));
        assert!(!full().forget(&[]));
    }

    #[test]
    fn a_loopback_address_needs_no_warning() {
        for (host, loopback) in [
            ("127.0.0.1", true),
            ("127.8.8.8", true),
            ("[::1]", true),
            ("localhost", true),
            ("10.0.0.1", false),
            ("gateway.internal", false),
            ("localhost.evil.example", false),
        ] {
            assert_eq!(is_loopback(host), loopback, "{host}");
        }
    }
}
