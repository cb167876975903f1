//! The command line of the sandbox, for its own binary and for any other
//! that offers it as a subcommand.

use std::io::{self, Write};
use std::net::SocketAddr;

use crate::stop::Stop;
use crate::{Generation, Options, Sandbox, Tokens};

/// Runs an offline Flinks for clients to be tried against.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,

    /// Whose statuses and shapes: help-2019 or docs-2025
    #[arg(long, default_value_t = Generation::Docs2025)]
    pub generation: Generation,

    /// Makes questions and identifiers the same on every run
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Authorize tokens: required, optional (checked when sent) or ignored
    #[arg(long, default_value_t = Tokens::Required)]
    pub tokens: Tokens,
}

/// Starts a sandbox, says on standard output how to talk to it, and serves
/// until the process is told to stop.
pub async fn run(args: Args) -> io::Result<()> {
    let mut options = Options {
        generation: args.generation,
        tokens: args.tokens,
        ..Options::default()
    };
    if let Some(seed) = args.seed {
        options.seed = seed;
    }
    let sandbox = Sandbox::start(args.listen, options).await?;
    let stop = Stop::listen()?;
    io::stdout().write_all(greeting(&sandbox).as_bytes())?;
    stop.told().await;
    Ok(())
}

fn greeting(sandbox: &Sandbox) -> String {
    let options = sandbox.options();
    let url = format!(
        "{}/v3/{}/BankingServices",
        sandbox.url(),
        options.customer_id
    );
    let token = match options.tokens {
        Tokens::Required => format!(
            " \\\n    -H \"flinks-auth-key: $(curl -s -X POST {url}/GenerateAuthorizeToken \\\n        \
             -H 'flinks-auth-key: {}' | sed 's/.*\"Token\":\"//;s/\".*//')\"",
            options.secret_key
        ),
        Tokens::Optional | Tokens::Ignored => String::new(),
    };
    format!(
        "The sandbox listens on {}\n\
         \n\
         customer id  {}\n\
         secret key   {}  (made up)\n\
         generation   {}\n\
         tokens       {}\n\
         seed         {}\n\
         \n\
         Try it:\n\
         \n  curl {url}/Authorize{token} \\\n    \
         -H 'Content-Type: application/json' \\\n    \
         -d '{{\"Institution\":\"FlinksCapital\",\"Username\":\"Greatday\",\"Password\":\"Everyday\"}}'\n\
         \n\
         At the institution ScenarioBank the username says what happens: sandbox/SCENARIOS.md\n",
        sandbox.url(),
        options.customer_id,
        options.secret_key,
        options.generation,
        options.tokens,
        options.seed,
    )
}
