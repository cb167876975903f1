//! Replies that depart from the usual shape.

use flinks_sandbox::{Generation, Options, Tokens};
use serde_json::{Value, json};

use crate::client::Client;

#[tokio::test]
async fn each_shape_changes_its_part_of_the_reply() {
    let client = Client::start().await;
    let null = Value::Null;
    for (shapes, pointer, expected) in [
        ("", "/InstitutionId", Some(json!(9001))),
        ("shape=old", "/InstitutionId", None),
        ("shape=old", "/InstitutionName", None),
        ("shape=lower", "/httpStatusCode", Some(json!(200))),
        (
            "shape=lower",
            "/login/username",
            Some(json!("ok;shape=lower")),
        ),
        ("shape=lower", "/Institution", None),
        ("shape=string_status", "/HttpStatusCode", Some(json!("200"))),
        ("shape=no_login", "/Login", None),
        ("shape=null_login", "/Login", Some(null)),
        ("shape=no_links", "/Links", None),
        ("shape=date_none", "/Login/LastRefresh", None),
        (
            "shape=lower;shape=string_status",
            "/httpStatusCode",
            Some(json!("200")),
        ),
    ] {
        let scenario = if shapes.is_empty() {
            "ok".to_owned()
        } else {
            format!("ok;{shapes}")
        };
        let reply = client.play(&scenario).await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.body.pointer(pointer).cloned(),
            expected,
            "{shapes}: {pointer}"
        );
    }
}

#[tokio::test]
async fn dates_come_in_every_form() {
    let client = Client::start().await;
    for (shape, form) in [
        ("date_z", "0000-00-00T00:00:00.0000000Z"),
        ("date_0", "0000-00-00T00:00:00"),
        ("date_9", "0000-00-00T00:00:00.000000000"),
        ("date_offset", "0000-00-00T00:00:00.0000000+00:00"),
        ("date_bad", "the day before yesterday"),
    ] {
        let reply = client.play(&format!("ok;shape={shape}")).await;
        let date = reply.body["Login"]["LastRefresh"].as_str().unwrap();
        let found: String = date
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert_eq!(found, form, "{shape}");
    }
}

#[tokio::test]
async fn shapes_reach_challenges_and_errors() {
    let client = Client::start().await;
    let asked = client
        .play("question/error_RETRY_LATER;shape=lower;shape=http_200")
        .await;
    assert_eq!(asked.status, 200);
    assert_eq!(asked.body["httpStatusCode"], 203);
    let prompt = asked.body["securityChallenges"][0]["prompt"]
        .as_str()
        .unwrap();
    let reply = client
        .authorize(
            json!({"RequestId": asked.body["requestId"], "SecurityResponses": {prompt: ["a"]}}),
        )
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["httpStatusCode"], 401);
    assert_eq!(reply.body["flinksCode"], "RETRY_LATER");
}

#[tokio::test]
async fn a_request_id_that_changes_leaves_the_earlier_one_unknown() {
    let client = Client::start().await;
    let first = client
        .play("question/error_RETRY_LATER+challenges;request_id=changes")
        .await;
    let second = client.answer_right(&first).await;
    assert_ne!(second.body["RequestId"], first.body["RequestId"]);
    assert_eq!(
        client.answer_right(&first).await.outcome(),
        "400 SESSION_NONEXISTENT"
    );
    let third = client.answer_right(&second).await;
    assert_eq!(third.status, 200);
    assert_ne!(third.body["RequestId"], second.body["RequestId"]);
}

#[tokio::test]
async fn work_in_progress_has_the_documented_envelope() {
    let client = Client::start().await;
    let reply = client.play("pending").await;
    assert_eq!(reply.status, 202);
    let start = r#"{"FlinksCode":"OPERATION_PENDING","Links":[{"rel":"#;
    assert!(reply.text.starts_with(start), "{}", reply.text);
    assert_eq!(reply.body["Message"], "Your operation is still processing");
    assert!(reply.body["RequestId"].is_string());
}

#[tokio::test]
async fn the_old_generation_names_no_institution_twice() {
    let options = Options {
        generation: Generation::Help2019,
        tokens: Tokens::Ignored,
        ..Options::default()
    };
    let client = Client::with(options).await;
    for scenario in ["ok", "question"] {
        let reply = client.play(scenario).await;
        assert_eq!(reply.body.get("InstitutionName"), None);
        assert_eq!(reply.body["Institution"], "ScenarioBank");
    }
}
