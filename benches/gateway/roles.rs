//! The servers that are not the gateway. Each prints its address, and ends when its standard input does.

use std::{
    convert::Infallible,
    io::{Read, Write},
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use bytes::Bytes;
use flinks_gateway::pb::{
    self,
    authorization_service_server::{AuthorizationService, AuthorizationServiceServer},
};
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
    trace_service_server::{TraceService, TraceServiceServer},
};
use tokio::{
    net::{TcpListener, TcpSocket},
    runtime,
};
use tonic::{
    Status,
    transport::{Server, server::TcpIncoming},
};

use crate::{Result, messages};

/// Listens with room for thousands of connections at once, and says where.
fn listen() -> Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let listener = socket.listen(8192)?;
    println!("{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    std::thread::spawn(|| {
        // Ends when whoever started this process does.
        std::io::stdin().read_to_end(&mut Vec::new()).ok();
        std::process::exit(0);
    });
    Ok(listener)
}

/// What the bank saw.
#[derive(Debug, Default)]
struct Seen {
    authorized: AtomicUsize,
    with_token: AtomicUsize,
    minted: AtomicUsize,
    waiting: AtomicUsize,
    most_waiting: AtomicUsize,
}

/// A bank that always says yes, after as many milliseconds as the first argument says; tokens take the second.
pub(crate) fn upstream(arguments: &[String]) -> Result<()> {
    let delay = |place: usize| -> Result<Duration> {
        let text = arguments.get(place).ok_or("a delay is missing")?;
        Ok(Duration::from_millis(text.parse()?))
    };
    let (authorize_delay, mint_delay) = (delay(0)?, delay(1)?);
    let seen: &'static Seen = Box::leak(Box::default());
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = listen()?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let service =
                service_fn(move |request| answer(request, seen, authorize_delay, mint_delay));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async {
                // A caller that went away is no fault.
                connection.await.ok();
            });
        }
    })
}

async fn answer(
    request: Request<Incoming>,
    seen: &'static Seen,
    authorize_delay: Duration,
    mint_delay: Duration,
) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    body.collect().await.ok();
    let body = match parts.uri.path().rsplit('/').next() {
        Some("Authorize") => {
            let token = parts.headers.contains_key("flinks-auth-key");
            seen.with_token.fetch_add(token.into(), Ordering::Relaxed);
            seen.authorized.fetch_add(1, Ordering::Relaxed);
            let waiting = 1 + seen.waiting.fetch_add(1, Ordering::Relaxed);
            seen.most_waiting.fetch_max(waiting, Ordering::Relaxed);
            pause(authorize_delay).await;
            seen.waiting.fetch_sub(1, Ordering::Relaxed);
            Bytes::from_static(messages::SESSION.as_bytes())
        }
        Some("GenerateAuthorizeToken") => {
            seen.minted.fetch_add(1, Ordering::Relaxed);
            pause(mint_delay).await;
            let token = uuid::Uuid::new_v4();
            format!(r#"{{"HttpStatusCode":200,"Token":"{token}"}}"#).into()
        }
        _ => {
            let read = |count: &AtomicUsize| count.load(Ordering::Relaxed);
            serde_json::json!({
                "authorized": read(&seen.authorized),
                "with_token": read(&seen.with_token),
                "minted": read(&seen.minted),
                "most_waiting": read(&seen.most_waiting),
            })
            .to_string()
            .into()
        }
    };
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

async fn pause(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

/// tonic alone: a fixed answer.
pub(crate) fn echo() -> Result<()> {
    let fixed = Fixed {
        answer: messages::response(),
        bank: None,
    };
    serve(fixed, all_threads())
}

/// The least gateway: posts fixed bytes to the URL of the first argument, and gives a fixed answer. With `one-thread`
/// it runs on one, as the gateway does.
pub(crate) fn naive(arguments: &[String]) -> Result<()> {
    let url = arguments.first().ok_or("the bank's URL is missing")?;
    let fixed = Fixed {
        answer: messages::response(),
        bank: Some((reqwest::Client::new(), url.parse()?)),
    };
    let threads = match arguments.get(1).map(String::as_str) {
        Some("one-thread") => runtime::Builder::new_current_thread(),
        _ => all_threads(),
    };
    serve(fixed, threads)
}

/// What `#[tokio::main]` makes.
fn all_threads() -> runtime::Builder {
    runtime::Builder::new_multi_thread()
}

struct Fixed {
    answer: pb::AuthorizeResponse,
    bank: Option<(reqwest::Client, reqwest::Url)>,
}

/// A collector of traces that keeps none.
pub(crate) fn collector() -> Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let incoming = TcpIncoming::from(listen()?);
        Ok(Server::builder()
            .add_service(TraceServiceServer::new(Collector))
            .serve_with_incoming(incoming)
            .await?)
    })
}

struct Collector;

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        _: tonic::Request<ExportTraceServiceRequest>,
    ) -> std::result::Result<tonic::Response<ExportTraceServiceResponse>, Status> {
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

fn serve(service: Fixed, mut threads: runtime::Builder) -> Result<()> {
    threads.enable_all().build()?.block_on(async {
        let incoming = TcpIncoming::from(listen()?).with_nodelay(Some(true));
        // As many as the gateway allows: with fewer, calls would wait in the client.
        Ok(Server::builder()
            .max_concurrent_streams(4096)
            .add_service(AuthorizationServiceServer::new(service))
            .serve_with_incoming(incoming)
            .await?)
    })
}

#[tonic::async_trait]
impl AuthorizationService for Fixed {
    async fn authorize(
        &self,
        _: tonic::Request<pb::AuthorizeRequest>,
    ) -> std::result::Result<tonic::Response<pb::AuthorizeResponse>, Status> {
        if let Some((client, url)) = &self.bank {
            let lost = |error: reqwest::Error| Status::internal(error.to_string());
            let response = client
                .post(url.clone())
                .header(header::CONTENT_TYPE, "application/json")
                .body(messages::BODY)
                .send()
                .await
                .map_err(lost)?;
            response.bytes().await.map_err(lost)?;
        }
        Ok(tonic::Response::new(self.answer.clone()))
    }

    async fn answer_challenges(
        &self,
        _: tonic::Request<pb::AnswerChallengesRequest>,
    ) -> std::result::Result<tonic::Response<pb::AnswerChallengesResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn cached_authorize(
        &self,
        _: tonic::Request<pb::CachedAuthorizeRequest>,
    ) -> std::result::Result<tonic::Response<pb::CachedAuthorizeResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}
