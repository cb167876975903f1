//! gRPC-Web: which pages may call, and their calls turned into gRPC.
//!
//! tonic-web translates, tower-http answers what browsers ask before they send anything (CORS). A page whose origin is
//! not listed is refused here too and not by its browser alone, which asks nothing when a page's own host name has
//! been pointed at this port.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN},
};
use tonic::{body::Body, metadata::GRPC_CONTENT_TYPE};
use tonic_web::GrpcWebLayer;
use tower::{
    Layer, Service, ServiceBuilder,
    layer::util::{Identity, Stack},
};
use tower_http::{
    cors::{AllowOrigin, CorsLayer},
    validate_request::{ValidateRequest, ValidateRequestHeaderLayer},
};

use crate::{
    call::head,
    trace::{TRACEPARENT, TRACESTATE},
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
const REQUEST_HEADERS: [HeaderName; 8] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    HeaderName::from_static("grpc-timeout"),
    TRACEPARENT,
    TRACESTATE,
    HeaderName::from_static("x-grpc-web"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-user-agent"),
];

/// How long a browser may remember what it was told: as long as Chrome does at most.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

type Layers = Stack<
    HeadFirst,
    Stack<GrpcWebLayer, Stack<ValidateRequestHeaderLayer<Listed>, Stack<CorsLayer, Identity>>>,
>;

/// What comes before the layers of a call. A browser's question is answered by the first of them, and is no call.
pub(super) fn layers(origins: WebOrigins) -> Layers {
    let listed = origins.clone();
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| {
            listed.include(origin)
        }))
        .allow_methods([Method::POST])
        .allow_headers(REQUEST_HEADERS)
        .max_age(REMEMBERED);
    ServiceBuilder::new()
        .layer(cors)
        .layer(ValidateRequestHeaderLayer::custom(Listed(origins)))
        .layer(GrpcWebLayer::new())
        .layer(HeadFirst)
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
            Some(_) | None => {
                if is_web {
                    request.extensions_mut().insert(Web);
                }
                Ok(())
            }
        }
    }
}

/// Marks a request that came as gRPC-Web.
#[derive(Clone, Copy, Debug)]
struct Web;

/// Answers a page with an empty head at once, and only then begins its call: what a head would tell comes in trailers.
///
/// A browser that had opened a connection in advance sends a request again, a POST too, when that connection is lost
/// before it was answered. With a head it was, so a sign-in is not repeated while it waits for the bank. Proxies that
/// hold heads back, as nginx does, take that away between the browser and themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadFirst;

impl<S> Layer<S> for HeadFirst {
    type Service = HeadFirstService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HeadFirstService(inner)
    }
}

/// See [`HeadFirst`].
#[derive(Clone, Debug)]
pub(super) struct HeadFirstService<S>(S);

impl<S> Service<Request<Body>> for HeadFirstService<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let is_page = request.extensions().get::<Web>().is_some();
        // What tonic-web does not know it has left as it was.
        let is_call = request.headers().get(CONTENT_TYPE) == Some(&GRPC_CONTENT_TYPE);
        let answer = self.0.call(request);
        if !(is_page && is_call) {
            return Box::pin(answer);
        }
        let rest = head::rest(answer);
        Box::pin(async { Ok(Response::new(rest)) })
    }
}
