//! Calls and what they ask of Flinks are spans at a collector, in the trace of whoever calls; and nothing that happens
//! there is felt by a call.

use std::{
    collections::BTreeSet,
    process::Command,
    time::{Duration, Instant},
};

use flinks_gateway::pb;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use tokio::net::TcpListener;
use tonic::{Code, Request};

use crate::{
    admin::Scrape,
    collector::{Collector, attribute},
    harness::*,
    pki::{Authority, Folder, Terminator, VERSIONS},
    process::{self, Process},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

const SERVICE: &str = "flinks.gateway.v1.AuthorizationService";
const ASK: &str = "POST /{version}/{customerId}/BankingServices/Authorize";
const MINT: &str = "POST /{version}/{customerId}/BankingServices/GenerateAuthorizeToken";

fn serve(sandbox: &Sandbox, change: impl FnOnce(&mut Command)) -> Process {
    Process::serve(|command| {
        command.envs(process::before(sandbox));
        change(command);
    })
}

async fn end(process: Process) -> (std::process::ExitStatus, String) {
    let signalled = tokio::task::spawn_blocking(move || process.signal("TERM"));
    signalled.await.unwrap()
}

/// A request within a trace.
fn traced<T>(message: T, flags: &str) -> Request<T> {
    let mut request = Request::new(message);
    let parent = format!("00-{TRACE}-{PARENT}-{flags}");
    let metadata = request.metadata_mut();
    metadata.insert("traceparent", parent.parse().unwrap());
    metadata.insert("tracestate", "vendor=canary".parse().unwrap());
    metadata.insert("baggage", "customer=canary".parse().unwrap());
    request
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is asserted of most spans: kind, status code by gRPC or HTTP, kind of error, and whether it is one.
fn shape(span: &Span) -> (SpanKind, String, String, bool) {
    let text = |key| attribute(&span.attributes, key);
    let code = text("rpc.response.status_code") + &text("http.response.status_code");
    let failed = span.status.as_ref().map(|status| status.code());
    let failed = failed == Some(StatusCode::Error);
    (span.kind(), code, text("error.type"), failed)
}

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

/// The traceparents that reached the sandbox at an endpoint.
fn passed_on(sandbox: &Sandbox, endpoint: &str) -> Vec<String> {
    let received = sandbox.received().into_iter();
    received
        .filter(|received| received.endpoint == endpoint)
        .filter_map(|received| {
            Some(
                received
                    .headers
                    .get("traceparent")?
                    .to_str()
                    .ok()?
                    .to_owned(),
            )
        })
        .collect()
}

fn call_lines(process: &Process) -> Vec<serde_json::Value> {
    let lines = process.lines().into_iter();
    lines.filter(|line| line["message"] == "call").collect()
}

#[tokio::test]
async fn a_call_is_a_span_in_its_callers_trace_and_so_is_what_it_asks_of_flinks() {
    let (sandbox, collector) = (sandbox(options()).await, Collector::start().await);
    let process = serve(&sandbox, |command| {
        command.args(["--otlp-endpoint", &collector.url()]);
        command.env(
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=test",
        );
    });
    let mut client = Client::native(process.address);
    let round = client
        .authorize(traced(sign_in("question"), "01"))
        .await
        .unwrap();
    assert!(matches!(
        round,
        pb::authorize_response::Outcome::ChallengeRound(_)
    ));

    let is_ours = |span: &&Span| hex(&span.trace_id) == TRACE;
    let spans = collector
        .wait_for(|spans| spans.iter().filter(is_ours).count() >= 2)
        .await;
    let spans: Vec<Span> = spans.iter().filter(is_ours).cloned().collect();
    let [call] = named(&spans, &format!("{SERVICE}/Authorize"))[..] else {
        panic!("{spans:#?}");
    };
    let [asked] = named(&spans, ASK)[..] else {
        panic!("{spans:#?}");
    };
    assert_eq!(hex(&call.parent_span_id), PARENT);
    assert_eq!(asked.parent_span_id, call.span_id);
    assert!(call.start_time_unix_nano <= asked.start_time_unix_nano);
    assert!(asked.end_time_unix_nano <= call.end_time_unix_nano);
    assert_eq!(call.trace_state, "vendor=canary");
    assert_eq!(
        shape(call),
        (SpanKind::Server, "OK".to_owned(), String::new(), false)
    );
    assert_eq!(
        shape(asked),
        (SpanKind::Client, "203".to_owned(), String::new(), false)
    );

    let line = &call_lines(&process)[0];
    for (key, expected) in [
        ("rpc.system.name", "grpc"),
        ("rpc.method", &call.name),
        (
            "flinks_gateway.request_id",
            line["request_id"].as_str().unwrap(),
        ),
        ("flinks_gateway.caller", "anyone"),
        ("flinks_gateway.instance", "default"),
        ("flinks_gateway.institution", SCENARIO_BANK),
        ("flinks_gateway.outcome", "challenge_round"),
    ] {
        assert_eq!(attribute(&call.attributes, key), expected, "{key}");
    }
    let upstream: url::Url = sandbox.url().parse().unwrap();
    for (key, expected) in [
        ("http.request.method", "POST"),
        ("url.template", ASK.trim_start_matches("POST ")),
        ("server.address", upstream.host_str().unwrap()),
        ("server.port", &upstream.port().unwrap().to_string()),
        ("flinks_gateway.flinks_code", ""),
    ] {
        assert_eq!(attribute(&asked.attributes, key), expected, "{key}");
    }
    // Nothing but what is listed here.
    assert_eq!((call.attributes.len(), asked.attributes.len()), (8, 5));
    for span in &spans {
        assert!(span.events.is_empty() && span.links.is_empty());
    }
    for (key, expected) in [
        ("service.name", "flinks-gateway"),
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("deployment.environment.name", "test"),
    ] {
        assert_eq!(attribute(&collector.resource(), key), expected, "{key}");
    }

    // Flinks is told the span that asks it, and nothing more.
    let sent = passed_on(&sandbox, "Authorize");
    assert_eq!(sent, [format!("00-{TRACE}-{}-01", hex(&asked.span_id))]);
    for received in sandbox.received() {
        assert!(!received.headers.contains_key("tracestate"));
        assert!(!received.headers.contains_key("baggage"));
    }
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["span_id"], hex(&call.span_id));
}

#[tokio::test]
async fn failures_are_told_by_their_reason_and_are_errors_where_they_are_ours() {
    let (sandbox, collector) = (sandbox(options()).await, Collector::start().await);
    let process = serve(&sandbox, |command| {
        command.args(["--otlp-endpoint", &collector.url()]);
        command.args(["--live-timeout", "500ms", "--lockout-guard", "off"]);
    });
    let mut client = Client::native(process.address);
    for scenario in [
        "error_INVALID_PASSWORD",
        "html_502",
        "reset",
        "hang",
        "empty_200",
    ] {
        client.refused(scenario).await;
    }
    client
        .authorize(pb::AuthorizeRequest::default())
        .await
        .err()
        .unwrap();
    client
        .cached(cached("b0debb48-f9f1-46c6-80a4-08d7dd88d478"))
        .await
        .err()
        .unwrap();
    let is_call = |span: &&Span| span.kind() == SpanKind::Server;
    let spans = collector
        .wait_for(|spans| spans.iter().filter(is_call).count() == 7)
        .await;
    let mut calls: Vec<&Span> = spans.iter().filter(is_call).collect();
    calls.sort_by_key(|span| span.start_time_unix_nano);
    let seen: Vec<_> = calls
        .iter()
        .map(|call| {
            let below = spans.iter().find(|span| {
                span.parent_span_id == call.span_id && span.kind() == SpanKind::Client
            });
            let (kind, code, reason, failed) = shape(call);
            assert_eq!(kind, SpanKind::Server);
            let asked = below.map(|asked| {
                let (_, code, error, failed) = shape(asked);
                assert_eq!(failed, !error.is_empty());
                let flinks_code = attribute(&asked.attributes, "flinks_gateway.flinks_code");
                [code, error, flinks_code]
            });
            (format!("{code} {reason}"), failed, asked)
        })
        .collect();
    let expected = [
        (
            "INVALID_ARGUMENT CREDENTIALS_REJECTED",
            false,
            Some(["401", "401", "INVALID_PASSWORD"]),
        ),
        (
            "INTERNAL UPSTREAM_RESPONSE_INVALID",
            true,
            Some(["502", "502", ""]),
        ),
        (
            "UNKNOWN OUTCOME_UNKNOWN",
            true,
            Some(["", "connection_lost", ""]),
        ),
        (
            "DEADLINE_EXCEEDED DEADLINE_EXCEEDED",
            true,
            Some(["", "cancelled", ""]),
        ),
        (
            "INTERNAL UPSTREAM_RESPONSE_INVALID",
            true,
            Some(["200", "invalid_response", ""]),
        ),
        ("INVALID_ARGUMENT INVALID_REQUEST", false, None),
        (
            "NOT_FOUND LOGIN_NOT_FOUND",
            false,
            Some(["401", "401", "INVALID_LOGIN"]),
        ),
    ];
    assert_eq!(seen.len(), expected.len());
    for ((seen, failed, asked), (expected, is_error, below)) in seen.iter().zip(expected) {
        assert_eq!((seen.as_str(), *failed), (expected, is_error));
        let asked = asked
            .as_ref()
            .map(|asked| asked.each_ref().map(String::as_str));
        // The generations of Flinks give a code different statuses.
        let same = asked == below
            || matches!((asked, below), (Some([_, _, a]), Some([_, _, b])) if a == b && !a.is_empty());
        assert!(same, "{expected}: {asked:?}");
    }
}

#[tokio::test]
async fn a_mint_is_a_trace_of_its_own_and_a_call_tells_that_it_waited_for_one() {
    let (sandbox, collector) = (sandbox(options()).await, Collector::start().await);
    let process = serve(&sandbox, |command| {
        command.args(["--otlp-endpoint", &collector.url(), "--token-pool", "0"]);
    });
    let mut client = Client::native(process.address);
    client.authorize(traced(sign_in("ok"), "01")).await.unwrap();
    let spans = collector
        .wait_for(|spans| {
            !named(spans, MINT).is_empty()
                && !named(spans, &format!("{SERVICE}/Authorize")).is_empty()
        })
        .await;
    for mint in named(&spans, MINT) {
        assert!(mint.parent_span_id.is_empty() && hex(&mint.trace_id) != TRACE);
        assert_eq!(
            shape(mint),
            (SpanKind::Client, "200".to_owned(), String::new(), false)
        );
    }
    let call = named(&spans, &format!("{SERVICE}/Authorize"))[0];
    let [waited] = named(&spans, "wait for authorize token")[..] else {
        panic!("{spans:#?}");
    };
    assert_eq!(waited.parent_span_id, call.span_id);
    let parents: BTreeSet<String> = passed_on(&sandbox, "GenerateAuthorizeToken")
        .into_iter()
        .collect();
    let mints: BTreeSet<String> = named(&spans, MINT)
        .into_iter()
        .map(|mint| format!("00-{}-{}-01", hex(&mint.trace_id), hex(&mint.span_id)))
        .collect();
    assert!(mints.is_subset(&parents), "{mints:?} {parents:?}");
}

#[tokio::test]
async fn the_caller_decides_what_is_kept_and_the_ratio_where_it_does_not() {
    let (sandbox, collector) = (sandbox(options()).await, Collector::start().await);
    let with = |ratio: &'static str| {
        serve(&sandbox, |command| {
            command.args(["--otlp-endpoint", &collector.url(), "--trace-ratio", ratio]);
        })
    };
    let (none, all) = (with("0"), with("1"));
    let mut none = (Client::native(none.address), none);
    let mut all = (Client::native(all.address), all);
    // Sampled out: by the ratio, and by the caller though the ratio says otherwise.
    none.0.authorize(sign_in("ok")).await.unwrap();
    let unknown = traced(cached("canary"), "00");
    all.0.cached(unknown).await.err().unwrap();
    // Sampled in: by the caller though the ratio says otherwise, and by the ratio.
    none.0.authorize(traced(sign_in("ok"), "01")).await.unwrap();
    all.0.cached(cached("canary")).await.err().unwrap();

    let lines = [call_lines(&none.1), call_lines(&all.1)].concat();
    assert_eq!(lines.len(), 4);
    for line in lines {
        let ids = ["trace_id", "span_id"].map(|key| line[key].as_str().unwrap().len());
        assert_eq!(ids, [32, 16], "{line}");
    }
    for process in [none.1, all.1] {
        assert!(end(process).await.0.success());
    }
    let spans = collector.spans();
    let calls = spans.iter().filter(|span| span.kind() == SpanKind::Server);
    let mut calls: Vec<(&str, bool)> = calls
        .map(|call| (call.name.as_str(), hex(&call.trace_id) == TRACE))
        .collect();
    calls.sort_unstable();
    let [authorize, cached] =
        ["Authorize", "CachedAuthorize"].map(|rpc| format!("{SERVICE}/{rpc}"));
    assert_eq!(calls, [(authorize.as_str(), true), (&cached, false)]);

    let mut flags: Vec<String> = passed_on(&sandbox, "Authorize")
        .into_iter()
        .map(|parent| parent[53..].to_owned())
        .collect();
    flags.sort_unstable();
    assert_eq!(flags, ["00", "01"], "Flinks is told what was decided");
}

