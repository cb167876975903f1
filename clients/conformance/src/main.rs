//! Runs the same cases through every client, against the real gateway: see `README.md` beside this crate.
//!
//! ```text
//! cases ─▶ stage (bank, gateways, a newer gateway) ─▶ runner, one process per client ─▶ judge ─▶ table
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people and for CI"
)]

mod cases;
mod full;
mod gateway;
mod identity;
mod judge;
mod newer;
mod rolling;
mod rude;
mod runner;
mod seen;
mod stage;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{cases::Case, runner::Heard, seen::Seen, stage::Stage};

/// Run the conformance cases through installed clients
#[derive(Parser)]
struct Args {
    /// The gateway to run them against
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/debug/flinks-gateway"
    )]
    gateway: PathBuf,
    /// Where the cases are
    #[arg(
        long,
        value_name = "FOLDER",
        default_value = "clients/conformance/cases"
    )]
    cases: PathBuf,
    /// Run only the cases whose names contain this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// A page that must say how many cases and clients there are
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Where clients were installed, one folder each
    #[arg(value_name = "FOLDER", required = true)]
    clients: Vec<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("flinks-conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How many clients are run at once.
const AT_ONCE: usize = 4;

/// Whether all is well.
async fn run(args: Args) -> io::Result<bool> {
    let mut cases = cases::read(&args.cases)?;
    cases.retain(|case| case.name.contains(&args.only));
    if cases.is_empty() {
        return Err(io::Error::other("no case has such a name"));
    }
    let cases = Arc::new(cases);
    let gateway = Arc::new(args.gateway);
    // Cases mostly wait. Each client has a stage of its own, so several may wait at once.
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut playing = Vec::new();
    let mut rehearsing = Vec::new();
    for folder in &args.clients {
        let folder = folder.canonicalize()?;
        for (name, runner) in runner::find(&folder)? {
            let (gateway, cases, turns) =
                (Arc::clone(&gateway), Arc::clone(&cases), Arc::clone(&turns));
            playing.push(tokio::spawn(async move {
                let _turn = turns.acquire().await;
                eprintln!("{name}");
                play(&gateway, &cases, &runner)
                    .await
                    .map(|column| (name, column))
            }));
        }
        let (gateway, turns) = (Arc::clone(&gateway), Arc::clone(&turns));
        rehearsing.push(tokio::spawn(async move {
            let _turn = turns.acquire().await;
            example(&gateway, &folder).await
        }));
    }
    let mut columns = Vec::new();
    let mut complaints = Vec::new();
    for column in playing {
        let (name, column) = column.await??;
        complaints.extend(
            column
                .iter()
                .filter_map(|(case, fault)| Some(format!("{name}, {case}: {}", fault.as_ref()?))),
        );
        columns.push((name, column));
    }
    for example in rehearsing {
        complaints.extend(example.await??);
    }
    print(&cases, &columns);
    let said = format!("{} cases, {} clients", cases.len(), columns.len());
    println!("\n{said}, {} faults", complaints.len());
    for complaint in &complaints {
        println!("  {}", cut(complaint));
    }
    if let Some(page) = &args.page
        && !std::fs::read_to_string(page)?.contains(&format!(" {said}"))
    {
        complaints.push(String::new());
        println!("  {} does not say {said:?}", page.display());
    }
    Ok(complaints.is_empty())
}

/// Runs every case through one client: what is wrong with each, if anything.
async fn play(
    gateway: &Path,
    cases: &[Case],
    runner: &Path,
) -> io::Result<BTreeMap<String, Option<String>>> {
    let stage = Stage::start(gateway).await?;
    let plans: Vec<Value> = cases.iter().map(Case::plan).collect();
    let plan = json!({"servers": stage.servers, "cases": plans});
    let path = stage.folder.path().join("plan.json");
    std::fs::write(&path, plan.to_string())?;
    let heard = runner::run(runner, &path).await?;
    let results = heard.results.values().map(|line| &line.result);
    let mut secrets = judge::secrets([&plan].into_iter().chain(results));
    secrets.extend(stage.private_keys()?);
    let bodies: Vec<Value> = stage
        .sandbox
        .received()
        .iter()
        .filter(|received| received.endpoint == "Authorize")
        .filter_map(|received| serde_json::from_slice(&received.body).ok())
        .collect();
    let rude = stage.rudely.clone();
    let log = stage.end().await;
    let calls: Vec<Value> = log
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();

    let mut column = BTreeMap::new();
    for case in cases {
        let fault = judge::judge(case, heard.results.get(&case.name), &secrets)
            .or_else(|| at_the_bank(case, &bodies))
            .or_else(|| at_the_gateways(case, &calls))
            .or_else(|| rudely(case, &rude));
        column.insert(case.name.clone(), fault);
    }
    if let Some(fault) = at_the_runner(cases, heard, &secrets) {
        column.insert("(the runner)".to_owned(), Some(fault));
    }
    if let Some(fault) = in_the_logs(&log, &secrets) {
        column.insert("(the gateways' logs)".to_owned(), Some(fault));
    }
    Ok(column)
}

/// What is wrong with a run beside its results: all of it, a line each.
fn at_the_runner(cases: &[Case], heard: Heard, secrets: &BTreeSet<String>) -> Option<String> {
    let mut faults = Vec::new();
    let is_case = |name: &String| cases.iter().any(|case| case.name == *name);
    if let Some(other) = heard.results.keys().find(|name| !is_case(name)) {
        faults.push(format!("a result for {other:?}, which is no case"));
    }
    let complaints = heard.complaints;
    let shown = secrets
        .iter()
        .find(|secret| complaints.contains(secret.as_str()));
    if let Some(secret) = shown {
        faults.push(format!("standard error shows {secret:?}"));
    }
    if let Some(end) = heard.end {
        faults.push(format!("{end}\n{complaints}"));
    }
    (!faults.is_empty()).then(|| faults.join("\n"))
}

/// What is wrong with what the bank received in a case: something missing, or anything live more than once.
fn at_the_bank(case: &Case, bodies: &[Value]) -> Option<String> {
    for part in &case.bank {
        let times = bodies.iter().filter(|body| contains(body, part)).count();
        if times != 1 {
            return Some(format!("the bank received {part} {times} times"));
        }
    }
    let usernames: BTreeSet<&str> = case.usernames().collect();
    usernames.into_iter().find_map(|username| {
        let calls = case
            .usernames()
            .filter(|called| *called == username)
            .count();
        let arrived = bodies
            .iter()
            .filter(|body| body["Username"] == username)
            .count();
        let calls = if case.unsent { 0 } else { calls };
        (arrived > calls && !username.contains("token=")).then(|| {
            format!("the bank was asked {arrived} times for {calls} sign-ins of {username:?}")
        })
    })
}

/// What is wrong with how often gateways refused the calls of a case.
fn at_the_gateways(case: &Case, calls: &[Value]) -> Option<String> {
    case.refused.iter().find_map(|(reason, expected)| {
        let mut refused = BTreeMap::<String, usize>::new();
        for call in calls.iter().filter(|call| call["reason"] == **reason) {
            let method = call["method"].as_str().unwrap_or_default();
            *refused.entry(method.to_owned()).or_default() += 1;
        }
        (refused != *expected).then(|| format!("{reason}: expected {expected:?}, {refused:?} came"))
    })
}

/// The first line that a gateway has logged with a secret in it.
fn in_the_logs(log: &[String], secrets: &BTreeSet<String>) -> Option<String> {
    log.iter().find_map(|line| {
        let mut secrets = secrets.iter();
        let shown = secrets.find(|secret| line.contains(secret.as_str()))?;
        Some(format!("{shown:?} in {line}"))
    })
}

/// What is wrong with what reached the peer that breaks off: a sign-in that came more than once, or never.
fn rudely(case: &Case, seen: &Seen) -> Option<String> {
    if !rude::WAYS.contains(&case.server.as_str()) {
        return None;
    }
    case.usernames().find_map(|username| {
        let times = seen.times(username);
        (times != 1).then(|| format!("{username:?} was signed in {times} times"))
    })
}

/// Whether a body has all of a part.
fn contains(body: &Value, part: &Value) -> bool {
    match (body, part) {
        (Value::Object(body), Value::Object(part)) => part
            .iter()
            .all(|(key, part)| body.get(key).is_some_and(|body| contains(body, part))),
        _ => body == part,
    }
}

/// Runs the example of a client: what is wrong with what it prints.
async fn example(gateway: &Path, folder: &Path) -> io::Result<Option<String>> {
    let stage = Stage::start(gateway).await?;
    let output = runner::example(folder, stage.gateway()).await?;
    let expected = include_str!("../example.txt");
    let said = String::from_utf8_lossy(&output.stdout);
    Ok((said != expected || !output.status.success()).then(|| {
        let complaints = String::from_utf8_lossy(&output.stderr);
        format!(
            "{}, example: {} {said}{complaints}",
            folder.display(),
            output.status
        )
    }))
}

/// The table: a row per case, a column per client.
fn print(cases: &[Case], columns: &[(String, BTreeMap<String, Option<String>>)]) {
    let wide = cases
        .iter()
        .map(|case| case.name.len())
        .max()
        .unwrap_or_default();
    let header: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    println!("\n{:wide$}  {}", "", header.join("  "));
    for case in cases {
        print!("{:wide$}", case.name);
        for (name, column) in columns {
            let passed = matches!(column.get(&case.name), Some(None));
            print!("  {:>1$}", if passed { "ok" } else { "FAILED" }, name.len());
        }
        println!();
    }
}

/// A line that a person may want to read.
fn cut(text: &str) -> String {
    text.chars().take(1500).collect()
}
