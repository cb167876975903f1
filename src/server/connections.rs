//! Connections: accepted, served, and told to go away.
//!
//! Not by tonic's own server: that has a timer for `grpc-timeout` which cannot be switched off and which answers
//! `CANCELLED`. Meshes repeat `CANCELLED`, and a sign-in must not be repeated; `call.rs` keeps the deadline instead.

use std::{convert::Infallible, pin::pin, time::Duration};

use http::{Request, Response};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::net::TcpListener;
use tokio_io_timeout::TimeoutStream;
use tonic::body::Body;
use tower::{Service, ServiceExt};

/// What the port speaks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Protocols {
    /// HTTP/2, without TLS and without asking first.
    Http2,
    /// HTTP/1.1 as well: without TLS browsers speak nothing else.
    Http1And2 {
        /// How long a peer may neither send a byte nor take one, since HTTP/1.1 has no pings: longer than any call.
        silence: Duration,
    },
}

/// Serves each connection until its end; on `drain` takes no more, and lets those there are finish their calls.
pub(super) async fn serve<S>(
    listener: TcpListener,
    protocols: Protocols,
    service: S,
    drain: impl Future<Output = ()>,
) where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let (http, silence) = match protocols {
        Protocols::Http2 => (http().http2_only(), None),
        Protocols::Http1And2 { silence } => (http(), Some(silence)),
    };
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
        let mut stream = TimeoutStream::new(stream);
        stream.set_read_timeout(silence);
        stream.set_write_timeout(silence);
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = connections.watch(connection.into_owned());
        tokio::spawn(async move {
            // What became of its calls is in their lines.
            connection.await.ok();
        });
    }
    drop(listener);
    connections.shutdown().await;
}

fn http() -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(4096)
        // A peer that went away without a word is noticed, and its calls with it.
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10))
        // A browser sends a request again on its own, a POST too, when its connection is lost before it was answered and
        // was used before, or opened in advance. A sign-in must not be repeated, so each connection is used once. Against
        // the other, `web.rs` answers at once.
        .keep_alive(false);
    http
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        time::Instant,
    };

    use super::*;

    const SILENCE: Duration = Duration::from_secs(300);

    /// Serves what answers an empty 200 after a while.
    async fn serving(takes: Duration) -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = tower::service_fn(move |_: Request<Body>| async move {
            tokio::time::sleep(takes).await;
            Ok(Response::new(Body::empty()))
        });
        let protocols = Protocols::Http1And2 { silence: SILENCE };
        tokio::spawn(serve(
            listener,
            protocols,
            service,
            std::future::pending::<()>(),
        ));
        TcpStream::connect(address).await.unwrap()
    }

    /// Sends a text, and reads to the end of the connection.
    async fn told(takes: Duration, text: &str) -> (Duration, String) {
        let begun = Instant::now();
        let mut stream = serving(takes).await;
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut told = String::new();
        let end = stream.read_to_string(&mut told);
        tokio::time::timeout(SILENCE * 2, end).await.ok();
        (begun.elapsed(), told)
    }

    #[tokio::test(start_paused = true)]
    async fn no_peer_that_stops_speaking_stays_for_ever() {
        let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
        for (name, text, at_most) in [
            ("nothing", "", SILENCE),
            ("what either protocol begins with", "P", SILENCE),
            ("half a preface", "PRI * HTTP/2.0\r\n", SILENCE),
            ("half a head", &head[..30], Duration::from_secs(10)),
        ] {
            let (took, told) = told(Duration::ZERO, text).await;
            assert!(took <= at_most + Duration::from_secs(1), "{name}: {took:?}");
            assert!(!told.contains(" 200 "), "{name}: {told}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_waits_for_its_answer_is_not_cut_off() {
        let takes = SILENCE - Duration::from_secs(1);
        let (took, told) = told(takes, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(told.starts_with("HTTP/1.1 200 "), "{told}");
        assert!(took >= takes && took < SILENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_without_calls_stays_open_for_as_long_as_it_answers_pings() {
        let io = TokioIo::new(serving(Duration::ZERO).await);
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake::<_, _, Body>(TokioExecutor::new(), io)
                .await
                .unwrap();
        tokio::spawn(connection);
        tokio::time::sleep(SILENCE * 3).await;
        let request = Request::get("http://x/").body(Body::empty()).unwrap();
        assert!(sender.send_request(request).await.is_ok());
    }
}
