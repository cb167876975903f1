//! What a call costs: every subject at 1 to 4,096 calls in flight.
//!
//! Each cell has a bank and a server that were started for it. The subjects take turns, round after round, so that a
//! machine that slows down slows all of them.

use std::time::Duration;

use crate::{
    Plan, Result,
    figures::{median, microseconds_at, thousands, verdict},
    load::{self, Caller},
    process::{Bank, Process, Tokens},
};

const IN_FLIGHT: [usize; 4] = [1, 16, 256, 4096];

const WARM_UP: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Direct,
    Echo,
    Naive,
    Gateway,
    GatewayWithTokens,
}

const SUBJECTS: [Subject; 5] = [
    Subject::Direct,
    Subject::Echo,
    Subject::Naive,
    Subject::Gateway,
    Subject::GatewayWithTokens,
];

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Self::Direct => "bank, directly",
            Self::Echo => "bare echo",
            Self::Naive => "naive gateway",
            Self::Gateway => "**gateway**",
            Self::GatewayWithTokens => "**gateway**, tokens",
        }
    }
}

/// One subject at one number of calls in flight: what a round found, or the medians of all rounds.
#[derive(Clone, Copy, Debug)]
struct Cell {
    subject: Subject,
    in_flight: usize,
    rate: f64,
    /// Microseconds a call.
    cpu: f64,
    /// Microseconds.
    p50: f64,
    /// Microseconds.
    p99: f64,
    /// MiB.
    peak_memory: f64,
}

pub(crate) async fn section(plan: Plan) -> Result<()> {
    let mut rounds = Vec::new();
    for round in 1..=plan.rounds {
        for in_flight in IN_FLIGHT {
            eprintln!(
                "calls: round {round} of {}, {in_flight} in flight",
                plan.rounds
            );
            for subject in SUBJECTS {
                let cell = measure(subject, in_flight, plan.each).await;
                let cell = cell.map_err(|error| {
                    format!("{} at {in_flight} in flight: {error}", subject.name())
                })?;
                rounds.push(cell);
            }
        }
    }
    let cells = medians(&rounds);
    print_table(&cells, plan);
    print_aims(&cells);
    Ok(())
}

async fn measure(subject: Subject, in_flight: usize, each: Duration) -> Result<Cell> {
    let bank = Bank::start(Duration::ZERO, Duration::ZERO)?;
    let server = match subject {
        Subject::Direct => None,
        Subject::Echo => Some(Process::role("echo", &[])?),
        Subject::Naive => Some(Process::role("naive", &[&bank.url()])?),
        Subject::Gateway => Some(Process::gateway(&bank, Tokens::None).await?.0),
        Subject::GatewayWithTokens => Some(Process::gateway(&bank, Tokens::Minted).await?.0),
    };
    let callers = match &server {
        None => Caller::of_bank(&bank)?,
        Some(server) => Caller::of_server(server, in_flight).await?,
    };
    let called = server.as_ref().unwrap_or(&bank.0);
    let measured = load::closed_loop(&callers, in_flight, WARM_UP, each, called).await?;
    let calls = measured.latency.len() as f64;
    let seen = bank.seen().await?;
    if subject == Subject::GatewayWithTokens && seen.with_token < seen.authorized {
        return Err("a sign-in reached the bank without a token".into());
    }
    Ok(Cell {
        subject,
        in_flight,
        rate: calls / measured.elapsed.as_secs_f64(),
        cpu: measured.cpu.as_secs_f64() * 1e6 / calls,
        p50: microseconds_at(&measured.latency, 0.5),
        p99: microseconds_at(&measured.latency, 0.99),
        peak_memory: called.peak_memory()?,
    })
}

fn medians(rounds: &[Cell]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for in_flight in IN_FLIGHT {
        for subject in SUBJECTS {
            let of = |figure: fn(&Cell) -> f64| {
                let same = |cell: &&Cell| cell.subject == subject && cell.in_flight == in_flight;
                median(rounds.iter().filter(same).map(figure))
            };
            cells.push(Cell {
                subject,
                in_flight,
                rate: of(|cell| cell.rate),
                cpu: of(|cell| cell.cpu),
                p50: of(|cell| cell.p50),
                p99: of(|cell| cell.p99),
                peak_memory: of(|cell| cell.peak_memory),
            });
        }
    }
    cells
}

fn find(cells: &[Cell], subject: Subject, in_flight: usize) -> Option<&Cell> {
    cells
        .iter()
        .find(|cell| cell.subject == subject && cell.in_flight == in_flight)
}

fn cpu_ratio(cells: &[Cell], cell: &Cell) -> f64 {
    find(cells, Subject::Naive, cell.in_flight).map_or(f64::NAN, |naive| cell.cpu / naive.cpu)
}

fn print_table(cells: &[Cell], plan: Plan) {
    println!(
        "Medians of {} rounds of {:?} each. CPU time and peak memory are of the process called.\n",
        plan.rounds, plan.each
    );
    println!(
        "| in flight | called | calls/s | CPU µs/call | × naive | p50 µs | p99 µs | peak MiB |"
    );
    println!("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for cell in cells {
        let ratio = match cell.subject {
            Subject::Direct => "–".to_owned(),
            _ => format!("{:.2}", cpu_ratio(cells, cell)),
        };
        println!(
            "| {} | {} | {} | {:.1} | {ratio} | {} | {} | {:.1} |",
            thousands(cell.in_flight as f64),
            cell.subject.name(),
            thousands(cell.rate),
            cell.cpu,
            thousands(cell.p50),
            thousands(cell.p99),
            cell.peak_memory,
        );
    }
    println!();
}

fn print_aims(cells: &[Cell]) {
    let ratios: Vec<f64> = IN_FLIGHT
        .into_iter()
        .filter_map(|in_flight| find(cells, Subject::Gateway, in_flight))
        .map(|cell| cpu_ratio(cells, cell))
        .collect();
    let texts: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    println!(
        "- CPU per call, times the naive gateway's: {} at 1, 16, 256 and 4,096 in flight (aim: at most 1.3): {}",
        texts.join(", "),
        verdict(ratios.iter().all(|ratio| *ratio <= 1.3)),
    );
    let p50 = |subject| find(cells, subject, 1).map_or(f64::NAN, |cell| cell.p50);
    let direct = p50(Subject::Direct);
    let added = p50(Subject::Gateway) - direct;
    println!(
        "- added to the bank's own p50 at one caller: {added:.0} µs, of which {:.0} µs by the naive gateway as well \
         (aim: under 150 µs): {}\n",
        p50(Subject::Naive) - direct,
        verdict(added < 150.0),
    );
}
