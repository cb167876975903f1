//! One call's time with Flinks: when it must be over, whether anything of it had been sent by then, and what trace it
//! is part of.
//!
//! The difference decides what a caller may do: a call of which nothing was sent can be repeated at once.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::departure::Departure;
use crate::{
    domain::failure::{Failure, Reason},
    trace::Trace,
};

/// A request that has no more time than this is not sent: it would cost the customer an attempt at the bank for an
/// answer that nobody waits for.
const LEAST: Duration = Duration::from_millis(5);

pub(super) struct Exchange {
    deadline: Instant,
    pub(super) trace: Trace,
    /// What its request waits for; none for one that may be repeated.
    pub(super) departure: Option<Departure>,
    /// Cancelled when the process will not wait any longer.
    cut_off: CancellationToken,
    sent: AtomicBool,
}

impl Exchange {
    pub(super) fn new(
        deadline: Instant,
        trace: Trace,
        departure: Option<Departure>,
        cut_off: CancellationToken,
    ) -> Self {
        Self {
            deadline,
            trace,
            departure,
            cut_off,
            sent: AtomicBool::new(false),
        }
    }

    /// Must be asked before a request goes out, which then counts as sent.
    pub(super) fn may_send(&self) -> Result<(), Failure> {
        if Instant::now() + LEAST >= self.deadline {
            return Err(self.out_of_time());
        }
        self.sent.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Does the call's work, in the time there is.
    pub(super) async fn run<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            result = work => result,
            () = tokio::time::sleep_until(self.deadline.into()) => Err(self.out_of_time()),
            () = self.cut_off.cancelled() => Err(Failure::new(if self.is_sent() {
                Reason::OutcomeUnknown
            } else {
                Reason::UpstreamUnreachable
            })),
        }
    }

    fn out_of_time(&self) -> Failure {
        Failure::new(if self.is_sent() {
            Reason::DeadlineExceeded
        } else {
            Reason::DeadlineExceededUnsent
        })
    }

    fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }
}
