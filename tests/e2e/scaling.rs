//! What is per replica, counted: docs/scaling.md reckons with it.

use std::{net::SocketAddr, path::Path, time::Duration};

use flinks_gateway::config::Config;

use crate::{
    envoy,
    harness::*,
    process::{self, Process},
    proxy::Envoy,
};

const REPLICAS: usize = 4;

async fn replicas(sandbox: &Sandbox, change: impl Fn(&mut Config)) -> Vec<Gateway> {
    let mut replicas = Vec::new();
    for _ in 0..REPLICAS {
        let replica = Gateway::with(sandbox, &change).await;
        replica.ready().await;
        replicas.push(replica);
    }
    replicas
}

/// A program that repeats a refused sign-in at each of these in turn, three times over.
async fn repeats(clients: &mut [Client]) {
    for turn in 0..3 {
        for client in &mut *clients {
            let error = client.refused("error_INVALID_PASSWORD").await;
            let expected = ["CREDENTIALS_REJECTED", "CREDENTIALS_HELD_BACK"][turn.min(1)];
            assert_eq!(error.reason, expected);
        }
    }
}

#[tokio::test]
async fn a_refused_password_reaches_the_bank_once_by_each_replica_and_no_more() {
    let sandbox = sandbox(options()).await;
    let replicas = replicas(&sandbox, |_| {}).await;
    let mut clients: Vec<Client> = replicas.iter().map(Gateway::client).collect();
    repeats(&mut clients[..1]).await;
    assert_eq!(authorize_bodies(&sandbox).len(), 1);
    repeats(&mut clients[1..]).await;
    assert_eq!(authorize_bodies(&sandbox).len(), REPLICAS);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reaches_the_bank_once_where_a_mesh_sends_equal_sign_ins_to_one_replica() {
    let sandbox = sandbox(options()).await;
    let replicas = replicas(&sandbox, |_| {}).await;
    let addresses: Vec<SocketAddr> = replicas.iter().map(|replica| replica.address).collect();
    let mut file = envoy::before(&addresses);
    // As the page says it is done.
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scaling.md");
    let page = std::fs::read_to_string(page).unwrap();
    let line = |start: &str| {
        let mut lines = page.lines().filter(|line| line.starts_with(start));
        lines.next().unwrap_or_else(|| panic!("{start}"))
    };
    for (theirs, ours) in [
        ("lb_policy: LEAST_REQUEST", line("lb_policy: ")),
        (
            "route: { cluster: gateways, timeout: 250s }",
            line("route: "),
        ),
    ] {
        assert!(file.contains(theirs), "{theirs}");
        file = file.replace(theirs, ours);
    }
    let envoy = Envoy::start(&file).await;
    envoy::healthy(&envoy, REPLICAS as u64).await;
    for number in 0..8 {
        let scenario = format!("error_INVALID_PASSWORD;note={number}");
        for _ in 0..REPLICAS {
            let mut request = tonic::Request::new(sign_in(&scenario));
            let hash = format!("hash-of-{number}").parse().unwrap();
            request.metadata_mut().insert("x-sign-in", hash);
            // A connection each, as of many programs.
            Client::native(envoy.address)
                .authorize(request)
                .await
                .err()
                .unwrap();
        }
    }
    assert_eq!(authorize_bodies(&sandbox).len(), 8);
    let mut used = 0;
    for replica in &replicas {
        // Each that was asked holds its sign-ins back, and counts them.
        let client = &mut replica.client();
        let mut held = 0;
        for number in 0..8 {
            let error = client
                .refused(&format!("error_INVALID_PASSWORD;note={number}"))
                .await;
            held += usize::from(error.reason == "CREDENTIALS_HELD_BACK");
        }
        used += usize::from(held > 0);
    }
    assert!(used > 1, "all sign-ins went to one replica");
}

#[tokio::test]
async fn an_idle_replica_mints_one_token_lets_it_die_and_mints_no_more() {
    let sandbox = sandbox(options()).await;
    let age = Duration::from_millis(300);
    let replicas = replicas(&sandbox, |config| config.upstream.token_max_age = age).await;
    assert_eq!(sandbox.tokens_minted(), REPLICAS);
    tokio::time::sleep(4 * age).await;
    assert_eq!(sandbox.tokens_minted(), REPLICAS);
    drop(replicas);
}

#[tokio::test]
async fn limits_are_each_replicas_own() {
    let sandbox = sandbox(options()).await;
    let replicas: Vec<Process> = (0..REPLICAS)
        .map(|_| {
            Process::serve(|command| {
                command.envs(process::before(&sandbox));
                command.args(["--max-calls-per-caller", "1"]);
            })
        })
        .collect();
    for (place, replica) in replicas.iter().enumerate() {
        let mut client = Client::native(replica.address);
        let mut other = client.clone();
        tokio::spawn(async move { client.authorize(sign_in("hang")).await.map(drop) });
        wait_for("the bank has it", || sandbox.unfinished() == place + 1).await;
        assert_eq!(other.refused("ok").await.reason, "CALLER_LIMITED");
    }
}
