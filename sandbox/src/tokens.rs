//! The authorize tokens: minted for minutes, good for one session.
//!
//! The documentation disagrees on whether an answer needs the same token
//! again or a new one, and clients do both; so both are taken here, and
//! nothing else is. On how long an unused token lives it disagrees too: see
//! `lifetime`.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{Generation, Options, Tokens};

/// Old tokens are forgotten past this many, so that a long load test does
/// not grow without end.
const KEPT: usize = 100_000;

/// How long an unused token lives. The reference of today says thirty minutes,
/// on four pages; one guide, on resuming and reconnecting, says fifteen. The
/// old help centre says nothing, so old instances are taken to be the stricter
/// ones: a client that works under both may rely on fifteen, and no more.
fn lifetime(generation: Generation) -> SignedDuration {
    SignedDuration::from_mins(match generation {
        Generation::Help2019 => 15,
        Generation::Docs2025 => 30,
    })
}

/// The token does not open this call.
pub(crate) struct Refused;

#[derive(Default)]
pub(crate) struct TokenStore {
    tokens: HashMap<Uuid, State>,
    order: VecDeque<Uuid>,
    minted: usize,
}

enum State {
    Unused {
        minted: Timestamp,
    },
    /// Used by a call that may or may not have opened a session.
    Used {
        session: Option<u64>,
    },
}

impl TokenStore {
    pub(crate) fn mint(&mut self, token: Uuid, now: Timestamp) {
        if self.order.len() == KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.tokens.remove(&oldest);
        }
        self.order.push_back(token);
        self.tokens.insert(token, State::Unused { minted: now });
        self.minted += 1;
    }

    /// Refuses all that were minted so far.
    pub(crate) fn forget(&mut self) {
        self.tokens.clear();
        self.order.clear();
    }

    pub(crate) fn minted(&self) -> usize {
        self.minted
    }

    /// Lets a call in, or not. A token that was let in is used up, except
    /// for further calls to `session`.
    pub(crate) fn admit(
        &mut self,
        options: &Options,
        key: Option<&str>,
        session: Option<u64>,
        now: Timestamp,
    ) -> Result<Option<Uuid>, Refused> {
        let key = match (options.tokens, key) {
            (Tokens::Ignored, _) | (Tokens::Optional, None) => return Ok(None),
            (Tokens::Required, None) => return Err(Refused),
            (Tokens::Required | Tokens::Optional, Some(key)) => key,
        };
        let token = Uuid::try_parse(key).map_err(|_| Refused)?;
        let state = self.tokens.get_mut(&token).ok_or(Refused)?;
        match *state {
            State::Unused { minted }
                if now.duration_since(minted) < lifetime(options.generation) =>
            {
                *state = State::Used { session };
                Ok(Some(token))
            }
            State::Used {
                session: Some(bound),
            } if Some(bound) == session => Ok(Some(token)),
            State::Unused { .. } | State::Used { .. } => Err(Refused),
        }
    }

    /// Ties an admitted token to the session its call has opened.
    pub(crate) fn bind(&mut self, token: Option<Uuid>, session: u64) {
        if let Some(state) = token.and_then(|token| self.tokens.get_mut(&token)) {
            *state = State::Used {
                session: Some(session),
            };
        }
    }
}
