//! What the gateway costs: beside the bank called directly, a bare echo, and the least gateway one could write.
//!
//! Every server is a process of its own, so that CPU time and peak memory are its own: this program starts itself
//! again for the bank and the two servers to compare with ([`roles`]), and the gateway is the built binary with
//! production settings. This process makes the calls ([`load`]) and checks every answer; one that is not the expected
//! session ends the run. All is on loopback and shares the machine's cores, so rates are the whole machine's, and CPU
//! time per call is the figure to compare.
//!
//! ```text
//! cargo bench --profile dist --bench gateway
//! ```
//!
//! `BENCH_SECONDS` is how long each cell is measured in each round (2), `BENCH_ROUNDS` how often (3); medians of the
//! rounds are told. `BENCH_ONLY` runs one section: `calls`, `layers`, `waiting`, `start-up` or
//! `tokens`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the report goes to standard output, progress to standard error"
)]

mod calls;
mod figures;
mod layers;
mod load;
mod machine;
mod messages;
mod process;
mod roles;
mod start_up;
mod tokens;
mod waiting;

use std::{env, process::ExitCode, time::Duration};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let ended = match arguments.first().map(String::as_str) {
        Some("upstream") => roles::upstream(&arguments[1..]),
        Some("echo") => roles::echo(),
        Some("naive") => roles::naive(&arguments[1..]),
        Some("collector") => roles::collector(),
        // `cargo bench` says so; `cargo test --all-targets`, which comes here as well, does not.
        Some("--bench") => bench(),
        _ => {
            println!("nothing is measured without --bench");
            Ok(())
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("BROKEN: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
struct Plan {
    rounds: usize,
    each: Duration,
}

fn bench() -> Result<()> {
    machine::raise_file_limit()?;
    let plan = Plan {
        rounds: number("BENCH_ROUNDS", 3.0)?.max(1.0) as usize,
        each: Duration::try_from_secs_f64(number("BENCH_SECONDS", 2.0)?)?,
    };
    let only = env::var("BENCH_ONLY").unwrap_or_default();
    let wanted = |section: &str| only.is_empty() || only == section;
    // One thread: at one caller nothing is handed over between cores but by the servers.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        println!("{}\n", machine::describe());
        if wanted("calls") {
            calls::section(plan).await?;
        }
        if wanted("layers") {
            layers::section(plan).await?;
        }
        if wanted("waiting") {
            waiting::section().await?;
        }
        if wanted("start-up") {
            start_up::section().await?;
        }
        if wanted("tokens") {
            tokens::section(plan).await?;
        }
        Ok(())
    })
}

fn number(variable: &str, default: f64) -> Result<f64> {
    match env::var(variable) {
        Ok(text) => text
            .parse()
            .map_err(|_| format!("{variable} must be a number").into()),
        Err(_) => Ok(default),
    }
}
