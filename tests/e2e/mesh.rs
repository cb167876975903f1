//! A mesh repeats calls on its own, and none reaches a bank twice: Envoys as Istio configures them by default, in front
//! of gateways that fail in every way.
//!
//! There are two on a call's way, as with sidecars: one beside its caller, which repeats what it holds for lost, and one
//! beside each replica, whose own errors are what the first goes by.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flinks_gateway::{
    config::Config, domain::names::AuthKey, grpc::continuation::Keys, pb, upstream::InstanceConfig,
};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
};
use tonic::Code;

use crate::{
    harness::*,
    never_twice::{Raw, STEPS, Treatment},
    process::{self, Process},
    proxy::{Envoy, Repeats, sidecar, sidecar_within},
    raw::{self, Peer},
};

/// Proxies before replicas.
struct Mesh {
    callers: Envoy,
    beside: Vec<Envoy>,
}

impl Mesh {
    async fn before(replicas: &[SocketAddr]) -> Self {
        let mut beside = Vec::new();
        for replica in replicas {
            beside.push(sidecar(Repeats::Callees, &[*replica]).await);
        }
        let to: Vec<SocketAddr> = beside.iter().map(|envoy| envoy.address).collect();
        let callers = sidecar(Repeats::Callers, &to).await;
        Self { callers, beside }
    }

    fn client(&self) -> Client {
        Client::native(self.callers.address)
    }

    async fn repeated(&self) -> u64 {
        self.callers
            .count("cluster.gateways.upstream_rq_retry")
            .await
    }

    /// Which replicas have calls.
    async fn busy(&self) -> Vec<usize> {
        let mut busy = Vec::new();
        for (place, envoy) in self.beside.iter().enumerate() {
            if envoy.count("cluster.gateways.upstream_rq_active").await > 0 {
                busy.push(place);
            }
        }
        busy
    }
}

/// Two replicas in a mesh, before any upstream.
async fn two(
    instance: &InstanceConfig,
    change: impl Fn(&mut Config) + Copy,
) -> (Mesh, [Gateway; 2]) {
    let change = |config: &mut Config| {
        config.continuation_keys = Some(Keys::new(&[[7; 32]]));
        change(config);
    };
    let gateways = [
        Gateway::before(instance.clone(), change).await,
        Gateway::before(instance.clone(), change).await,
    ];
    let mesh = Mesh::before(&gateways.each_ref().map(|gateway| gateway.address)).await;
    (mesh, gateways)
}

fn instance(sandbox: &Sandbox) -> InstanceConfig {
    let options = sandbox.options();
    let key = AuthKey::parse(options.secret_key.clone());
    InstanceConfig::new(&sandbox.url().parse().unwrap(), options.customer_id, key)
}

fn replica(sandbox: &Sandbox) -> Process {
    Process::serve(|command| {
        command.envs(process::before(sandbox));
        command.env("FLINKS_GATEWAY_CONTINUATION_KEYS", STANDARD.encode([7; 32]));
        command.args(["--drain-timeout", "200ms", "--live-timeout", "20s"]);
    })
}

/// How often each sign-in arrived, by its tag or scenario, and each round's answers, by its session.
fn arrivals(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let mut arrivals = BTreeMap::new();
    for body in authorize_bodies(sandbox) {
        let names = ["Tag", "RequestId", "Username"];
        let name = names.iter().find_map(|name| body[name].as_str());
        *arrivals.entry(name.unwrap().to_owned()).or_default() += 1;
    }
    arrivals
}

fn tagged(tag: String, scenario: &str) -> pb::AuthorizeRequest {
    pb::AuthorizeRequest {
        tag,
        ..sign_in(scenario)
    }
}

#[tokio::test]
async fn a_head_comes_when_a_sign_in_leaves_for_the_bank_and_not_before() {
    let sandbox = sandbox(options()).await;
    let gateway = Gateway::with(&sandbox, |_| {}).await;
    let mut peer = Peer::connect(gateway.address, &[]).await;
    peer.begin(1, raw::AUTHORIZE).await;
    let message = raw::message(&sign_in("hang"));
    peer.write(1, &message, true).await;
    let head = peer.until(|frame| frame.stream == 1).await;
    assert_eq!((head.kind, head.flags & raw::END_STREAM), (raw::HEADERS, 0));
    held(&sandbox).await;

    // What never leaves is told by a head alone, which is all that a mesh looks at.
    peer.begin(3, raw::AUTHORIZE).await;
    peer.write(3, &raw::message(&sign_in("")), true).await;
    let head = peer.until(|frame| frame.stream == 3).await;
    assert!(head.kind == raw::HEADERS && head.ends_stream(3), "{head:?}");
}

