//! The commands of the binary, one file each.

mod authorize;
mod check;
#[cfg(feature = "sandbox")]
mod demo;
mod serve;

use std::{num::NonZeroUsize, process::ExitCode};

use clap::{Parser, Subcommand};
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::runtime;

/// What a command answers when it was called wrongly: `EX_USAGE` of sysexits.
const USAGE: u8 = 64;

/// A gRPC gateway for Flinks' /Authorize: typed challenges, errors a program can act on, nothing sent twice.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(
    after_help = "Start with `flinks-gateway demo`: it needs no Flinks account and no network."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve gRPC in front of Flinks, or of the embedded sandbox
    ///
    /// Settings come from flags, from the environment, and from a TOML file, the first being the strongest. Faults
    /// are all told at once, by name; the exit code is then 64. SIGTERM or SIGINT drains: health says NOT_SERVING,
    /// calls in flight finish, the exit code is 0.
    Serve(serve::Args),
    /// Print the settings in effect, and try files, certificates and Flinks
    ///
    /// Takes what serve takes. Each setting is told with its value, secrets as [set], and where it came from. Then
    /// certificates are looked at, and each Flinks instance is reached and asked for one authorize token; nothing
    /// else is asked. The exit code is 0 when all is well, 64 when settings are at fault, 1 when something could not
    /// be reached or was refused.
    Check(serve::Args),
    /// Serve Flinks' own HTTP and JSON, offline: a bank for every scenario
    #[cfg(feature = "sandbox")]
    Sandbox(flinks_sandbox::Args),
    /// Walk through a whole sign-in on the embedded sandbox, then stay up for grpcurl
    #[cfg(feature = "sandbox")]
    Demo(demo::Args),
    /// Sign a customer in from this terminal, through a running gateway
    Authorize(Box<authorize::Args>),
}

/// Runs the command of the command line.
pub(crate) fn run() -> ExitCode {
    no_core_dumps();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for, and go to standard output.
            let code = if error.use_stderr() { USAGE } else { 0 };
            error.print().ok();
            return ExitCode::from(code);
        }
    };
    match cli.command {
        Command::Serve(args) => serve::run(args),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => block_on(ONE, flinks_sandbox::run(args)).map_or_else(
            |error| {
                complain(&format!("the sandbox cannot be served: {error}"));
                ExitCode::FAILURE
            },
            |()| ExitCode::SUCCESS,
        ),
        #[cfg(feature = "sandbox")]
        Command::Demo(args) => block_on(ONE, demo::run(args)),
        Command::Check(args) => block_on(ONE, check::run(args)),
        Command::Authorize(args) => block_on(ONE, authorize::run(*args)),
    }
}

const ONE: NonZeroUsize = NonZeroUsize::MIN;

/// Runs a future to its end on so many threads. One thread needs no other to be woken, which is what costs most where
/// calls are short and wait for others.
fn block_on<F: Future>(threads: NonZeroUsize, future: F) -> F::Output {
    let mut builder = match threads {
        ONE => runtime::Builder::new_current_thread(),
        _ => runtime::Builder::new_multi_thread(),
    };
    builder
        .worker_threads(threads.get())
        .enable_all()
        .build()
        .expect("a process may have threads and open files")
        .block_on(future)
}

/// A core dump would hold whatever customers typed. Where it cannot be forbidden, nothing else is lost.
fn no_core_dumps() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).ok();
    // Nor may another process of the same user attach, which a limit does not forbid.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).ok();
}

#[expect(
    clippy::print_stderr,
    reason = "a person started this command, and reads why it ended"
)]
fn complain(text: &str) {
    eprintln!("flinks-gateway: {text}");
}
