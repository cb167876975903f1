//! Replicas are replaced under load: not one call is lost, and none reaches the bank twice.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flinks_gateway::pb;
use tokio::net::{TcpListener, TcpStream};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{
    harness::*,
    process::{self, Process},
};

/// Balances connections over the replicas whose health says that they serve, as Kubernetes does.
struct Balancer {
    address: SocketAddr,
    ready: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Balancer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ready: Arc<Mutex<Vec<SocketAddr>>> = Arc::default();
        let replicas = Arc::clone(&ready);
        tokio::spawn(async move {
            for turn in 0.. {
                let (mut down, _) = listener.accept().await.unwrap();
                let replica = {
                    let replicas = replicas.lock().unwrap();
                    replicas[turn % replicas.len()]
                };
                tokio::spawn(async move {
                    let Ok(mut up) = TcpStream::connect(replica).await else {
                        return;
                    };
                    up.set_nodelay(true).unwrap();
                    down.set_nodelay(true).unwrap();
                    tokio::io::copy_bidirectional(&mut down, &mut up).await.ok();
                });
            }
        });
        Self { address, ready }
    }

    /// Sends connections to a replica from when it serves until it says that it does not.
    async fn add(&self, replica: SocketAddr) {
        let url = format!("http://{replica}");
        let channel = tonic::transport::Endpoint::from_shared(url).unwrap();
        let mut health = HealthClient::new(channel.connect().await.unwrap());
        let request = HealthCheckRequest::default();
        let mut told = health.watch(request).await.unwrap().into_inner();
        let ready = Arc::clone(&self.ready);
        let (first, added) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let mut first = Some(first);
            while let Ok(Some(status)) = told.message().await {
                ready.lock().unwrap().retain(|known| *known != replica);
                if status.status() == ServingStatus::Serving {
                    ready.lock().unwrap().push(replica);
                    first.take().map(|first| first.send(()));
                }
            }
            ready.lock().unwrap().retain(|known| *known != replica);
        });
        added.await.unwrap();
    }
}

fn replica(sandbox: &Sandbox) -> Process {
    Process::serve(|command| {
        command
            .envs(process::before(sandbox))
            .env(
                "FLINKS_GATEWAY_CONTINUATION_KEYS",
                STANDARD.encode([7_u8; 32]),
            )
            .args(["--drain-delay", "300ms", "--max-connection-age", "1s"]);
    })
}

/// Whether a call met a connection that had just been told to go away. gRPC's libraries send such a call on another
/// connection; hyper's client leaves that to its user. Had it been sent after all, the bank would see it twice.
pub fn was_never_sent(status: &tonic::Status) -> bool {
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            return error.is_go_away()
                && error.is_remote()
                && error.reason() == Some(h2::Reason::NO_ERROR);
        }
        cause = error.source();
    }
    false
}

/// Signs in again and again until told to stop; every other time with a challenge.
async fn customer(
    balancer: SocketAddr,
    name: usize,
    stop: Arc<AtomicBool>,
    made: Arc<AtomicUsize>,
) {
    let mut client = Client::native(balancer);
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let scenario = ["delay_20.ok", "question/delay_20.ok"][number % 2];
        let request = pb::AuthorizeRequest {
            tag: format!("{name}-{number}"),
            ..sign_in(scenario)
        };
        made.fetch_add(1, Ordering::Relaxed);
        let outcome = loop {
            match client.0.authorize(request.clone()).await {
                Ok(response) => break response.into_inner().outcome.unwrap(),
                Err(status) => assert!(was_never_sent(&status), "{status:?}"),
            }
        };
        match outcome {
            pb::authorize_response::Outcome::Session(_) => {}
            pb::authorize_response::Outcome::ChallengeRound(round) => {
                let answered = loop {
                    match client.0.answer_challenges(right_answers(&round)).await {
                        Ok(response) => break response.into_inner().outcome.unwrap(),
                        Err(status) => assert!(was_never_sent(&status), "{status:?}"),
                    }
                };
                assert!(matches!(
                    answered,
                    pb::answer_challenges_response::Outcome::Session(_)
                ));
            }
            pb::authorize_response::Outcome::Pending(_) => panic!("nobody asked for that"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_under_load_loses_no_call_and_doubles_none() {
    let sandbox = sandbox(options()).await;
    let balancer = Balancer::start().await;
    let mut replicas = Vec::new();
    for _ in 0..3 {
        let replica = replica(&sandbox);
        balancer.add(replica.address).await;
        replicas.push(replica);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let made = Arc::new(AtomicUsize::new(0));
    let customers: Vec<_> = (0..16)
        .map(|name| {
            tokio::spawn(customer(
                balancer.address,
                name,
                Arc::clone(&stop),
                Arc::clone(&made),
            ))
        })
        .collect();

    // As a Deployment rolls: one more is started, and only when it serves does an old one go.
    for _ in 0..6 {
        let fresh = replica(&sandbox);
        balancer.add(fresh.address).await;
        let old = replicas.remove(0);
        replicas.push(fresh);
        let (status, written) = tokio::task::spawn_blocking(move || old.signal("TERM"))
            .await
            .unwrap();
        assert_eq!(status.code(), Some(0), "{written}");
        assert!(!written.contains("cut off"), "{written}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.store(true, Ordering::Relaxed);
    for customer in customers {
        // A call that failed has panicked there, with its error.
        customer.await.unwrap();
    }

    let mut sign_ins: BTreeMap<String, usize> = BTreeMap::new();
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for body in authorize_bodies(&sandbox) {
        match body["Tag"].as_str() {
            Some(tag) => *sign_ins.entry(tag.to_owned()).or_default() += 1,
            None => {
                let session = body["RequestId"].as_str().unwrap().to_owned();
                *answers.entry(session).or_default() += 1;
            }
        }
    }
    let made = made.load(Ordering::Relaxed);
    assert!(made > 100, "too little load to tell: {made} sign-ins");
    assert_eq!(sign_ins.len(), made, "a sign-in never reached the bank");
    let twice = |counts: &BTreeMap<String, usize>| counts.values().filter(|n| **n != 1).count();
    assert_eq!((twice(&sign_ins), twice(&answers)), (0, 0));
}
