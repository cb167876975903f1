//! Reopening a saved login.

use flinks_gateway::pb::cached_authorize_response::Outcome;
use serde_json::json;
use tonic::Code;

use crate::harness::*;

#[tokio::test]
async fn a_saved_login_is_reopened_without_the_bank() {
    let (sandbox, _gateway, mut client) = all().await;
    let login_id = client.session("ok").await.login.unwrap().login_id;
    sandbox.clear_received();
    for _ in 0..2 {
        let Ok(Outcome::Session(session)) = client.cached(cached(&login_id)).await else {
            panic!("no session");
        };
        assert_eq!(session.login.unwrap().login_id, login_id);
    }
    let body = json!({"LoginId": login_id, "MostRecentCached": true});
    assert_eq!(authorize_bodies(&sandbox), [body.clone(), body]);
}

#[tokio::test]
async fn a_challenge_in_cached_mode_asks_for_the_live_mode() {
    let (_sandbox, _gateway, mut client) = all().await;
    let login_id = client
        .session("ok;cached=question")
        .await
        .login
        .unwrap()
        .login_id;
    let error = client.cached(cached(&login_id)).await.err().unwrap();
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::FailedPrecondition, "LIVE_SIGN_IN_REQUIRED")
    );
    assert_eq!(
        (error.next_step.as_str(), error.get("http_status")),
        ("SIGN_IN_LIVE", "203")
    );
    assert!(error.message.contains("Authorize"));
}

#[tokio::test]
async fn work_in_the_background_is_an_outcome() {
    let (_sandbox, _gateway, mut client) = all().await;
    let login_id = client
        .session("ok;cached=pending")
        .await
        .login
        .unwrap()
        .login_id;
    assert!(matches!(
        client.cached(cached(&login_id)).await,
        Ok(Outcome::Pending(_))
    ));
}

#[tokio::test]
async fn an_unknown_login_is_not_found_in_either_generation() {
    for (generation, status) in [(Generation::Help2019, "400"), (Generation::Docs2025, "401")] {
        let options = Options {
            generation,
            ..options()
        };
        let (_sandbox, _gateway, mut client) = all_with(options, |_| {}).await;
        let unknown = cached("b0debb48-f9f1-46c6-80a4-08d7dd88d478");
        let error = client.cached(unknown).await.err().unwrap();
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::NotFound, "LOGIN_NOT_FOUND")
        );
        assert_eq!(
            (error.get("flinks_code"), error.get("http_status")),
            ("INVALID_LOGIN", status)
        );
    }
}

#[tokio::test]
async fn anything_but_a_uuid_is_refused_here() {
    let (sandbox, _gateway, mut client) = all().await;
    for (login_id, rule) in [
        ("", "REQUIRED"),
        ("Greatday", "NOT_A_LOGIN_ID"),
        ("../DeleteCard", "NOT_A_LOGIN_ID"),
    ] {
        let error = client.cached(cached(login_id)).await.err().unwrap();
        assert_eq!(error.violations, [("login_id".to_owned(), rule.to_owned())]);
    }
    assert!(authorize_bodies(&sandbox).is_empty());
}
