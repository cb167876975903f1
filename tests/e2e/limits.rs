//! Limits: what is above one is refused at once, and no peer makes the gateway pile anything up.

use std::{
    collections::HashSet,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use flinks_gateway::{
    callers::{Allowance, Caller, CallerLimits, Callers},
    config::Config,
    pb,
    server::WebOrigins,
    tls,
    upstream::InstanceConfig,
};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::{io::AsyncReadExt, net::TcpStream, task::JoinHandle};
use tonic::{Code, Status, body::Body};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    callers::{these, with_own_key},
    harness::*,
    pki::{self, Authority},
    process::Process,
    raw::{self, AUTHORIZE, Peer},
    rolling::was_never_sent,
};

const HEALTH_CHECK: &str = "/grpc.health.v1.Health/Check";
const ANSWER: &str = "/flinks.gateway.v1.AuthorizationService/AnswerChallenges";

/// A call that the bank does not answer.
fn hang(client: &Client) -> JoinHandle<Result<pb::authorize_response::Outcome, Error>> {
    let mut client = client.clone();
    tokio::spawn(async move { client.authorize(sign_in("hang")).await })
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let late = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < late, "{what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Calls until there is room again.
async fn room_again(client: &mut Client) {
    let late = Instant::now() + PATIENCE;
    while let Err(error) = client.authorize(sign_in("ok")).await {
        assert_eq!(error.reason, "GATEWAY_OVERLOADED");
        assert!(Instant::now() < late, "there is no room again");
    }
}

fn assert_overloaded(error: &Error) {
    assert_eq!(
        (error.code, error.reason.as_str(), error.next_step.as_str()),
        (Code::Unavailable, "GATEWAY_OVERLOADED", "RETRY_LATER")
    );
    assert!(error.retryable);
    assert_eq!(error.retry_delay, Some(Duration::from_secs(1)));
}

fn assert_too_large(error: &Error, name: &str) {
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::InvalidArgument, "INVALID_REQUEST"),
        "{name}"
    );
    assert_eq!(
        error.message, "the message is larger than the gateway takes; nothing was sent",
        "{name}"
    );
}

#[tokio::test]
async fn only_a_continuation_may_be_large() {
    let (sandbox, gateway, native) = all_with(options(), |config| {
        config.server.web_origins = Some(WebOrigins::Any);
        config.server.limits.max_request_bytes = 4 << 20;
    })
    .await;
    let long = |length: usize| "x".repeat(length);
    let answer = |length| pb::AnswerChallengesRequest {
        continuation: "x".to_owned(),
        answers: vec![pb::ChallengeAnswer {
            challenge_id: "1".to_owned(),
            answer: Some(pb::challenge_answer::Answer::Text(long(length))),
        }],
    };
    for (mut client, is_web) in [(native, false), (gateway.web_client(), true)] {
        for length in [256 << 10, 3 << 20, 5 << 20] {
            if length < 4 << 20 {
                let error = client.answer(answer(length)).await.err().unwrap();
                assert_too_large(&error, &format!("an answer of {length}"));
            }
            // What is refused before it has come whole ends an HTTP/1.1 connection, at times before its answer is read.
            if is_web {
                continue;
            }
            let request = credentials(SCENARIO_BANK, "ok", &long(length));
            let error = client.authorize(request).await.err().unwrap();
            assert_too_large(&error, &format!("a password of {length}"));
            let error = client.cached(cached(&long(length))).await.err().unwrap();
            assert_too_large(&error, &format!("a LoginId of {length}"));
        }
        let continuation = |length| pb::AnswerChallengesRequest {
            continuation: long(length),
            ..pb::AnswerChallengesRequest::default()
        };
        let error = client.answer(continuation(3 << 20)).await.err().unwrap();
        assert_eq!(error.reason, "CONTINUATION_INVALID");
        if !is_web {
            let error = client.answer(continuation(5 << 20)).await.err().unwrap();
            assert_too_large(&error, "a continuation above the setting");
        }
        // What is not too large is looked at field by field.
        let request = credentials(SCENARIO_BANK, "ok", &long(200 << 10));
        let error = client.authorize(request).await.err().unwrap();
        let too_long = ("credentials.password".to_owned(), "TOO_LONG".to_owned());
        assert_eq!(error.violations, [too_long]);
    }
    assert!(authorize_bodies(&sandbox).is_empty());
}

