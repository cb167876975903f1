//! The wall clock that session and token lifetimes are measured by.
//!
//! It can be taken over by a test, so that "eight minutes later" takes no
//! time. Delays and drips are real time and do not pass through here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A source of the time of day; clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The clock of this machine.
    pub fn system() -> Clock {
        Clock(Source::System)
    }

    /// A clock that stands still, at the present, until it is advanced.
    pub fn manual() -> Clock {
        Clock(Source::Manual(Arc::new(Mutex::new(Timestamp::now()))))
    }

    /// Moves a manual clock forward, for every clone of it. A system clock
    /// moves by itself and ignores this.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(now) = &self.0 {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
            *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Manual(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}
