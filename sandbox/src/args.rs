//! The command line of the sandbox, for its own binary and for any other
//! that offers it as a subcommand.

use std::io::{self, Write};
use std::net::SocketAddr;

use crate::stop::Stop;
use crate::{
    CUSTOMER_ID, FLINKS_CAPITAL, Generation, Options, SCENARIO_BANK, SECRET_KEY, Sandbox, Tokens,
};

/// The page of ScenarioBank, for an installed program to carry along.
const SCENARIOS: &str = include_str!("../SCENARIOS.md");

/// Runs an offline Flinks for clients to be tried against.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = after_help())]
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

    /// Prints the page of ScenarioBank, with all that a user name can say, and leaves
    #[arg(long)]
    pub scenarios: bool,
}

fn after_help() -> String {
    format!(
        "What a client needs, all of it made up:\n\
         \x20 customer id   {CUSTOMER_ID}\n\
         \x20 secret key    {SECRET_KEY}\n\
         \x20 institutions  {FLINKS_CAPITAL}: Greatday with the password Everyday, and others\n\
         \x20               {SCENARIO_BANK}: the user name is what happens, see --scenarios\n\
         \n\
         Ends on Ctrl-C or SIGTERM."
    )
}

/// Starts a sandbox, says on standard output how to talk to it, and serves
/// until the process is told to stop. The error says what to do about it.
pub async fn run(args: Args) -> io::Result<()> {
    if args.scenarios {
        return say(SCENARIOS);
    }
    let mut options = Options {
        generation: args.generation,
        tokens: args.tokens,
        ..Options::default()
    };
    if let Some(seed) = args.seed {
        options.seed = seed;
    }
    let sandbox = Sandbox::start(args.listen, options)
        .await
        .map_err(|error| {
            let what = format!(
                "cannot listen on {}: {error}; choose another with --listen",
                args.listen
            );
            io::Error::new(error.kind(), what)
        })?;
    let stop = Stop::listen()?;
    say(&greeting(&sandbox))?;
    stop.told().await;
    Ok(())
}

/// A reader that has seen enough is no reason to fail.
fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        said => said,
    }
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
         customer id   {}\n\
         secret key    {}  (made up)\n\
         institutions  {FLINKS_CAPITAL} and {SCENARIO_BANK}\n\
         generation    {}\n\
         tokens        {}\n\
         seed          {}\n\
         \n\
         Try it:\n\
         \n  curl -s -w '\\n' {url}/Authorize{token} \\\n    \
         -H 'Content-Type: application/json' \\\n    \
         -d '{{\"Institution\":\"{FLINKS_CAPITAL}\",\"Username\":\"Greatday\",\"Password\":\"Everyday\"}}'\n\
         \n\
         At {SCENARIO_BANK} the user name says what happens: --scenarios prints the page of them all.\n",
        sandbox.url(),
        options.customer_id,
        options.secret_key,
        options.generation,
        options.tokens,
        options.seed,
    )
}
