//! The grammar of ScenarioBank. The examples of its page are the table.

use flinks_sandbox::{Generation, Options, Tokens};
use serde_json::{Value, json};

use crate::client::{Client, Reply, right_answers};

const PAGE: &str = include_str!("../../SCENARIOS.md");

/// Plays a scenario with right answers, for so many calls.
async fn replies(client: &Client, scenario: &str, calls: usize) -> Vec<String> {
    let mut outcomes = Vec::new();
    let mut asked: Option<Reply> = None;
    for _ in 0..calls {
        let reply = match &asked {
            None => client.play(scenario).await,
            Some(asked) => client.answer_right(asked).await,
        };
        outcomes.push(reply.outcome());
        if reply.body["SecurityChallenges"].is_array() || asked.is_none() {
            asked = Some(reply);
        }
    }
    outcomes
}

#[tokio::test]
async fn the_examples_of_the_page_are_true() {
    let client = Client::start().await;
    let examples = PAGE
        .split("## Examples")
        .nth(1)
        .unwrap()
        .split("More, by")
        .next()
        .unwrap();
    let mut played = 0;
    for row in examples.lines().filter(|line| line.starts_with("| `")) {
        let (scenario, expected) = row.trim_matches(['|', ' ']).rsplit_once('|').unwrap();
        let scenario = scenario.trim().trim_matches('`');
        let expected: Vec<_> = expected.split('→').map(str::trim).collect();
        let outcomes = replies(&client, scenario, expected.len()).await;
        assert_eq!(outcomes, expected, "{scenario}");
        played += 1;
    }
    assert!(played > 30, "only {played} examples were found");
}

#[tokio::test]
async fn every_scenario_the_page_mentions_can_be_read() {
    let client = Client::start().await;
    let more = PAGE
        .split("More, by")
        .nth(1)
        .unwrap()
        .split("## FlinksCapital")
        .next()
        .unwrap();
    for row in more.lines().filter(|line| line.starts_with("| `")) {
        let scenario = row.split('`').nth(1).unwrap();
        let scenario = format!("question/{scenario}");
        assert_ne!(
            client.play(&scenario).await.code(),
            "INVALID_USERNAME",
            "{scenario}"
        );
    }
}

#[tokio::test]
async fn an_unreadable_username_is_told_what_is_wrong_with_it() {
    let client = Client::start().await;
    for (scenario, about) in [
        ("pet", "`pet`"),
        ("question/", "``"),
        ("question*0", "1 to 1000"),
        ("question*600+choice*600", "1000"),
        ("question*x", "question*x"),
        ("error_", "FlinksCode"),
        ("error_A-B", "FlinksCode"),
        ("error_RETRY_LATER@99", "200 to 599"),
        ("status_1000", "200 to 599"),
        ("redirect_200", "300 to 399"),
        ("huge_1", "64"),
        ("delay_5", "delay"),
        ("delay_x.ok", "delay_x.ok"),
        ("ok;shape", "shape"),
        ("ok;shape=round", "round"),
        ("ok;wrong=never", "never"),
        ("ok;token=lost", "lost"),
        ("ok;request_id=stays", "stays"),
        ("ok;cached=", "``"),
        ("ok;delete=question", "question"),
        ("ok;colour=red", "colour"),
    ] {
        let reply = client.play(scenario).await;
        assert_eq!(reply.outcome(), "401 INVALID_USERNAME", "{scenario}");
        let message = reply.body["Message"].as_str().unwrap();
        assert!(message.contains(about), "{scenario}: {message}");
    }
}

#[tokio::test]
async fn only_one_password_is_wrong() {
    let client = Client::start().await;
    for (password, outcome) in [("WRONG", "401 INVALID_PASSWORD"), ("right", "200")] {
        let reply = client
            .authorize(
                json!({"Institution": "ScenarioBank", "Username": "ok", "Password": password}),
            )
            .await;
        assert_eq!(reply.outcome(), outcome);
    }
}