#[tokio::test]
async fn millions_of_empty_answers_cost_no_more_memory_than_they_weigh() {
    let process = Process::serve(|command| {
        command.arg("--sandbox");
    });
    let mut client = Client::native(process.address);
    let round = client.challenged("question").await;
    let without_answers = pb::AnswerChallengesRequest {
        continuation: round.continuation.clone(),
        ..pb::AnswerChallengesRequest::default()
    };
    // Each is a field's number and that nothing is in it.
    let mut flood = without_answers.encode_to_vec();
    flood.extend([(2 << 3) | 2, 0].repeat(8 * 1000 * 1000));
    let length = u32::try_from(flood.len()).unwrap().to_be_bytes();
    let flood = Bytes::from([&[0][..], &length, &flood].concat());
    let before = process.most_memory();
    for _ in 0..4 {
        let url = format!("http://{}{ANSWER}", process.address);
        let request = http::Request::post(url)
            .header("content-type", "application/grpc")
            .body(Full::new(flood.clone()))
            .unwrap();
        let http2 = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .http2_only(true)
            .build_http();
        let answer = http2.request(request).await.unwrap();
        let status = Status::from_header_map(answer.headers()).unwrap();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains("larger than"), "{status:?}");
    }
    // Decoded they are 640 MB. On their way a buffer may be there twice, and grow.
    let more = process.most_memory() - before;
    assert!(more < 160, "{more} MiB more");
    assert!(client.answer(right_answers(&round)).await.is_ok());
}

#[tokio::test]
async fn few_requests_may_be_large_at_once() {
    let (_sandbox, gateway, mut client) = all().await;
    let large = pb::AnswerChallengesRequest {
        continuation: "x".repeat(300 << 10),
        ..pb::AnswerChallengesRequest::default()
    };
    let body = raw::message(&large);
    let mut peer = Peer::connect(gateway.address, &[]).await;
    let mut held = Vec::new();
    for _ in 0..64 {
        // All but the last byte.
        let mut peer = Peer::connect(gateway.address, &[]).await;
        // From here on it may send as much.
        peer.until(|frame| frame.kind == raw::WINDOW_UPDATE).await;
        peer.begin(1, ANSWER).await;
        peer.write(1, &body[..body.len() - 1], false).await;
        held.push(peer);
    }
    let refused = async {
        loop {
            let error = client.answer(large.clone()).await.err().unwrap();
            if error.reason != "CONTINUATION_INVALID" {
                break error;
            }
        }
    };
    let error = tokio::time::timeout(PATIENCE, refused).await.unwrap();
    assert_overloaded(&error);
    assert!(
        client.authorize(sign_in("ok")).await.is_ok(),
        "small ones go on"
    );
    peer.begin(1, ANSWER).await;
    peer.write(
        1,
        &raw::message(&pb::AnswerChallengesRequest::default()),
        true,
    )
    .await;
    peer.until(|frame| frame.ends_stream(1)).await;
    drop(held);
    let freed = async {
        while client.answer(large.clone()).await.err().unwrap().reason != "CONTINUATION_INVALID" {}
    };
    tokio::time::timeout(PATIENCE, freed).await.unwrap();
}

