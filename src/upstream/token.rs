//! Authorize tokens: one per session, minted before they are needed.
//!
//! Flinks' tokens are for one session each and die unused after 15 minutes by one page of its documentation, 30 by
//! others. The pool keeps a few fresh ones so that a sign-in need not wait for a mint. How many is learnt: a caller
//! who found none raises the target by one, a token that died unused halves it, down to none, so that an idle
//! gateway stops minting. A mint is started for a need that no mint under way will fill, and never for any other, but
//! one: as long as Flinks has not taken the secret key, a mint now and then finds out whether it does.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use bytes::Bytes;
use opentelemetry::trace::SpanKind;
use tokio::sync::{oneshot, watch};

use super::{
    ask::Question,
    decode, encode,
    http::{Endpoint, Http},
    observer::TokenEvent,
};
use crate::{
    domain::{
        failure::{Failure, Reason},
        names::AuthKey,
    },
    trace::Trace,
};

/// How long a mint may take.
const MINT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many mints may be under way at once.
const PARALLEL_MINTS: usize = 64;

/// How long the first pause is between mints that find out whether Flinks takes the key. Each is twice the one before.
const PROBE_PAUSE: Duration = Duration::from_secs(1);

/// How long the longest is.
const LONGEST_PROBE_PAUSE: Duration = Duration::from_secs(15);

/// What Flinks says to an instance's secret key. Where it cannot be asked, or fails, nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStanding {
    /// Nothing yet.
    Unknown,
    /// It mints tokens for it.
    Accepted,
    /// It refuses it, and has minted none since.
    Refused {
        /// The first refusal.
        since: tokio::time::Instant,
    },
}

/// What bounds a pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How old a token may be when it is used.
    pub max_age: Duration,
    /// How many tokens are held at most.
    pub max_tokens: usize,
}

/// What a mint gives.
type Minted = Result<AuthKey, Failure>;

/// A pool of fresh tokens for one Flinks instance.
#[derive(Clone)]
pub(super) struct Tokens(Arc<Shared>);

struct Shared {
    http: Arc<Http>,
    limits: Limits,
    standing: watch::Sender<KeyStanding>,
    state: Mutex<State>,
}

struct State {
    secret_key: Arc<AuthKey>,
    /// Oldest first.
    fresh: VecDeque<(AuthKey, Instant)>,
    waiting: VecDeque<oneshot::Sender<Minted>>,
    minting: usize,
    target: usize,
}

impl State {
    /// Gives a result to whoever waits longest, and a token back that nobody waits for.
    fn hand_over(&mut self, mut minted: Minted) -> Option<AuthKey> {
        while let Some(waiting) = self.waiting.pop_front() {
            // Who stopped waiting hands the result back.
            match waiting.send(minted) {
                Ok(()) => return None,
                Err(unwanted) => minted = unwanted,
            }
        }
        minted.ok()
    }
}

impl Tokens {
    pub(super) fn new(http: Arc<Http>, secret_key: AuthKey, limits: Limits) -> Self {
        Self(Arc::new(Shared {
            http,
            limits,
            standing: watch::Sender::new(KeyStanding::Unknown),
            state: Mutex::new(State {
                secret_key: Arc::new(secret_key),
                fresh: VecDeque::new(),
                waiting: VecDeque::new(),
                minting: 0,
                target: 0,
            }),
        }))
    }

    /// What Flinks says to the secret key, now and from now on.
    pub(super) fn standing(&self) -> watch::Receiver<KeyStanding> {
        self.0.standing.subscribe()
    }

    /// Mints the first token ahead of the first caller, and lets tokens that nobody takes die.
    pub(super) fn warm_up(&self) {
        let mut state = self.0.lock();
        state.target = 1.min(self.0.limits.max_tokens);
        self.0.start_mint(&mut state);
        tokio::spawn(retire(Arc::downgrade(&self.0)));
        tokio::spawn(probe(Arc::downgrade(&self.0)));
    }

    /// Takes a token for one session.
    pub(super) async fn take(&self, trace: &Trace) -> Result<AuthKey, Failure> {
        let minted = {
            let mut state = self.0.lock();
            self.0.drop_stale(&mut state);
            if let Some((token, minted)) = state.fresh.pop_front() {
                self.0.tell(TokenEvent::Taken {
                    age: minted.elapsed(),
                });
                self.0.tell_at_hand(&state);
                self.0.top_up(&mut state);
                return Ok(token);
            }
            self.0.tell(TokenEvent::Missed);
            state.target = (state.target + 1).min(self.0.limits.max_tokens);
            self.0.wait(&mut state)
        };
        Self::minted(minted, trace).await
    }

