//! Connections: accepted, served, and told to go away.
//!
//! Not by tonic's own server: that has a timer for `grpc-timeout` which cannot be switched off and which answers
//! `CANCELLED`. Meshes repeat `CANCELLED`, and a sign-in must not be repeated; `call.rs` keeps the deadline instead.
//!
//! A connection ends in one of two ways. Told to go away (GOAWAY), because it is old or idle or the process ends, it
//! takes no new calls, and those under way finish. Only where they take longer than any call may is it cut.

use std::{
    convert::Infallible,
    io,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use http::{Request, Response};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, oneshot},
    time::Instant,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::body::Body;
use tower::{Service, ServiceExt};

use super::{
    Limits,
    admission::Origin,
    answers::{Answer, Calls, bounded, over},
};
use crate::{
    callers::Peer,
    telemetry::metrics::{Limit, Metrics},
    tls,
};

/// What the port speaks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Protocols {
    /// HTTP/2 without asking first.
    Http2,
    /// HTTP/1.1 as well: without TLS browsers speak nothing else.
    Http1And2,
}

/// How long a peer may take to introduce itself: for its handshake of TLS, and then for its first bytes of HTTP.
const INTRODUCTION: Duration = Duration::from_secs(10);

/// What the port shows to clients: as it is at the time a connection is made. None for clear text.
pub(super) type Tls = Arc<ArcSwapOption<tls::Server>>;

/// Serves each connection until its end; on `drain` takes no more, and lets those there are finish their calls.
pub(super) async fn serve<S>(
    listener: TcpListener,
    tls: Tls,
    protocols: Protocols,
    limits: Limits,
    service: S,
    metrics: Metrics,
    drain: CancellationToken,
) where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let server = Arc::new(Server {
        http: http(protocols, &limits),
        limits,
        metrics,
        drain,
    });
    let places = Arc::new(Semaphore::new(server.limits.max_connections));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = server.drain.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // The peer's doing: it was gone before it was seen.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                // Most likely there are no file descriptors left, and some will be free again.
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // One too many is closed at once: its client learns that nothing was sent, and goes elsewhere.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            server.metrics.shed(Limit::Connections);
            tracing::debug!("a connection is one too many");
            continue;
        };
        // A connection that is gone already shows it soon enough.
        stream.set_nodelay(true).ok();
        let (server, tls, service) = (Arc::clone(&server), tls.load_full(), service.clone());
        let open = server.metrics.connection_opens();
        connections.spawn(async move {
            match tls {
                None => bounded(server.connection(stream, Peer::default(), service)).await,
                Some(tls) => server.secured(stream, &tls, service).await,
            }
            drop((place, open));
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

struct Server {
    http: auto::Builder<Calls>,
    limits: Limits,
    metrics: Metrics,
    drain: CancellationToken,
}

impl Server {
    async fn secured<S>(&self, stream: TcpStream, tls: &tls::Server, service: S)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        let acceptor = TlsAcceptor::from(Arc::clone(&tls.0));
        match tokio::time::timeout(INTRODUCTION, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                let peer = tls::peer(stream.get_ref().1);
                bounded(self.connection(stream, peer, service)).await;
            }
            // Whoever scans ports would fill the log.
            Ok(Err(error)) => {
                self.metrics.handshake_failed();
                tracing::debug!(%error, "a TLS handshake failed");
            }
            Err(_) => {
                self.metrics.handshake_failed();
                tracing::debug!("a TLS handshake took too long");
            }
        }
    }

    async fn connection<S, I>(&self, stream: I, peer: Peer, service: S)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Activity::default();
        let origin = Origin::new(peer);
        let service = service_fn({
            let activity = activity.clone();
            move |request: Request<Incoming>| {
                let busy = activity.begin();
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(origin.clone());
                let answer = service.clone().oneshot(request);
                async move {
                    let answer = answer.await?;
                    Ok::<_, Infallible>(answer.map(|body| Answer::new(body, busy)))
                }
            }
        });
        let (stream, introduced) = Introduced::new(stream);
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        // Told to go away or not: hyper waits for an introduction all the same.
        let mut late = pin!(late(introduced));
        // What became of its calls is in their lines.
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            // The call of a connection of HTTP/1.1, which has but one; those of HTTP/2 have tasks of their own.
            () = over() => return,
            () = late.as_mut() => return,
            () = self.drain.cancelled() => {}
            () = tokio::time::sleep(jittered(self.limits.connection_age)) => {}
            () = activity.idle_for(self.limits.connection_idle) => {}
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            biased;
            _ = connection => {}
            () = over() => {}
            () = late => {}
            () = tokio::time::sleep(self.limits.connection_age_grace) => {}
        }
    }
}