#[tokio::test]
async fn without_an_exporter_the_callers_context_is_logged_and_passed_on() {
    let sandbox = sandbox(options()).await;
    let process = serve(&sandbox, |_| {});
    let mut client = Client::native(process.address);
    client.authorize(traced(sign_in("ok"), "01")).await.unwrap();
    client.authorize(sign_in("ok")).await.unwrap();
    let mut malformed = Request::new(sign_in("ok"));
    let metadata = malformed.metadata_mut();
    metadata.insert("traceparent", "00-canary-canary-01".parse().unwrap());
    client.authorize(malformed).await.unwrap();

    let parent = format!("00-{TRACE}-{PARENT}-01");
    assert_eq!(passed_on(&sandbox, "Authorize"), [parent]);
    assert!(passed_on(&sandbox, "GenerateAuthorizeToken").is_empty());
    let lines = call_lines(&process);
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["trace_id"], &lines[0]["span_id"]),
        (&TRACE.into(), &PARENT.into())
    );
    for line in &lines[1..] {
        assert!(
            line.get("trace_id").is_none() && line.get("span_id").is_none(),
            "{line}"
        );
    }
    assert!(!process.written().contains("canary"));
}

#[tokio::test]
async fn a_collector_that_is_down_or_hangs_is_not_felt() {
    let sandbox = sandbox(options()).await;
    // Nobody listens on the port of the one, and the other says nothing at all, not even HTTP/2.
    let down = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hangs = Collector::start().await;
    hangs.hang();
    for address in [down, mute.local_addr().unwrap(), hangs.address] {
        let process = serve(&sandbox, |command| {
            command.args(["--otlp-endpoint", &format!("http://{address}")]);
            command.args(["--admin-listen", "127.0.0.1:0"]);
        });
        let client = Client::native(process.address);
        let begun = Instant::now();
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let mut client = client.clone();
            calls.spawn(async move {
                // More spans than may wait for the collector.
                for _ in 0..250 {
                    let error = client.cached(cached("canary")).await.err().unwrap();
                    assert_eq!(error.code, Code::InvalidArgument);
                }
                client.authorize(sign_in("ok")).await.unwrap();
            });
        }
        calls.join_all().await;
        // A call that waited for the collector would wait for seconds, and 5000 of them for hours.
        assert!(begun.elapsed() < Duration::from_secs(60));
        let scrape = Scrape::of(process.admin.unwrap()).await;
        let lost = scrape.sum("flinks_gateway_spans_lost_total", &[]);
        assert!(lost > 100.0, "{lost}");
        let (status, written) = end(process).await;
        assert!(status.success(), "{written}");
        let told = written.matches("traces are lost").count();
        assert!((1..=3).contains(&told), "{told}: {written}");
    }
}