#[tokio::test]
async fn a_replica_that_dies_at_the_first_byte_of_a_body_has_sent_its_head() {
    let bank = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", bank.local_addr().unwrap());
    for _ in 0..10 {
        let replica = Process::serve(|command| {
            command.args(["--upstream-url", &url]);
            command.args(["--customer-id", &uuid::Uuid::nil().to_string()]);
        });
        let mut peer = Peer::connect(replica.address, &[]).await;
        peer.begin(1, raw::AUTHORIZE).await;
        peer.write(1, &raw::message(&sign_in("ok")), true).await;
        let (mut bank, _) = bank.accept().await.unwrap();
        let mut request = Vec::new();
        while request.ends_with(b"\r\n\r\n")
            || !String::from_utf8_lossy(&request).contains("\r\n\r\n")
        {
            request.push(bank.read_u8().await.unwrap());
        }
        // By SIGKILL.
        drop(replica);
        assert!(peer.end().await.contains(&raw::HEADERS));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_dies_in_mid_call_is_not_replaced_by_another_for_it() {
    for signals in [&["KILL"][..], &["TERM"], &["TERM", "TERM"]] {
        let sandbox = sandbox(options()).await;
        let mut replicas: Vec<_> = (0..3).map(|_| Some(replica(&sandbox))).collect();
        let addresses: Vec<SocketAddr> = replicas.iter().flatten().map(|it| it.address).collect();
        let mesh = Mesh::before(&addresses).await;
        let mut client = mesh.client();
        let round = client.challenged("question/hang").await;
        let calls = [
            tokio::spawn({
                let mut client = mesh.client();
                async move { client.0.authorize(sign_in("hang")).await.map(drop) }
            }),
            tokio::spawn(async move {
                let answers = right_answers(&round);
                client.0.answer_challenges(answers).await.map(drop)
            }),
        ];
        wait_for("both calls wait for the bank", || sandbox.unfinished() == 2).await;
        let busy = mesh.busy().await;
        assert!((1..3).contains(&busy.len()), "{busy:?}");
        for place in busy {
            let mut dies = replicas[place].take().unwrap();
            for signal in signals {
                dies.tell(signal);
            }
            tokio::task::spawn_blocking(|| dies.ended()).await.unwrap();
        }
        for call in calls {
            let status = call.await.unwrap().unwrap_err();
            // A stream that was cut, or what a process that ends knows of it.
            let told = [Code::Internal, Code::Unknown];
            assert!(told.contains(&status.code()), "{signals:?}: {status:?}");
        }
        let_go(&sandbox).await;
        let twice = arrivals(&sandbox).into_values().filter(|times| *times > 1);
        assert_eq!(twice.count(), 0, "{signals:?}");
        assert_eq!(authorize_bodies(&sandbox).len(), 3);
        assert_eq!(mesh.repeated().await, 0, "{signals:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_are_killed_under_load_double_nothing() {
    let sandbox = sandbox(options()).await;
    let mut replicas: Vec<_> = (0..4).map(|_| replica(&sandbox)).collect();
    let addresses: Vec<SocketAddr> = replicas.iter().map(|it| it.address).collect();
    let mesh = Mesh::before(&addresses).await;
    let stop = Arc::new(AtomicBool::new(false));
    let lost = Arc::new(AtomicUsize::new(0));
    let customers: Vec<_> = (0..16)
        .map(|name| {
            let (mut client, stop, lost) = (mesh.client(), Arc::clone(&stop), Arc::clone(&lost));
            tokio::spawn(async move {
                use pb::authorize_response::Outcome;
                let mut made = 0;
                while !stop.load(Ordering::Relaxed) {
                    made += 1;
                    let scenario = ["delay_20.ok", "question/delay_20.ok"][made % 2];
                    let request = tagged(format!("{name}-{made}"), scenario);
                    let ended = match client.0.authorize(request).await {
                        Ok(response) => match response.into_inner().outcome.unwrap() {
                            Outcome::ChallengeRound(round) => {
                                let answers = right_answers(&round);
                                client.0.answer_challenges(answers).await.map(drop)
                            }
                            _ => Ok(()),
                        },
                        Err(status) => Err(status),
                    };
                    if ended.is_err() {
                        lost.fetch_add(1, Ordering::Relaxed);
                    }
                }
                made
            })
        })
        .collect();
    for _ in 0..3 {
        let before = sandbox.received().len();
        wait_for("load", || sandbox.received().len() > before + 300).await;
        // By SIGKILL.
        drop(replicas.remove(0));
    }
    let before = sandbox.received().len();
    wait_for("the last one serves", || {
        sandbox.received().len() > before + 300
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    let mut made = 0;
    for customer in customers {
        made += customer.await.unwrap();
    }
    let arrivals = arrivals(&sandbox);
    let twice = arrivals.values().filter(|times| **times > 1).count();
    let (lost, repeated) = (lost.load(Ordering::Relaxed), mesh.repeated().await);
    println!("{made} sign-ins, {lost} lost, {repeated} repeated by the mesh, {twice} twice");
    assert!(lost > 0 && repeated > 0, "nothing was cut off");
    assert_eq!(twice, 0, "of {made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn however_a_bank_answers_it_is_asked_once() {
    let sandbox = sandbox(options()).await;
    let (mesh, _gateways) = two(&instance(&sandbox), |config| {
        config.server.limits.timeouts.live = Duration::from_secs(3);
    })
    .await;
    let mut calls = Vec::new();
    for (nth, step) in STEPS.into_iter().enumerate() {
        for answers in [false, true] {
            let mut client = mesh.client();
            calls.push(tokio::spawn(async move {
                use pb::authorize_response::Outcome;
                let scenario = match answers {
                    true => format!("question/{step}"),
                    false => step.to_owned(),
                };
                let request = tagged(format!("{nth} {answers}"), &scenario);
                let answered = client.authorize(request).await;
                if let (true, Ok(Outcome::ChallengeRound(round))) = (answers, answered) {
                    drop(client.answer(right_answers(&round)).await);
                }
            }));
        }
    }
    for nth in 0..20 {
        let mut client = mesh.client();
        calls.push(tokio::spawn(async move {
            let request = tagged(format!("{nth} is cancelled"), "hang");
            let patience = Duration::from_millis(nth * 5);
            tokio::time::timeout(patience, client.authorize(request))
                .await
                .ok();
        }));
        let mut client = mesh.client();
        calls.push(tokio::spawn(async move {
            let request = tagged(format!("{nth} has a deadline"), "hang");
            let time = Duration::from_millis(1 + nth * 5);
            drop(client.0.authorize(within(time, request)).await);
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
    let arrivals = arrivals(&sandbox);
    assert!(arrivals.len() > 2 * STEPS.len(), "{}", arrivals.len());
    let twice = arrivals.iter().filter(|(_, times)| **times > 1);
    assert_eq!(twice.collect::<Vec<_>>(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_way_to_a_bank_breaks_it_is_taken_once() {
    use Treatment as T;
    let upstream = Raw::start(Vec::new(), Vec::new(), true).await;
    let (mesh, _gateways) = two(&upstream.instance, |config| {
        config.server.limits.timeouts.live = Duration::from_secs(3);
    })
    .await;
    let mut client = mesh.client();
    let mut treatments = vec![T::Hang, T::RefuseToken, T::RefuseKey, T::AnswerAndClose];
    treatments.extend([408, 421, 425, 429, 500, 502, 503, 504].map(T::Status));
    for bytes in (0..640).step_by(9) {
        treatments.extend([T::CloseAfter(bytes), T::ResetAfter(bytes)]);
    }
    let mut broken = 0;
    for treatment in treatments {
        let before = upstream.begun();
        upstream.next(treatment);
        let ended = client.authorize(sign_in("ok")).await;
        // Where Flinks refuses the gateway's own token, which it does before it asks a bank, the call is sent again.
        let allowed = if matches!(treatment, T::RefuseToken) {
            2
        } else {
            1
        };
        assert_eq!(upstream.begun() - before, allowed, "{treatment:?}");
        broken += usize::from(ended.is_err());
    }
    assert!(broken > 100, "{broken}");
    assert_eq!(mesh.repeated().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_gives_up_too_early_has_no_sign_in_repeated() {
    let sandbox = sandbox(options()).await;
    let gateways = [
        Gateway::with(&sandbox, |_| {}).await,
        Gateway::with(&sandbox, |_| {}).await,
    ];
    let mut beside = Vec::new();
    for gateway in &gateways {
        let time = Duration::from_secs(1);
        beside.push(sidecar_within(time, Repeats::Callees, &[gateway.address]).await);
    }
    let to: Vec<SocketAddr> = beside.iter().map(|envoy| envoy.address).collect();
    let callers = sidecar(Repeats::Callers, &to).await;
    let mut client = Client::native(callers.address);
    let status = client.0.authorize(sign_in("hang")).await.map(drop);
    // To Envoy its own timeout is UNAVAILABLE, and as such would be repeated.
    assert_eq!(status.unwrap_err().code(), Code::Internal);
    let_go(&sandbox).await;
    assert_eq!(authorize_bodies(&sandbox).len(), 1);
    let repeated = callers.count("cluster.gateways.upstream_rq_retry").await;
    assert_eq!(repeated, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_no_token_can_be_had_nothing_reaches_a_bank_twice() {
    use Treatment as T;
    let mut mints = vec![T::Answer; 6];
    for bytes in (0..400).step_by(80) {
        let broken = [T::CloseAfter(bytes), T::ResetAfter(bytes), T::Status(503)];
        mints.extend(broken.repeat(3));
    }
    let upstream = Raw::start(mints, Vec::new(), true).await;
    let (mesh, _gateways) = two(&upstream.instance, |config| {
        config.server.limits.timeouts.live = Duration::from_secs(3);
    })
    .await;
    let (mut signed_in, mut failed) = (0, 0);
    while signed_in < 3 {
        let before = upstream.begun();
        let nth = signed_in + failed;
        let scenario = format!("ok;note={nth}");
        let mut client = mesh.client();
        match client.authorize(sign_in(&scenario)).await {
            Ok(_) => signed_in += 1,
            Err(_) => failed += 1,
        }
        assert!(upstream.begun() - before <= 1, "after {nth} calls");
        assert!(nth < 200, "no token was minted");
    }
    assert_eq!(upstream.begun(), signed_in);
    assert!(failed > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_left_is_repeated_elsewhere() {
    // A Flinks that cannot be reached, and one that does not speak TLS. Where a token is needed, that is seen before
    // the sign-in is about to leave.
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let sandbox = sandbox(options()).await;
    let clear = sandbox.address();
    let (http, https) = (format!("http://{nobody}"), format!("https://{clear}"));
    let key = || AuthKey::parse("secret-key".to_owned());
    for (base, key, repeated) in [
        (&http, key(), 2),
        (&https, key(), 2),
        (&http, None, 0),
        (&https, None, 0),
    ] {
        let base = base.parse().unwrap();
        let bank = InstanceConfig::new(&base, sandbox.options().customer_id, key);
        let (mesh, _gateways) = two(&bank, |_| {}).await;
        let error = mesh.client().refused("ok").await;
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::Unavailable, "UPSTREAM_UNREACHABLE")
        );
        assert_eq!(mesh.repeated().await, repeated);
    }
    assert_eq!(authorize_bodies(&sandbox).len(), 0);

    // Of two replicas one has as many calls as it takes.
    let (mesh, gateways) = two(&instance(&sandbox), |config| {
        config.server.limits.max_calls = 2;
    })
    .await;
    let direct = gateways[0].client();
    let holds = ["hang;note=1", "hang;note=2"].map(|scenario| {
        let mut direct = direct.clone();
        tokio::spawn(async move { direct.0.authorize(sign_in(scenario)).await.map(drop) })
    });
    wait_for("both wait for the bank", || sandbox.unfinished() == 2).await;
    let mut client = mesh.client();
    for nth in 0..4 {
        let request = tagged(nth.to_string(), "ok");
        assert!(client.authorize(request).await.is_ok());
    }
    assert!(mesh.repeated().await > 0);
    for call in holds {
        call.abort();
    }
    let twice = arrivals(&sandbox).into_values().filter(|times| *times > 1);
    assert_eq!(twice.count(), 0);
    assert_eq!(authorize_bodies(&sandbox).len(), 6);
    assert!(TcpStream::connect(nobody).await.is_err());
}
