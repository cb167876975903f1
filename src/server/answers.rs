//! Answers on their way out: part of their call until they were read, and not for ever.
//!
//! A peer takes an answer as slowly as it likes, by leaving HTTP/2's window shut or by not reading at all. What it has
//! not taken stays here, as do the call's places under the limits. So each call has a time at which it must be over,
//! read or not.

use std::{
    cell::Cell,
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::rt::Executor;
use tokio::time::Instant;
use tonic::{Status, body::Body};

tokio::task_local! {
    /// When the call of this task must be over; none while nobody has said.
    static END: Cell<Option<Instant>>;
}

/// Says when the call of this task must be over.
pub(super) fn must_end(at: Instant) {
    // Where nobody asks for it, as in a test of a layer alone, nobody has to know.
    END.try_with(|end| end.set(Some(at))).ok();
}

/// Runs what may say when it must be over.
pub(super) async fn bounded<F: Future>(call: F) -> F::Output {
    END.scope(Cell::new(None), call).await
}

/// Waits until the call of this task must be over. To be polled after what says so.
pub(super) async fn over() {
    let end = poll_fn(|_| END.with(Cell::get).map_or(Poll::Pending, Poll::Ready));
    tokio::time::sleep_until(end.await).await;
}

/// Runs the calls of HTTP/2 connections, each on a task of its own, which is dropped when it must be over: then its
/// peer is told that the call was cancelled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calls;

impl<F> Executor<F> for Calls
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, call: F) {
        tokio::spawn(bounded(async {
            let call = pin!(call);
            tokio::select! {
                biased;
                _ = call => {}
                () = over() => tracing::debug!("an answer was not read in time"),
            }
        }));
    }
}

/// What is handed to a connection at once: a frame of HTTP/2, as large as all peers take it.
const PIECE: usize = 16 << 10;

/// An answer, cut for a connection. hyper asks for more of it once the peer takes a byte more, and then for as much as
/// there is. So it is given in pieces, the last of a single byte: that one is asked for when all others were taken, and
/// what stays with the answer stays until then.
#[derive(Debug)]
pub(super) struct Answer<T> {
    body: Body,
    /// What is left of a frame of the body.
    rest: Bytes,
    _stays: T,
}

impl<T> Answer<T> {
    pub(super) fn new(body: Body, stays: T) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            _stays: stays,
        }
    }
}

impl<T: Unpin> http_body::Body for Answer<T> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.rest.is_empty() {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(status)) => return Poll::Ready(Some(Err(status))),
                None => return Poll::Ready(None),
            }
        }
        let length = match self.rest.len() {
            length @ (0 | 1) => length,
            length => PIECE.min(length - 1),
        };
        let piece = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let mut hint = self.body.size_hint();
        hint.set_lower(hint.lower() + rest);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

/// An answer on its way through the layers, with what is to stay while it is not read.
#[derive(Debug)]
pub(super) struct Held<T> {
    body: Body,
    _stays: T,
}

impl<T> Held<T> {
    pub(super) fn new(body: Body, stays: T) -> Self {
        Self {
            body,
            _stays: stays,
        }
    }
}

impl<T: Unpin> http_body::Body for Held<T> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
