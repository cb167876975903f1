//! gRPC-Web: pages call over HTTP/1.1 on the port of gRPC, those that are listed and no others.
//!
//! The browser here is made by hand, so that what it is told is not read by the library that wrote it.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use flinks_gateway::{config::Config, pb, server::WebOrigins};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tonic::{Code, Status};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_reflection::pb::v1;
use tonic_types::StatusExt;

use crate::{harness::*, process::Process};

const AUTHORIZE: &str = "/flinks.gateway.v1.AuthorizationService/Authorize";
const ANSWER: &str = "/flinks.gateway.v1.AuthorizationService/AnswerChallenges";
const PAGE: &str = "https://app.example.com";
const OTHER_PAGE: &str = "http://localhost:5173";
const STRANGER: &str = "https://app.example.com.evil.example";

/// Lists two pages.
fn listed(config: &mut Config) {
    let origins = [PAGE, OTHER_PAGE].map(HeaderValue::from_static);
    config.server.web_origins = Some(WebOrigins::These(Arc::new(origins)));
}

/// What a page's library sends.
fn call(path: &str, kind: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(path)
        .header("host", "gateway.example.com")
        .header("origin", PAGE)
        .header("content-type", kind)
        .header("x-grpc-web", "1")
        .header("x-user-agent", "by-hand")
        .body(Full::new(body.into()))
        .unwrap()
}

fn binary(path: &str, message: &impl Message) -> Request<Full<Bytes>> {
    call(path, "application/grpc-web+proto", frame(message))
}

fn frame(message: &impl Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).unwrap();
    [&[0][..], &length.to_be_bytes(), &message].concat()
}

/// With what a test adds to it.
fn with(
    mut request: Request<Full<Bytes>>,
    name: &'static str,
    value: &str,
) -> Request<Full<Bytes>> {
    let name = HeaderName::from_static(name);
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

/// What a browser asks before a page may send that.
fn question(origin: &str) -> Request<Full<Bytes>> {
    Request::options(AUTHORIZE)
        .header("host", "gateway.example.com")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "content-type,grpc-timeout,x-grpc-web,x-user-agent",
        )
        .header("access-control-request-private-network", "true")
        .body(Full::default())
        .unwrap()
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn has(&self, name: &str, part: &str) -> bool {
        self.header(name)
            .split(',')
            .any(|item| item.trim().eq_ignore_ascii_case(part))
    }

    /// The one message, and what its trailers say.
    fn message<M: Message + Default>(&self) -> M {
        let (first, message, rest) = cut(&self.body);
        assert_eq!(first, 0, "no message: {:?}", self.body);
        let trailers = self.trailers(rest);
        assert_eq!(trailers["grpc-status"], "0", "{trailers:?}");
        M::decode(message).unwrap()
    }

    /// The error, as a page can read it.
    fn error(&self) -> (Code, String, String) {
        let status = Status::from_header_map(&self.trailers(&self.body)).unwrap();
        let info = status.get_details_error_info().unwrap();
        let reason = info.reason.trim_start_matches("ERROR_REASON_").to_owned();
        (status.code(), reason, info.metadata["next_step"].clone())
    }

    /// What ends a body. The head tells nothing, for it comes before there is anything to tell.
    fn trailers(&self, end: &[u8]) -> HeaderMap {
        assert_eq!(self.status, StatusCode::OK);
        for told in ["grpc-status", "x-request-id"] {
            assert!(!self.headers.contains_key(told), "{told}");
        }
        let (first, trailers, rest) = cut(end);
        assert_eq!((first, rest.len()), (0x80, 0), "no trailers at the end");
        let trailers: HeaderMap = std::str::from_utf8(trailers)
            .unwrap()
            .lines()
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
            .collect();
        assert!(trailers.contains_key("x-request-id"));
        trailers
    }

    fn id(&self) -> String {
        let trailers = match cut(&self.body) {
            (0x80, ..) => self.trailers(&self.body),
            (_, _, rest) => self.trailers(rest),
        };
        trailers["x-request-id"].to_str().unwrap().to_owned()
    }
}

/// A frame's first byte, what is in it, and what comes after it.
fn cut(bytes: &[u8]) -> (u8, &[u8], &[u8]) {
    let length = u32::from_be_bytes(bytes[1..5].try_into().unwrap());
    let (frame, rest) = bytes.split_at(5 + usize::try_from(length).unwrap());
    (frame[0], &frame[5..], rest)
}

