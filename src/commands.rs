//! The commands of the binary, one file each.

mod authorize;
mod check;
#[cfg(feature = "sandbox")]
mod demo;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::process::{Resource, Rlimit, setrlimit};

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
pub(crate) async fn run() -> ExitCode {
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
        Command::Serve(args) => serve::run(args).await,
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => match flinks_sandbox::run(args).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                complain(&format!("the sandbox cannot be served: {error}"));
                ExitCode::FAILURE
            }
        },
        #[cfg(feature = "sandbox")]
        Command::Demo(args) => demo::run(args).await,
        Command::Check(args) => check::run(args).await,
        Command::Authorize(args) => authorize::run(*args).await,
    }
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