    /// Mints a token in place of a refused one. Whatever made Flinks forget that one may have made it forget all that
    /// are held, so these go as well.
    pub(super) async fn replace(&self, trace: &Trace) -> Result<AuthKey, Failure> {
        let minted = {
            let mut state = self.0.lock();
            self.0.tell(TokenEvent::Refused);
            self.0.forget(&mut state);
            self.0.wait(&mut state)
        };
        Self::minted(minted, trace).await
    }

    /// Mints with another key from now on, and finds out whether Flinks takes it. What was minted with the one before
    /// is dropped, also where a mint of it is still under way: Flinks may refuse it together with its key.
    pub(super) fn rekey(&self, secret_key: AuthKey) {
        let mut state = self.0.lock();
        if *state.secret_key == secret_key {
            return;
        }
        state.secret_key = Arc::new(secret_key);
        self.0.forget(&mut state);
        // Mints under way no longer count, and whoever waits for one does not wait for it to end.
        state.minting = 0;
        let spare = state.target.max(1);
        self.0.mint_for(&mut state, spare);
    }

    async fn minted(minted: oneshot::Receiver<Minted>, trace: &Trace) -> Minted {
        let _waiting = trace.span("wait for authorize token", SpanKind::Internal);
        // A mint always answers, unless the runtime stops under it.
        minted
            .await
            .unwrap_or_else(|_| Err(Failure::new(Reason::UpstreamUnreachable)))
    }
}

/// Retires tokens as they grow old, so that a target grown in busy times shrinks in idle ones.
async fn retire(pool: Weak<Shared>) {
    while let Some(pool) = pool.upgrade() {
        let oldest = pool.retire();
        drop(pool);
        tokio::time::sleep(oldest).await;
    }
}

/// Mints though nobody waits for as long as Flinks has not taken the key, so that it is known when it does.
async fn probe(pool: Weak<Shared>) {
    let Some(mut standing) = pool.upgrade().map(|pool| pool.standing.subscribe()) else {
        return;
    };
    loop {
        // An error means that the pool is gone.
        let unproven = |standing: &KeyStanding| *standing != KeyStanding::Accepted;
        if standing.wait_for(unproven).await.is_err() {
            return;
        }
        let mut pause = PROBE_PAUSE;
        let accepted = |standing: &KeyStanding| *standing == KeyStanding::Accepted;
        while tokio::time::timeout(pause, standing.wait_for(accepted))
            .await
            .is_err()
        {
            let Some(pool) = pool.upgrade() else {
                return;
            };
            let mut state = pool.lock();
            if state.minting == 0 {
                pool.start_mint(&mut state);
            }
            pause = (pause * 2).min(LONGEST_PROBE_PAUSE);
        }
    }
}

