//! `flinks-gateway authorize`: a sign-in by a person at a terminal, against any gateway.
//!
//! A client like any other: it speaks the public contract and nothing else, and shows what each reply means. A sign-in
//! is never repeated by this program on its own.

mod answers;
mod calls;
mod details;
mod images;
mod parse;
pub(super) mod show;
mod struct_json;
mod terminal;

use std::{
    path::PathBuf,
    process::{self, ExitCode},
    time::SystemTime,
};

use flinks_gateway::pb::{self, ErrorReason};
use tonic::Status;
use tonic_types::StatusExt;

use super::USAGE;
use answers::Answers;
use calls::{Calls, Outcome, Reply};
use details::Details;
use images::ImageFiles;
use terminal::{Ended, Terminal, interrupted};

const PENDING: u8 = 2;
const INTERRUPTED: u8 = 130;

/// Paragraphs are one line each: the terminal's width breaks them.
const HELP: &str = "\
Asks for what is not given: institution, user name, password, whether to save the login, and then for the answers to \
whatever the bank asks.

The password is never an argument. It is typed without echo, or, when standard input is not a terminal, read from \
there as one line. All other answers are lines of standard input too, in the order of the questions. What is asked \
goes to standard error, the session to standard output.

Exit codes:
    0  a session was opened
    1  it failed; the text says why, and who does what next
    2  pending: Flinks goes on in the background
   64  the command line was wrong
  130  interrupted

Try it without a bank, beside `flinks-gateway demo`:
  flinks-gateway authorize --institution FlinksCapital --username Greatday --save";

/// The command line of `authorize`.
///
/// Nothing takes the password: other users of the machine can read command lines.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// The gateway: http://HOST:PORT, or https://HOST:PORT for TLS
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50051")]
    address: String,
    /// Trust the certificate authorities in this PEM file instead of the public ones
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Show this client certificate, a PEM file with its chain
    #[arg(long, value_name = "FILE", requires = "private_key")]
    certificate: Option<PathBuf>,
    /// The private key of that certificate, a PEM file
    #[arg(long, value_name = "FILE", requires = "certificate")]
    private_key: Option<PathBuf>,
    /// Show the caller's key in this file
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The bank, by Flinks' name for it, such as FlinksCapital
    #[arg(long, value_name = "NAME", value_parser = parse::at_most::<128>)]
    institution: Option<String>,
    /// The user name or card number at the bank
    #[arg(long, value_name = "NAME", value_parser = parse::at_most::<256>)]
    username: Option<String>,
    /// Refresh this saved login live instead of taking credentials; `-` asks for it without echo
    #[arg(long, value_name = "UUID", value_parser = parse::login_id, conflicts_with_all = ["institution", "username"])]
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
    #[arg(long, value_name = "TEXT", value_parser = parse::at_most::<512>)]
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
    // Whichever ends first, the other is dropped: the pictures go, and the terminal has its echo again.
    // Signals are listened for first: one that comes with the first prompt must find its handler.
    let ended = tokio::select! {
        biased;
        () = interrupted() => Err(Stop::Input(Ended::Interrupted)),
        ended = converse(args, &terminal) => ended,
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

async fn converse(args: Args, terminal: &Terminal) -> Result<Ending, Stop> {
    let mut calls = Calls::connect(&args, terminal).await?;
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

impl From<Language> for pb::Language {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Fr => Self::Fr,
        }
    }
}
