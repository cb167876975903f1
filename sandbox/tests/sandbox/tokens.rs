//! Authorize tokens: minted, spent, bound, expired.

use std::time::Duration;

use flinks_sandbox::{Clock, Generation, Options, SECRET_KEY, Tokens};
use serde_json::{Value, json};

use crate::client::{Client, Reply, greatday, right_answers, scenario_bank, until};

async fn start(tokens: Tokens) -> Client {
    Client::with(Options {
        tokens,
        ..Options::default()
    })
    .await
}

fn answer(to: &Reply) -> Value {
    json!({"RequestId": to.body["RequestId"], "SecurityResponses": right_answers(&to.body)})
}

fn assert_refused(reply: &Reply) {
    assert_eq!(
        reply.text,
        r#"{"HttpStatusCode":401,"Message":"You must provide a valid authorize token","FlinksCode":"UNAUTHORIZED"}"#
    );
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn only_the_secret_key_mints() {
    let client = start(Tokens::Required).await;
    for key in [None, Some("guess"), Some("")] {
        let reply = client.mint(key).await;
        assert_eq!(reply.status, 401);
        assert_eq!(
            reply.text,
            r#"{"HttpStatusCode":401,"Message":"You must provide a valid auth key","FlinksCode":"UNAUTHORIZED"}"#
        );
    }
    assert_eq!(client.sandbox.tokens_minted(), 0);
    let reply = client.mint(Some(SECRET_KEY)).await;
    let token = reply.body["Token"].as_str().unwrap();
    assert_eq!(
        reply.text,
        format!(r#"{{"HttpStatusCode":200,"Token":"{token}"}}"#)
    );
    assert!(uuid::Uuid::try_parse(token).is_ok());
    assert_eq!(client.sandbox.tokens_minted(), 1);
}

#[tokio::test]
async fn a_token_opens_one_session_and_serves_its_answers() {
    let client = start(Tokens::Required).await;
    let token = client.token().await;
    let token = Some(token.as_str());
    let asked = client
        .authorize_with(token, scenario_bank("question/question"))
        .await;
    assert_refused(&client.authorize_with(token, scenario_bank("ok")).await);
    let asked = client.authorize_with(token, answer(&asked)).await;
    assert_eq!(asked.status, 203);
    assert_eq!(
        client.authorize_with(token, answer(&asked)).await.status,
        200
    );
    let elsewhere = json!({"RequestId": uuid::Uuid::nil().to_string(), "SecurityResponses": {}});
    assert_refused(&client.authorize_with(token, elsewhere).await);
}

#[tokio::test]
async fn an_answer_may_come_with_a_new_token_but_not_with_one_of_another_session() {
    let client = start(Tokens::Required).await;
    let (one, two, new) = (
        client.token().await,
        client.token().await,
        client.token().await,
    );
    let asked = client.authorize_with(Some(&one), greatday()).await;
    client.authorize_with(Some(&two), greatday()).await;
    assert_refused(&client.authorize_with(Some(&two), answer(&asked)).await);
    assert_eq!(
        client
            .authorize_with(Some(&new), answer(&asked))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_token_of_a_session_serves_it_under_each_of_its_request_ids() {
    let client = start(Tokens::Required).await;
    let token = client.token().await;
    let scenario = scenario_bank("question/question;request_id=changes");
    let first = client.authorize_with(Some(&token), scenario).await;
    let second = client.authorize_with(Some(&token), answer(&first)).await;
    let late = client.authorize_with(Some(&token), answer(&first)).await;
    assert_eq!(late.outcome(), "400 SESSION_NONEXISTENT");
    assert_eq!(
        client
            .authorize_with(Some(&token), answer(&second))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_call_that_fails_spends_its_token_too() {
    let client = start(Tokens::Required).await;
    let token = client.token().await;
    let mut request = greatday();
    request["Password"] = json!("wrong");
    let reply = client.authorize_with(Some(&token), request).await;
    assert_eq!(reply.outcome(), "401 INVALID_PASSWORD");
    assert_refused(&client.authorize_with(Some(&token), greatday()).await);
}

#[tokio::test]
async fn a_token_lives_as_long_as_its_generation_says_unless_it_is_used() {
    for (generation, minutes) in [(Generation::Help2019, 15), (Generation::Docs2025, 30)] {
        let clock = Clock::manual();
        let client = Client::with(Options {
            clock: clock.clone(),
            generation,
            ..Options::default()
        })
        .await;
        let (one, two) = (client.token().await, client.token().await);
        clock.advance(Duration::from_secs(minutes * 60 - 1));
        let asked = client.authorize_with(Some(&one), greatday()).await;
        assert_eq!(asked.status, 203, "{generation}");
        clock.advance(Duration::from_secs(1));
        assert_refused(&client.authorize_with(Some(&two), greatday()).await);
        let answered = client.authorize_with(Some(&one), answer(&asked)).await;
        assert_eq!(answered.status, 200, "{generation}");
    }
}

#[tokio::test]
async fn each_mode_treats_missing_and_made_up_tokens_its_own_way() {
    for (tokens, without, made_up) in [
        (Tokens::Required, 401, 401),
        (Tokens::Optional, 203, 401),
        (Tokens::Ignored, 203, 203),
    ] {
        let client = start(tokens).await;
        assert_eq!(
            client.authorize(greatday()).await.status,
            without,
            "{tokens}"
        );
        for guess in ["guess", SECRET_KEY, "5a0db0c5-0000-4000-8000-f11500000002"] {
            let reply = client.authorize_with(Some(guess), greatday()).await;
            assert_eq!(reply.status, made_up, "{tokens}");
        }
    }
}

#[tokio::test]
async fn a_scenario_can_refuse_a_good_token() {
    let client = start(Tokens::Required).await;
    let mut replies = Vec::new();
    for scenario in ["ok;token=refused_once", "ok;token=refused_always"] {
        for _ in 0..4 {
            let token = client.token().await;
            replies.push(
                client
                    .authorize_with(Some(&token), scenario_bank(scenario))
                    .await
                    .status,
            );
        }
    }
    assert_eq!(replies, [401, 200, 401, 200, 401, 401, 401, 401]);
    let token = client.token().await;
    let asked = client
        .authorize_with(Some(&token), scenario_bank("question/token_refused"))
        .await;
    assert_refused(&client.authorize_with(Some(&token), answer(&asked)).await);
    assert_eq!(
        client
            .authorize_with(Some(&token), answer(&asked))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn minting_can_take_its_time() {
    let mint_delay = Duration::from_secs(3600);
    let client = Client::with(Options {
        mint_delay,
        ..Options::default()
    })
    .await;
    {
        let minting = client.mint(Some(SECRET_KEY));
        tokio::select! {
            _ = minting => panic!("an hour has not passed"),
            () = until(|| client.sandbox.unfinished() == 1) => {}
        }
    }
    until(|| client.sandbox.unfinished() == 0).await;
}
