//! The documents of the specification: requests are taken as they stand,
//! replies come out as they stand but for identifiers and times.

use flinks_sandbox::{Generation, Options, Tokens};
use serde_json::Value;

use crate::client::{Client, Reply};

const AUTHORIZE: &str = include_str!("../spec/1-authorize-request.json");
const CHALLENGE: &str = include_str!("../spec/2-challenge-response-203.json");
const ANSWER: &str = include_str!("../spec/3-answer-request.json");
const SESSION: &str = include_str!("../spec/4-session-response-200.json");
const CACHED: &str = include_str!("../spec/5-cached-request.json");

fn parse(document: &str) -> Value {
    serde_json::from_str(document).unwrap()
}

/// Compares to the byte, order of properties included, once what cannot be
/// the same is put in place.
fn assert_same(reply: &Reply, expected: &str, replaced: &[(&str, &Value)]) {
    let mut expected: String = expected.split_whitespace().collect::<Vec<_>>().join(" ");
    for (old, new) in replaced {
        assert!(expected.contains(old), "{old} is not in the document");
        expected = expected.replace(old, new.as_str().unwrap());
    }
    let compact = |text: &str| text.replace(" ", "");
    assert_eq!(compact(&reply.text), compact(&expected));
}

/// A sandbox of that age that asks the question of the document.
async fn start() -> (Client, Reply) {
    let prompt = &parse(CHALLENGE)["SecurityChallenges"][0]["Prompt"];
    for seed in 0.. {
        let options = Options {
            generation: Generation::Help2019,
            tokens: Tokens::Ignored,
            seed,
            ..Options::default()
        };
        let client = Client::with(options).await;
        let reply = client.authorize(parse(AUTHORIZE)).await;
        if reply.prompt() == prompt {
            return (client, reply);
        }
    }
    unreachable!("some seed asks every question");
}

#[tokio::test]
async fn the_five_documents_are_one_conversation() {
    let (client, challenged) = start().await;
    let request_id = &challenged.body["RequestId"];
    assert_eq!(challenged.status, 203);
    assert_same(
        &challenged,
        CHALLENGE,
        &[("9022abc2-8a2e-4b06-a06e-c3e5449c4d10", request_id)],
    );

    let mut answer = parse(ANSWER);
    answer["RequestId"] = request_id.clone();
    let session = client.authorize(answer).await;
    assert_eq!(session.status, 200);
    let login = &session.body["Login"];
    let replaced = [
        ("006fd2f3-055b-4ef6-a9fc-c1261cd76ec6", request_id),
        ("b0debb48-f9f1-46c6-80a4-08d7dd88d478", &login["Id"]),
        ("2020-04-15T22:46:03.1690585", &login["LastRefresh"]),
    ];
    assert_same(&session, SESSION, &replaced);

    let mut cached = parse(CACHED);
    cached["LoginId"] = login["Id"].clone();
    let cached = client.authorize(cached).await;
    assert_eq!(cached.status, 200);
    assert_eq!(&cached.body["Login"], login);
    assert_ne!(&cached.body["RequestId"], request_id);
}

#[tokio::test]
async fn last_refresh_has_seven_digits_and_no_zone() {
    let client = Client::start().await;
    let reply = client.play("ok").await;
    let date = reply.body["Login"]["LastRefresh"].as_str().unwrap();
    let form: String = date
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(form, "0000-00-00T00:00:00.0000000");
}
