//! Time: the caller's, ours, and what becomes of the call at Flinks when it runs out.

use std::time::Duration;

use tonic::Code;

use crate::harness::*;

#[tokio::test]
async fn the_callers_deadline_is_deadline_exceeded_and_drops_the_upstream_request() {
    let (sandbox, gateway, mut client) = all().await;
    gateway.ready().await;
    for timeout in [25, 100] {
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
async fn a_call_without_time_left_is_not_sent() {
    let (sandbox, _gateway, mut client) = all().await;
    client.session("ok").await;
    sandbox.clear_received();
    for timeout in (0..=6).cycle().take(140) {
        let request = within(Duration::from_millis(timeout), sign_in("hang"));
        let error = client.authorize(request).await.err().unwrap();
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
        );
        assert_eq!(
            (error.next_step.as_str(), error.retryable),
            ("RETRY_NOW", true)
        );
    }
    assert!(authorize_bodies(&sandbox).is_empty());
}

#[tokio::test]
async fn a_timeout_that_only_tonic_could_read_is_read_here_as_well() {
    let (_sandbox, _gateway, mut client) = all().await;
    let mut request = tonic::Request::new(sign_in("hang"));
    request
        .metadata_mut()
        .insert("grpc-timeout", "+100m".parse().unwrap());
    let error = client.authorize(request).await.err().unwrap();
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
    );
}

#[tokio::test]
async fn waiting_for_a_token_leaves_nothing_sent() {
    let options = Options {
        mint_delay: Duration::from_secs(60),
        ..options()
    };
    let (sandbox, _gateway, mut client) = all_with(options, |_| {}).await;
    let error = client
        .authorize(within(Duration::from_millis(50), sign_in("ok")))
        .await
        .err()
        .unwrap();
    assert_eq!(
        (error.code, error.next_step.as_str()),
        (Code::DeadlineExceeded, "RETRY_NOW")
    );
    assert!(error.retryable && authorize_bodies(&sandbox).is_empty());
}

#[tokio::test]
async fn without_a_deadline_of_the_callers_ours_counts() {
    let (sandbox, _gateway, mut client) = all_with(options(), |config| {
        config.server.limits.timeouts.live = Duration::from_millis(60);
        config.server.limits.timeouts.cached = Duration::from_millis(30);
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
