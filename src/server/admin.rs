//! The operators' port: `/metrics`, `/healthz` and `/readyz`, in clear HTTP/1.1.
//!
//! Nothing here is secret, and nothing here changes anything. The port outlives the gRPC port's drain, so that what
//! watches it sees the end.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE},
};
use http_body_util::Full;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::task::TaskTracker;

use super::health::{Health, InstanceState, State};
use crate::telemetry::metrics::{Format, Metrics};

/// How many connections there are at most. More wait for their turn, which comes soon: none lasts.
const CONNECTIONS: usize = 32;

/// How long a request's head may take.
const HEAD: Duration = Duration::from_secs(5);

/// How long a connection may take, which is used for one request. Prometheus waits for as long.
const WHOLE: Duration = Duration::from_secs(10);

/// Serves until `shutdown`, and then until the answers under way were written.
pub async fn serve(
    listener: TcpListener,
    health: Health,
    metrics: Metrics,
    shutdown: impl Future<Output = ()>,
) {
    let admin = Admin { health, metrics };
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = TaskTracker::new();
    let accept = async {
        loop {
            let place = Arc::clone(&places).acquire_owned().await;
            match listener.accept().await {
                Ok((stream, _)) => {
                    let admin = admin.clone();
                    connections.spawn(async move {
                        tokio::time::timeout(WHOLE, admin.connection(stream))
                            .await
                            .ok();
                        drop(place);
                    });
                }
                Err(error) => refused(&error).await,
            }
        }
    };
    tokio::select! {
        () = accept => {}
        () = shutdown => {}
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Most likely there are no file descriptors left, and some will be free again.
async fn refused(error: &io::Error) {
    tracing::warn!(%error, "a connection to the operators' port cannot be accepted");
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[derive(Clone)]
struct Admin {
    health: Health,
    metrics: Metrics,
}

impl Admin {
    async fn connection(&self, stream: TcpStream) {
        let service = service_fn(|request: Request<_>| {
            let answer = self.answer(&request);
            async { Ok::<_, Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        // Whoever went away needs no answer.
        connection.await.ok();
    }

    fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        const TEXT: &str = "text/plain; charset=utf-8";
        let path = request.uri().path();
        if !matches!(path, "/metrics" | "/healthz" | "/readyz") {
            return response(StatusCode::NOT_FOUND, TEXT, "not found\n".to_owned());
        }
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            let text = "only GET and HEAD\n".to_owned();
            let mut response = response(StatusCode::METHOD_NOT_ALLOWED, TEXT, text);
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
            return response;
        }
        if path == "/healthz" {
            return response(StatusCode::OK, TEXT, "alive\n".to_owned());
        }
        let state = self.health.state().borrow().clone();
        if path == "/readyz" {
            let status = match state.is_ready() {
                true => StatusCode::OK,
                false => StatusCode::SERVICE_UNAVAILABLE,
            };
            return response(status, TEXT, told(&state));
        }
        let accept = request.headers().get(ACCEPT);
        let format = Format::asked(accept.and_then(|it| it.to_str().ok()).unwrap_or_default());
        let instances = state.instances.iter();
        let instances = instances.map(|(name, it)| (name, *it == InstanceState::Ready));
        let text = self.metrics.write(format, state.is_ready(), instances);
        response(StatusCode::OK, format.content_type(), text)
    }
}

fn response(status: StatusCode, kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The readiness of the whole, and what it depends on.
fn told(state: &State) -> String {
    let mut text = match (state.is_ready(), state.draining) {
        (true, _) => "ready\n",
        (false, true) => "draining\n",
        (false, false) => "not ready\n",
    }
    .to_owned();
    for (name, instance) in &state.instances {
        let instance = match instance {
            InstanceState::Ready => "ready",
            InstanceState::Starting => "waits for its first authorize token",
            InstanceState::KeyRefused => "Flinks refuses the secret key",
        };
        text.push_str(&format!("{}: {instance}\n", name.0));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, net::SocketAddr};

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        time::Instant,
    };

    use super::*;
    use crate::{trace::Tracer, upstream::Flinks};

    async fn serving() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let metrics = Metrics::new(&[], Arc::default());
        let limits = crate::upstream::Limits {
            connect_timeout: HEAD,
            max_response_bytes: 0,
            round_lifetime: HEAD,
            token_max_age: HEAD,
            max_tokens: 0,
        };
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let observe = |name: &_, base: &_| metrics.instance(name, base);
        let flinks = Flinks::new(BTreeMap::new(), roots, limits, Tracer::default(), observe);
        let health = Health::watch(&flinks, HEAD);
        tokio::spawn(serve(listener, health, metrics, std::future::pending()));
        address
    }

    async fn says(port: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(port).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok();
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_stops_speaking_is_cut_off() {
        let port = serving().await;
        for text in [
            "",
            "GET /healthz HT",
            "GET /healthz HTTP/1.1\r\nhost: x\r\n",
        ] {
            let begun = Instant::now();
            let answer = says(port, text).await;
            assert!(!answer.contains(" 200 "), "{answer}");
            assert!(begun.elapsed() <= WHOLE, "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn peers_that_say_nothing_keep_nobody_out_for_long() {
        let port = serving().await;
        let mut silent = Vec::new();
        for _ in 0..CONNECTIONS * 2 {
            silent.push(TcpStream::connect(port).await.unwrap());
        }
        let begun = Instant::now();
        let answer = says(port, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(answer.contains(" 200 "), "{answer}");
        assert!(begun.elapsed() <= WHOLE * 2);
    }
}