#[tokio::test]
async fn headers_above_the_limit_are_refused_and_nothing_is_sent() {
    let (sandbox, gateway, mut client) = all_with(options(), |config| {
        config.server.limits.max_header_bytes = 8 << 10;
        config.server.web_origins = Some(WebOrigins::Any);
    })
    .await;
    let path = AUTHORIZE.parse::<http::uri::PathAndQuery>().unwrap();
    let post = |length: usize, origin: String| {
        http::Request::post(format!("{origin}{path}"))
            .header("content-type", "application/grpc-web+proto")
            .header("x-large", "x".repeat(length))
            .body(Body::new(
                http_body_util::Full::new(raw::message(&sign_in("ok")).into())
                    .map_err(|never| match never {}),
            ))
            .unwrap()
    };
    let http1 = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
    let origin = format!("http://{}", gateway.address);
    let answer = http1.request(post(7 << 10, origin.clone())).await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.into_body().collect().await.unwrap();
    sandbox.clear_received();
    let answer = http1.request(post(9 << 10, origin.clone())).await.unwrap();
    assert_eq!(answer.status(), 431);

    // One that ignores what it was told about headers, in one frame and in many.
    for frames in [1, 4] {
        let mut peer = Peer::connect(gateway.address, &[]).await;
        let large = "x".repeat(9 << 10);
        let block = raw::head(AUTHORIZE, &[("x-large", &large)]);
        let parts: Vec<&[u8]> = block.chunks(block.len().div_ceil(frames)).collect();
        for (place, part) in parts.iter().enumerate() {
            let kind = if place == 0 {
                raw::HEADERS
            } else {
                raw::CONTINUATION
            };
            let last = place + 1 == parts.len();
            let flags = if last { raw::END_HEADERS } else { 0 };
            peer.send(kind, flags, 1, part).await.unwrap();
        }
        peer.write(1, &raw::message(&sign_in("ok")), true).await;
        peer.until(|frame| frame.ends_stream(1)).await;
    }
    // One that never ends its headers.
    let mut peer = Peer::connect(gateway.address, &[]).await;
    let head = raw::head(AUTHORIZE, &[]);
    peer.send(raw::HEADERS, 0, 1, &head).await.unwrap();
    let part = [&[0, 1, b'x', 127, 0x81, 0x7d][..], &[b'x'; 16_000]].concat();
    for _ in 0..1000 {
        if peer.send(raw::CONTINUATION, 0, 1, &part).await.is_err() {
            break;
        }
    }
    peer.end().await;
    assert!(authorize_bodies(&sandbox).is_empty(), "nothing was sent");
    assert!(client.authorize(sign_in("ok")).await.is_ok());
}

#[tokio::test]
async fn more_streams_than_a_connection_may_have_are_refused_as_not_begun() {
    let (sandbox, gateway, _client) = all_with(options(), |config| {
        config.server.limits.max_streams = 2;
    })
    .await;
    let mut peer = Peer::connect(gateway.address, &[]).await;
    let body = raw::message(&sign_in("hang"));
    for stream in [1, 3, 5] {
        peer.begin(stream, AUTHORIZE).await;
        peer.write(stream, &body, true).await;
    }
    let refused = peer.until(|frame| frame.kind == raw::RST_STREAM).await;
    const REFUSED_STREAM: [u8; 4] = [0, 0, 0, 7];
    assert_eq!(
        (refused.stream, &refused.payload[..]),
        (5, &REFUSED_STREAM[..])
    );
    until("two calls arrive", || authorize_bodies(&sandbox).len() == 2).await;
    assert!(sandbox.unfinished() <= 2);
}

#[tokio::test]
async fn one_connection_too_many_is_closed_at_once_and_a_place_is_freed_by_another() {
    let (_sandbox, gateway, _client) = all_with(options(), |config| {
        config.server.limits.max_connections = 2;
    })
    .await;
    // Connections are taken in order: the third comes when two are there.
    let mut first = Peer::connect(gateway.address, &[]).await;
    let mut second = Peer::connect(gateway.address, &[]).await;
    let closed = async |stream: &mut TcpStream| {
        let mut bytes = [0; 1000];
        let read = stream.read(&mut bytes);
        let read = tokio::time::timeout(PATIENCE, read).await.unwrap();
        !matches!(read, Ok(1..))
    };
    let mut third = TcpStream::connect(gateway.address).await.unwrap();
    assert!(closed(&mut third).await);
    for peer in [&mut first, &mut second] {
        peer.begin(1, HEALTH_CHECK).await;
        peer.write(1, &raw::message(&HealthCheckRequest::default()), true)
            .await;
        peer.until(|frame| frame.ends_stream(1)).await;
    }
    drop(first);
    let late = Instant::now() + PATIENCE;
    loop {
        let mut again = Peer::connect(gateway.address, &[]).await;
        if !closed(&mut again.0).await {
            break;
        }
        assert!(Instant::now() < late, "the place is not freed");
    }
}

