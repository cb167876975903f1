//! The channel that calls go over: tonic's, without what tonic panics at, and with an eye on what leaves.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use http_body_util::BodyExt as _;
use tonic::{
    body::Body,
    codegen::http::{HeaderMap, Request, Response},
    metadata::MetadataMap,
    transport::{Endpoint, Error},
};
use tower::{ServiceExt as _, util::BoxCloneSyncService};

const DETAILS: &str = "grpc-status-details-bin";

/// An extension of requests: whether the connection took anything of the message.
pub(crate) type Taken = Arc<AtomicBool>;

pub(crate) type Channel = BoxCloneSyncService<Request<Body>, Response<Body>, Error>;

pub(crate) fn channel(endpoint: &Endpoint) -> Channel {
    Channel::new(endpoint.connect_lazy().map_request(watched).map_response(readable))
}

fn watched(mut request: Request<Body>) -> Request<Body> {
    let taken: Taken = request.extensions_mut().remove().unwrap_or_default();
    request.map(|body| {
        Body::new(body.map_frame(move |frame| {
            taken.store(true, Ordering::SeqCst);
            frame
        }))
    })
}

fn readable(mut response: Response<Body>) -> Response<Body> {
    drop_unreadable_details(response.headers_mut());
    response.map(|body| {
        Body::new(body.map_frame(|mut frame| {
            frame.trailers_mut().map(drop_unreadable_details);
            frame
        }))
    })
}

/// tonic expects the details of a status to be base64, whoever sent them.
fn drop_unreadable_details(headers: &mut HeaderMap) {
    let mut metadata = MetadataMap::from_headers(mem::take(headers));
    if metadata.get_bin(DETAILS).is_some_and(|details| details.to_bytes().is_err()) {
        metadata.remove_bin(DETAILS);
    }
    *headers = metadata.into_headers();
}