/// Waits until a peer has not introduced itself in time.
async fn late(introduced: oneshot::Receiver<()>) {
    match tokio::time::timeout(INTRODUCTION, introduced).await {
        Ok(_) => std::future::pending().await,
        Err(_) => tracing::debug!("a connection stayed silent"),
    }
}

/// A stream that tells when its peer has sent as much as HTTP/2 begins with. hyper waits for that for ever.
struct Introduced<I> {
    stream: I,
    read: usize,
    tell: Option<oneshot::Sender<()>>,
}

impl<I> Introduced<I> {
    /// The length of HTTP/2's preface. No request of HTTP/1.1 for us is shorter.
    const ENOUGH: usize = 24;

    fn new(stream: I) -> (Self, oneshot::Receiver<()>) {
        let (tell, told) = oneshot::channel();
        let stream = Self {
            stream,
            read: 0,
            tell: Some(tell),
        };
        (stream, told)
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Introduced<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.tell.is_some() {
            self.read += buffer.filled().len() - before;
            if self.read >= Self::ENOUGH
                && let Some(tell) = self.tell.take()
            {
                tell.send(()).ok();
            }
        }
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Introduced<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Give or take a tenth, so that connections made at once do not all end at once.
fn jittered(age: Duration) -> Duration {
    age.mul_f64(0.9 + 0.2 * fastrand::f64())
}

/// How many calls a connection has, their answers read or not, and since when none.
#[derive(Clone, Debug)]
struct Activity(Arc<Mutex<(usize, Instant)>>);

impl Default for Activity {
    fn default() -> Self {
        Self(Arc::new(Mutex::new((0, Instant::now()))))
    }
}

impl Activity {
    fn begin(&self) -> Busy {
        self.change(|calls| calls + 1);
        Busy(self.clone())
    }

    fn change(&self, change: impl FnOnce(usize) -> usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = (change(state.0), Instant::now());
    }

    /// Waits until there was no call for so long.
    async fn idle_for(&self, limit: Duration) {
        loop {
            let (calls, since) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let until = since + limit;
            if calls == 0 && until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until.max(Instant::now() + limit / 16)).await;
        }
    }
}

/// A call of a connection, until its answer was read.
#[derive(Debug)]
struct Busy(Activity);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.change(|calls| calls - 1);
    }
}

