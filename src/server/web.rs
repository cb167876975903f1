//! gRPC-Web: which pages may call, and their calls turned into gRPC.
//!
//! tonic-web translates, tower-http answers what browsers ask before they send anything (CORS). A page whose origin is
//! not listed is refused here too and not by its browser alone, which asks nothing when a page's own host name has
//! been pointed at this port.

use std::{sync::Arc, time::Duration};

use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN},
};
use tonic::body::Body;
use tonic_web::GrpcWebLayer;
use tower::{
    ServiceBuilder,
    layer::util::{Identity, Stack},
};
use tower_http::{
    cors::{AllowOrigin, CorsLayer},
    validate_request::{ValidateRequest, ValidateRequestHeaderLayer},
};

/// The origins of web pages that may call.
#[derive(Clone, Debug)]
pub enum WebOrigins {
    /// All.
    Any,
    /// These, as browsers write them.
    These(Arc<[HeaderValue]>),
}

impl WebOrigins {
    fn include(&self, origin: &HeaderValue) -> bool {
        match self {
            Self::Any => true,
            Self::These(origins) => origins.contains(origin),
        }
    }
}

/// What clients for gRPC-Web send, and what proxies before the gateway may want.
const REQUEST_HEADERS: [HeaderName; 6] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    HeaderName::from_static("grpc-timeout"),
    HeaderName::from_static("x-grpc-web"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-user-agent"),
];

/// What a page may read. An error without a message before it is told in headers.
const RESPONSE_HEADERS: [HeaderName; 4] = [
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-status-details-bin"),
    HeaderName::from_static("x-request-id"),
];

/// How long a browser may remember what it was told: as long as Chrome does at most.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

type Layers =
    Stack<GrpcWebLayer, Stack<ValidateRequestHeaderLayer<Listed>, Stack<CorsLayer, Identity>>>;

/// What comes before the layers of a call. A browser's question is answered by the first of them, and is no call.
pub(super) fn layers(origins: WebOrigins) -> Layers {
    let listed = origins.clone();
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| {
            listed.include(origin)
        }))
        .allow_methods([Method::POST])
        .allow_headers(REQUEST_HEADERS)
        .expose_headers(RESPONSE_HEADERS)
        .max_age(REMEMBERED);
    ServiceBuilder::new()
        .layer(cors)
        .layer(ValidateRequestHeaderLayer::custom(Listed(origins)))
        .layer(GrpcWebLayer::new())
        .into_inner()
}

/// Refuses gRPC-Web from pages that are not listed. gRPC itself no page can speak.
#[derive(Clone, Debug)]
pub(super) struct Listed(WebOrigins);

impl ValidateRequest<Body> for Listed {
    type ResponseBody = Body;

    fn validate(&mut self, request: &mut Request<Body>) -> Result<(), Response<Body>> {
        let headers = request.headers();
        let is_web = headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc-web"));
        match headers.get(ORIGIN) {
            Some(origin) if is_web && !self.0.include(origin) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::FORBIDDEN;
                Err(response)
            }
            Some(_) | None => Ok(()),
        }
    }
}
