//! Authorize tokens: one per session, minted ahead, replaced once.

use std::{collections::HashSet, time::Duration};

use flinks_gateway::{domain::names::AuthKey, pb, upstream::InstanceConfig};
use tonic::Code;

use crate::harness::*;

fn tokens(sandbox: &Sandbox) -> Vec<String> {
    let received = sandbox.received();
    let authorize = received
        .into_iter()
        .filter(|received| received.endpoint == "Authorize");
    authorize
        .map(|received| received.auth_key.unwrap())
        .collect()
}

#[tokio::test]
async fn no_token_serves_two_sessions() {
    let (sandbox, _gateway, client) = all().await;
    let calls = (0..50).map(|_| {
        let mut client = client.clone();
        tokio::spawn(async move { client.session("ok").await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    let tokens = tokens(&sandbox);
    assert_eq!(tokens.len(), 50);
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 50);
}

#[tokio::test]
async fn without_a_secret_key_no_header_is_sent() {
    let options = Options {
        tokens: Tokens::Ignored,
        ..options()
    };
    let sandbox = sandbox(options).await;
    let instance = InstanceConfig::new(
        &sandbox.url().parse().unwrap(),
        sandbox.options().customer_id,
        None,
    );
    let gateway = Gateway::before(instance, |_| {}).await;
    let mut client = gateway.client();
    let round = client.challenged("question").await;
    client.answer(right_answers(&round)).await.unwrap();
    assert_eq!(sandbox.tokens_minted(), 0);
    assert!(
        sandbox
            .received()
            .iter()
            .all(|received| received.auth_key.is_none())
    );
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let (sandbox, _gateway, mut client) = all().await;
    client.session("ok;token=refused_once").await;
    let sent = tokens(&sandbox);
    assert_eq!(sent.len(), 2);
    assert_ne!(sent[0], sent[1]);

    sandbox.clear_received();
    let error = client.refused("ok;token=refused_always").await;
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::Internal, "UPSTREAM_KEYS_REFUSED")
    );
    assert_eq!(tokens(&sandbox).len(), 2, "and not twice");

    sandbox.clear_received();
    let round = client.challenged("question/token_refused").await;
    assert!(client.answer(right_answers(&round)).await.is_ok());
    let sent = tokens(&sandbox);
    assert_eq!(sent.len(), 3);
    assert_eq!(
        sent[0], sent[1],
        "an answer goes with its session's token first"
    );
    assert_ne!(sent[1], sent[2]);
}

#[tokio::test]
async fn every_other_401_is_final() {
    let (sandbox, _gateway, mut client) = all().await;
    for code in [
        "UNAUTHORIZED",
        "INVALID_PASSWORD",
        "RETRY_LATER",
        "TOO_MANY_REQUESTS",
        "ACCESS_DENIED",
        "NEW_CODE",
    ] {
        sandbox.clear_received();
        client.refused(&format!("error_{code}@401")).await;
        assert_eq!(tokens(&sandbox).len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_token_is_at_hand_before_it_is_needed() {
    let options = Options {
        mint_delay: Duration::from_millis(300),
        ..options()
    };
    let (sandbox, _gateway, mut client) = all_with(options, |_| {}).await;
    client.session("ok").await;
    while sandbox.tokens_minted() < 3 || sandbox.unfinished() > 0 {
        tokio::task::yield_now().await;
    }
    // The mint of another begins with this call, and is not waited for.
    let begun = std::time::Instant::now();
    client.session("ok").await;
    assert!(
        begun.elapsed() < Duration::from_millis(300),
        "the call waited for a mint"
    );
}

#[tokio::test]
async fn an_idle_gateway_stops_minting() {
    let (sandbox, _gateway, mut client) = all_with(options(), |config| {
        config.upstream.token_max_age = Duration::from_millis(50);
    })
    .await;
    client.session("ok").await;
    // One token in hand dies, and is not replaced: twenty lifetimes would show it.
    tokio::time::sleep(Duration::from_millis(1000)).await;
    assert!(
        sandbox.tokens_minted() <= 4,
        "{} tokens",
        sandbox.tokens_minted()
    );
    client.session("ok").await;
}

#[tokio::test]
async fn a_token_too_old_is_not_used() {
    let options = Options {
        clock: Clock::manual(),
        ..options()
    };
    let clock = options.clock.clone();
    let (sandbox, _gateway, mut client) = all_with(options, |config| {
        config.upstream.token_max_age = Duration::from_millis(20);
    })
    .await;
    while sandbox.tokens_minted() == 0 {
        tokio::task::yield_now().await;
    }
    // Dead for the gateway by its own clock, and for Flinks by the sandbox's.
    tokio::time::sleep(Duration::from_millis(40)).await;
    clock.advance(Duration::from_secs(31 * 60));
    client.session("ok").await;
    assert_eq!(tokens(&sandbox).len(), 1);
}

#[tokio::test]
async fn a_mint_that_fails_is_told_to_each_caller_and_forgotten() {
    let sandbox = sandbox(options()).await;
    let key = AuthKey::parse("another-key".to_owned());
    let instance = InstanceConfig::new(
        &sandbox.url().parse().unwrap(),
        sandbox.options().customer_id,
        key,
    );
    let gateway = Gateway::before(instance, |_| {}).await;
    let client = gateway.client();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let mut client = client.clone();
            tokio::spawn(async move { client.refused("ok").await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().reason, "UPSTREAM_KEYS_REFUSED");
    }
    assert!(
        tokens(&sandbox).is_empty(),
        "no sign-in leaves without its token"
    );
    let minted = sandbox.received().len();
    assert!(minted <= 22, "{minted} mints for 20 callers");
}

#[tokio::test]
async fn cached_calls_have_tokens_too() {
    let (sandbox, _gateway, mut client) = all().await;
    let login_id = client.session("ok").await.login.unwrap().login_id;
    assert!(matches!(
        client.cached(cached(&login_id)).await,
        Ok(pb::cached_authorize_response::Outcome::Session(_))
    ));
    let sent = tokens(&sandbox);
    assert_ne!(sent[0], sent[1]);
}

#[tokio::test]
async fn a_refused_token_takes_the_whole_pool_with_it() {
    let options = Options {
        clock: Clock::manual(),
        ..options()
    };
    let clock = options.clock.clone();
    let (sandbox, _gateway, client) = all_with(options, |_| {}).await;
    let burst = async |count: usize| {
        let calls: Vec<_> = (0..count)
            .map(|_| {
                let mut client = client.clone();
                tokio::spawn(async move { client.session("ok").await })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
    };
    burst(16).await;
    // All tokens that the gateway holds die at Flinks, and it cannot know.
    clock.advance(Duration::from_secs(31 * 60));
    sandbox.clear_received();
    for _ in 0..20 {
        burst(1).await;
    }
    assert_eq!(
        tokens(&sandbox).len(),
        21,
        "one refusal, and then fresh tokens"
    );
}
