//! Heads that are sent ahead of their answers.
//!
//! Meshes and gRPC's libraries may repeat a call until the head of its answer has come, and never after: Envoy's router
//! drops its retry state then, a library of gRPC calls the call committed. So a sign-in has a head before its request
//! leaves for the bank. What happens from then on, be it that this process is killed, nobody takes for a call that
//! never began. A call that ends before that is answered at once, by a head that says so: that one may be repeated.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderValue, Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::BodyExt;
use tonic::{Status, body::Body, metadata::GRPC_CONTENT_TYPE};

use super::REQUEST_ID;
use crate::upstream::Departure;

type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// The answer to a call, or a head ahead of it when its request is about to leave.
pub(super) async fn before_departure(
    mut answer: Answering,
    departure: Departure,
    request_id: HeaderValue,
) -> Result<Response<Body>, Infallible> {
    tokio::select! {
        biased;
        answer = &mut answer => return answer,
        () = departure.due() => {}
    }
    let mut head = Response::new(rest(async move {
        departure.grant();
        answer.await
    }));
    head.headers_mut().insert(CONTENT_TYPE, GRPC_CONTENT_TYPE);
    head.headers_mut().insert(REQUEST_ID, request_id);
    Ok(head)
}

/// What follows a head: nothing of the answer is begun before the connection could write the head. What the answer's own
/// head tells comes in trailers.
pub fn rest(
    answer: impl Future<Output = Result<Response<Body>, Infallible>> + Send + 'static,
) -> Body {
    Body::new(Rest::Awaited(Box::pin(async {
        // The connection writes the head in between.
        tokio::task::yield_now().await;
        answer.await
    })))
}

enum Rest {
    Awaited(Answering),
    Answered(Body),
}

impl http_body::Body for Rest {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Self::Awaited(answer) = &mut *self {
            let Ok(answer) = ready!(answer.as_mut().poll(context));
            let (mut head, body) = answer.into_parts();
            head.headers.remove(CONTENT_TYPE);
            let trailers = std::future::ready(Some(Ok(head.headers)));
            *self = Self::Answered(Body::new(body.with_trailers(trailers)));
        }
        match &mut *self {
            Self::Awaited(_) => Poll::Pending,
            Self::Answered(body) => Pin::new(body).poll_frame(context),
        }
    }
}
