//! The rules of a session: its states, its errors, its end.

use std::time::Duration;

use flinks_sandbox::{Clock, Options, Tokens};
use serde_json::json;

use crate::client::{Client, greatday, right_answers};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_session_that_never_was_does_not_exist() {
    let client = Client::start().await;
    for request_id in ["7d3c5be3-8d62-4d9f-9a31-2b8f1d8f1a10", "nonsense"] {
        let reply = client
            .authorize(json!({"RequestId": request_id, "SecurityResponses": {"a": ["b"]}}))
            .await;
        assert_eq!(reply.outcome(), "400 SESSION_NONEXISTENT");
        assert!(reply.body["Message"].as_str().unwrap().contains(request_id));
    }
}

#[tokio::test]
async fn answers_that_miss_the_point_leave_the_session_as_it_is() {
    let client = Client::start().await;
    let asked = client.play("question*2").await;
    let prompt = asked.prompt();
    let right = right_answers(&asked.body);
    for (responses, outcome) in [
        (
            json!({"Something else": ["a"]}),
            "401 UNKNOWN_CHALLENGE_KEY",
        ),
        (
            json!({ prompt.to_lowercase(): ["a"] }),
            "401 UNKNOWN_CHALLENGE_KEY",
        ),
        (
            json!({ format!("{prompt} "): ["a"] }),
            "401 UNKNOWN_CHALLENGE_KEY",
        ),
        (json!({ prompt: ["a"] }), "401 SECURITYRESPONSES_INCOMPLETE"),
        (
            json!({ prompt: ["a"], format!("{prompt} (2)"): [] }),
            "401 SECURITYRESPONSES_INCOMPLETE",
        ),
        (json!(["a"]), "401 INVALID_REQUEST"),
        (json!({ prompt: 7 }), "401 INVALID_REQUEST"),
        (json!(null), "401 INVALID_REQUEST"),
    ] {
        assert_eq!(
            client.answer(&asked, responses.clone()).await.outcome(),
            outcome,
            "{responses}"
        );
    }
    let again = client.answer(&asked, json!({})).await;
    assert_eq!((again.status, &again.body), (203, &asked.body));
    assert_eq!(client.answer(&asked, right).await.status, 200);
}

#[tokio::test]
async fn an_answer_may_repeat_the_credentials_and_be_a_bare_string() {
    let client = Client::start().await;
    let asked = client.play("question").await;
    let mut request = greatday();
    request["RequestId"] = asked.body["RequestId"].clone();
    request["SecurityResponses"] = json!({ asked.prompt(): "right" });
    assert_eq!(
        client.authorize(request).await.body["Institution"],
        "ScenarioBank"
    );
}

#[tokio::test]
async fn an_open_session_is_not_opened_again() {
    let client = Client::start().await;
    let asked = client.play("question").await;
    client.answer_right(&asked).await;
    assert_eq!(
        client.answer_right(&asked).await.outcome(),
        "401 ALREADY_AUTHORIZED"
    );
}

#[tokio::test]
async fn a_session_expires_after_eight_minutes_without_a_call() {
    let clock = Clock::manual();
    let options = Options {
        clock: clock.clone(),
        tokens: Tokens::Ignored,
        ..Options::default()
    };
    let client = Client::with(options).await;
    let asked = client.play("question").await;
    let open = client.play("ok").await;
    for _ in 0..3 {
        clock.advance(8 * MINUTE - Duration::from_millis(1));
        assert_eq!(
            client.answer(&asked, json!({})).await.status,
            203,
            "a call keeps it alive"
        );
    }
    clock.advance(8 * MINUTE);
    assert_eq!(
        client.answer_right(&asked).await.outcome(),
        "401 SESSION_EXPIRED"
    );
    assert_eq!(
        client.answer(&open, json!({})).await.outcome(),
        "401 SESSION_EXPIRED"
    );
}

