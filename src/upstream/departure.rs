//! The last moment before a request leaves: its caller is told, and only then does it go.

use std::sync::Arc;

use tokio::sync::Notify;

/// The departure of one call's request. Clones are of the same.
#[derive(Clone, Debug, Default)]
pub struct Departure(Arc<Gate>);

#[derive(Debug, Default)]
struct Gate {
    due: Notify,
    granted: Notify,
}

impl Departure {
    /// Waits until the request is about to leave. One that gets no token never is.
    pub async fn due(&self) {
        self.0.due.notified().await;
    }

    /// Lets it go.
    pub fn grant(&self) {
        self.0.granted.notify_one();
    }

    /// Waits to be let go. A request that Flinks refused for its token goes again without.
    pub(super) async fn wait(&self) {
        self.0.due.notify_one();
        self.0.granted.notified().await;
    }
}
