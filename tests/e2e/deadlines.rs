//! Time: the caller's, ours, and what becomes of the call at Flinks when it runs out.

use std::time::{Duration, Instant};

use tonic::Code;

use crate::harness::*;

/// Waits until nothing is held open at the sandbox any more.
async fn let_go(sandbox: &Sandbox) {
    let until = Instant::now() + Duration::from_secs(5);
    while sandbox.unfinished() > 0 {
        assert!(
            Instant::now() < until,
            "the upstream request was not dropped"
        );
        tokio::task::yield_now().await;
    }
}

async fn held(sandbox: &Sandbox) {
    let until = Instant::now() + Duration::from_secs(5);
    while sandbox.unfinished() == 0 {
        assert!(Instant::now() < until, "no request arrived");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_callers_deadline_is_deadline_exceeded_and_drops_the_upstream_request() {
    let (sandbox, _gateway, mut client) = all().await;
    for timeout in [1, 20, 100] {
        let request = within(Duration::from_millis(timeout), sign_in("hang"));
        let error = client.authorize(request).await.err().unwrap();
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
        );
        assert_eq!(
            (error.next_step.as_str(), error.retryable),
            ("CHECK_OUTCOME", false)
        );
        let_go(&sandbox).await;
    }
    let round = client.challenged("question/hang").await;
    let request = within(Duration::from_millis(50), right_answers(&round));
    let error = client.answer(request).await.err().unwrap();
    assert_eq!(
        (error.reason.as_str(), error.get("request_id")),
        ("DEADLINE_EXCEEDED", round.request_id.as_str())
    );
    let login_id = client
        .session("ok;cached=hang")
        .await
        .login
        .unwrap()
        .login_id;
    let request = within(Duration::from_millis(50), cached(&login_id));
    let error = client.cached(request).await.err().unwrap();
    assert_eq!(
        (error.reason.as_str(), error.retryable),
        ("DEADLINE_EXCEEDED", true)
    );
    let_go(&sandbox).await;
}

#[tokio::test]
async fn without_a_deadline_of_the_callers_ours_counts() {
    let (sandbox, _gateway, mut client) = all_with(Options::default(), |config| {
        config.server.timeouts.live = Duration::from_millis(60);
        config.server.timeouts.cached = Duration::from_millis(30);
    })
    .await;
    let error = client.refused("hang").await;
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
    );
    let login_id = client
        .session("ok;cached=drip")
        .await
        .login
        .unwrap()
        .login_id;
    let error = client
        .cached(within(Duration::from_secs(60), cached(&login_id)))
        .await
        .err()
        .unwrap();
    assert_eq!(
        (error.code, error.retryable),
        (Code::DeadlineExceeded, true)
    );
    let_go(&sandbox).await;
}

#[tokio::test]
async fn a_caller_who_cancels_drops_the_upstream_request_at_once() {
    let (sandbox, _gateway, client) = all().await;
    let mut calling = client.clone();
    let call = tokio::spawn(async move { calling.authorize(sign_in("hang")).await.is_ok() });
    held(&sandbox).await;
    call.abort();
    let_go(&sandbox).await;
    assert_eq!(authorize_bodies(&sandbox).len(), 1);
}
