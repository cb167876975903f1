//! Health means something: ready once keys are known to work, not while they do not, and no longer while draining.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use flinks_gateway::{domain::names::AuthKey, upstream::InstanceConfig};
use tokio::net::{TcpListener, TcpStream};
use tonic::Code;
use tonic_health::pb::{
    HealthCheckRequest,
    health_check_response::ServingStatus::{self, NotServing, Serving},
    health_client::HealthClient,
};

use crate::{
    admin::{Page, ask, get},
    harness::*,
    process::Process,
};

const SERVICE: &str = "flinks.gateway.v1.AuthorizationService";

/// Longer than no test takes.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

fn instance(url: &str, sandbox: &Sandbox, key: &str) -> InstanceConfig {
    let key = AuthKey::parse(key.to_owned());
    InstanceConfig::new(&url.parse().unwrap(), sandbox.options().customer_id, key)
}

/// What health says at this moment.
async fn says(gateway: &Gateway, service: &str) -> ServingStatus {
    let mut client = HealthClient::new(gateway.channel().await);
    let service = service.to_owned();
    let told = client.check(HealthCheckRequest { service }).await.unwrap();
    told.into_inner().status()
}

#[tokio::test]
async fn a_replica_waits_for_its_first_token() {
    let sandbox = sandbox(options()).await;
    // Connections are made, and nothing more until the door is opened.
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", door.local_addr().unwrap());
    let instance = instance(&url, &sandbox, &sandbox.options().secret_key);
    let gateway = Gateway::before(instance, |config| config.readiness_grace = NEVER).await;
    for service in ["", SERVICE, &format!("{SERVICE}/default")] {
        assert_eq!(says(&gateway, service).await, NotServing, "{service}");
    }
    let upstream = sandbox.address();
    tokio::spawn(async move {
        loop {
            let (mut down, _) = door.accept().await.unwrap();
            tokio::spawn(async move {
                let mut up = TcpStream::connect(upstream).await.unwrap();
                tokio::io::copy_bidirectional(&mut down, &mut up).await.ok();
            });
        }
    });
    for service in ["", SERVICE, &format!("{SERVICE}/default")] {
        gateway.told(service, Serving).await;
    }
}

#[tokio::test]
async fn a_replica_that_mints_on_demand_shows_that_it_can() {
    let (sandbox, gateway, mut client) = all_with(options(), |config| {
        config.upstream.max_tokens = 0;
        config.readiness_grace = NEVER;
    })
    .await;
    gateway.ready().await;
    client.session("ok").await;
    assert_eq!(sandbox.tokens_minted(), 2, "none is kept");
}

#[tokio::test]
async fn a_replica_whose_keys_are_refused_from_the_start_is_never_ready() {
    let sandbox = sandbox(options()).await;
    let instance = instance(&sandbox.url(), &sandbox, "another-key");
    let grace = Duration::from_millis(100);
    let gateway = Gateway::before(instance, |config| config.readiness_grace = grace).await;
    // It goes on trying, so that more than one grace has passed.
    wait_for("three attempts", || sandbox.received().len() >= 3).await;
    assert_eq!(says(&gateway, "").await, NotServing);
    assert_eq!(
        says(&gateway, &format!("{SERVICE}/default")).await,
        NotServing
    );
}

#[tokio::test]
async fn an_outage_delays_readiness_by_no_more_than_the_grace() {
    let sandbox = sandbox(options()).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let instance = instance(&url, &sandbox, &sandbox.options().secret_key);
    let grace = Duration::from_millis(300);
    let gateway = Gateway::before(instance, |config| config.readiness_grace = grace).await;
    gateway.ready().await;
    let error = gateway.client().refused("ok").await;
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::Unavailable, "UPSTREAM_UNREACHABLE")
    );
}

#[tokio::test]
async fn an_outage_makes_no_ready_replica_leave() {
    let grace = Duration::from_millis(50);
    let (sandbox, gateway, mut client) = all_with(options(), |config| {
        config.readiness_grace = grace;
        config.upstream.max_tokens = 0;
    })
    .await;
    gateway.ready().await;
    drop(sandbox);
    let begun = Instant::now();
    while begun.elapsed() < grace * 10 {
        let error = client.refused("ok").await;
        assert_eq!(error.reason, "UPSTREAM_UNREACHABLE");
        assert_eq!(says(&gateway, "").await, Serving);
    }
}

#[tokio::test]
async fn an_instance_without_a_key_is_ready_at_once() {
    let sandbox = sandbox(options()).await;
    let mut instance = instance(&sandbox.url(), &sandbox, "unused");
    instance.secret_key = None;
    let gateway = Gateway::before(instance, |config| config.readiness_grace = NEVER).await;
    assert_eq!(says(&gateway, &format!("{SERVICE}/default")).await, Serving);
}

