//! The documented test bank.

use std::collections::HashSet;

use flinks_sandbox::{Generation, Options, Tokens};
use serde_json::{Value, json};

use crate::client::{Client, greatday, right_answers};

fn sign_in(username: &str, password: &str) -> Value {
    json!({"Institution": "FlinksCapital", "Username": username, "Password": password})
}

async fn of(generation: Generation) -> Client {
    Client::with(Options {
        generation,
        tokens: Tokens::Ignored,
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn each_user_is_answered_as_documented() {
    use Generation::{Docs2025, Help2019};
    for (generation, username, password, outcome) in [
        (Docs2025, "Greatday", "Everyday", "203"),
        (Docs2025, "GREATDAY", "everyDAY", "203"),
        (Docs2025, "greatday_nomfa", "Everyday", "200"),
        (
            Docs2025,
            "test_disabled_account",
            "Everyday",
            "401 DISABLED_LOGIN",
        ),
        (
            Docs2025,
            "test_service_unavailable",
            "Everyday",
            "401 RETRY_LATER",
        ),
        (Docs2025, "test_dispatched", "Everyday", "203"),
        (Docs2025, "test_pending", "Everyday", "203"),
        (
            Docs2025,
            "Greatday",
            "WrongPassword",
            "401 INVALID_PASSWORD",
        ),
        (Docs2025, "somebody", "Everyday", "401 INVALID_USERNAME"),
        (Help2019, "Greatday", "Everyday", "203"),
        (Help2019, "Greatday", "WrongPassword", "400 INVALID_LOGIN"),
        (Help2019, "somebody", "Everyday", "400 INVALID_LOGIN"),
    ] {
        let client = of(generation).await;
        let reply = client.authorize(sign_in(username, password)).await;
        assert_eq!(reply.outcome(), outcome, "{username} under {generation}");
        if reply.status == 203 {
            assert_eq!(client.answer_right(&reply).await.status, 200, "{username}");
        }
    }
}

#[tokio::test]
async fn a_session_carries_what_was_sent_and_who_the_bank_is() {
    let client = Client::start().await;
    let mut request = greatday();
    request["Username"] = json!("GreatDay");
    request["Tag"] = json!("order 7");
    let challenged = client.authorize(request).await;
    let session = client.answer_right(&challenged).await;
    for reply in [&challenged, &session] {
        assert_eq!(reply.body["Tag"], "order 7");
        assert_eq!(reply.body["Institution"], "FlinksCapital");
        assert_eq!(reply.body["InstitutionName"], "FlinksCapital");
        assert_eq!(reply.body["InstitutionId"], 14);
        assert_eq!(reply.body["HttpStatusCode"], reply.status);
        assert_eq!(reply.body["RequestId"], challenged.body["RequestId"]);
    }
    assert_eq!(session.body["Login"]["Username"], "GreatDay");
    assert_eq!(challenged.body.get("Login"), None);
}

#[tokio::test]
async fn one_of_three_questions_is_asked_in_the_language_of_the_request() {
    let client = Client::start().await;
    for (language, marks) in [
        ("en", ["city", "country", "shape"]),
        ("fr", ["Où", "Quel est", "Quelle"]),
    ] {
        let mut request = greatday();
        request["Language"] = json!(language);
        let mut asked = HashSet::new();
        while asked.len() < 3 {
            let reply = client.authorize(request.clone()).await;
            assert_eq!(
                reply.body["SecurityChallenges"].as_array().unwrap().len(),
                1
            );
            assert_eq!(reply.body["SecurityChallenges"][0].get("Iterables"), None);
            asked.insert(reply.prompt().to_owned());
            assert_eq!(client.answer_right(&reply).await.status, 200);
        }
        for mark in marks {
            assert!(
                asked.iter().any(|prompt| prompt.contains(mark)),
                "{mark} in {asked:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_replies() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let client = Client::with(Options {
            seed,
            tokens: Tokens::Ignored,
            ..Options::default()
        })
        .await;
        let mut replies = Vec::new();
        for _ in 0..5 {
            replies.push(client.authorize(greatday()).await.text);
        }
        runs.push(replies);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_wrong_answer_gets_another_question_and_a_second_one_ends_it() {
    for (generation, last) in [
        (Generation::Docs2025, "401 INVALID_SECURITY_RESPONSE"),
        (
            Generation::Help2019,
            "401 INVALID_SECURITY_RESPONSE_NO_RETRY",
        ),
    ] {
        let client = of(generation).await;
        let first = client.authorize(greatday()).await;
        let again = client
            .answer(&first, json!({ first.prompt(): ["Square"] }))
            .await;
        assert_eq!(again.outcome(), "401 INVALID_SECURITY_RESPONSE");
        assert_ne!(again.prompt(), first.prompt());
        assert_eq!(again.body["RequestId"], first.body["RequestId"]);
        let end = client
            .answer(&again, json!({ again.prompt(): ["Square"] }))
            .await;
        assert_eq!(end.outcome(), last);
        assert_eq!(end.body.get("SecurityChallenges"), None);
        let after = client.answer(&again, right_answers(&again.body)).await;
        assert_eq!(after.outcome(), "400 SESSION_NONEXISTENT");
    }
}

#[tokio::test]
async fn a_question_asked_again_can_be_answered_right() {
    let client = Client::start().await;
    let first = client.authorize(greatday()).await;
    let again = client
        .answer(&first, json!({ first.prompt(): ["Square"] }))
        .await;
    assert_eq!(client.answer_right(&again).await.status, 200);
}

#[tokio::test]
async fn a_saved_login_is_opened_again_by_its_id_or_by_its_credentials() {
    let client = Client::start().await;
    let mut by_credentials = greatday();
    by_credentials["MostRecentCached"] = json!("True");
    let before = client.authorize(by_credentials.clone()).await;
    assert_eq!(before.outcome(), "401 INVALID_LOGIN");

    let challenged = client.authorize(greatday()).await;
    let session = client.answer_right(&challenged).await;
    for reply in [
        client.cached(session.login_id()).await,
        client.authorize(by_credentials).await,
    ] {
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body["Login"], session.body["Login"]);
    }
    let live = json!({"LoginId": session.login_id(), "MostRecentCached": false, "Save": true});
    let live = client.authorize(live).await;
    assert_eq!(live.status, 203);
    assert_eq!(
        client.answer_right(&live).await.login_id(),
        session.login_id()
    );
}

#[tokio::test]
async fn a_login_id_stands_for_institution_username_and_language() {
    let client = Client::start().await;
    let mut ids = Vec::new();
    for (username, language) in [
        ("greatday_nomfa", "en"),
        ("GreatDay_NoMFA", "en"),
        ("greatday_nomfa", "fr"),
    ] {
        let mut request = sign_in(username, "Everyday");
        request["Language"] = json!(language);
        ids.push(client.authorize(request).await.login_id().clone());
    }
    let elsewhere = Client::start().await;
    let again = elsewhere
        .authorize(sign_in("greatday_nomfa", "Everyday"))
        .await;
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
    assert_eq!(ids[0], *again.login_id());
}

#[tokio::test]
async fn nothing_is_saved_unless_a_sign_in_that_saves_has_finished() {
    let client = Client::start().await;
    let mut request = sign_in("greatday_nomfa", "Everyday");
    request["Save"] = json!(true);
    let login_id = Client::start()
        .await
        .authorize(request.clone())
        .await
        .login_id()
        .clone();

    request["save"] = json!("FALSE");
    request.as_object_mut().unwrap().remove("Save");
    let session = client.authorize(request).await;
    assert_eq!(session.status, 200);
    assert_eq!(session.body.get("Login"), None);
    assert_eq!(
        client.cached(&login_id).await.outcome(),
        "401 INVALID_LOGIN"
    );

    let old = of(Generation::Help2019).await;
    assert_eq!(old.cached(&login_id).await.outcome(), "400 INVALID_LOGIN");
}

#[tokio::test]
async fn a_new_login_is_put_on_schedule_and_an_old_one_stays_as_it_is() {
    let client = Client::start().await;
    let mut request = sign_in("greatday_nomfa", "Everyday");
    request["ScheduleRefresh"] = json!("true");
    let first = client.authorize(request.clone()).await;
    request["ScheduleRefresh"] = json!(false);
    let second = client.authorize(request).await;
    for reply in [first, second] {
        assert_eq!(reply.body["Login"]["IsScheduledRefresh"], true);
    }
}
