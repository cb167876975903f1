//! What a bank refused is not sent to it again for a while.

use std::time::Duration;

use crate::harness::*;

const CAPITAL: &str = "FlinksCapital";

fn asked(sandbox: &Sandbox) -> usize {
    authorize_bodies(sandbox).len()
}

#[tokio::test]
async fn a_refused_pair_is_not_sent_again_and_the_time_left_is_told() {
    let (sandbox, _gateway, mut client) = all().await;
    let wrong = || credentials(CAPITAL, "Greatday", "wrong");
    let error = client.authorize(wrong()).await.err().unwrap();
    assert_eq!(error.reason, "CREDENTIALS_REJECTED");
    for _ in 0..3 {
        let error = client.authorize(wrong()).await.err().unwrap();
        assert_eq!(error.code, tonic::Code::InvalidArgument);
        assert_eq!(
            (error.reason.as_str(), error.next_step.as_str()),
            ("CREDENTIALS_HELD_BACK", "CORRECT_CREDENTIALS")
        );
        assert!(!error.retryable);
        let left = error.retry_delay.unwrap();
        let ten_minutes = Duration::from_secs(600);
        assert!(left <= ten_minutes && left > ten_minutes / 2, "{left:?}");
    }
    assert_eq!(asked(&sandbox), 1);
}

#[tokio::test]
async fn whatever_differs_passes() {
    let (sandbox, _gateway, mut client) = all().await;
    for (place, (institution, username, password)) in [
        (CAPITAL, "Greatday", "wrong"),
        (CAPITAL, "Greatday", "wrong "),
        (CAPITAL, "Greatda", "ywrong"),
        (SCENARIO_BANK, "error_INVALID_PASSWORD", "wrong"),
        (SCENARIO_BANK, "error_INVALID_PASSWORD", "Wrong"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = credentials(institution, username, password);
        let error = client.authorize(request).await.err().unwrap();
        assert_eq!(error.reason, "CREDENTIALS_REJECTED", "{username}");
        assert_eq!(asked(&sandbox), place + 1);
    }
    let right = credentials(CAPITAL, "Greatday", "Everyday");
    assert!(client.authorize(right).await.is_ok());
}

#[tokio::test]
async fn only_a_banks_refusal_of_the_credentials_counts() {
    let (sandbox, _gateway, mut client) = all().await;
    for scenario in ["error_DISABLED_LOGIN", "html_502", "error_UNAUTHORIZED"] {
        for _ in 0..2 {
            let error = client.refused(scenario).await;
            assert_ne!(error.reason, "CREDENTIALS_HELD_BACK", "{scenario}");
        }
    }
    assert_eq!(asked(&sandbox), 6);
}

#[tokio::test]
async fn a_pair_that_is_refused_after_its_challenges_is_held_back_too() {
    let (sandbox, _gateway, mut client) = all().await;
    let scenario = "question/error_INVALID_PASSWORD";
    let round = client.challenged(scenario).await;
    let error = client.answer(right_answers(&round)).await.err().unwrap();
    assert_eq!(error.reason, "CREDENTIALS_REJECTED");
    let error = client.refused(scenario).await;
    assert_eq!(error.reason, "CREDENTIALS_HELD_BACK");
    assert_eq!(asked(&sandbox), 2);
}

#[tokio::test]
async fn it_passes_again_when_its_time_is_over_and_always_where_the_guard_is_off() {
    let briefly = Some(Duration::from_millis(1));
    for hold in [briefly, None] {
        let (sandbox, _gateway, mut client) =
            all_with(options(), |config| config.lockout_guard = hold).await;
        for _ in 0..3 {
            let error = client.refused("error_INVALID_PASSWORD").await;
            assert_eq!(error.reason, "CREDENTIALS_REJECTED");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(asked(&sandbox), 3);
    }
}
