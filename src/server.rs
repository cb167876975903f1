//! The gRPC port: our service, health, reflection, and how they end.
//!
//! Where web pages may call, the port speaks gRPC-Web as well: `web.rs` turns that into gRPC before anything else sees
//! it, so a page's calls have the same ids, deadlines, lines and limits as all others. Where none may, the port speaks
//! HTTP/2 alone, and all that is left of it is one branch.

pub mod admin;
mod admission;
mod answers;
mod arrivals;
mod connections;
pub mod health;
mod web;

use std::{any::Any, convert::Infallible, io, pin::pin, sync::Arc, time::Duration};

use arc_swap::{ArcSwap, ArcSwapOption};
use http::{Request, Response};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{body::Body, service::Routes};
use tower::{
    Layer, Service, ServiceBuilder,
    layer::util::{Identity, Stack},
    util::option_layer,
};
use tower_http::catch_panic::CatchPanicLayer;

pub use self::{admission::Reflection, web::WebOrigins};

use self::{
    admission::AdmissionLayer,
    connections::Protocols,
    health::{Health, Told},
};
use crate::{
    call::CallLayer,
    callers::Callers,
    gateway::Gateway,
    grpc::{deadline::Timeouts, status},
    pb::{self, authorization_service_server::AuthorizationServiceServer},
    telemetry::metrics::Metrics,
    tls,
    trace::Tracer,
};

/// The services that reflection lists.
const PUBLIC: [&str; 2] = [
    "flinks.gateway.v1.AuthorizationService",
    "grpc.health.v1.Health",
];

/// How a server serves.
#[derive(Clone, Debug)]
pub struct Options {
    /// What bounds it.
    pub limits: Limits,
    /// The web pages that may call by gRPC-Web; none switches it off.
    pub web_origins: Option<WebOrigins>,
    /// Who may ask for the contract.
    pub reflection: Reflection,
}

/// What bounds a server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long calls may take.
    pub timeouts: Timeouts,
    /// How long calls are still taken after shutdown begins, while health says so.
    pub drain_delay: Duration,
    /// How long calls in flight may go on after that.
    pub drain_timeout: Duration,
    /// The size of a request message.
    pub max_request_bytes: usize,
    /// The size of a request's headers.
    pub max_header_bytes: u32,
    /// Connections at once.
    pub max_connections: usize,
    /// Calls at once on one connection.
    pub max_streams: usize,
    /// Calls at once of all callers.
    pub max_calls: usize,
    /// How long a connection may be without a call.
    pub connection_idle: Duration,
    /// How long a connection lives.
    pub connection_age: Duration,
    /// How long its calls may go on after that.
    pub connection_age_grace: Duration,
}

/// What can be swapped while a server serves.
#[derive(Clone, Debug)]
pub struct Swappable {
    /// What the port shows to clients; none for clear text.
    pub tls: Arc<ArcSwapOption<tls::Server>>,
    /// Who may call.
    pub callers: Arc<ArcSwap<Callers>>,
}

impl Swappable {
    /// What a server begins with.
    pub fn new(tls: Option<tls::Server>, callers: Callers) -> Self {
        Self {
            tls: Arc::new(ArcSwapOption::new(tls.map(Arc::new))),
            callers: Arc::new(ArcSwap::from_pointee(callers)),
        }
    }
}

/// What every call goes through: its log line, within it a net for panics, and within that the door.
fn layers(
    timeouts: Timeouts,
    metrics: Metrics,
    tracer: Tracer,
    admission: AdmissionLayer,
) -> Stack<AdmissionLayer, Stack<CatchPanicLayer<Caught>, Stack<CallLayer, Identity>>> {
    ServiceBuilder::new()
        .layer(CallLayer {
            timeouts,
            metrics,
            tracer,
        })
        .layer(CatchPanicLayer::custom(caught as Caught))
        .layer(admission)
        .into_inner()
}

type Caught = fn(Box<dyn Any + Send>) -> Response<Body>;

/// What a panic says may quote anything; the caller is told nothing of it.
fn caught(_: Box<dyn Any + Send>) -> Response<Body> {
    status::gateway_fault().into_http()
}

/// What a connection's calls are handed to.
#[doc(hidden)]
pub fn port(
    routes: Routes,
    options: Options,
    callers: Arc<ArcSwap<Callers>>,
    metrics: Metrics,
    tracer: Tracer,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ Sync
+ 'static {
    let Options {
        limits,
        web_origins,
        reflection,
    } = options;
    let admission = AdmissionLayer::new(callers, limits.max_calls, reflection, metrics.clone());
    let web = option_layer(web_origins.map(web::layers));
    let layers = layers(limits.timeouts, metrics, tracer, admission);
    web.layer(layers.layer(routes.prepare()))
}

