//! `flinks-sandbox`: an offline Flinks on a socket of this machine.

use std::io;

use clap::Parser;

#[derive(Parser)]
#[command(version, about = "A Flinks that runs offline")]
struct Cli {
    #[command(flatten)]
    args: flinks_sandbox::Args,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    flinks_sandbox::run(Cli::parse().args).await
}