impl Shared {
    /// Joins those who wait for a mint.
    fn wait(self: &Arc<Self>, state: &mut State) -> oneshot::Receiver<Minted> {
        let (sender, receiver) = oneshot::channel();
        state.waiting.push_back(sender);
        // The pool is filled once a mint has shown that minting works.
        self.mint_for(state, 0);
        receiver
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing below can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops tokens too old to use, and learns from them.
    fn drop_stale(&self, state: &mut State) {
        let fresh = |minted: &Instant| minted.elapsed() < self.limits.max_age;
        while state
            .fresh
            .front()
            .is_some_and(|(_, minted)| !fresh(minted))
        {
            state.fresh.pop_front();
            state.target /= 2;
            self.tell(TokenEvent::Wasted(1));
            self.tell_at_hand(state);
        }
    }

    fn tell(&self, event: TokenEvent) {
        self.http.observer().token(event);
    }

    fn tell_at_hand(&self, state: &State) {
        self.tell(TokenEvent::AtHand(state.fresh.len()));
    }

    /// Forgets all tokens.
    fn forget(&self, state: &mut State) {
        self.tell(TokenEvent::Wasted(state.fresh.len()));
        state.fresh.clear();
        self.tell_at_hand(state);
    }

    /// Starts the mints that are missing for the pool to be as full as it should be.
    fn top_up(self: &Arc<Self>, state: &mut State) {
        self.mint_for(state, state.target);
    }

    /// Starts the mints that are missing for all who wait, and for so many tokens to spare.
    fn mint_for(self: &Arc<Self>, state: &mut State, spare: usize) {
        let is_short = |state: &State| {
            let needed = state.waiting.len() + spare;
            state.minting < PARALLEL_MINTS && state.fresh.len() + state.minting < needed
        };
        if is_short(state) {
            // Who went away needs no token any more.
            state.waiting.retain(|waiting| !waiting.is_closed());
        }
        while is_short(state) {
            self.start_mint(state);
        }
    }

    fn start_mint(self: &Arc<Self>, state: &mut State) {
        state.minting += 1;
        let secret_key = Arc::clone(&state.secret_key);
        tokio::spawn(Arc::clone(self).mint(secret_key));
    }

    /// Notes what a mint has shown of the key.
    fn learn(&self, minted: &Minted) {
        let learnt = match minted {
            Ok(_) => KeyStanding::Accepted,
            Err(failure) if failure.reason == Reason::UpstreamKeysRefused => KeyStanding::Refused {
                since: tokio::time::Instant::now(),
            },
            Err(_) => return,
        };
        self.standing.send_if_modified(|standing| {
            let is_news = std::mem::discriminant(standing) != std::mem::discriminant(&learnt);
            if is_news {
                *standing = learnt;
            }
            is_news
        });
    }

    /// Mints one token and gives it to whoever waits longest, else to the pool.
    async fn mint(self: Arc<Self>, secret_key: Arc<AuthKey>) {
        // By Flinks' clock a token's age begins at some time after this.
        let begun = Instant::now();
        let minted = mint(&self.http, &secret_key).await;
        self.tell(match &minted {
            Ok(_) => TokenEvent::Minted,
            Err(failure) => TokenEvent::MintFailed(failure.reason),
        });
        let mut state = self.lock();
        if !Arc::ptr_eq(&secret_key, &state.secret_key) {
            // Whatever came of it is said of the key before.
            self.tell(TokenEvent::Wasted(minted.iter().count()));
            return;
        }
        self.learn(&minted);
        state.minting -= 1;
        match minted {
            Ok(token) => {
                if let Some(token) = state.hand_over(Ok(token)) {
                    if state.fresh.len() < self.limits.max_tokens {
                        state.fresh.push_back((token, begun));
                        self.tell_at_hand(&state);
                    } else {
                        self.tell(TokenEvent::Wasted(1));
                    }
                }
                self.top_up(&mut state);
            }
            Err(failure) => {
                // Where Flinks cannot be reached nobody need wait for a turn to learn the same.
                let all = failure.reason == Reason::UpstreamUnreachable;
                state.hand_over(Err(failure));
                while all && !state.waiting.is_empty() {
                    state.hand_over(Err(Failure::new(Reason::UpstreamUnreachable)));
                }
                // Only those who wait are worth another mint.
                self.mint_for(&mut state, 0);
            }
        }
    }

    /// Drops what is too old, and says when to look again.
    fn retire(self: &Arc<Self>) -> Duration {
        let mut state = self.lock();
        self.drop_stale(&mut state);
        self.top_up(&mut state);
        let age = state
            .fresh
            .front()
            .map(|(_, minted)| minted.elapsed())
            .unwrap_or_default();
        self.limits.max_age.saturating_sub(age)
    }
}

/// Mints one token.
pub(super) async fn mint(http: &Http, secret_key: &AuthKey) -> Minted {
    let question = Question {
        endpoint: Endpoint::GenerateAuthorizeToken,
        auth_key: Some(encode::auth_key(secret_key)),
        body: Bytes::new(),
    };
    // A token is for whoever waits longest, or for nobody yet: a mint is part of no call's trace.
    let asked = http.tracer().begun();
    let exchange = http.ask(&asked, question, decode::token);
    // Whatever became of the mint, nothing of the caller's was sent.
    let unreachable = Reason::UpstreamUnreachable;
    match tokio::time::timeout(MINT_TIMEOUT, exchange).await {
        Ok(Err(failure)) if failure.reason == Reason::OutcomeUnknown => Err(Failure {
            reason: unreachable,
            ..failure
        }),
        Ok(minted) => minted,
        Err(_) => Err(Failure::new(unreachable)),
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        f.debug_struct("Tokens")
            .field("fresh", &state.fresh.len())
            .field("target", &state.target)
            .finish_non_exhaustive()
    }
}