#[tokio::test]
async fn more_calls_than_the_gateway_takes_are_refused_at_once() {
    let (sandbox, gateway, client) = all_with(options(), |config| {
        config.server.limits.max_calls = 2;
        config.server.web_origins = Some(WebOrigins::Any);
    })
    .await;
    let under_way = [hang(&client), hang(&client)];
    until("both are under way", || sandbox.unfinished() == 2).await;
    let login_id = "b0debb48-f9f1-46c6-80a4-08d7dd88d478";
    for mut client in [client.clone(), gateway.web_client()] {
        assert_overloaded(&client.refused("ok").await);
        assert_overloaded(&client.cached(cached(login_id)).await.err().unwrap());
        let answers = pb::AnswerChallengesRequest::default();
        assert_overloaded(&client.answer(answers).await.err().unwrap());
    }
    assert_eq!(authorize_bodies(&sandbox).len(), 2, "nothing else was sent");
    let mut health = HealthClient::new(gateway.channel().await);
    assert!(health.check(HealthCheckRequest::default()).await.is_ok());
    let [ended, _goes_on] = under_way;
    ended.abort();
    room_again(&mut client.clone()).await;
    room_again(&mut gateway.web_client()).await;
}

/// Two callers, `a` within limits.
fn limited(limits: CallerLimits) -> impl FnOnce(&mut Config) {
    move |config| {
        config.callers = these([
            Caller {
                allowance: Arc::new(Allowance::new(limits)),
                ..with_own_key("a", "key-a")
            },
            with_own_key("b", "key-b"),
        ]);
        config.server.web_origins = Some(WebOrigins::Any);
    }
}

fn assert_limited(error: &Error, at_most: Duration) {
    assert_eq!(
        (error.code, error.reason.as_str(), error.next_step.as_str()),
        (Code::ResourceExhausted, "CALLER_LIMITED", "RETRY_LATER")
    );
    assert!(error.retryable);
    let delay = error.retry_delay.unwrap();
    assert!(delay > Duration::ZERO && delay <= at_most, "{delay:?}");
}

#[tokio::test]
async fn a_caller_has_its_own_number_of_calls_at_once() {
    let limits = CallerLimits {
        calls: 1,
        rate: None,
    };
    let (sandbox, gateway, client) = all_with(options(), limited(limits)).await;
    let under_way = tokio::spawn({
        let mut client = client.clone();
        async move { client.authorize(with_key("key-a", sign_in("hang"))).await }
    });
    held(&sandbox).await;
    for mut client in [client, gateway.web_client()] {
        let second = client.authorize(with_key("key-a", sign_in("ok"))).await;
        assert_limited(&second.err().unwrap(), Duration::from_secs(1));
        let other = client.authorize(with_key("key-b", sign_in("ok"))).await;
        assert!(other.is_ok(), "another caller is not affected");
    }
    assert_eq!(authorize_bodies(&sandbox).len(), 3, "nothing else was sent");
    under_way.abort();
    let mut client = gateway.client();
    let late = Instant::now() + PATIENCE;
    while let Err(error) = client.authorize(with_key("key-a", sign_in("ok"))).await {
        assert_limited(&error, Duration::from_secs(1));
        assert!(Instant::now() < late, "the place is not freed");
    }
}