#[tokio::test]
async fn a_request_id_expires_after_half_an_hour_however_busy_it_is() {
    let clock = Clock::manual();
    let options = Options {
        clock: clock.clone(),
        tokens: Tokens::Ignored,
        ..Options::default()
    };
    let client = Client::with(options).await;
    let one = client.play("question").await;
    let open = client.play("ok").await;
    let changing = client.play("question;request_id=changes").await;
    let mut changed = changing;
    for _ in 0..4 {
        clock.advance(7 * MINUTE);
        assert_eq!(client.answer(&one, json!({})).await.status, 203);
        changed = client.answer(&changed, json!({})).await;
        assert_eq!(
            client.answer(&open, json!({})).await.outcome(),
            "401 ALREADY_AUTHORIZED"
        );
    }
    clock.advance(2 * MINUTE - Duration::from_millis(1));
    assert_eq!(client.answer(&one, json!({})).await.status, 203);
    clock.advance(Duration::from_millis(1));
    for late in [
        client.answer_right(&one).await,
        client.answer(&open, json!({})).await,
    ] {
        assert_eq!(late.outcome(), "401 SESSION_EXPIRED");
    }
    assert_eq!(
        client.answer_right(&changed).await.status,
        200,
        "this one is two minutes old"
    );
}

#[tokio::test]
async fn the_body_of_an_sdk_that_sends_every_property_is_taken() {
    let client = Client::start().await;
    let body = |institution: &str, username: &str, request_id: &str, responses: &str| {
        format!(
            r#"{{"requestId":{request_id},"LoginId":null,"Institution":{institution},"UserName":{username},
            "password":{username},"Save":"true","mostRecentCached":"false","ScheduleRefresh":"False",
            "withMfaQuestions":"TRUE","DirectRefresh":null,"Language":null,"Tag":null,"AccountsFilter":[],
            "SecurityResponses":{responses}}}"#
        )
    };
    let post = async |body: String| {
        let url = client.url("Authorize");
        client.call(reqwest::Method::POST, &url, None, &body).await
    };
    let asked = post(body(r#""ScenarioBank""#, r#""question""#, "null", "null")).await;
    assert_eq!(asked.status, 203, "{}", asked.text);
    assert_eq!(asked.body["Tag"], json!(null));
    let session = post(body(
        "null",
        "null",
        &asked.body["RequestId"].to_string(),
        &right_answers(&asked.body).to_string(),
    ))
    .await;
    assert_eq!(session.status, 200, "{}", session.text);
    let login = &session.body["Login"];
    assert_eq!(login["Username"], "question");
    assert_eq!(login["IsScheduledRefresh"], false);
}

#[tokio::test]
async fn what_is_not_a_request_is_refused() {
    let client = Client::start().await;
    for (body, about) in [
        ("", "JSON object"),
        ("{\"Institution\":", "JSON object"),
        ("[]", "JSON object"),
        ("{}", "Institution"),
        (
            r#"{"Institution":"FlinksCapital","Username":"Greatday"}"#,
            "Password",
        ),
        (
            r#"{"Institution":"NoSuchBank","Username":"a","Password":"b"}"#,
            "Institution",
        ),
        (
            r#"{"Institution":"flinkscapital","Username":"a","Password":"b"}"#,
            "Institution",
        ),
        (
            r#"{"LoginId":"a","MostRecentCached":"perhaps"}"#,
            "MostRecentCached",
        ),
        (r#"{"Institution":7}"#, "Institution"),
    ] {
        let reply = client
            .call(reqwest::Method::POST, &client.url("Authorize"), None, body)
            .await;
        assert_eq!(reply.outcome(), "401 INVALID_REQUEST", "{body}");
        assert!(
            reply.body["Message"].as_str().unwrap().contains(about),
            "{body}: {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn property_names_have_no_case_and_the_last_one_counts() {
    let client = Client::start().await;
    let body = r#"{"INSTITUTION":"Elsewhere","institution":"ScenarioBank","username":"ok",
        "passWord":"any","requestid":null,"loginId":"","save":"TRUE","mostRecentCached":"False",
        "tag":"t","unheardOf":[1]}"#;
    let reply = client
        .call(reqwest::Method::POST, &client.url("Authorize"), None, body)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["Tag"], "t");
    assert_ne!(reply.login_id(), &json!(null));
}
