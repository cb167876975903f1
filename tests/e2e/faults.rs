//! Faults of everything around the gateway, injected into a real process on real sockets, and counted.
//!
//! Each part breaks one thing in every way it knows, calls all the while, and leaves a line of figures: what was called,
//! what was broken, what was answered, and what was lost, doubled or leaked, which must be nothing. `make test` runs them
//! in small; `make soak` sets `SOAK`, and they run in full against the gateway as it is shipped.

mod bank;
mod clocks;
mod frames;
mod idle;
mod mints;
mod names;
mod resets;
mod silence;
mod soak;
mod stalls;

use std::{collections::BTreeMap, ops::Range, process::Command, time::Instant};

use flinks_gateway::pb;
use tonic::Code;

use crate::{admin::Scrape, harness::*, process::Process};

/// Whether to run in full.
pub fn is_soak() -> bool {
    std::env::var_os("SOAK").is_some_and(|value| !value.is_empty())
}

/// The size of a run: in `make test`, and in `make soak`.
pub fn scaled(test: usize, soak: usize) -> usize {
    if is_soak() { soak } else { test }
}

/// Chance that can be had again: `FAULTS_SEED` is what a run printed.
fn chance() -> (u64, fastrand::Rng) {
    let seed = std::env::var("FAULTS_SEED").ok();
    let seed = seed.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    (seed, fastrand::Rng::with_seed(seed))
}

/// What the secrets of these tests look like. Tokens and LoginIds are UUIDs that begin so.
const CANARIES: [&str; 3] = ["canary-", "cafecafe-0000", "beefbeef-0000"];

const SECRET_KEY: &str = "canary-secret-key";

/// What a part found.
pub struct Tally {
    part: &'static str,
    begun: Instant,
    pub calls: usize,
    pub faults: usize,
    /// Answers by reason; a good one is `OK`.
    answers: BTreeMap<String, usize>,
    pub lost: usize,
    pub doubled: usize,
    pub leaked: usize,
    notes: Vec<String>,
}

impl Tally {
    pub fn new(part: &'static str) -> Self {
        Self {
            part,
            begun: Instant::now(),
            calls: 0,
            faults: 0,
            answers: BTreeMap::new(),
            lost: 0,
            doubled: 0,
            leaked: 0,
            notes: Vec::new(),
        }
    }

    pub fn count(&mut self, answer: &Result<(), Error>) {
        self.calls += 1;
        let reason = match answer {
            Ok(()) => "OK",
            Err(error) => &error.reason,
        };
        *self.answers.entry(reason.to_owned()).or_default() += 1;
    }

    fn answered(&self, reason: &str) -> usize {
        self.answers.get(reason).copied().unwrap_or_default()
    }

    fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.faults += other.faults;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.leaked += other.leaked;
        for (reason, count) in other.answers {
            *self.answers.entry(reason).or_default() += count;
        }
        self.notes.extend(other.notes);
    }

    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Prints the line, and fails where anything was lost, doubled or leaked.
    #[expect(clippy::print_stdout, reason = "figures are what `make soak` is for")]
    pub fn close(self) {
        let answers: Vec<String> = self
            .answers
            .iter()
            .map(|(reason, count)| format!("{count} {reason}"))
            .collect();
        let (answers, notes) = (answers.join(", "), self.notes.join("; "));
        let seconds = self.begun.elapsed().as_secs_f64();
        // On a line of its own, whatever the test harness has just written.
        println!(
            "\n| {} | {} | {} | {answers} | {} | {} | {} | {seconds:.1} s | {notes} |",
            self.part, self.calls, self.faults, self.lost, self.doubled, self.leaked,
        );
        let all: usize = self.answers.values().sum();
        assert_eq!(all + self.lost, self.calls, "a call has one answer");
        assert_eq!((self.lost, self.doubled, self.leaked), (0, 0, 0));
    }
}

/// A gateway as a process, and what it held at its start.
pub struct Subject {
    pub process: Process,
    files: usize,
}

impl Subject {
    pub fn serve(change: impl FnOnce(&mut Command)) -> Self {
        let process = Process::serve(|command| {
            command.args(["--admin-listen", "127.0.0.1:0"]);
            change(command);
        });
        let mut subject = Self { process, files: 0 };
        subject.files = subject.files();
        subject
    }

    pub fn client(&self) -> Client {
        Client::native(self.process.address)
    }