#[tokio::test]
async fn what_is_left_is_sent_when_the_process_ends() {
    let (sandbox, collector) = (sandbox(options()).await, Collector::start().await);
    let process = serve(&sandbox, |command| {
        command.args(["--otlp-endpoint", &collector.url()]);
    });
    let mut client = Client::native(process.address);
    for _ in 0..700 {
        client.cached(cached("canary")).await.err().unwrap();
    }
    let call = tokio::spawn(async move { client.authorize(sign_in("delay_300.ok")).await.is_ok() });
    held(&sandbox).await;
    let (status, written) = end(process).await;
    assert!(status.success() && call.await.unwrap(), "{written}");
    let spans = collector.spans();
    let calls = spans.iter().filter(|span| span.kind() == SpanKind::Server);
    assert_eq!(calls.count(), 701);
    assert!(!written.contains("traces are lost"), "{written}");
}

#[tokio::test]
async fn a_collector_is_reached_by_tls_and_known_by_the_systems_authorities() {
    let (sandbox, collector) = (sandbox(options()).await, Collector::start().await);
    let (folder, authority) = (Folder::new(), Authority::new("collectors"));
    let mut shown = authority.server().serve(&VERSIONS);
    shown.alpn_protocols = vec![b"h2".to_vec()];
    let secured = Terminator::start(collector.address, shown).await;
    let serve = |authorities: &str| {
        let process = serve(&sandbox, |command| {
            command.args(["--otlp-endpoint", &secured.url()]);
            command.env("SSL_CERT_FILE", folder.put("ca.pem", authorities));
        });
        (Client::native(process.address), process)
    };
    let (mut client, trusting) = serve(&authority.pem);
    client.session("ok").await;
    collector.wait_for(|spans| !spans.is_empty()).await;
    assert!(end(trusting).await.0.success());

    let before = collector.spans().len();
    let (mut client, wary) = serve(&Authority::new("others").pem);
    client.session("ok").await;
    let (status, written) = end(wary).await;
    assert!(
        status.success() && written.contains("traces are lost"),
        "{written}"
    );
    assert_eq!(collector.spans().len(), before);
}
