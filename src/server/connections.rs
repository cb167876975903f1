//! HTTP/2 connections: accepted, served, and told to go away.
//!
//! Not by tonic's own server: that has a timer for `grpc-timeout` which cannot be switched off and which answers
//! `CANCELLED`. Meshes repeat `CANCELLED`, and a sign-in must not be repeated; `call.rs` keeps the deadline instead.

use std::{convert::Infallible, pin::pin, time::Duration};

use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::TcpListener;
use tonic::body::Body;
use tower::{Service, ServiceExt};

/// Serves each connection until its end; on `drain` takes no more, and lets those there are finish their calls.
pub(super) async fn serve<S>(listener: TcpListener, service: S, drain: impl Future<Output = ()>)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let mut http2 = http2::Builder::new(TokioExecutor::new());
    http2
        .timer(TokioTimer::new())
        .max_concurrent_streams(4096)
        // A peer that went away without a word is noticed, and its calls with it.
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    let connections = GracefulShutdown::new();
    let mut drain = pin!(drain);
    loop {
        let accepted = tokio::select! {
            () = &mut drain => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Most likely there are no file descriptors left, and some will be free again.
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // A connection that is gone already shows it soon enough.
        stream.set_nodelay(true).ok();
        let service = service.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            service.clone().oneshot(request.map(Body::new))
        });
        let connection = connections.watch(http2.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // What became of its calls is in their lines.
            connection.await.ok();
        });
    }
    drop(listener);
    connections.shutdown().await;
}
