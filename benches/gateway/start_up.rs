//! How long the gateway takes from its start until health says SERVING.

use std::time::Duration;

use crate::{
    Result,
    figures::{median, milliseconds, verdict},
    process::{Bank, Process, Tokens},
};

const STARTS: usize = 20;

pub(crate) async fn section() -> Result<()> {
    eprintln!("start-up");
    let bank = Bank::start(Duration::ZERO, Duration::ZERO)?;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let (process, took) = Process::gateway(&bank, Tokens::Minted).await?;
        times.push(milliseconds(took));
        drop(process);
    }
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let middle = median(times);
    println!(
        "- ready to serve {middle:.0} ms after its start, the slowest of {STARTS} after {slowest:.0} ms \
         (aim: within 100 ms): {}\n",
        verdict(middle <= 100.0),
    );
    Ok(())
}
