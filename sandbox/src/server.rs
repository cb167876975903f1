//! The socket side: accepts connections, logs each request, asks the bank
//! for a reply, and takes the time and makes the faults that it asks for.
//!
//! The accept loop is our own because faults need the raw socket: a reset is
//! a zero linger on a stream that is then dropped.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::bank::Bank;
use crate::body::Body;
use crate::json::Json;
use crate::received::{Log, Unfinished};
use crate::reply::{Content, Reply};
use crate::route::{self, Endpoint};
use crate::scenario::Fault;
use crate::stop::Stop;
use crate::{Options, Received};

/// The most of a request body that is read.
const LARGEST_REQUEST: usize = 64 * 1024 * 1024;

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// Stands in for a reply where only its form matters.
const FILLER: &str = concat!(
    r#"{"Links":[],"HttpStatusCode":200,"Institution":"ScenarioBank","#,
    r#""RequestId":"00000000-0000-4000-8000-000000000000"}"#
);

/// A Flinks on a socket of this machine. It stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    options: Options,
    bank: Mutex<Bank>,
    log: Log,
    unfinished: Unfinished,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts to listen; the socket is bound when this returns. Port 0 asks
    /// for a free one.
    pub async fn start(listen: SocketAddr, options: Options) -> io::Result<Sandbox> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            bank: Mutex::new(Bank::new(options.clone())),
            options,
            log: Log::default(),
            unfinished: Unfinished::default(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Sandbox {
            address,
            shared,
            accepting,
        })
    }

    /// What clients take as the host: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was started with.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    /// Every request whose head arrived, oldest first, faults included; the
    /// newest hundred thousand.
    pub fn received(&self) -> Vec<Received> {
        self.shared.log.all()
    }

    /// Empties the log of requests.
    pub fn clear_received(&self) {
        self.shared.log.clear();
    }

    /// The requests held open at this moment by a hang, a delay or a drip,
    /// whose clients are still there.
    pub fn unfinished(&self) -> usize {
        self.shared.unfinished.count()
    }

    /// The authorize tokens handed out so far.
    pub fn tokens_minted(&self) -> usize {
        self.shared.bank().tokens_minted()
    }

    /// Takes a further secret key from now on, as while one replaces another.
    pub fn take_key(&self, secret_key: &str) {
        self.shared.bank().take_key(secret_key.to_owned());
    }

    /// Takes no secret key but this one from now on, and refuses the tokens
    /// that were minted before, those of open sessions too.
    pub fn rekey(&self, secret_key: &str) {
        self.shared.bank().rekey(secret_key.to_owned());
    }

    /// Serves until the process is told to stop (SIGINT, or SIGTERM).
    pub async fn stopped(self) {
        match Stop::listen() {
            Ok(stop) => stop.told().await,
            // Nobody can say so; then it runs for ever.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Ends all connections when it ends, for they are in its set.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
                // Out of file descriptors, most likely: some will be closed.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Only costs time when it fails.
    let _ = stream.set_nodelay(true);
    let reset = AtomicBool::new(false);
    let service = service_fn(|request| shared.serve(request, &reset));
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An error is a client that left, or a fault that was asked for.
    let _ = (&mut http).await;
    let stream = http.into_parts().io.into_inner();
    if reset.load(Ordering::Relaxed) {
        let _ = stream.set_zero_linger();
    }
}

/// Makes hyper drop the connection without a reply.
#[derive(Debug)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the scenario drops the connection")
    }
}

impl std::error::Error for Dropped {}