/// Sends a request as browsers do without TLS. The connection ends with its reply.
async fn http1(gateway: &Gateway, request: Request<Full<Bytes>>) -> Reply {
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let reply = reply(sender.send_request(request).await.unwrap()).await;
    assert!(reply.has("connection", "close"));
    connection.await.unwrap().unwrap();
    reply
}

/// Sends a request as proxies may.
async fn http2(gateway: &Gateway, mut request: Request<Full<Bytes>>) -> Reply {
    let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http();
    let uri = format!("http://{}{}", gateway.address, request.uri());
    *request.uri_mut() = uri.parse().unwrap();
    *request.version_mut() = Version::HTTP_2;
    reply(client.request(request).await.unwrap()).await
}

async fn reply(response: http::Response<hyper::body::Incoming>) -> Reply {
    let (parts, body) = response.into_parts();
    Reply {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

/// The bytes of a request, to be sent by halves.
fn written(request: &Request<Full<Bytes>>, body: &[u8]) -> Vec<u8> {
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    [text.as_bytes(), body].concat()
}

fn round(reply: &Reply) -> pb::ChallengeRound {
    match reply.message::<pb::AuthorizeResponse>().outcome.unwrap() {
        pb::authorize_response::Outcome::ChallengeRound(round) => round,
        _ => panic!("not challenged"),
    }
}

#[tokio::test]
async fn a_page_signs_in_through_a_challenge() {
    let (sandbox, gateway, _client) = all_with(options(), listed).await;
    let asked = http1(&gateway, binary(AUTHORIZE, &sign_in("question"))).await;
    assert_eq!(asked.header("content-type"), "application/grpc-web+proto");
    assert_eq!(asked.header("access-control-allow-origin"), PAGE);
    assert!(asked.has("vary", "origin"));
    let answers = binary(ANSWER, &right_answers(&round(&asked)));
    let answered = http1(&gateway, with(answers, "x-request-id", "a-page-1")).await;
    assert_eq!(answered.id(), "a-page-1");
    let outcome = answered.message::<pb::AnswerChallengesResponse>().outcome;
    assert!(matches!(
        outcome,
        Some(pb::answer_challenges_response::Outcome::Session(_))
    ));
    assert_eq!(authorize_bodies(&sandbox).len(), 2);
}

#[tokio::test]
async fn a_page_that_takes_only_text_signs_in_through_a_challenge() {
    let (_sandbox, gateway, _client) = all_with(options(), listed).await;
    const TEXT: &str = "application/grpc-web-text";
    let text = |path, frame: Vec<u8>| {
        let request = call(path, TEXT, STANDARD.encode(frame));
        with(request, "accept", TEXT)
    };
    // Each frame is encoded by itself, with padding where it ends.
    let decoded = |mut reply: Reply| {
        assert!(reply.header("content-type").starts_with(TEXT));
        let parts = reply.body.chunks(4);
        let parts: Vec<Vec<u8>> = parts.map(|part| STANDARD.decode(part).unwrap()).collect();
        reply.body = parts.concat().into();
        reply
    };
    let asked = http1(&gateway, text(AUTHORIZE, frame(&sign_in("question")))).await;
    let answers = right_answers(&round(&decoded(asked)));
    let answered = decoded(http1(&gateway, text(ANSWER, frame(&answers))).await);
    let outcome = answered.message::<pb::AnswerChallengesResponse>().outcome;
    assert!(outcome.is_some());
    let garbled = http1(&gateway, call(AUTHORIZE, TEXT, "A*A=")).await;
    assert_eq!(garbled.error().1, "INVALID_REQUEST");
}

#[tokio::test]
async fn a_page_can_read_errors_with_their_details_whoever_made_them() {
    let (sandbox, gateway, _client) = all_with(options(), |config| {
        listed(config);
        config.server.limits.max_request_bytes = 1000;
    })
    .await;
    let rejected = http1(
        &gateway,
        binary(AUTHORIZE, &sign_in("error_INVALID_PASSWORD")),
    )
    .await;
    let (code, reason, next_step) = rejected.error();
    assert_eq!(
        (code, reason.as_str(), next_step.as_str()),
        (
            Code::InvalidArgument,
            "CREDENTIALS_REJECTED",
            "NEXT_STEP_CORRECT_CREDENTIALS"
        )
    );
    sandbox.clear_received();
    let long = credentials(SCENARIO_BANK, "ok", &"x".repeat(2000));
    let cases = [
        (
            "empty",
            binary(AUTHORIZE, &pb::AuthorizeRequest::default()),
            "INVALID_REQUEST",
        ),
        (
            "undecodable",
            call(AUTHORIZE, "application/grpc-web", &b"\0\0\0\0\x01\xff"[..]),
            "INVALID_REQUEST",
        ),
        ("too long", binary(AUTHORIZE, &long), "INVALID_REQUEST"),
        (
            "unknown method",
            binary("/flinks.gateway.v1.AuthorizationService/Guess", &()),
            "METHOD_UNKNOWN",
        ),
    ];
    for (name, request, expected) in cases {
        assert_eq!(http1(&gateway, request).await.error().1, expected, "{name}");
    }
    assert!(authorize_bodies(&sandbox).is_empty());
}

#[tokio::test]
async fn a_browser_is_told_which_pages_may_call_and_with_what() {
    let (_sandbox, gateway, _client) = all_with(options(), listed).await;
    for origin in [PAGE, OTHER_PAGE] {
        let told = http1(&gateway, question(origin)).await;
        assert_eq!(told.status, StatusCode::OK);
        assert_eq!(told.header("access-control-allow-origin"), origin);
        assert_eq!(told.header("access-control-allow-methods"), "POST");
        for header in [
            "authorization",
            "content-type",
            "grpc-timeout",
            "x-grpc-web",
            "traceparent",
            "tracestate",
            "x-request-id",
            "x-user-agent",
        ] {
            assert!(told.has("access-control-allow-headers", header), "{header}");
        }
        assert_eq!(told.header("access-control-max-age"), "7200");
        assert!(told.has("vary", "origin"));
        for never in [
            "access-control-allow-credentials",
            "access-control-allow-private-network",
        ] {
            assert!(!told.headers.contains_key(never), "{never}");
        }
    }
    for origin in [STRANGER, "http://app.example.com", "null"] {
        let told = http1(&gateway, question(origin)).await;
        assert!(
            !told.headers.contains_key("access-control-allow-origin"),
            "{origin}"
        );
    }
    let (_sandbox, open, _client) = all_with(options(), |config| {
        config.server.web_origins = Some(WebOrigins::Any);
    })
    .await;
    let told = http1(&open, question(STRANGER)).await;
    assert_eq!(told.header("access-control-allow-origin"), STRANGER);
    assert!(
        !told
            .headers
            .contains_key("access-control-allow-credentials")
    );
}

#[tokio::test]
async fn a_page_that_is_not_listed_is_refused_even_where_its_browser_did_not_ask() {
    let (sandbox, gateway, mut client) = all_with(options(), listed).await;
    let request = || binary(AUTHORIZE, &sign_in("ok"));
    for origin in [STRANGER, "null"] {
        for refused in [
            http1(&gateway, with(request(), "origin", origin)).await,
            http2(&gateway, with(request(), "origin", origin)).await,
        ] {
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
            assert!(!refused.headers.contains_key("access-control-allow-origin"));
        }
    }
    assert!(authorize_bodies(&sandbox).is_empty());
    // What is no page says nothing of an origin, and gRPC may say what it likes: no page can send it.
    let mut plain = request();
    plain.headers_mut().remove("origin");
    http1(&gateway, plain)
        .await
        .message::<pb::AuthorizeResponse>();
    let mut native = tonic::Request::new(sign_in("ok"));
    native
        .metadata_mut()
        .insert("origin", STRANGER.parse().unwrap());
    client.authorize(native).await.unwrap();
    assert_eq!(authorize_bodies(&sandbox).len(), 2);
}

#[tokio::test]
async fn what_browsers_send_without_asking_is_no_call() {
    let (sandbox, on, _client) = all_with(options(), listed).await;
    let off = Gateway::with(&sandbox, |_| {}).await;
    for kind in [
        "text/plain",
        "text/plain;application/grpc-web",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json",
        "application/grpcx",
        "application/grpc-web+json",
        "application/grpc-web; charset=utf-8",
        "",
    ] {
        let request = || with(binary(AUTHORIZE, &sign_in("ok")), "content-type", kind);
        assert!(http1(&on, request()).await.status.is_client_error());
        for gateway in [&on, &off] {
            let refused = http2(gateway, request()).await;
            assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        }
    }
    let mut untyped = binary(AUTHORIZE, &sign_in("ok"));
    untyped.headers_mut().remove("content-type");
    assert!(http1(&on, untyped.clone()).await.status.is_client_error());
    assert_eq!(
        http2(&off, untyped).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    // gRPC needs HTTP/2.
    let native = call(AUTHORIZE, "application/grpc", frame(&sign_in("ok")));
    assert_eq!(http1(&on, native).await.status, StatusCode::BAD_REQUEST);
    // Not even for a method that a page may be allowed.
    let mut get = binary(AUTHORIZE, &sign_in("ok"));
    *get.method_mut() = Method::GET;
    assert_eq!(http1(&on, get).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(authorize_bodies(&sandbox).is_empty());
}

#[tokio::test]
async fn without_the_setting_there_is_neither_grpc_web_nor_http_1() {
    let (sandbox, gateway, mut client) = all().await;
    let request = binary(AUTHORIZE, &sign_in("ok"));
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    let bytes = written(&request, &frame(&sign_in("ok")));
    stream.write_all(&bytes).await.unwrap();
    let mut told = Vec::new();
    // It may also be reset.
    stream.read_to_end(&mut told).await.ok();
    assert!(!told.starts_with(b"HTTP/1"), "{told:?}");
    let refused = http2(&gateway, request).await;
    assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let unanswered = http2(&gateway, question(PAGE)).await;
    for reply in [refused, unanswered] {
        for name in reply.headers.keys() {
            assert!(!name.as_str().starts_with("access-control"), "{name}");
        }
    }
    assert!(authorize_bodies(&sandbox).is_empty());
    client.session("ok").await;
}

#[tokio::test]
async fn both_are_served_on_one_port_at_one_time() {
    let (sandbox, gateway, client) = all_with(options(), listed).await;
    let request = || sign_in("delay_300.ok");
    let native = tokio::spawn({
        let mut client = client.clone();
        async move { client.authorize(request()).await.is_ok() }
    });
    let both = async {
        while sandbox.unfinished() < 3 {
            tokio::task::yield_now().await;
        }
    };
    let (over_http1, over_http2, ()) = tokio::join!(
        http1(&gateway, binary(AUTHORIZE, &request())),
        http2(&gateway, binary(AUTHORIZE, &request())),
        both,
    );
    for page in [over_http1, over_http2] {
        assert!(page.message::<pb::AuthorizeResponse>().outcome.is_some());
    }
    assert!(native.await.unwrap());
}

#[tokio::test]
async fn health_and_reflection_can_be_asked() {
    let (_sandbox, gateway, _client) = all_with(options(), listed).await;
    gateway.ready().await;
    let check = binary(
        "/grpc.health.v1.Health/Check",
        &HealthCheckRequest::default(),
    );
    let health: HealthCheckResponse = http1(&gateway, check).await.message();
    assert_eq!(health.status, 1);
    let list = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1::server_reflection_request::MessageRequest::ListServices(
            String::new(),
        )),
    };
    let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let told: v1::ServerReflectionResponse = http1(&gateway, binary(path, &list)).await.message();
    assert!(told.message_response.is_some());
}

#[tokio::test]
async fn a_pages_deadline_is_kept_and_drops_the_upstream_request() {
    let (sandbox, gateway, _client) = all_with(options(), listed).await;
    let request = with(binary(AUTHORIZE, &sign_in("hang")), "grpc-timeout", "100m");
    let (code, reason, next_step) = http1(&gateway, request).await.error();
    assert_eq!(
        (code, reason.as_str(), next_step.as_str()),
        (
            Code::DeadlineExceeded,
            "DEADLINE_EXCEEDED",
            "NEXT_STEP_CHECK_OUTCOME"
        )
    );
    let_go(&sandbox).await;
    assert_eq!(authorize_bodies(&sandbox).len(), 1);
}

#[tokio::test]
async fn a_message_that_does_not_arrive_in_time_ends_its_call_and_its_connection() {
    let (sandbox, gateway, _client) = all_with(options(), |config| {
        listed(config);
        config.server.limits.timeouts.live = Duration::from_millis(100);
    })
    .await;
    let body = frame(&sign_in("ok"));
    let mut bytes = written(&binary(AUTHORIZE, &sign_in("ok")), &body);
    bytes.truncate(bytes.len() - 1);
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    let mut told = Vec::new();
    stream.read_to_end(&mut told).await.unwrap();
    let told = String::from_utf8_lossy(&told);
    assert!(told.contains("grpc-status:4\r\n"), "{told}");
    assert!(authorize_bodies(&sandbox).is_empty());
}

#[tokio::test]
async fn a_page_that_goes_away_drops_the_upstream_request_at_once() {
    let (sandbox, gateway, _client) = all_with(options(), listed).await;
    let request = binary(AUTHORIZE, &sign_in("hang"));
    let bytes = written(&request, &frame(&sign_in("hang")));
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    held(&sandbox).await;
    drop(stream);
    let_go(&sandbox).await;
    // Over a proxy that keeps its connection it is the stream that ends.
    let (address, request) = (gateway.address, request.clone());
    let call = tokio::spawn(async move {
        let stream = TcpStream::connect(address).await.unwrap();
        let io = TokioIo::new(stream);
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), io)
                .await
                .unwrap();
        tokio::spawn(connection);
        let _answer = sender.send_request(request).await.unwrap();
        std::future::pending::<()>().await;
    });
    held(&sandbox).await;
    call.abort();
    let_go(&sandbox).await;
    assert_eq!(authorize_bodies(&sandbox).len(), 2);
}

