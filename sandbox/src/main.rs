//! `flinks-sandbox`: an offline Flinks on a socket of this machine.

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(version, about = "A Flinks that runs offline")]
struct Cli {
    #[command(flatten)]
    args: flinks_sandbox::Args,
}

#[tokio::main]
async fn main() -> ExitCode {
    match flinks_sandbox::run(Cli::parse().args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a person started this program, and reads why it ended"
)]
fn complain(error: &std::io::Error) {
    eprintln!("flinks-sandbox: {error}");
}
