//! How often each sign-in reached the bank, or a server that is no gateway.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use flinks_sandbox::Sandbox;

/// How often the bank was asked for what has this text in its body.
pub(crate) fn at_the_bank(sandbox: &Sandbox, text: &str) -> usize {
    let received = sandbox.received();
    let bodies = received
        .iter()
        .filter_map(|received| std::str::from_utf8(&received.body).ok());
    bodies.filter(|body| body.contains(text)).count()
}

/// A count for each user name or LoginId.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<HashMap<String, usize>>>);

impl Seen {
    /// How often this one was.
    pub(crate) fn times(&self, name: &str) -> usize {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(name).copied().unwrap_or_default()
    }

    /// Counts this one, and says how often it was by now.
    pub(crate) fn add(&self, name: &str) -> usize {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = seen.entry(name.to_owned()).or_default();
        *times += 1;
        *times
    }
}