#[tokio::test]
async fn one_instance_with_a_refused_key_makes_the_whole_not_ready_and_no_other_instance() {
    use flinks_gateway::domain::names::InstanceName;
    let sandbox = sandbox(options()).await;
    let key = &sandbox.options().secret_key;
    let gateway = Gateway::before(instance(&sandbox.url(), &sandbox, key), |config| {
        let bad = instance(&sandbox.url(), &sandbox, "another-key");
        config.instances.insert(InstanceName("bad".to_owned()), bad);
    })
    .await;
    gateway.told(&format!("{SERVICE}/default"), Serving).await;
    assert_eq!(says(&gateway, &format!("{SERVICE}/bad")).await, NotServing);
    assert_eq!(says(&gateway, "").await, NotServing);
    assert_eq!(says(&gateway, SERVICE).await, NotServing);
}

/// A process with an operators' port before a sandbox, its secret key in a file.
fn process(sandbox: &Sandbox, key: &Path, arguments: &[&str]) -> Process {
    Process::serve(|command| {
        command
            .args(["--admin-listen", "127.0.0.1:0", "--secret-key-file"])
            .arg(key)
            .args(arguments)
            .env("FLINKS_GATEWAY_UPSTREAM_URL", sandbox.url())
            .env(
                "FLINKS_GATEWAY_CUSTOMER_ID",
                sandbox.options().customer_id.to_string(),
            );
    })
}

/// Waits until `/readyz` answers so.
async fn ready(port: SocketAddr, status: u16) -> Page {
    let until = Instant::now() + PATIENCE;
    loop {
        let page = get(port, "/readyz").await;
        if page.status == status {
            return page;
        }
        assert!(Instant::now() < until, "{page:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_key_that_is_refused_for_longer_than_the_grace_ends_readiness_until_a_mint_succeeds() {
    let sandbox = sandbox(options()).await;
    let key = tempfile::NamedTempFile::new().unwrap();
    let write = |text: &str| std::fs::write(key.path(), text).unwrap();
    write(&sandbox.options().secret_key);
    let mut process = process(&sandbox, key.path(), &["--readiness-grace", "100ms"]);
    let admin = process.admin.unwrap();
    assert_eq!(ready(admin, 200).await.text, "ready\ndefault: ready\n");

    // No caller comes: the gateway finds out by itself, both times.
    write("another-key");
    process.tell("HUP");
    let page = ready(admin, 503).await;
    assert_eq!(
        page.text,
        "not ready\ndefault: Flinks refuses the secret key\n"
    );
    assert!(!page.text.contains("another-key"));

    write(&sandbox.options().secret_key);
    process.tell("HUP");
    ready(admin, 200).await;
}

#[tokio::test]
async fn a_drain_is_seen_at_the_operators_port_until_its_end() {
    let sandbox = sandbox(options()).await;
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), &sandbox.options().secret_key).unwrap();
    let mut process = process(&sandbox, key.path(), &["--drain-timeout", "1h"]);
    let admin = process.admin.unwrap();
    ready(admin, 200).await;
    let client = Client::native(process.address);
    let call = tokio::spawn({
        let mut client = client.clone();
        async move { client.authorize(sign_in("hang")).await }
    });
    held(&sandbox).await;
    process.tell("TERM");
    let page = ready(admin, 503).await;
    assert_eq!(page.text, "draining\ndefault: ready\n");
    assert_eq!(get(admin, "/healthz").await.status, 200);
    let metrics = get(admin, "/metrics").await.text;
    assert!(metrics.contains("\nflinks_gateway_ready 0\n"), "{metrics}");
    assert!(
        metrics.contains("\nflinks_gateway_calls_in_flight 1\n"),
        "{metrics}"
    );
    // The last call goes, and the drain ends.
    call.abort();
    let status = tokio::task::spawn_blocking(move || process.ended()).await;
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn the_operators_port_answers_reads_of_three_pages_and_nothing_else() {
    let sandbox = sandbox(options()).await;
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), &sandbox.options().secret_key).unwrap();
    let process = process(&sandbox, key.path(), &[]);
    let admin = process.admin.unwrap();
    for (request, status) in [
        ("GET /healthz HTTP/1.1", 200),
        ("GET /metrics?name[]=up HTTP/1.1", 200),
        ("HEAD /metrics HTTP/1.1", 200),
        ("POST /metrics HTTP/1.1\r\ncontent-length: 0", 405),
        ("DELETE /healthz HTTP/1.1", 405),
        ("GET / HTTP/1.1", 404),
        ("GET /metrics/ HTTP/1.1", 404),
        ("GET /debug/pprof HTTP/1.1", 404),
    ] {
        let page = ask(admin, request).await;
        assert_eq!(page.status, status, "{request}: {page:?}");
        assert!(page.head.contains("connection: close"), "{page:?}");
        assert_eq!(
            page.text.is_empty(),
            request.starts_with("HEAD"),
            "{page:?}"
        );
    }
}
