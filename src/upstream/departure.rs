//! The last moment before a request leaves: its caller is told, and only then does it go.
//!
//! A request's body, which holds all of its secrets, is asked for once there is a connection to write it to. Whoever
//! serves the call learns of that, writes what a caller must have by then, and lets it go.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// The departure of one call's request. Clones are of the same.
#[derive(Clone, Debug, Default)]
pub struct Departure {
    due: CancellationToken,
    granted: CancellationToken,
}

impl Departure {
    /// Waits until the request is about to leave. One that never gets a connection never is.
    pub async fn due(&self) {
        self.due.cancelled().await;
    }

    /// Lets it go.
    pub fn grant(&self) {
        self.granted.cancel();
    }
}

/// The body of a request.
pub(super) struct Departing {
    body: Full<Bytes>,
    waits: Option<Waits>,
}

struct Waits {
    due: CancellationToken,
    granted: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Departing {
    /// Leaves when it is let go; without a departure, at once.
    pub(super) fn new(body: Bytes, departure: Option<&Departure>) -> Self {
        let waits = departure.map(|Departure { due, granted }| Waits {
            due: due.clone(),
            granted: Box::pin(granted.clone().cancelled_owned()),
        });
        Self {
            body: Full::new(body),
            waits,
        }
    }
}

impl Body for Departing {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(Waits { due, granted }) = &mut self.waits {
            due.cancel();
            ready!(granted.as_mut().poll(context));
            self.waits = None;
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
