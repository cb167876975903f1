//! What tests look at: the log of requests, and how many are held open.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

/// The log forgets the oldest request past this many.
const KEPT: usize = 100_000;

/// One request whose head arrived.
#[derive(Clone)]
pub struct Received {
    /// `Authorize`, `GenerateAuthorizeToken` or `DeleteCard`; for any other
    /// path its last segment.
    pub endpoint: String,
    /// The `flinks-auth-key` header.
    pub auth_key: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body; empty when it did not arrive whole.
    pub body: Vec<u8>,
}

impl fmt::Debug for Received {
    /// Shows that there was a key and a body, never what they were, and no headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("endpoint", &self.endpoint)
            .field("auth_key", &self.auth_key.as_ref().map(|_| "…"))
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// The requests so far, oldest first.
#[derive(Default)]
pub(crate) struct Log(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    kept: VecDeque<Received>,
    /// How many entries left the front, so that numbers stay good.
    dropped: usize,
}

impl Log {
    /// Writes down a head and says under which number its body belongs.
    pub(crate) fn head(&self, endpoint: &str, auth_key: Option<&str>, headers: HeaderMap) -> usize {
        let mut entries = self.lock();
        if entries.kept.len() == KEPT {
            entries.kept.pop_front();
            entries.dropped += 1;
        }
        entries.kept.push_back(Received {
            endpoint: endpoint.to_owned(),
            auth_key: auth_key.map(str::to_owned),
            headers,
            body: Vec::new(),
        });
        entries.dropped + entries.kept.len() - 1
    }

    pub(crate) fn body(&self, number: usize, body: &[u8]) {
        let mut entries = self.lock();
        let index = number.checked_sub(entries.dropped);
        if let Some(entry) = index.and_then(|index| entries.kept.get_mut(index)) {
            entry.body = body.to_vec();
        }
    }

    pub(crate) fn all(&self) -> Vec<Received> {
        self.lock().kept.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.lock();
        entries.dropped += entries.kept.len();
        entries.kept.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts the requests that are being held open.
#[derive(Clone, Default)]
pub(crate) struct Unfinished(Arc<AtomicUsize>);

impl Unfinished {
    /// Counts one until the guard goes, which is when the reply is due or
    /// the client has left.
    pub(crate) fn hold(&self) -> Held {
        self.0.fetch_add(1, Ordering::SeqCst);
        Held(self.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct Held(Unfinished);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}