/// Serves on a listener until `shutdown`, then lets the calls in flight finish within the limit.
///
/// On shutdown health says `NOT_SERVING` first, then connections are told to go away and no new ones are taken.
pub async fn serve(
    listener: TcpListener,
    gateway: Gateway,
    Options {
        limits,
        web_origins,
        reflection,
    }: Options,
    swappable: Swappable,
    health: Health,
    metrics: Metrics,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (reporter, health_service) = tonic_health::server::health_reporter();
    let mut told = Told::begin(&health, reporter).await;
    let contract = || {
        let builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(pb::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // So that grpcurl can show what is in an error's details.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET);
        PUBLIC
            .into_iter()
            .fold(builder, |builder, name| builder.with_service_name(name))
    };
    let cut_off = gateway.cut_off();
    let tracer = gateway.tracer();
    let service = AuthorizationServiceServer::new(gateway)
        .max_decoding_message_size(limits.max_request_bytes)
        .max_encoding_message_size(usize::MAX);
    let mut routes = Routes::new(service).add_service(health_service);
    if reflection != Reflection::Off {
        routes = routes
            .add_service(contract().build_v1().map_err(io::Error::other)?)
            .add_service(contract().build_v1alpha().map_err(io::Error::other)?);
    }
    let protocols = match web_origins {
        None => Protocols::Http2,
        Some(_) => Protocols::Http1And2,
    };
    let options = Options {
        limits,
        web_origins,
        reflection,
    };
    let service = port(routes, options, swappable.callers, metrics.clone(), tracer);
    let drain = CancellationToken::new();
    let mut serving = pin!(connections::serve(
        listener,
        swappable.tls,
        protocols,
        limits,
        service,
        metrics,
        drain.clone(),
    ));

    tokio::select! {
        () = &mut serving => return Ok(()),
        never = told.follow() => match never {},
        () = shutdown => {}
    }
    health.drain();
    told.tell().await;
    // Load balancers need a while to see it, and send calls until they do.
    if tokio::time::timeout(limits.drain_delay, &mut serving)
        .await
        .is_ok()
    {
        return Ok(());
    }
    drain.cancel();
    // Watchers have seen the change.
    told.end().await;
    tracing::info!(limit = ?limits.drain_timeout, "draining");
    let drained = tokio::time::timeout(limits.drain_timeout, &mut serving).await;
    if drained.is_ok() {
        return Ok(());
    }
    // A connection that just closed would look to a mesh as if nothing had been sent. So each call is answered, with
    // what is known of its outcome.
    tracing::warn!("calls still in flight at the end of the drain are cut off");
    cut_off.cancel();
    tokio::time::timeout(FAREWELL, serving).await.ok();
    Ok(())
}

/// How long the answers to calls that were cut off may take to be written.
const FAREWELL: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use tonic::{Code, Status};
    use tonic_types::StatusExt;
    use tower::ServiceExt;

    use super::*;
    use crate::callers::CallerLimits;

    #[tokio::test]
    async fn a_panic_is_a_fault_of_the_gateway_and_says_nothing_of_its_cause() {
        async fn panics(_: Request<Body>) -> Result<Response<Body>, std::convert::Infallible> {
            panic!("canary")
        }
        let minute = Duration::from_secs(60);
        let timeouts = Timeouts {
            live: minute,
            cached: minute,
        };
        let limits = CallerLimits {
            calls: 0,
            rate: None,
        };
        let callers = Arc::new(ArcSwap::from_pointee(Callers::anyone(limits)));
        let metrics = Metrics::new(&[], Arc::default());
        let admission = AdmissionLayer::new(callers, 1, Reflection::Off, metrics.clone());
        let service = layers(timeouts, metrics, Tracer::default(), admission)
            .layer(tower::service_fn(panics));
        let path = "/flinks.gateway.v1.AuthorizationService/Authorize";
        let request = Request::post(path).header("content-type", "application/grpc");
        let request = request.body(Body::empty()).unwrap();
        let response = service.oneshot(request).await.unwrap();
        let status = Status::from_header_map(response.headers()).unwrap();
        assert_eq!(status.code(), Code::Internal);
        let details = status.get_error_details();
        assert_eq!(
            details.error_info().unwrap().reason,
            "ERROR_REASON_GATEWAY_FAULT"
        );
        assert!(!format!("{status:?}").contains("canary"));
        assert!(response.headers().contains_key("x-request-id"));
    }
}