#[tokio::test]
async fn a_caller_has_its_own_rate() {
    let limits = CallerLimits {
        calls: 0,
        rate: NonZeroU32::new(2),
    };
    let (sandbox, gateway, client) = all_with(options(), limited(limits)).await;
    for mut client in [client, gateway.web_client()] {
        sandbox.clear_received();
        // More than two a second, however slow the machine is.
        let (mut taken, mut refused) = (0, None);
        let begun = Instant::now();
        while refused.is_none() {
            match client.authorize(with_key("key-a", sign_in("ok"))).await {
                Ok(_) => taken += 1,
                Err(error) => refused = Some(error),
            }
            let most = 3 + begun.elapsed().as_millis() / 500;
            assert!(taken <= most, "{taken} in {:?}", begun.elapsed());
        }
        let refused = refused.unwrap();
        assert_limited(&refused, Duration::from_millis(500));
        for _ in 0..5 {
            let other = client.authorize(with_key("key-b", sign_in("ok"))).await;
            assert!(other.is_ok(), "another caller is not affected");
        }
        assert_eq!(authorize_bodies(&sandbox).len() as u128, taken + 5);
        tokio::time::sleep(refused.retry_delay.unwrap()).await;
        let again = client.authorize(with_key("key-a", sign_in("ok"))).await;
        assert!(again.is_ok(), "the delay that was told is enough");
    }
}

#[tokio::test]
async fn limits_of_callers_go_on_when_their_file_is_read_again() {
    let limits = CallerLimits {
        calls: 1,
        rate: None,
    };
    let with = |limits| {
        these([Caller {
            allowance: Arc::new(Allowance::new(limits)),
            ..with_own_key("a", "key-a")
        }])
    };
    let own = |callers: &Callers| {
        let peer = flinks_gateway::callers::Peer::default();
        Arc::clone(callers.identify(&peer, Some(b"key-a")).unwrap())
    };
    let before = with(limits);
    let under_way = own(&before).allowance.take().unwrap();
    let after = with(limits).after(&before);
    assert!(own(&after).allowance.take().is_err());
    drop(under_way);
    assert!(own(&after).allowance.take().is_ok());
    let other = CallerLimits { calls: 2, ..limits };
    let wider = with(other).after(&after);
    assert_eq!(own(&wider).allowance.limits(), other);
}

