//! What it takes to wait: 4,096 calls at once, at a bank that answers after seconds.

use std::time::Duration;

use crate::{
    Result,
    figures::verdict,
    load::{self, Caller},
    process::{Bank, Process, Tokens},
};

const CALLS: usize = 4096;

/// Long enough for the last call to arrive before the first is answered.
const BANK: Duration = Duration::from_secs(5);

pub(crate) async fn section() -> Result<()> {
    println!("{CALLS} calls waiting at once for a bank that takes {BANK:?}.\n");
    println!("| called | idle MiB | peak MiB | KiB a call | CPU µs/call | slowest call |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    measure("naive gateway", None).await?;
    let peak = measure("**gateway**", Some(Tokens::None)).await?;
    let with_tokens = measure("**gateway**, tokens", Some(Tokens::Minted)).await?;
    println!(
        "\n- memory with 4,096 calls waiting: {peak:.0} MiB, {with_tokens:.0} MiB with tokens (aim: under 150 MiB): {}\n",
        verdict(peak.max(with_tokens) < 150.0),
    );
    Ok(())
}

async fn measure(name: &str, gateway: Option<Tokens>) -> Result<f64> {
    eprintln!("waiting: {name}");
    let bank = Bank::start(BANK, Duration::ZERO)?;
    let server = match gateway {
        None => Process::role("naive", &[&bank.url()])?,
        Some(tokens) => Process::gateway(&bank, tokens).await?.0,
    };
    let callers = Caller::of_server(&server, CALLS).await?;
    let (idle, cpu) = (server.peak_memory()?, server.cpu()?);
    let latency = load::all_at_once(&callers, CALLS).await?;
    let (peak, cpu) = (server.peak_memory()?, server.cpu()? - cpu);
    let most = bank.seen().await?.most_waiting;
    if most < CALLS {
        return Err(format!("{name}: only {most} calls waited at the bank at once").into());
    }
    println!(
        "| {name} | {idle:.1} | {peak:.1} | {:.1} | {:.1} | {:.2} s |",
        (peak - idle) * 1024.0 / CALLS as f64,
        cpu.as_secs_f64() * 1e6 / CALLS as f64,
        latency.max() as f64 / 1e9,
    );
    Ok(peak)
}