#[tokio::test]
async fn each_kind_of_challenge_has_its_type_and_its_answers() {
    let client = Client::start().await;
    let first = |c: &Value| c["Iterables"][0].as_str().unwrap_or_default().to_owned();
    let prompt = |c: &Value| c["Prompt"].as_str().unwrap().to_owned();
    type Key<'a> = &'a dyn Fn(&Value) -> String;
    let (by_first, by_prompt): (Key, Key) = (&first, &prompt);
    for (kind, name, iterables, key, right, wrong, unknown) in [
        (
            "question",
            "QuestionAndAnswer",
            0,
            by_prompt,
            json!(["a"]),
            json!(["Wrong"]),
            false,
        ),
        (
            "question",
            "QuestionAndAnswer",
            0,
            by_prompt,
            json!([""]),
            json!(["a", "b"]),
            false,
        ),
        (
            "unicode",
            "QuestionAndAnswer",
            0,
            by_prompt,
            json!(["a"]),
            json!(["wrong"]),
            false,
        ),
        (
            "select",
            "QuestionAndAnswer",
            3,
            by_first,
            json!(["a"]),
            json!(["wrong"]),
            false,
        ),
        (
            "select",
            "QuestionAndAnswer",
            3,
            by_prompt,
            json!(["a"]),
            json!(["a"]),
            true,
        ),
        (
            "choice",
            "MultipleChoice",
            3,
            by_prompt,
            json!(["Queen Street"]),
            json!(["queen street"]),
            false,
        ),
        (
            "choice",
            "MultipleChoice",
            3,
            by_prompt,
            json!(["Queen Street"]),
            json!(["Queen Street", "Jasper Avenue"]),
            false,
        ),
        (
            "choices",
            "MultipleChoiceMultipleAnswers",
            4,
            by_prompt,
            json!(["Savings", "Chequing"]),
            json!(["Savings", "Gold"]),
            false,
        ),
        (
            "image",
            "ImageSelection",
            4,
            by_prompt,
            json!(["*"]),
            json!(["0"]),
            false,
        ),
        (
            "text_or_call",
            "TextOrCall",
            2,
            by_first,
            json!(["Text"]),
            json!(["text"]),
            false,
        ),
        (
            "text_or_call",
            "TextOrCall",
            2,
            by_first,
            json!(["Call"]),
            json!(["Mail"]),
            false,
        ),
        (
            "text_or_call",
            "TextOrCall",
            2,
            by_prompt,
            json!(["Call"]),
            json!(["Call"]),
            true,
        ),
        (
            "unknown",
            "WaitForPush",
            2,
            by_prompt,
            json!(["Approved"]),
            json!(["wrong"]),
            false,
        ),
    ] {
        let asked = client.play(kind).await;
        let challenge = &asked.body["SecurityChallenges"][0];
        assert_eq!(challenge["Type"], name, "{kind}");
        let offered = challenge["Iterables"].as_array().map_or(0, Vec::len);
        assert_eq!(offered, iterables, "{kind}");
        let reply = client
            .answer(&asked, json!({ key(challenge): wrong }))
            .await;
        let refused = if unknown {
            "UNKNOWN_CHALLENGE_KEY"
        } else {
            "INVALID_SECURITY_RESPONSE"
        };
        assert_eq!(reply.code(), refused, "{kind}: {wrong}");
        if !unknown {
            let challenge = &reply.body["SecurityChallenges"][0];
            let right = if right == json!(["*"]) {
                json!([first(challenge)])
            } else {
                right
            };
            let reply = client
                .answer(&reply, json!({ key(challenge): right }))
                .await;
            assert_eq!(reply.status, 200, "{kind}: {right}");
        }
    }
}

