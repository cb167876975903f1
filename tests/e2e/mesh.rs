//! A mesh repeats calls on its own, and none reaches a bank twice: Envoys as Istio configures them by default, in front
//! of gateways that fail in every way.

use std::time::Duration;

use crate::{
    harness::*,
    process::{self, Process},
    proxy::{Repeats, sidecar},
    raw::{self, Peer},
};

fn replica(sandbox: &Sandbox) -> Process {
    Process::serve(|command| {
        command.envs(process::before(sandbox));
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_is_killed_in_mid_call_is_not_replaced_by_another_for_it() {
    let sandbox = sandbox(options()).await;
    let mut replicas = vec![replica(&sandbox), replica(&sandbox)];
    let beside = [
        sidecar(Repeats::Callees, &[replicas[0].address]).await,
        sidecar(Repeats::Callees, &[replicas[1].address]).await,
    ];
    let to = beside.each_ref().map(|envoy| envoy.address);
    let callers = sidecar(Repeats::Callers, &to).await;
    let mut client = Client::native(callers.address);
    let call = tokio::spawn(async move { client.0.authorize(sign_in("hang")).await });
    held(&sandbox).await;
    let active = "cluster.gateways.upstream_rq_active";
    let at = usize::from(beside[0].count(active).await == 0);
    drop(replicas.remove(at));
    let_go(&sandbox).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(authorize_bodies(&sandbox).len(), 1);
    let status = call.await.unwrap().map(drop).unwrap_err();
    println!("{status:?}");
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