fn http(protocols: Protocols, limits: &Limits) -> auto::Builder<Calls> {
    let mut http = auto::Builder::new(Calls);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(u32::try_from(limits.max_streams).ok())
        .max_header_list_size(limits.max_header_bytes)
        // A peer that went away without a word is noticed, and its calls with it.
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    http.http1()
        .timer(TokioTimer::new())
        .max_buf_size(limits.max_header_bytes as usize)
        .header_read_timeout(Duration::from_secs(10))
        // A browser sends a request again on its own, a POST too, when its connection is lost before it was answered and
        // was used before, or opened in advance. A sign-in must not be repeated, so each connection is used once. Against
        // the other, `web.rs` answers at once.
        .keep_alive(false);
    match protocols {
        Protocols::Http2 => http.http2_only(),
        Protocols::Http1And2 => http,
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        time::Instant,
    };

    use bytes::Bytes;
    use http_body_util::{BodyExt, Full};
    use hyper_util::rt::TokioExecutor;

    use super::*;
    use crate::{grpc::deadline::Timeouts, server::answers};

    const LONG: Duration = Duration::from_secs(300);

    fn limits() -> Limits {
        let ever = Duration::from_secs(24 * 60 * 60);
        Limits {
            timeouts: Timeouts {
                live: ever,
                cached: ever,
            },
            drain_delay: Duration::ZERO,
            drain_timeout: ever,
            max_request_bytes: 1 << 20,
            max_header_bytes: 1 << 14,
            max_connections: 100,
            max_streams: 100,
            max_calls: 100,
            connection_idle: ever,
            connection_age: ever,
            connection_age_grace: ever,
        }
    }

    /// Serves what answers an empty 200 after a while.
    async fn serving(takes: Duration) -> TcpStream {
        serving_with(
            Protocols::Http1And2,
            CancellationToken::new(),
            move |_| async move {
                tokio::time::sleep(takes).await;
                Body::empty()
            },
        )
        .await
    }

    /// Serves any answer.
    async fn serving_with<F>(
        protocols: Protocols,
        drain: CancellationToken,
        answer: impl Fn(Request<Body>) -> F + Clone + Send + Sync + 'static,
    ) -> TcpStream
    where
        F: Future<Output = Body> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = tower::service_fn(move |request: Request<Body>| {
            let answer = answer(request);
            async { Ok(Response::new(answer.await)) }
        });
        tokio::spawn(serve(
            listener,
            Tls::default(),
            protocols,
            limits(),
            service,
            Metrics::new(&[], Arc::default()),
            drain,
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
        tokio::time::timeout(LONG * 2, end).await.ok();
        (begun.elapsed(), told)
    }

    #[tokio::test(start_paused = true)]
    async fn no_peer_that_stops_speaking_stays_for_ever() {
        let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n";
        for (name, text) in [
            ("nothing", ""),
            ("what either protocol begins with", "P"),
            ("half a preface", "PRI * HTTP/2.0\r\n"),
            ("half a head", &head[..30]),
        ] {
            let (took, told) = told(Duration::ZERO, text).await;
            assert!(
                took <= INTRODUCTION + Duration::from_secs(1),
                "{name}: {took:?}"
            );
            assert!(!told.contains(" 200 "), "{name}: {told}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nor_does_one_that_should_speak_http2_alone_not_even_in_a_drain() {
        for (text, drains) in [
            ("", false),
            ("PRI * HTTP/2.0\r\n", false),
            ("", true),
            ("PRI * HTTP/2.0\r\n", true),
        ] {
            let drain = CancellationToken::new();
            let answer = |_| async { Body::empty() };
            let mut stream = serving_with(Protocols::Http2, drain.clone(), answer).await;
            // So that it has been taken.
            tokio::time::sleep(Duration::from_secs(1)).await;
            if drains {
                drain.cancel();
            }
            let begun = Instant::now();
            stream.write_all(text.as_bytes()).await.unwrap();
            let mut read = Vec::new();
            let end = stream.read_to_end(&mut read);
            tokio::time::timeout(LONG, end).await.unwrap().ok();
            assert!(begun.elapsed() <= INTRODUCTION + Duration::from_secs(1));
        }
    }

    /// More than a client takes unasked.
    const LARGE: usize = 4 << 20;

    /// More than a system keeps for a connection.
    const LARGER: usize = 64 << 20;

    /// Serves an answer so large to calls that must end after a while.
    async fn serving_large(length: usize) -> TcpStream {
        serving_with(
            Protocols::Http1And2,
            CancellationToken::new(),
            move |_| async move {
                answers::must_end(Instant::now() + LONG);
                Body::new(Full::new(Bytes::from(vec![0; length])).map_err(|never| match never {}))
            },
        )
        .await
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_read_is_not_kept_for_ever() {
        let io = TokioIo::new(serving_large(LARGE).await);
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake::<_, _, Body>(TokioExecutor::new(), io)
                .await
                .unwrap();
        tokio::spawn(connection);
        let ask = || Request::get("http://x/").body(Body::empty()).unwrap();
        // Not when the next ping is due: this clock goes on before it is answered.
        let (soon, late) = (LONG / 2, LONG + Duration::from_secs(10));
        for (waits, is_whole) in [(soon, true), (late, false)] {
            let answer = sender.send_request(ask()).await.unwrap();
            tokio::time::sleep(waits).await;
            let read = answer.into_body().collect().await;
            let length = read.map(|body| body.to_bytes().len()).ok();
            assert_eq!(length, is_whole.then_some(LARGE), "after {waits:?}");
        }
        let other = sender.send_request(ask()).await;
        assert!(other.is_ok(), "the connection goes on: {other:?}");

        for (waits, is_whole) in [(soon, true), (late, false)] {
            let mut stream = serving_large(LARGER).await;
            stream
                .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                .await
                .unwrap();
            tokio::time::sleep(waits).await;
            let mut read = Vec::new();
            stream.read_to_end(&mut read).await.ok();
            assert_eq!(
                read.len() > LARGER,
                is_whole,
                "{} after {waits:?}",
                read.len()
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_waits_for_its_answer_is_not_cut_off() {
        let (took, told) = told(LONG, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(told.starts_with("HTTP/1.1 200 "), "{told}");
        assert!(took >= LONG && took < LONG + Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_without_calls_stays_open_for_as_long_as_it_answers_pings() {
        let io = TokioIo::new(serving(Duration::ZERO).await);
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake::<_, _, Body>(TokioExecutor::new(), io)
                .await
                .unwrap();
        tokio::spawn(connection);
        tokio::time::sleep(LONG * 3).await;
        let request = Request::get("http://x/").body(Body::empty()).unwrap();
        assert!(sender.send_request(request).await.is_ok());
    }
}
