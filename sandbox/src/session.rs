//! Sessions: who is signing in, how far they are, and by which RequestId
//! they are known.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::challenge::Challenge;
use crate::scenario::{Ask, Scenario};
use crate::{FLINKS_CAPITAL, SCENARIO_BANK, flinks_capital};

/// A session nobody calls for this long is over.
const IDLE: SignedDuration = SignedDuration::from_mins(8);

/// A RequestId this old is over, however busy its session is.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// Old sessions are forgotten past this many, so that a long load test does
/// not grow without end.
const KEPT: usize = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Institution {
    FlinksCapital,
    ScenarioBank,
}

impl Institution {
    /// Names are compared exactly, as Flinks compares them.
    pub(crate) fn named(name: &str) -> Option<Institution> {
        match name {
            FLINKS_CAPITAL => Some(Institution::FlinksCapital),
            SCENARIO_BANK => Some(Institution::ScenarioBank),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Institution::FlinksCapital => FLINKS_CAPITAL,
            Institution::ScenarioBank => SCENARIO_BANK,
        }
    }

    pub(crate) fn id(self) -> u16 {
        match self {
            Institution::FlinksCapital => flinks_capital::INSTITUTION_ID,
            Institution::ScenarioBank => 9_001,
        }
    }
}

/// Somebody at an institution, in a language: what a LoginId stands for.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) institution: Institution,
    /// As typed, for replies echo it.
    pub(crate) username: String,
    pub(crate) language: String,
}

impl Person {
    /// The same on every run, so that clients may keep it in a database.
    pub(crate) fn login_id(&self, customer_id: Uuid) -> Uuid {
        let identity = format!(
            "{}\n{}\n{}",
            self.institution.name(),
            self.username.to_lowercase(),
            self.language
        );
        Uuid::new_v5(&customer_id, identity.as_bytes())
    }
}

pub(crate) struct Session {
    pub(crate) request_id: Uuid,
    /// When the RequestId was made.
    pub(crate) issued: Timestamp,
    pub(crate) state: State,
    pub(crate) last_call: Timestamp,
    pub(crate) person: Person,
    pub(crate) scenario: Scenario,
    /// The number of steps played.
    pub(crate) played: usize,
    /// What was asked last, and from what it was made.
    pub(crate) pending: Vec<Challenge>,
    pub(crate) asks: Vec<Ask>,
    /// Rounds so far, and tries at the present one.
    pub(crate) round: usize,
    pub(crate) attempt: usize,
    /// Reopens the saved login without the bank.
    pub(crate) cached: bool,
    pub(crate) save: bool,
    pub(crate) schedule_refresh: bool,
    pub(crate) tag: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Challenged,
    Authorized,
    Ended,
}

impl Session {
    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.last_call) >= IDLE || now.duration_since(self.issued) >= LIFETIME
    }
}

/// All sessions, found by any RequestId they ever had.
#[derive(Default)]
pub(crate) struct Sessions {
    numbers: HashMap<Uuid, u64>,
    sessions: HashMap<u64, (Session, Vec<Uuid>)>,
    order: VecDeque<u64>,
    next: u64,
}

impl Sessions {
    /// Starts to keep a session, under a number that never changes.
    pub(crate) fn add(&mut self, session: Session) -> u64 {
        if self.order.len() == KEPT
            && let Some(oldest) = self.order.pop_front()
            && let Some((_, names)) = self.sessions.remove(&oldest)
        {
            for name in names {
                self.numbers.remove(&name);
            }
        }
        let number = self.next;
        self.next += 1;
        self.order.push_back(number);
        self.put(number, session, Vec::new());
        number
    }

    pub(crate) fn number(&self, request_id: &str) -> Option<u64> {
        let request_id = Uuid::try_parse(request_id).ok()?;
        self.numbers.get(&request_id).copied()
    }

    /// Works on a session; its RequestId may change meanwhile.
    pub(crate) fn take(&mut self, number: u64) -> Option<(Session, Vec<Uuid>)> {
        self.sessions.remove(&number)
    }

    /// Puts back what `take` has given.
    pub(crate) fn put(&mut self, number: u64, session: Session, mut names: Vec<Uuid>) {
        if !names.contains(&session.request_id) {
            names.push(session.request_id);
            self.numbers.insert(session.request_id, number);
        }
        self.sessions.insert(number, (session, names));
    }
}