impl Shared {
    fn bank(&self) -> MutexGuard<'_, Bank> {
        self.bank.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(
        &self,
        request: Request<Incoming>,
        reset: &AtomicBool,
    ) -> Result<Response<Body>, Dropped> {
        let (head, body) = request.into_parts();
        let key = head
            .headers
            .get("flinks-auth-key")
            .and_then(|key| key.to_str().ok())
            .map(str::to_owned);
        let key = key.as_deref();
        let endpoint = route::endpoint(&head.method, head.uri.path(), self.options.customer_id);
        let number = self.log.head(endpoint.name(), key, head.headers);
        let Ok(body) = Limited::new(body, LARGEST_REQUEST).collect().await else {
            return Err(Dropped);
        };
        let body = body.to_bytes();
        self.log.body(number, &body);

        let reply = match endpoint {
            Endpoint::GenerateAuthorizeToken => self.bank().mint(key),
            Endpoint::Authorize => self.bank().authorize(key, &body),
            Endpoint::DeleteCard { login_id } => self.bank().delete_card(login_id),
            Endpoint::WrongCustomer(_) => Reply::error("ACCESS_DENIED", self.options.generation),
            Endpoint::WrongMethod(_) => Reply::json(
                405,
                Json::object([("Message", "This endpoint does not have this method".into())]),
            ),
            Endpoint::Unknown(_) => return Ok(html(404)),
        };
        if !reply.delay.is_zero() {
            let _held = self.unfinished.hold();
            tokio::time::sleep(reply.delay).await;
        }
        match reply.content {
            Content::Json(status, body) => Ok(response(status, JSON, body.to_bytes())),
            Content::Fault(fault) => self.fault(fault, reset).await,
        }
    }

    async fn fault(&self, fault: Fault, reset: &AtomicBool) -> Result<Response<Body>, Dropped> {
        Ok(match fault {
            Fault::Hang => {
                let _held = self.unfinished.hold();
                std::future::pending().await
            }
            Fault::Reset => {
                reset.store(true, Ordering::Relaxed);
                return Err(Dropped);
            }
            Fault::Close => return Err(Dropped),
            Fault::Truncated => with_body(200, JSON, Body::truncated(FILLER)),
            Fault::Drip => with_body(200, JSON, Body::dripping(FILLER, self.unfinished.hold())),
            Fault::Huge(bytes) => with_body(200, JSON, Body::huge(bytes)),
            Fault::HalfJson => response(200, JSON, &FILLER[..FILLER.len() / 2]),
            Fault::Html(status) => html(status),
            Fault::Empty(status) => response(status, JSON, ""),
            Fault::Text => response(200, "text/plain; charset=utf-8", "Please hold the line."),
            Fault::NotUtf8 => response(
                200,
                JSON,
                &b"{\"HttpStatusCode\":200,\"RequestId\":\"\xff\xfe\xc3\"}"[..],
            ),
            Fault::Deep(levels) => response(200, JSON, "[".repeat(levels) + &"]".repeat(levels)),
            Fault::WrongTypes => response(200, JSON, WRONG_TYPES),
            Fault::Null => response(200, JSON, "null"),
            Fault::Array => response(200, JSON, "[]"),
            Fault::Redirect(status) => {
                let mut response = html(status);
                let path = format!(
                    "/v3/{}/BankingServices/Redirected",
                    self.options.customer_id
                );
                let location = HeaderValue::try_from(path).expect("a GUID in a path is ASCII");
                response.headers_mut().insert(LOCATION, location);
                response
            }
        })
    }
}

/// Well-formed JSON in which nothing is what it should be.
const WRONG_TYPES: &str = concat!(
    r#"{"Links":"none","HttpStatusCode":[200],"Login":[1,2],"Institution":{},"#,
    r#""SecurityChallenges":{"Type":7,"Prompt":null},"FlinksCode":42,"RequestId":true}"#
);

fn html(status: u16) -> Response<Body> {
    let page = format!(
        "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\
         <body><h1>{status}</h1><p>This is not the page you want.</p></body></html>\n"
    );
    response(status, HTML, page)
}

fn response(status: u16, kind: &'static str, body: impl Into<bytes::Bytes>) -> Response<Body> {
    with_body(status, kind, Body::whole(body))
}

fn with_body(status: u16, kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).expect("scenarios are read with statuses of 200 to 599");
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