#[tokio::test]
async fn a_connection_carries_one_request_so_that_no_browser_sends_it_again() {
    let (sandbox, gateway, _client) = all_with(options(), listed).await;
    let message = sign_in("ok");
    let bytes = written(&binary(AUTHORIZE, &message), &frame(&message));
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(&bytes.repeat(2)).await.unwrap();
    let mut told = Vec::new();
    // What was not read makes it a reset.
    stream.read_to_end(&mut told).await.ok();
    let text = String::from_utf8_lossy(&told);
    assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{text}");
    assert!(text.contains("connection: close\r\n"), "{text}");
    assert_eq!(authorize_bodies(&sandbox).len(), 1);
}

#[tokio::test]
async fn a_page_has_a_head_while_its_bank_is_asked_so_that_no_browser_sends_it_again() {
    let (sandbox, gateway, _client) = all_with(options(), listed).await;
    let message = sign_in("hang");
    let bytes = written(&binary(AUTHORIZE, &message), &frame(&message));
    let mut stream = TcpStream::connect(gateway.address).await.unwrap();
    stream.write_all(&bytes).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains(&format!("access-control-allow-origin: {PAGE}\r\n")));
    held(&sandbox).await;
}

#[tokio::test]
async fn a_drain_lets_pages_have_their_answers_and_waits_for_no_idle_connection() {
    let (sandbox, mut gateway, _client) = all_with(options(), listed).await;
    let mut idle = TcpStream::connect(gateway.address).await.unwrap();
    let message = sign_in("delay_300.ok");
    let bytes = written(&binary(AUTHORIZE, &message), &frame(&message));
    let mut busy = TcpStream::connect(gateway.address).await.unwrap();
    busy.write_all(&bytes).await.unwrap();
    held(&sandbox).await;
    gateway.drain();
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty() && sandbox.unfinished() == 1);
    let mut told = Vec::new();
    busy.read_to_end(&mut told).await.unwrap();
    let told = String::from_utf8_lossy(&told);
    assert!(told.contains("grpc-status:0"), "{told}");
    tokio::time::timeout(Duration::from_secs(5), gateway.server)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(TcpStream::connect(gateway.address).await.is_err());
}

