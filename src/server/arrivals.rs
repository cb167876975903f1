//! Requests on their way in: none takes more memory than it is worth.
//!
//! A message is kept whole until it can be decoded, and a peer may take its time to send it. Only continuations make
//! large ones, when a round has many images. So a few may be large at once, and all others are small.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Code, Status, body::Body};

use crate::{
    domain::refusal::Refusal,
    grpc::{codec::MOST_BESIDE, status},
    telemetry::metrics::{Limit, Metrics},
};

/// How many requests may be large at once.
pub(super) const MOST_LARGE: usize = 64;

/// What comes before a message.
const HEAD: usize = 5;

/// A request that is weighed as it comes.
pub(super) struct Arriving {
    pub(super) body: Body,
    pub(super) weight: usize,
    pub(super) large: Large,
}

/// Whether a request may be large.
pub(super) enum Large {
    /// It may not.
    No,
    /// It may, if it gets one of the places.
    Room(Arc<Semaphore>, Place, Metrics),
    /// It is.
    Taken,
}

/// A place of a large request, for as long as its call takes: what it brought is kept until then.
pub(super) type Place = Arc<OnceLock<OwnedSemaphorePermit>>;

impl Arriving {
    fn weigh(&mut self, more: usize) -> Result<(), Status> {
        self.weight = self.weight.saturating_add(more);
        if self.weight <= MOST_BESIDE + HEAD {
            return Ok(());
        }
        match &self.large {
            Large::Taken => Ok(()),
            Large::No => Err(status::from_framework(Code::OutOfRange)),
            Large::Room(room, place, metrics) => {
                let permit = Arc::clone(room).try_acquire_owned().map_err(|_| {
                    metrics.shed(Limit::LargeRequests);
                    Refusal::Overloaded
                })?;
                place.set(permit).ok();
                self.large = Large::Taken;
                Ok(())
            }
        }
    }
}

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            let more = data.len();
            self.weigh(more)?;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