#[tokio::test]
async fn images_are_different_pictures() {
    use base64::Engine;
    let client = Client::start().await;
    let asked = client.play("image").await;
    let images = asked.body["SecurityChallenges"][0]["Iterables"]
        .as_array()
        .unwrap();
    let mut seen = std::collections::HashSet::new();
    for image in images {
        let png = base64::engine::general_purpose::STANDARD
            .decode(image.as_str().unwrap())
            .unwrap();
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert!(png.ends_with(b"IEND\xaeB`\x82"));
        assert!(seen.insert(png));
    }
}

#[tokio::test]
async fn prompts_differ_within_a_round_between_rounds_and_between_tries() {
    let client = Client::start().await;
    let mut seen = std::collections::HashSet::new();
    let mut reply = client.play("question*2+choice*2/question*2+choice*2").await;
    for right in [false, true, false, true] {
        let answers = right_answers(&reply.body);
        for key in answers.as_object().unwrap().keys() {
            assert!(seen.insert(key.clone()), "{key} was asked before");
        }
        assert_eq!(answers.as_object().unwrap().len(), 4);
        let mut sent = answers;
        if !right {
            for answer in sent.as_object_mut().unwrap().values_mut() {
                *answer = json!(["wrong"]);
            }
        }
        reply = client.answer(&reply, sent).await;
    }
    assert_eq!(reply.status, 200);
    assert!(seen.contains("What was the name of your first pet? (2)"));
}

#[tokio::test]
async fn identical_prompts_share_one_list_of_answers() {
    let client = Client::start().await;
    for (answers, outcome) in [
        (json!(["a", "b"]), "200"),
        (json!(["a"]), "401 SECURITYRESPONSES_INCOMPLETE"),
        (json!(["a", "wrong"]), "401 INVALID_SECURITY_RESPONSE"),
        (json!(["wrong", "b"]), "401 INVALID_SECURITY_RESPONSE"),
        (json!(["a", "b", "c"]), "401 INVALID_SECURITY_RESPONSE"),
    ] {
        let asked = client.play("same").await;
        let challenges = asked.body["SecurityChallenges"].as_array().unwrap();
        assert_eq!(challenges[0], challenges[1]);
        let reply = client
            .answer(&asked, json!({ asked.prompt(): answers }))
            .await;
        assert_eq!(reply.outcome(), outcome, "{answers}");
    }
}

#[tokio::test]
async fn an_awkward_prompt_must_come_back_byte_for_byte() {
    let client = Client::start().await;
    let asked = client.play("unicode").await;
    let prompt = asked.prompt();
    for mark in ["e\u{301}", "\"", "•", "\u{1F3E6}", "é"] {
        assert!(prompt.contains(mark), "{mark}");
    }
    assert!(prompt.starts_with("  ") && prompt.ends_with("  "));
    for altered in [prompt.trim().to_owned(), prompt.replace("e\u{301}", "é")] {
        let reply = client.answer(&asked, json!({ altered: ["a"] })).await;
        assert_eq!(reply.code(), "UNKNOWN_CHALLENGE_KEY");
    }
    assert_eq!(
        client.answer(&asked, json!({ prompt: ["a"] })).await.status,
        200
    );
}

#[tokio::test]
async fn a_wrong_answer_does_what_the_scenario_says() {
    let client = Client::start().await;
    const AGAIN: &str = "401 INVALID_SECURITY_RESPONSE";
    const FINAL: &str = "401 INVALID_SECURITY_RESPONSE_NO_RETRY";
    const GONE: &str = "400 SESSION_NONEXISTENT";
    for (option, outcomes, challenged) in [
        ("", [AGAIN, FINAL, GONE], true),
        (";wrong=again", [AGAIN, AGAIN, AGAIN], true),
        (";wrong=final", [FINAL, GONE, GONE], false),
        (";wrong=closed", [AGAIN, GONE, GONE], false),
        (";wrong=reset", ["203", "203", "203"], true),
    ] {
        let mut asked = client.play(&format!("question{option}")).await;
        for (nth, outcome) in outcomes.into_iter().enumerate() {
            let reply = client
                .answer(&asked, json!({ asked.prompt(): ["wrong"] }))
                .await;
            assert_eq!(reply.outcome(), outcome, "wrong answer {nth} of `{option}`");
            assert_eq!(
                reply.body["SecurityChallenges"].is_array(),
                challenged && nth == 0 || outcome == "203" || option == ";wrong=again"
            );
            if reply.body["SecurityChallenges"].is_array() {
                asked = reply;
            }
        }
    }
}

