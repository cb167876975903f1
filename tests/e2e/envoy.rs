//! The Envoy that is shipped (`deploy/envoy/envoy.yaml`), with other addresses and nothing else, in front of gateways.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flinks_gateway::{
    config::Config, domain::names::AuthKey, grpc::continuation::Keys, pb, server::WebOrigins,
    upstream::InstanceConfig,
};
use tonic::{Code, Request};

use crate::{
    faults::{self, Tally},
    harness::*,
    pki::{self, Authority},
    process::{self, Process},
    proxy::Envoy,
    tools::program,
};

const FILE: &str = "deploy/envoy/envoy.yaml";

fn shipped() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)).unwrap()
}

/// The file with its listeners on ports of their own and these replicas.
pub fn before(replicas: &[SocketAddr]) -> String {
    let mut file = shipped();
    for (theirs, ours) in [
        (
            "address: 127.0.0.1, port_value: 9901",
            "address: 127.0.0.1, port_value: 0",
        ),
        (
            "address: 0.0.0.0, port_value: 8443",
            "address: 127.0.0.1, port_value: 0",
        ),
    ] {
        assert_eq!(file.matches(theirs).count(), 1, "{theirs}");
        file = file.replace(theirs, ours);
    }
    let theirs = "address: flinks-gateway, port_value: 50051";
    let mut endpoints = file.lines().filter(|line| line.contains(theirs));
    let (Some(endpoint), None) = (endpoints.next(), endpoints.next()) else {
        panic!("one endpoint is expected")
    };
    let ours: Vec<String> = replicas
        .iter()
        .map(|replica| {
            let port = replica.port();
            endpoint.replace(theirs, &format!("address: 127.0.0.1, port_value: {port}"))
        })
        .collect();
    file.replace(endpoint, &ours.join("\n"))
}