#[tokio::test]
async fn a_page_is_told_at_the_end_of_a_drain_what_is_known_of_its_call() {
    let (sandbox, mut gateway, _client) = all_with(options(), |config| {
        listed(config);
        config.server.limits.drain_timeout = Duration::from_millis(50);
    })
    .await;
    let mut client = gateway.web_client();
    let call = tokio::spawn(async move { client.refused("hang").await });
    held(&sandbox).await;
    gateway.drain();
    let error = call.await.unwrap();
    assert_eq!(
        (error.code, error.reason.as_str(), error.retryable),
        (Code::Unknown, "OUTCOME_UNKNOWN", false)
    );
}

#[tokio::test]
async fn a_pages_call_is_one_line_and_a_browsers_question_none() {
    let process = Process::serve(|command| {
        command.args(["--sandbox", "--grpc-web-origins", PAGE]);
    });
    let mut seen = Vec::new();
    for request in [
        question(PAGE),
        binary(AUTHORIZE, &sign_in("question")),
        question(STRANGER),
        with(
            binary(AUTHORIZE, &sign_in("ok")),
            "content-type",
            "text/plain",
        ),
        binary(AUTHORIZE, &sign_in("error_INVALID_PASSWORD")),
    ] {
        let stream = TcpStream::connect(process.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let reply = reply(sender.send_request(request).await.unwrap()).await;
        if reply.header("content-type") == "application/grpc-web+proto" {
            seen.push(reply.id());
        }
    }
    let lines = process.lines();
    let lines: Vec<[&str; 3]> = lines
        .iter()
        .filter(|line| line["message"] == "call")
        .map(|line| {
            ["method", "code", "request_id"].map(|key| line[key].as_str().unwrap_or_default())
        })
        .collect();
    let [first, second] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(
        lines,
        [
            ["Authorize", "OK", first],
            ["Authorize", "INVALID_ARGUMENT", second],
        ]
    );
}
