//! Why a call was turned away at the door. Nothing of it was sent, and its message was not looked at.

use std::time::Duration;

/// Why a call was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither certificate nor key is of a configured caller.
    #[error("the caller is not known here; nothing was sent")]
    CallerUnknown,
    /// The caller may not do this.
    #[error("the caller may not call this; nothing was sent")]
    CallerNotPermitted,
    /// The caller has too many calls under way, or makes them too fast.
    #[error("the caller makes more calls than it may; nothing was sent")]
    CallerLimited {
        /// When there may be room again.
        retry_after: Duration,
    },
    /// All callers together have too many calls under way.
    #[error("the gateway has as many calls under way as it takes; nothing was sent")]
    Overloaded,
}
