//! The channel that calls go over: tonic's, without what tonic panics at, and with an eye on what leaves.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use http_body_util::BodyExt as _;
use tonic::{
    body::Body,
    codegen::{Service, http},
    metadata::MetadataMap,
    transport::{self, Error},
};

const DETAILS: http::HeaderName = http::HeaderName::from_static("grpc-status-details-bin");

/// An extension of requests: whether the connection took anything of the message.
#[derive(Clone)]
pub(crate) struct Taken(pub(crate) Arc<AtomicBool>);

#[derive(Clone)]
pub(crate) struct Channel(pub(crate) transport::Channel);

impl Service<http::Request<Body>> for Channel {
    type Response = http::Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        if let Some(Taken(taken)) = request.extensions_mut().remove() {
            request = request.map(|body| {
                Body::new(body.map_frame(move |frame| {
                    taken.store(true, Ordering::SeqCst);
                    frame
                }))
            });
        }
        let response = self.0.call(request);
        Box::pin(async move {
            let mut response = response.await?;
            drop_unreadable_details(response.headers_mut());
            Ok(response.map(|body| {
                Body::new(body.map_frame(|mut frame| {
                    if let Some(trailers) = frame.trailers_mut() {
                        drop_unreadable_details(trailers);
                    }
                    frame
                }))
            }))
        })
    }
}

/// tonic expects the details of a status to be base64, whoever sent them.
fn drop_unreadable_details(headers: &mut http::HeaderMap) {
    let details = headers.get(DETAILS).cloned();
    let details = MetadataMap::from_headers(details.map(|value| (DETAILS, value)).into_iter().collect());
    if details.get_bin(DETAILS.as_str()).is_some_and(|details| details.to_bytes().is_err()) {
        headers.remove(DETAILS);
    }
}