#[tokio::test]
async fn an_answer_counts_as_its_call_until_it_was_read() {
    let (sandbox, gateway, mut client) = all_with(options(), |config| {
        config.server.limits.max_calls = 1;
    })
    .await;
    for window in [0, 1, 16, 100] {
        let mut slow = Peer::connect(gateway.address, &[(raw::INITIAL_WINDOW_SIZE, window)]).await;
        slow.begin(1, AUTHORIZE).await;
        slow.write(1, &raw::message(&sign_in("ok")), true).await;
        slow.until(|frame| frame.stream == 1 && frame.kind == raw::HEADERS)
            .await;
        until("the bank has answered", || sandbox.unfinished() == 0).await;
        for _ in 0..20 {
            assert_overloaded(&client.refused("ok").await);
        }
        let more = 100_000u32.to_be_bytes();
        slow.send(raw::WINDOW_UPDATE, 0, 1, &more).await.unwrap();
        slow.until(|frame| frame.ends_stream(1)).await;
        room_again(&mut client).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_never_read_ends_a_minute_after_its_calls_time() {
    let (_sandbox, gateway, client) = all_with(options(), |config| {
        config.server.limits.max_calls = 1;
        config.server.limits.timeouts.live = Duration::from_secs(20);
    })
    .await;
    let begun = tokio::time::Instant::now();
    let mut slow = Peer::connect(gateway.address, &[(raw::INITIAL_WINDOW_SIZE, 0)]).await;
    slow.begin(1, AUTHORIZE).await;
    slow.write(1, &raw::message(&sign_in("ok")), true).await;
    // It answers pings all the while.
    let ended = loop {
        let frame = slow.next_within(Duration::from_secs(200)).await.unwrap();
        if frame.ends_stream(1) {
            break frame;
        }
        if frame.kind == raw::HEADERS {
            assert_overloaded(&client.clone().refused("ok").await);
        }
    };
    assert_eq!(ended.kind, raw::RST_STREAM);
    let took = begun.elapsed().as_secs();
    assert!((80..90).contains(&took), "{took} s");
    // There is room again. That the bank is too late for it is this clock's doing.
    let next = client.clone().refused("ok").await;
    assert_eq!(next.reason, "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn a_message_that_is_never_finished_ends_with_its_calls_time() {
    let (sandbox, gateway, mut client) = all_with(options(), |config| {
        config.server.limits.max_calls = 1;
        config.server.limits.timeouts.live = Duration::from_millis(300);
    })
    .await;
    let body = raw::message(&sign_in("ok"));
    let mut slow = Peer::connect(gateway.address, &[]).await;
    // Not a byte, half a message, and a whole one without its end.
    for (stream, sent) in [(1, 0), (3, body.len() / 2), (5, body.len())] {
        slow.begin(stream, AUTHORIZE).await;
        slow.write(stream, &body[..sent], false).await;
        slow.until(|frame| frame.ends_stream(stream)).await;
        room_again(&mut client).await;
        assert_eq!(authorize_bodies(&sandbox).len(), 1, "that of another");
        sandbox.clear_received();
    }
}

#[tokio::test]
async fn a_health_check_that_is_never_finished_ends_as_well() {
    let (_sandbox, gateway, _client) = all_with(options(), |config| {
        config.server.limits.timeouts.cached = Duration::from_millis(300);
    })
    .await;
    let mut slow = Peer::connect(gateway.address, &[]).await;
    slow.begin(1, HEALTH_CHECK).await;
    slow.write(1, &[0, 0, 0], false).await;
    slow.until(|frame| frame.ends_stream(1)).await;
    // A watch is no such call.
    let mut health = HealthClient::new(gateway.channel().await);
    let mut watch = health
        .watch(HealthCheckRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(watch.message().await.unwrap().is_some());
    let more = tokio::time::timeout(Duration::from_secs(1), watch.message()).await;
    assert!(more.is_err(), "the watch goes on");
}

#[tokio::test]
async fn a_connection_has_room_for_a_few_calls_of_strangers() {
    let (_sandbox, gateway, _client) = all().await;
    let mut health = HealthClient::new(gateway.channel().await);
    let request = HealthCheckRequest::default();
    let mut watches = Vec::new();
    for _ in 0..16 {
        let mut watch = health.watch(request.clone()).await.unwrap().into_inner();
        watch.message().await.unwrap().unwrap();
        watches.push(watch);
    }
    let refused = health.watch(request.clone()).await.err().unwrap();
    assert_eq!(refused.code(), Code::Unavailable);
    assert_eq!(
        health.check(request.clone()).await.err().unwrap().code(),
        Code::Unavailable
    );
    let mut other = HealthClient::new(gateway.channel().await);
    assert!(other.check(request.clone()).await.is_ok());
    drop(watches);
    let late = Instant::now() + PATIENCE;
    while health.check(request.clone()).await.is_err() {
        assert!(Instant::now() < late, "the places are not freed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_resets_leave_nothing_behind() {
    // Without tokens, which are minted ahead over connections that stay.
    let sandbox = sandbox(Options {
        tokens: Tokens::Ignored,
        ..options()
    })
    .await;
    let url = sandbox.url().parse().unwrap();
    let instance = InstanceConfig::new(&url, sandbox.options().customer_id, None);
    let gateway = Gateway::before(instance, |config| {
        config.server.limits.max_calls = 8;
    })
    .await;
    let mut client = gateway.client();
    assert!(client.authorize(sign_in("ok")).await.is_ok());
    let metrics = tokio::runtime::Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    sandbox.clear_received();
    const RESETS: usize = 10_000;
    let (mut resets, mut most) = (0, 0);
    while resets < RESETS {
        // Until it is told to calm down, and cut off.
        let mut peer = Peer::connect(gateway.address, &[]).await;
        for stream in (1..).step_by(2) {
            let body = raw::message(&sign_in(&format!("hang;note={resets}")));
            let call = [
                raw::frame(
                    raw::HEADERS,
                    raw::END_HEADERS,
                    stream,
                    &raw::head(AUTHORIZE, &[]),
                ),
                raw::frame(raw::DATA, raw::END_STREAM, stream, &body),
            ]
            .concat();
            let reset = raw::frame(raw::RST_STREAM, 0, stream, &[0, 0, 0, 8]);
            let mut sent = peer.write_all(&call).await;
            // Some get as far as the bank.
            if resets % 100 == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            sent = sent.and(peer.write_all(&reset).await);
            resets += 1;
            most = most.max(metrics.num_alive_tasks());
            if sent.is_err() || resets == RESETS {
                break;
            }
        }
    }
    until("no call is left at the bank", || sandbox.unfinished() == 0).await;
    let bodies = authorize_bodies(&sandbox);
    let distinct: HashSet<String> = bodies.iter().map(ToString::to_string).collect();
    assert_eq!(distinct.len(), bodies.len(), "a call arrived twice");
    assert!(!bodies.is_empty(), "none got as far as the bank");
    assert!(most < before + 500, "{most} tasks, {before} before");
    until("the tasks end", || metrics.num_alive_tasks() <= before + 20).await;
    // All places are free again.
    let under_way: Vec<_> = (0..8).map(|_| hang(&client)).collect();
    until("all places are taken", || sandbox.unfinished() == 8).await;
    assert_overloaded(&client.refused("ok").await);
    under_way.iter().for_each(JoinHandle::abort);
}

#[tokio::test]
async fn a_connection_without_calls_is_told_to_go_away() {
    let (_sandbox, gateway, _client) = all_with(options(), |config| {
        config.server.limits.connection_idle = Duration::from_millis(200);
    })
    .await;
    let mut never = Peer::connect(gateway.address, &[]).await;
    assert!(
        never.end().await.contains(&raw::GOAWAY),
        "one that never called"
    );
    let mut once = Peer::connect(gateway.address, &[]).await;
    once.begin(1, AUTHORIZE).await;
    once.write(1, &raw::message(&sign_in("delay_600.ok")), true)
        .await;
    let first = once
        .until(|frame| frame.kind == raw::GOAWAY || frame.ends_stream(1))
        .await;
    assert_eq!(first.stream, 1, "a call is no idleness");
    assert!(once.end().await.contains(&raw::GOAWAY));
    // Nor is an answer that goes on.
    let mut watching = Peer::connect(gateway.address, &[]).await;
    watching.begin(1, "/grpc.health.v1.Health/Watch").await;
    watching
        .write(1, &raw::message(&HealthCheckRequest::default()), true)
        .await;
    watching.until(|frame| frame.kind == raw::DATA).await;
    while let Ok(frame) = tokio::time::timeout(Duration::from_millis(800), watching.next()).await {
        assert_ne!(frame.expect("it stays").kind, raw::GOAWAY);
    }
}

#[tokio::test]
async fn an_old_connection_finishes_its_calls_and_goes() {
    let (_sandbox, gateway, _client) = all_with(options(), |config| {
        config.server.limits.connection_age = Duration::from_millis(300);
    })
    .await;
    let mut peer = Peer::connect(gateway.address, &[]).await;
    peer.begin(1, AUTHORIZE).await;
    peer.write(1, &raw::message(&sign_in("delay_1000.ok")), true)
        .await;
    let first = peer
        .until(|frame| frame.kind == raw::GOAWAY || frame.ends_stream(1))
        .await;
    assert_eq!(first.kind, raw::GOAWAY, "told while the call is under way");
    peer.until(|frame| frame.ends_stream(1) && frame.kind == raw::HEADERS)
        .await;
    peer.end().await;

    // One that does not let go is cut, when its calls may not take longer.
    let gateway = Gateway::with(&_sandbox, |config| {
        config.server.limits.connection_age = Duration::from_millis(300);
        config.server.limits.connection_age_grace = Duration::from_millis(300);
    })
    .await;
    let mut health = HealthClient::new(gateway.channel().await);
    let mut watch = health
        .watch(HealthCheckRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(watch.message().await.unwrap().is_some());
    let cut = tokio::time::timeout(PATIENCE, async {
        while let Ok(Some(_)) = watch.message().await {}
    });
    cut.await.expect("the connection is cut");
}

#[tokio::test]
async fn clients_outlive_their_connections_and_lose_and_double_nothing() {
    let (sandbox, gateway, _client) = all_with(options(), |config| {
        config.server.limits.connection_age = Duration::from_millis(100);
    })
    .await;
    const CLIENTS: usize = 8;
    let until = Instant::now() + Duration::from_secs(2);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let mut calling = gateway.client();
            tokio::spawn(async move {
                let mut calls = 0;
                while Instant::now() < until {
                    let scenario = format!("delay_20.ok;note={client}-{calls}");
                    match calling.0.authorize(sign_in(&scenario)).await {
                        Ok(_) => calls += 1,
                        Err(status) => assert!(was_never_sent(&status), "{status:?}"),
                    }
                }
                calls
            })
        })
        .collect();
    let mut calls = 0;
    for client in clients {
        calls += client.await.unwrap();
    }
    let bodies = authorize_bodies(&sandbox);
    let distinct: HashSet<String> = bodies.iter().map(ToString::to_string).collect();
    assert_eq!((bodies.len(), distinct.len()), (calls, calls));
}

#[tokio::test]
async fn http1_connections_are_bounded_like_all_others() {
    let (sandbox, gateway, client) = all_with(options(), |config| {
        config.server.limits.max_calls = 1;
        config.server.web_origins = Some(WebOrigins::Any);
    })
    .await;
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let body = Full::<Bytes>::new(raw::message(&sign_in("hang")).into());
    let request = http::Request::post(AUTHORIZE)
        .header("host", "gateway")
        .header("content-type", "application/grpc-web+proto")
        .body(body)
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    held(&sandbox).await;
    assert_overloaded(&client.clone().refused("ok").await);
    // The page goes away in the middle of its answer.
    drop((answer, sender));
    connection.abort();
    let_go(&sandbox).await;
    room_again(&mut client.clone()).await;
}

#[tokio::test(start_paused = true)]
async fn a_tls_connection_that_says_nothing_is_closed() {
    let servers = Authority::new("servers");
    let shown = servers.server();
    let chain = tls::chain(shown.pem.as_bytes()).unwrap();
    let key = tls::private_key(shown.key.as_bytes()).unwrap();
    let identity = tls::Identity::new(chain, key).unwrap();
    let (_sandbox, gateway, _client) = all_with(options(), |config| {
        config.tls.server = Some(tls::Server::new(identity, None, false));
    })
    .await;
    let begun = tokio::time::Instant::now();
    let silent = TcpStream::connect(gateway.address).await.unwrap();
    let shaken = {
        let stream = TcpStream::connect(gateway.address).await.unwrap();
        let mut config = pki::client(&servers.pem, None, &pki::VERSIONS);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let name = "localhost".try_into().unwrap();
        connector.connect(name, stream).await.unwrap()
    };
    async fn end(mut stream: impl tokio::io::AsyncRead + Unpin) {
        let mut read = Vec::new();
        let end = stream.read_to_end(&mut read);
        let end = tokio::time::timeout(Duration::from_secs(60), end);
        end.await.expect("the connection is closed").ok();
    }
    tokio::join!(end(silent), end(shaken));
    assert!(begun.elapsed() < Duration::from_secs(25));
}
