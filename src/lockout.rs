//! The lock-out guard: what a bank has refused is not sent to it again for a while.
//!
//! Banks lock a customer out after a few wrong attempts, and a program that repeats a call cannot know better. So a
//! user name and password that were refused are refused here, without asking; another password passes. What is kept
//! is a hash under a key that the process makes and never shows, so that its memory tells no password; and it is kept
//! for this replica alone.

#![expect(clippy::disallowed_methods, reason = "what is hashed here is not kept")]

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use secrecy::ExposeSecret;

use crate::domain::{
    failure::{Failure, Reason},
    names::RequestId,
    outcome::Outcome,
    request::{Authorize, Subject},
};

/// How many refused pairs are remembered, and how many sign-ins that were challenged. Beyond, the oldest are
/// forgotten: memory is bounded, at about 100 bytes each.
const MOST: usize = 1 << 16;

/// A user name and password at a bank, told apart from all others and not turned back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attempt([u8; 32]);

/// Remembers what banks refused.
pub struct LockoutGuard {
    key: hmac::Key,
    hold: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    refused: Remembered<Attempt, ()>,
    /// What a bank has answered with challenges may still be refused after them.
    challenged: Remembered<String, Attempt>,
}

impl LockoutGuard {
    /// Holds back for so long; for none, not at all.
    pub fn new(hold: Option<Duration>) -> Self {
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).expect("the system has randomness");
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            hold,
            state: Mutex::default(),
        }
    }

    /// Lets a sign-in pass, unless its bank refused it a short while ago. A saved login has no password to be wrong.
    pub fn check(&self, request: &Authorize) -> Result<Option<Attempt>, Failure> {
        let Some(attempt) = self.attempt(request) else {
            return Ok(None);
        };
        match self.lock().refused.until(&attempt) {
            None => Ok(Some(attempt)),
            Some(until) => Err(Failure::new(Reason::CredentialsHeldBack {
                retry_after: until.saturating_duration_since(Instant::now()),
            })),
        }
    }

    /// Learns what the bank made of a sign-in that passed: it may have refused it, or ask challenges before it decides.
    pub fn learn(&self, attempt: Option<Attempt>, outcome: &Result<Outcome, Failure>) {
        let Some((attempt, hold)) = attempt.zip(self.hold) else {
            return;
        };
        match outcome {
            Ok(Outcome::Challenged(round)) => {
                let session = round.request_id.as_str().to_owned();
                self.lock().challenged.keep(session, attempt, hold);
            }
            Err(failure) if is_refusal(failure) => self.lock().refused.keep(attempt, (), hold),
            Ok(Outcome::Session(_) | Outcome::Pending(_)) | Err(_) => {}
        }
    }

    /// Learns what the bank made of the answers in a session: it may have refused the sign-in after all.
    pub fn learn_in(&self, session: &RequestId, outcome: &Result<Outcome, Failure>) {
        let (Err(failure), Some(hold)) = (outcome, self.hold) else {
            return;
        };
        if is_refusal(failure) {
            let mut state = self.lock();
            if let Some(attempt) = state.challenged.forget(session.as_str()) {
                state.refused.keep(attempt, (), hold);
            }
        }
    }

    /// Which sign-in this is; none where none is watched.
    fn attempt(&self, request: &Authorize) -> Option<Attempt> {
        self.hold?;
        let Subject::Credentials {
            institution,
            username,
            password,
        } = &request.subject
        else {
            return None;
        };
        let mut context = hmac::Context::with_key(&self.key);
        for part in [
            request.instance.0.as_str(),
            institution,
            username.expose_secret(),
            password.expose_secret(),
        ] {
            // With its length, so that no two pairs run together to the same.
            context.update(&part.len().to_be_bytes());
            context.update(part.as_bytes());
        }
        let tag = context.sign();
        Some(Attempt(
            tag.as_ref().try_into().expect("SHA-256 has 32 bytes"),
        ))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LockoutGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockoutGuard")
            .field("hold", &self.hold)
            .finish_non_exhaustive()
    }
}

/// Whether a bank refused a user name and password.
fn is_refusal(failure: &Failure) -> bool {
    failure.reason == Reason::CredentialsRejected
}

/// What is remembered, each for about the same time, so that the oldest ends first.
struct Remembered<K, V> {
    values: HashMap<K, (V, Instant)>,
    ends: VecDeque<(Instant, K)>,
}

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self {
            values: HashMap::new(),
            ends: VecDeque::new(),
        }
    }
}

impl<K: Clone + Eq + std::hash::Hash, V> Remembered<K, V> {
    fn keep(&mut self, key: K, value: V, time: Duration) {
        let until = Instant::now() + time;
        self.purge();
        self.values.insert(key.clone(), (value, until));
        self.ends.push_back((until, key));
    }

    /// Until when this is remembered; none when it is not.
    fn until(&mut self, key: &K) -> Option<Instant> {
        self.purge();
        let until = self.values.get(key).map(|(_, until)| *until);
        until.filter(|until| *until > Instant::now())
    }

    fn forget<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + std::hash::Hash + ?Sized,
    {
        self.purge();
        self.values.remove(key).map(|(value, _)| value)
    }

    /// Forgets what has ended, and the oldest where there is no room.
    fn purge(&mut self) {
        let now = Instant::now();
        while let Some((until, _)) = self.ends.front()
            && (*until <= now || self.ends.len() >= MOST)
        {
            let (until, key) = self.ends.pop_front().expect("there is a first");
            // What was kept again since ends later.
            if self
                .values
                .get(&key)
                .is_some_and(|(_, latest)| *latest == until)
            {
                self.values.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_the_newest_are_kept() {
        let mut remembered = Remembered::default();
        let hour = Duration::from_secs(3600);
        for number in 0..MOST * 2 {
            remembered.keep(number, (), hour);
        }
        assert!(remembered.values.len() <= MOST && remembered.ends.len() <= MOST);
        assert!(remembered.until(&(MOST * 2 - 1)).is_some());
        assert!(remembered.until(&0).is_none());
        for _ in 0..MOST * 2 {
            remembered.keep(0, (), hour);
        }
        assert!(remembered.ends.len() <= MOST);
        assert!(remembered.until(&0).is_some());
    }

    #[test]
    fn what_was_kept_again_ends_later() {
        let mut remembered = Remembered::default();
        remembered.keep("a", (), Duration::ZERO);
        remembered.keep("a", (), Duration::from_secs(3600));
        assert!(remembered.until(&"a").is_some());
        remembered.keep("b", (), Duration::ZERO);
        assert!(remembered.until(&"b").is_none());
    }
}
