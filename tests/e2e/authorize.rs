//! Live sign-in: what is sent, and what comes of it.

use flinks_gateway::pb::{self, authorize_request::Subject, authorize_response::Outcome};
use serde_json::json;
use tonic::Code;

use crate::harness::*;

#[tokio::test]
async fn a_customer_signs_in_through_a_question() {
    for generation in [Generation::Help2019, Generation::Docs2025] {
        let options = Options {
            generation,
            ..options()
        };
        let (sandbox, _gateway, mut client) = all_with(options, |_| {}).await;
        let request = pb::AuthorizeRequest {
            tag: "loan-4711".to_owned(),
            ..credentials("FlinksCapital", "Greatday", "Everyday")
        };
        let Ok(Outcome::ChallengeRound(round)) = client.authorize(request).await else {
            panic!("not challenged");
        };
        assert_eq!((round.round, round.previous_answers_rejected), (1, false));
        assert_eq!(round.tag, "loan-4711");
        assert_eq!(round.institution.as_ref().unwrap().name, "FlinksCapital");
        let expires = round.expire_time.unwrap().seconds - jiff::Timestamp::now().as_second();
        assert!((470..=480).contains(&expires), "{expires}");

        let prompt = round.challenges[0].prompt.clone();
        let answer = match prompt.as_str() {
            "What city were you born in?" => "Montreal",
            "What is the best country on earth?" => "Canada",
            "What shape do people like most?" => "Triangle",
            other => panic!("{other}"),
        };
        let answers = same_answer(&round, |_| {
            pb::challenge_answer::Answer::Text(answer.to_owned())
        });
        let Ok(pb::answer_challenges_response::Outcome::Session(session)) =
            client.answer(answers).await
        else {
            panic!("no session");
        };
        assert_eq!(session.request_id, round.request_id);
        assert_eq!(session.tag, "loan-4711");
        let login = session.login.unwrap();
        assert_eq!(login.username, "Greatday");
        assert_eq!(
            (login.r#type(), login.type_name.as_str()),
            (pb::LoginType::Personal, "Personal")
        );
        assert!(login.last_refresh_time.is_some());
        let resources: Vec<_> = session.links.iter().map(pb::Link::resource).collect();
        use pb::Resource::{AccountsDetail, AccountsSummary, Statements};
        assert_eq!(resources, [AccountsDetail, AccountsSummary, Statements]);

        let [live, answered] = authorize_bodies(&sandbox).try_into().unwrap();
        assert_eq!(
            live,
            json!({"Institution": "FlinksCapital", "Username": "Greatday", "Password": "Everyday",
                   "MostRecentCached": false, "Save": true, "Tag": "loan-4711"})
        );
        assert_eq!(
            answered,
            json!({"RequestId": round.request_id, "SecurityResponses": {prompt: [answer]}})
        );
    }
}

#[tokio::test]
async fn every_field_of_the_contract_reaches_flinks() {
    let (sandbox, _gateway, mut client) = all().await;
    let request = pb::AuthorizeRequest {
        language: pb::Language::Fr.into(),
        schedule_refresh: true,
        with_mfa_questions: true,
        ..sign_in("ok")
    };
    client.authorize(request).await.unwrap();
    assert_eq!(
        authorize_bodies(&sandbox)[0],
        json!({"Institution": "ScenarioBank", "Username": "ok", "Password": "password", "MostRecentCached": false,
               "Save": true, "Language": "fr", "ScheduleRefresh": true, "WithMfaQuestions": true})
    );
}

#[tokio::test]
async fn a_saved_login_is_refreshed_live() {
    let (sandbox, _gateway, mut client) = all().await;
    let login_id = client.session("ok").await.login.unwrap().login_id;
    sandbox.clear_received();
    let request = pb::AuthorizeRequest {
        subject: Some(Subject::LoginId(login_id.clone())),
        save: Some(true),
        ..pb::AuthorizeRequest::default()
    };
    let Ok(Outcome::Session(session)) = client.authorize(request).await else {
        panic!("no session");
    };
    assert_eq!(session.login.unwrap().login_id, login_id);
    assert_eq!(
        authorize_bodies(&sandbox),
        [json!({"LoginId": login_id, "MostRecentCached": false, "Save": true})]
    );
}

#[tokio::test]
async fn nothing_is_saved_without_being_asked() {
    let (sandbox, _gateway, mut client) = all().await;
    let request = pb::AuthorizeRequest {
        save: Some(false),
        ..sign_in("ok")
    };
    let Ok(Outcome::Session(session)) = client.authorize(request).await else {
        panic!("no session");
    };
    assert!(session.login.is_none());
    assert_eq!(authorize_bodies(&sandbox)[0]["Save"], json!(false));
}

#[tokio::test]
async fn french_prompts_arrive_to_the_byte() {
    let (_sandbox, _gateway, mut client) = all().await;
    let request = pb::AuthorizeRequest {
        language: pb::Language::Fr.into(),
        ..credentials("FlinksCapital", "Greatday", "Everyday")
    };
    let Ok(Outcome::ChallengeRound(round)) = client.authorize(request).await else {
        panic!("not challenged");
    };
    let prompt = &round.challenges[0].prompt;
    assert!(prompt.contains("Où") || prompt.contains("Quel"), "{prompt}");
}

#[tokio::test]
async fn work_in_the_background_is_an_outcome() {
    let (_sandbox, _gateway, mut client) = all().await;
    for (scenario, code) in [
        ("pending", "OPERATION_PENDING"),
        ("dispatched", "OPERATION_DISPATCHED"),
    ] {
        let Ok(Outcome::Pending(pending)) = client.authorize(sign_in(scenario)).await else {
            panic!("{scenario}: not pending");
        };
        assert_eq!(pending.flinks_code, code);
        assert!(!pending.request_id.is_empty());

        let round = client.challenged(&format!("question/{scenario}")).await;
        let answered = client.answer(right_answers(&round)).await;
        let Ok(pb::answer_challenges_response::Outcome::Pending(pending)) = answered else {
            panic!("{scenario}: not pending");
        };
        assert_eq!(
            (pending.flinks_code.as_str(), pending.request_id),
            (code, round.request_id)
        );
    }
}

#[tokio::test]
async fn a_malformed_request_is_told_all_its_faults_and_sends_nothing() {
    let (sandbox, _gateway, mut client) = all().await;
    let long = |count: usize| "x".repeat(count);
    let cases: Vec<(pb::AuthorizeRequest, Vec<(&str, &str)>)> = vec![
        (
            pb::AuthorizeRequest::default(),
            vec![("subject", "REQUIRED"), ("save", "REQUIRED")],
        ),
        (
            pb::AuthorizeRequest {
                save: Some(true),
                ..credentials("", "", "")
            },
            vec![
                ("credentials.institution", "REQUIRED"),
                ("credentials.username", "REQUIRED"),
                ("credentials.password", "REQUIRED"),
            ],
        ),
        (
            pb::AuthorizeRequest {
                save: Some(false),
                language: 9,
                tag: long(513),
                schedule_refresh: true,
                with_mfa_questions: true,
                instance: "canary".to_owned(),
                ..credentials(&long(129), &long(257), &long(257))
            },
            vec![
                ("credentials.institution", "TOO_LONG"),
                ("credentials.username", "TOO_LONG"),
                ("credentials.password", "TOO_LONG"),
                ("schedule_refresh", "NEEDS_SAVE"),
                ("with_mfa_questions", "NEEDS_SAVE"),
                ("language", "UNKNOWN_VALUE"),
                ("tag", "TOO_LONG"),
                ("instance", "UNKNOWN_INSTANCE"),
            ],
        ),
        (
            credentials("Flinks\nCapital", "u", "p"),
            vec![("credentials.institution", "CONTROL_CHARACTERS")],
        ),
        (
            pb::AuthorizeRequest {
                subject: Some(Subject::LoginId("Greatday".to_owned())),
                save: Some(true),
                ..pb::AuthorizeRequest::default()
            },
            vec![("login_id", "NOT_A_LOGIN_ID")],
        ),
    ];
    for (request, expected) in cases {
        let error = client.authorize(request).await.err().unwrap();
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::InvalidArgument, "INVALID_REQUEST")
        );
        assert_eq!(error.next_step, "FIX_REQUEST");
        let violations: Vec<_> = error
            .violations
            .iter()
            .map(|(f, r)| (f.as_str(), r.as_str()))
            .collect();
        assert_eq!(violations, expected);
        assert!(!error.message.contains("canary"));
    }
    assert!(authorize_bodies(&sandbox).is_empty());
}