    /// A number of `/proc/PID/status`; that of memory is in KiB.
    fn status(&self, name: &str) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// KiB.
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    pub fn threads(&self) -> u64 {
        self.status("Threads:")
    }

    /// How many files and sockets are open.
    pub fn files(&self) -> usize {
        let files = format!("/proc/{}/fd", self.process.id());
        std::fs::read_dir(files).unwrap().count()
    }

    async fn gauge(&self, name: &str) -> f64 {
        let scrape = Scrape::of(self.process.admin.unwrap()).await;
        let sample = scrape.samples.iter().find(|sample| sample.0 == name);
        sample.unwrap_or_else(|| panic!("no {name}")).2
    }

    /// How many calls are under way, and how many connections are open.
    pub async fn held(&self) -> (f64, f64) {
        (
            self.gauge("flinks_gateway_calls_in_flight").await,
            self.gauge("flinks_gateway_connections").await,
        )
    }

    /// How often a secret is in what the process wrote.
    pub fn leaks(&self) -> usize {
        let written = self.process.written();
        assert!(!written.contains("panicked"), "{written}");
        let leaks = |canary| written.matches(canary).count();
        CANARIES.into_iter().map(leaks).sum()
    }

    /// Once clients and banks are gone nothing is held any more. Counts what is, and secrets that were written.
    pub async fn settle(&self, tally: &mut Tally) {
        let until = Instant::now() + PATIENCE;
        let mut held = self.held().await;
        // A mint may go on in an outage.
        while held != (0.0, 0.0) || self.files() > self.files + 1 {
            if Instant::now() >= until {
                let files = self.files();
                let what = format!("{held:?} and {files} files, {} at first", self.files);
                tally.note(format!("calls and connections held: {what}"));
                tally.leaked += 1;
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            held = self.held().await;
        }
        tally.leaked += self.leaks();
    }
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Live,
    Answers,
    Cached,
}

/// The name of a call, which the bank knows it by. All are as long as each other.
fn name(call: usize) -> String {
    format!("canary-call-{call:08}")
}

/// Whoever calls, with a round to answer.
#[derive(Clone)]
pub struct Customer {
    client: Client,
    instance: String,
    round: pb::ChallengeRound,
}

impl Customer {
    pub fn new(client: Client, instance: &str) -> Self {
        Self {
            client,
            instance: instance.to_owned(),
            round: pb::ChallengeRound::default(),
        }
    }

    fn sign_in(&self, call: usize, user: &str) -> pb::AuthorizeRequest {
        pb::AuthorizeRequest {
            tag: name(call),
            instance: self.instance.clone(),
            ..credentials("Bank", user, &format!("canary-password-{call:08}"))
        }
    }

    /// Signs in live for all these calls at once.
    pub async fn call_all(&self, calls: Range<usize>) -> Vec<(usize, Result<(), Error>)> {
        let called: Vec<_> = calls
            .map(|call| {
                let mut customer = self.clone();
                tokio::spawn(async move { (call, customer.call(Kind::Live, call).await) })
            })
            .collect();
        let mut answers = Vec::new();
        for called in called {
            answers.push(called.await.unwrap());
        }
        answers
    }

    /// Signs in to be asked; what was asked can then be answered.
    pub async fn be_asked(&mut self, call: usize) -> Result<(), Error> {
        let request = self.sign_in(call, bank::ASK);
        match self.client.authorize(request).await? {
            pb::authorize_response::Outcome::ChallengeRound(round) => self.round = round,
            _ => panic!("the bank did not ask"),
        }
        Ok(())
    }

    pub async fn call(&mut self, kind: Kind, call: usize) -> Result<(), Error> {
        match kind {
            Kind::Live => {
                let request = self.sign_in(call, &format!("canary-user-{call:08}"));
                self.client.authorize(request).await.map(drop)
            }
            Kind::Answers => {
                let text = name(call);
                let answers = same_answer(&self.round, |_| {
                    pb::challenge_answer::Answer::Text(text.clone())
                });
                self.client.answer(answers).await.map(drop)
            }
            Kind::Cached => {
                let request = pb::CachedAuthorizeRequest {
                    login_id: format!("beefbeef-0000-4000-8000-{call:012}"),
                    tag: name(call),
                    instance: self.instance.clone(),
                };
                self.client.cached(request).await.map(drop)
            }
        }
    }
}

/// `UNAVAILABLE` is repeated by meshes, so nothing may have been sent.
fn says_unsent(answer: &Result<(), Error>) -> bool {
    matches!(answer, Err(error) if error.code == Code::Unavailable)
}
