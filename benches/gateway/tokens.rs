//! What authorize tokens add where a mint takes 20 ms: nothing, as long as the pool holds one.

use std::time::Duration;

use crate::{
    Plan, Result,
    figures::{microseconds_at, thousands},
    load::{self, Caller},
    process::{Bank, Process, Tokens},
};

const BANK: Duration = Duration::from_millis(50);

const MINT: Duration = Duration::from_millis(20);

/// Above the bank's own time by more than the machine's noise, and below it with a whole mint.
const MISS: Duration = Duration::from_millis(62);

pub(crate) async fn section(plan: Plan) -> Result<()> {
    println!(
        "Authorize tokens from the first call on, nothing warmed up: a mint takes {MINT:?}, a sign-in {BANK:?}.\n"
    );
    println!(
        "| in flight | tokens | sign-ins | p50 ms | p99 ms | waited for a mint | mints | left unused |"
    );
    println!("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for in_flight in [1, 16] {
        for tokens in [Tokens::None, Tokens::Minted] {
            eprintln!("tokens: {tokens:?} at {in_flight} in flight");
            measure(in_flight, tokens, plan.each * 2).await?;
        }
    }
    println!();
    Ok(())
}

async fn measure(in_flight: usize, tokens: Tokens, each: Duration) -> Result<()> {
    let bank = Bank::start(BANK, MINT)?;
    let (server, _) = Process::gateway(&bank, tokens).await?;
    let callers = Caller::of_server(&server, in_flight).await?;
    let measured = load::closed_loop(&callers, in_flight, Duration::ZERO, each, &server).await?;
    let latency = measured.latency;
    // Mints under way come to rest.
    tokio::time::sleep(2 * MINT).await;
    let seen = bank.seen().await?;
    let (sign_ins, misses) = (latency.len(), {
        let hits = latency.count_between(0, MISS.as_nanos() as u64);
        latency.len() - hits
    });
    let (kind, waited, minted, unused) = match tokens {
        Tokens::None => ("no", "–".into(), "–".into(), "–".into()),
        Tokens::Minted => (
            "yes",
            misses.to_string(),
            seen.minted.to_string(),
            seen.minted.saturating_sub(seen.authorized).to_string(),
        ),
    };
    println!(
        "| {in_flight} | {kind} | {} | {:.1} | {:.1} | {waited} | {minted} | {unused} |",
        thousands(sign_ins as f64),
        microseconds_at(&latency, 0.5) / 1e3,
        microseconds_at(&latency, 0.99) / 1e3,
    );
    Ok(())
}