pub async fn healthy(envoy: &Envoy, count: u64) {
    let until = Instant::now() + PATIENCE;
    loop {
        let is = envoy.count("cluster.gateways.membership_healthy").await;
        if is == count {
            return;
        }
        assert!(Instant::now() < until, "{is} replicas are healthy");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The Envoy once it has found all replicas healthy.
async fn front(gateways: &[&Gateway]) -> Envoy {
    let replicas: Vec<SocketAddr> = gateways.iter().map(|gateway| gateway.address).collect();
    let envoy = Envoy::start(&before(&replicas)).await;
    healthy(&envoy, gateways.len() as u64).await;
    envoy
}

async fn gateway(sandbox: &Sandbox, change: impl FnOnce(&mut Config)) -> Gateway {
    Gateway::with(sandbox, |config| {
        config.continuation_keys = Some(Keys::new(&[[7; 32]]));
        change(config);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_valid_and_its_tls_carries_calls() {
    let valid = |path: &Path| {
        let validated = program("envoy")
            .args([
                "--mode",
                "validate",
                "--log-level",
                "error",
                "--config-path",
            ])
            .arg(path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&validated.stderr).into_owned();
        assert!(validated.status.success(), "{said}");
        assert!(!said.to_lowercase().contains("deprecated"), "{said}");
    };
    valid(&Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE));

    let sandbox = sandbox(options()).await;
    let files = pki::Folder::new();
    let (ours, callers) = (Authority::new("ours"), Authority::new("callers"));
    let (public, private) = (ours.server(), ours.issue(&["flinks-gateway"]));
    let envoys = callers.issue(&["front.example"]);
    let put = |name: &str, text: &str| files.put(name, text);
    let replica = Process::serve(|command| {
        command.envs(process::before(&sandbox));
        command.env_remove("FLINKS_GATEWAY_CALLERS");
        for (flag, name, text) in [
            ("--tls-certificate-file", "gateway.crt", &private.pem),
            ("--tls-private-key-file", "gateway.key", &private.key),
            ("--tls-client-ca-file", "callers.crt", &callers.pem),
            (
                "--callers-file",
                "callers.toml",
                &"[front]\ncertificates = [\"front.example\"]\n".to_owned(),
            ),
        ] {
            command.arg(flag).arg(put(name, text));
        }
    });
    let mut file = before(&[replica.address]).replace("#tls ", "");
    for (name, text) in [
        ("tls.crt", &public.pem),
        ("tls.key", &public.key),
        ("client.crt", &envoys.pem),
        ("client.key", &envoys.key),
        ("gateway-ca.crt", &ours.pem),
    ] {
        let theirs = format!("/etc/envoy/{name}");
        assert_eq!(file.matches(&theirs).count(), 1, "{theirs}");
        file = file.replace(&theirs, &put(name, text));
    }
    valid(Path::new(&put("envoy.yaml", &file)));
    let envoy = Envoy::start(&file).await;
    healthy(&envoy, 1).await;
    let address = envoy.address;
    let mut client = Client::secured(address, pki::client(&ours.pem, None, &pki::VERSIONS));
    client.session("ok").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_three_rpcs_go_through_with_challenges_ids_and_traces() {
    let sandbox = sandbox(options()).await;
    let gateways = [
        gateway(&sandbox, |_| {}).await,
        gateway(&sandbox, |_| {}).await,
    ];
    let envoy = front(&gateways.each_ref()).await;
    let mut client = Client::native(envoy.address);

    let mut request = Request::new(sign_in(
        "choice+choices+image*9+select+text_or_call/question",
    ));
    let id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let metadata = request.metadata_mut();
    metadata.insert("x-request-id", id.parse().unwrap());
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    metadata.insert("traceparent", parent.parse().unwrap());
    let answered = client.0.authorize(request).await.unwrap();
    assert_eq!(answered.metadata().get("x-request-id").unwrap(), id);
    let mut asked = sandbox.received().into_iter();
    let told = asked.rfind(|request| request.endpoint == "Authorize");
    let told = told.unwrap();
    let told = told.headers["traceparent"].to_str().unwrap();
    assert!(told.contains(trace), "{told}");

    use pb::{answer_challenges_response as answered_response, authorize_response};
    let Some(authorize_response::Outcome::ChallengeRound(round)) = answered.into_inner().outcome
    else {
        panic!("not challenged")
    };
    let second = client.answer(right_answers(&round)).await.unwrap();
    let answered_response::Outcome::ChallengeRound(round) = second else {
        panic!("not challenged again")
    };
    let last = client.answer(right_answers(&round)).await.unwrap();
    let answered_response::Outcome::Session(session) = last else {
        panic!("no session")
    };
    let login = session.login.unwrap().login_id;
    assert!(client.cached(cached(&login)).await.is_ok());

    // As large as requests may be, and nobody's.
    let error = client.answer(pb::AnswerChallengesRequest {
        continuation: "A".repeat(15 << 20),
        ..right_answers(&round)
    });
    assert_eq!(error.await.err().unwrap().reason, "CONTINUATION_INVALID");
    // What Envoy itself has no route for is no method.
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", envoy.address));
    let channel = channel.unwrap().connect().await.unwrap();
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/other.v1.Service/Call");
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let nowhere = client.unary(Request::new(()), path, codec).await;
    assert_eq!(nowhere.unwrap_err().code(), Code::Unimplemented);

    let stat = "cluster.gateways.grpc.flinks.gateway.v1.AuthorizationService";
    wait_for_count(&envoy, &format!("{stat}.AnswerChallenges.total"), 3).await;
}

async fn wait_for_count(envoy: &Envoy, name: &str, count: u64) {
    let until = Instant::now() + PATIENCE;
    while envoy.count(name).await < count {
        assert!(Instant::now() < until, "{name}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_listed_call_through_it_and_no_others() {
    const PAGE: &str = "https://app.example.com";
    let sandbox = sandbox(options()).await;
    let gateway = gateway(&sandbox, |config| {
        let origins = [http::HeaderValue::from_static(PAGE)];
        config.server.web_origins = Some(WebOrigins::These(Arc::new(origins)));
    })
    .await;
    let envoy = front(&[&gateway]).await;
    let mut page = Client::web(envoy.address);
    let round = page.challenged("question").await;
    assert!(page.answer(right_answers(&round)).await.is_ok());
    let error = page.refused("error_DISABLED_LOGIN").await;
    assert_eq!(error.reason, "LOGIN_DISABLED");

    let url = format!(
        "http://{}/flinks.gateway.v1.AuthorizationService/Authorize",
        envoy.address
    );
    let browser = reqwest::Client::new();
    for (origin, listed) in [(PAGE, true), ("https://evil.example", false)] {
        let question = browser
            .request(http::Method::OPTIONS, &url)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,x-grpc-web");
        let answer = question.send().await.unwrap();
        let allowed = answer.headers().get("access-control-allow-origin");
        assert_eq!(allowed.is_some_and(|value| value == origin), listed);
        let sent = browser
            .post(&url)
            .header("origin", origin)
            .header("content-type", "application/grpc-web+proto")
            .body(crate::raw::message(&sign_in("ok;note=page")));
        let answer = sent.send().await.unwrap();
        let status = answer.status().as_u16();
        assert_eq!(status, if listed { 200 } else { 403 });
        // A head tells nothing of the call, which ends when nobody reads on.
        answer.bytes().await.unwrap();
    }
    assert_eq!(authorize_bodies(&sandbox).len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_are_asked_for_calls_while_they_say_that_calls_may_come() {
    let sandbox = sandbox(options()).await;
    let mut first = gateway(&sandbox, |config| {
        config.server.limits.drain_delay = Duration::from_secs(60);
    })
    .await;
    // Flinks refuses its key.
    let key = AuthKey::parse("not-yet".to_owned());
    let url = sandbox.url().parse().unwrap();
    let instance = InstanceConfig::new(&url, sandbox.options().customer_id, key);
    let second = Gateway::before(instance, |_| {}).await;
    let envoy = Envoy::start(&before(&[first.address, second.address])).await;
    healthy(&envoy, 1).await;
    let mut client = Client::native(envoy.address);
    for nth in 0..8 {
        client.session(&format!("ok;note={nth}")).await;
    }
    sandbox.take_key("not-yet");
    healthy(&envoy, 2).await;
    // A call under way stays where it is.
    let mut waits = client.clone();
    let call = tokio::spawn(async move { waits.session("delay_4000.ok").await });
    held(&sandbox).await;
    first.drain();
    healthy(&envoy, 1).await;
    let connections = envoy.count("cluster.gateways.upstream_cx_active").await;
    for nth in 8..16 {
        client.session(&format!("ok;note={nth}")).await;
    }
    call.await.unwrap();
    assert!(connections > 0);
    assert_eq!(envoy.count("cluster.gateways.upstream_rq_retry").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_may_take_longer_than_envoy_gives_by_default() {
    let sandbox = sandbox(options()).await;
    let gateway = gateway(&sandbox, |_| {}).await;
    let envoy = front(&[&gateway]).await;
    let mut client = Client::native(envoy.address);
    // A route's default is 15 s.
    client.session("delay_16000.ok").await;

    // What cannot be waited for here.
    let (_, dump) = envoy
        .ask("/config_dump?resource=static_route_configs")
        .await;
    let dump: serde_json::Value = serde_json::from_str(&dump).unwrap();
    let hosts = &dump["configs"][0]["route_config"]["virtual_hosts"];
    let routes = hosts[0]["routes"].as_array().unwrap();
    assert!(hosts[0].get("retry_policy").is_none());
    let route = |name: &str| {
        let found = routes.iter().find(|route| route["name"] == name);
        &found.unwrap()["route"]
    };
    let seconds = |text: &serde_json::Value| {
        let text = text.as_str().unwrap();
        Duration::from_secs(text.strip_suffix('s').unwrap().parse().unwrap())
    };
    let ours = flinks_gateway::config::read(&flinks_gateway::config::Sources {
        sandbox: true,
        ..Default::default()
    });
    let limits = ours.unwrap().server.limits;
    for name in ["Authorize", "AnswerChallenges"] {
        let timeout = seconds(&route(name)["timeout"]);
        assert!(timeout > limits.timeouts.live && timeout > Duration::from_secs(210));
        assert!(route(name).get("retry_policy").is_none(), "{name}");
        assert!(route(name).get("max_stream_duration").is_none(), "{name}");
    }
    assert!(seconds(&route("CachedAuthorize")["timeout"]) > limits.timeouts.cached);
    let file = shipped();
    let said = |setting: &str| {
        let (_, after) = file.split_once(&format!("{setting}: ")).unwrap();
        let (number, _) = after.split_once('s').unwrap();
        Duration::from_secs(number.parse().unwrap())
    };
    assert!(said("stream_idle_timeout") > seconds(&route("Authorize")["timeout"]));
    let (_, cluster) = file.split_once("clusters:").unwrap();
    let (_, idle) = cluster.split_once("idle_timeout: ").unwrap();
    let idle = idle.split_once('s').unwrap().0.parse().unwrap();
    assert!(Duration::from_secs(idle) < limits.connection_idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_repeats_no_sign_in_whatever_its_caller_asks_for_but_reads_of_the_cache() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let instance = InstanceConfig::new(&url.parse().unwrap(), uuid::Uuid::nil(), None);
    let gateways = [
        Gateway::before(instance.clone(), |_| {}).await,
        Gateway::before(instance, |_| {}).await,
    ];
    let envoy = front(&gateways.each_ref()).await;
    let mut client = Client::native(envoy.address);
    let mut request = Request::new(sign_in("ok"));
    for (name, value) in [
        ("x-envoy-retry-on", "5xx,reset,connect-failure"),
        ("x-envoy-retry-grpc-on", "unavailable,internal,unknown"),
        ("x-envoy-max-retries", "3"),
        ("x-envoy-upstream-rq-timeout-ms", "1"),
    ] {
        request.metadata_mut().insert(name, value.parse().unwrap());
    }
    let error = client.authorize(request).await.err().unwrap();
    assert_eq!(error.reason, "UPSTREAM_UNREACHABLE");
    let retries = "cluster.gateways.upstream_rq_retry";
    assert_eq!(envoy.count(retries).await, 0);
    let login = uuid::Uuid::nil().to_string();
    let error = client.cached(cached(&login)).await.err().unwrap();
    assert_eq!(error.reason, "UPSTREAM_UNREACHABLE");
    assert_eq!(envoy.count(retries).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_banks_eject_no_replica_and_its_log_holds_nothing_that_was_written() {
    let sandbox = sandbox(options()).await;
    let gateway = gateway(&sandbox, |_| {}).await;
    let envoy = front(&[&gateway]).await;
    let mut client = Client::native(envoy.address);
    for nth in 0..10 {
        for step in ["reset", "html_503", "error_AGGREGATION_ERROR", "null"] {
            let mut request = with_key("canary", sign_in(&format!("{step};note=canary{nth}")));
            let id = "canary with spaces".parse().unwrap();
            request.metadata_mut().insert("x-request-id", id);
            assert!(client.authorize(request).await.is_err());
        }
    }
    for name in [
        "outlier_detection.ejections_detected_consecutive_5xx",
        "outlier_detection.ejections_active",
    ] {
        let name = format!("cluster.gateways.{name}");
        assert_eq!(envoy.count(&name).await, 0, "{name}");
    }
    client.session("ok").await;
    wait_for("access log", || {
        envoy.log().matches("\"route\":\"Authorize\"").count() > 40
    })
    .await;
    assert!(!envoy.log().contains("canary"), "{}", envoy.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn above_its_limit_nobody_is_told_to_try_again_at_once() {
    let sandbox = sandbox(options()).await;
    let gateway = gateway(&sandbox, |_| {}).await;
    // The only thing that is not as shipped: so many calls take too long to make.
    let file = before(&[gateway.address]);
    let theirs = "{ max_tokens: 5000, tokens_per_fill: 5000, fill_interval: 1s }";
    assert!(file.contains(theirs));
    let ours = "{ max_tokens: 3, tokens_per_fill: 3, fill_interval: 600s }";
    let envoy = Envoy::start(&file.replace(theirs, ours)).await;
    healthy(&envoy, 1).await;
    let mut client = Client::native(envoy.address);
    let mut codes = Vec::new();
    for nth in 0..5 {
        let answered = client.0.authorize(sign_in(&format!("ok;note={nth}"))).await;
        codes.push(answered.map_or_else(|status| status.code(), |_| Code::Ok));
    }
    let expected = [[Code::Ok; 3].as_slice(), &[Code::ResourceExhausted; 2]].concat();
    assert_eq!(codes, expected);
    assert_eq!(authorize_bodies(&sandbox).len(), 3);
}

/// A port that nobody is given by chance, below those that systems take for connections.
fn port() -> SocketAddr {
    loop {
        let address = SocketAddr::from(([127, 0, 0, 1], fastrand::u16(20_000..32_000)));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

fn replica(sandbox: &Sandbox, address: SocketAddr) -> Process {
    Process::serve_at(address, |command| {
        command
            .envs(process::before(sandbox))
            .env("FLINKS_GATEWAY_CONTINUATION_KEYS", STANDARD.encode([7; 32]))
            .args(["--drain-delay", "5s"]);
    })
}

/// Signs in, and answers what is asked, until told to stop. A call's id says what it is.
async fn customer(envoy: SocketAddr, name: usize, stop: Arc<AtomicBool>, made: Arc<AtomicUsize>) {
    use pb::authorize_response::Outcome;
    fn with_id<T>(id: String, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let id = id.parse().unwrap();
        request.metadata_mut().insert("x-request-id", id);
        request
    }
    let mut client = Client::native(envoy);
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let request = pb::AuthorizeRequest {
            tag: format!("{name}-{number}"),
            ..sign_in("question/delay_20.ok")
        };
        made.fetch_add(1, Ordering::Relaxed);
        let asked = with_id(format!("asks-{name}-{number}"), request);
        let round = match client.authorize(asked).await.unwrap() {
            Outcome::ChallengeRound(round) => round,
            _ => panic!("not challenged"),
        };
        let answers = with_id(format!("answers-{name}-{number}"), right_answers(&round));
        client.answer(answers).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_are_answered_at_other_replicas_through_a_rolling_restart() {
    let sandbox = sandbox(options()).await;
    let mut tally = Tally::new("replicas replaced behind Envoy");
    let count = faults::scaled(3, 50);
    let addresses: BTreeSet<SocketAddr> = std::iter::repeat_with(port).take(count).collect();
    let addresses: Vec<SocketAddr> = addresses.into_iter().collect();
    let mut replicas: Vec<Process> = addresses.iter().map(|at| replica(&sandbox, *at)).collect();
    let envoy = Envoy::start(&before(&addresses)).await;
    healthy(&envoy, addresses.len() as u64).await;
    let stop = Arc::new(AtomicBool::new(false));
    let made = Arc::new(AtomicUsize::new(0));
    let customers: Vec<_> = (0..8)
        .map(|name| {
            let (stop, made) = (Arc::clone(&stop), Arc::clone(&made));
            tokio::spawn(customer(envoy.address, name, stop, made))
        })
        .collect();
    // Which process took which call.
    let mut took: BTreeMap<String, usize> = BTreeMap::new();
    let mut note = |process: usize, lines: Vec<serde_json::Value>| {
        let calls = lines.into_iter().filter(|line| line["message"] == "call");
        for call in calls {
            let id = call["request_id"].as_str().unwrap().to_owned();
            assert_eq!(took.insert(id, process), None, "a call was taken twice");
        }
    };
    let mut processes = 0;
    for address in &addresses {
        let mut old = replicas.remove(0);
        old.tell("TERM");
        let (status, lines, written) = tokio::task::spawn_blocking(move || old.at_its_end())
            .await
            .unwrap();
        assert_eq!(status.code(), Some(0), "{written}");
        assert!(!written.contains("cut off"), "{written}");
        note(processes, lines);
        processes += 1;
        replicas.push(replica(&sandbox, *address));
        healthy(&envoy, addresses.len() as u64).await;
    }
    stop.store(true, Ordering::Relaxed);
    for customer in customers {
        // A call that failed has panicked there, with its error.
        customer.await.unwrap();
    }
    for replica in replicas {
        note(processes, replica.lines());
        processes += 1;
    }
    let made = made.load(Ordering::Relaxed);
    let moved = took.iter().filter(|(id, process)| {
        id.strip_prefix("asks-")
            .is_some_and(|rest| took.get(&format!("answers-{rest}")) != Some(process))
    });
    let moved = moved.count();
    // How many is Envoy's to choose: it asks whoever has the fewest calls.
    assert!(made > 100 && moved > 20, "{moved} of {made}");
    let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
    for body in authorize_bodies(&sandbox) {
        let name = ["Tag", "RequestId"]
            .iter()
            .find_map(|name| body[name].as_str());
        *arrived.entry(name.unwrap().to_owned()).or_default() += 1;
    }
    for _ in 0..2 * made {
        tally.count(&Ok(()));
    }
    tally.faults = addresses.len();
    tally.lost = 2 * made - arrived.len().min(took.len());
    tally.doubled = arrived.values().filter(|times| **times > 1).count();
    tally.note(format!("{moved} rounds answered at another replica"));
    tally.close();
}