#[tokio::test]
async fn every_code_has_its_documented_status() {
    for (code, help_2019, docs_2025) in [
        ("OPERATION_PENDING", 202, 202),
        ("OPERATION_DISPATCHED", 202, 202),
        ("SESSION_NONEXISTENT", 400, 400),
        ("CARD_IN_USE", 400, 400),
        ("INVALID_LOGIN", 400, 401),
        ("INVALID_REQUEST", 400, 401),
        ("ACCESS_DENIED", 401, 401),
        ("UNAUTHORIZED", 401, 401),
        ("INVALID_USERNAME", 401, 401),
        ("INVALID_PASSWORD", 401, 401),
        ("INVALID_SECURITY_RESPONSE", 401, 401),
        ("INVALID_SECURITY_RESPONSE_NO_RETRY", 401, 401),
        ("QUESTION_NOT_FOUND", 401, 401),
        ("UNKNOWN_CHALLENGE_KEY", 401, 401),
        ("SECURITYRESPONSES_INCOMPLETE", 401, 401),
        ("RETRY_LATER", 401, 401),
        ("BANK_MAINTENANCE_RETRY_LATER", 401, 401),
        ("CONCURRENT_SESSION", 401, 401),
        ("DISABLED_LOGIN", 401, 401),
        ("NEW_ACCOUNT", 401, 401),
        ("SESSION_EXPIRED", 401, 401),
        ("ALREADY_AUTHORIZED", 401, 401),
        ("NO_TRANSACTION", 401, 401),
        ("TOO_MANY_REQUESTS", 403, 401),
        ("DISABLED_INSTITUTION", 405, 405),
        ("AGGREGATION_ERROR", 500, 500),
        ("METHOD_NOT_AVAILABLE", 501, 501),
    ] {
        for (generation, status) in [
            (Generation::Help2019, help_2019),
            (Generation::Docs2025, docs_2025),
        ] {
            let options = Options {
                generation,
                tokens: Tokens::Ignored,
                ..Options::default()
            };
            let reply = Client::with(options)
                .await
                .play(&format!("error_{code}"))
                .await;
            assert_eq!(reply.outcome(), format!("{status} {code}"), "{generation}");
            assert_eq!(reply.body["HttpStatusCode"], status);
            assert_ne!(
                reply.body["Message"], "Something went wrong",
                "{code} has its own words"
            );
        }
    }
}

#[tokio::test]
async fn a_cached_call_and_a_deletion_can_be_scripted_too() {
    let client = Client::start().await;
    let scenario = "ok;cached=error_DISABLED_LOGIN;delete=error_CARD_IN_USE";
    let session = client.play(scenario).await;
    let login_id = session.login_id();
    assert_eq!(
        client.cached(login_id).await.outcome(),
        "401 DISABLED_LOGIN"
    );
    let refused = client.delete_card(login_id.as_str().unwrap()).await;
    assert_eq!(refused.outcome(), "400 CARD_IN_USE");
    let live = client
        .authorize(json!({"LoginId": login_id, "Save": true}))
        .await;
    assert_eq!(
        live.status, 200,
        "the card is still there, and live is as before"
    );

    let session = client.play("ok;cached=question").await;
    let asked = client.cached(session.login_id()).await;
    assert_eq!(asked.status, 203);
    assert_eq!(
        client.answer_right(&asked).await.login_id(),
        session.login_id()
    );
}
