//! What is taken from Flinks as it comes, and what is not.

use std::{sync::Arc, time::Duration};

use flinks_gateway::{
    pb::{self, authorize_response::Outcome, challenge::Kind},
    upstream::InstanceConfig,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::harness::*;

/// An upstream that answers everything with one status and body.
async fn fixed(status: u16, body: &str) -> InstanceConfig {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let reply: Arc<str> = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let reply = Arc::clone(&reply);
            tokio::spawn(async move {
                // The requests of these tests arrive whole.
                let mut request = Vec::with_capacity(4096);
                stream.read_buf(&mut request).await.ok();
                stream.write_all(reply.as_bytes()).await.ok();
                stream.shutdown().await.ok();
                // Held until the gateway has read: closing at once could cut the reply off.
                tokio::time::timeout(Duration::from_secs(5), stream.read_buf(&mut request))
                    .await
                    .ok();
            });
        }
    });
    InstanceConfig::new(&url, uuid::Uuid::nil(), None)
}

/// What the gateway makes of a reply to a live sign-in.
async fn made_of(status: u16, body: &str) -> Result<Outcome, Error> {
    let gateway = Gateway::before(fixed(status, body).await, |_| {}).await;
    gateway.client().authorize(sign_in("ok")).await
}

async fn session(status: u16, body: &str) -> pb::Session {
    match made_of(status, body).await {
        Ok(Outcome::Session(session)) => session,
        Ok(_) => panic!("{body}: no session"),
        Err(error) => panic!("{body}: {error:?}"),
    }
}

async fn round(status: u16, body: &str) -> pb::ChallengeRound {
    match made_of(status, body).await {
        Ok(Outcome::ChallengeRound(round)) => round,
        Ok(_) => panic!("{body}: no round"),
        Err(error) => panic!("{body}: {error:?}"),
    }
}

#[tokio::test]
async fn every_shape_of_a_session_is_read() {
    let (_sandbox, _gateway, mut client) = all().await;
    for shape in [
        "old",
        "lower",
        "string_status",
        "no_login",
        "null_login",
        "no_links",
        "date_none",
        "date_z",
        "date_0",
        "date_9",
        "date_offset",
        "date_bad",
        "http_200",
    ] {
        let session = client.session(&format!("ok;shape={shape}")).await;
        assert_eq!(
            session.login.is_none(),
            shape.ends_with("_login"),
            "{shape}"
        );
        assert_eq!(session.links.is_empty(), shape == "no_links", "{shape}");
        let refreshed = session
            .login
            .is_some_and(|login| login.last_refresh_time.is_some());
        let unread = shape.ends_with("_login") || shape == "date_none" || shape == "date_bad";
        assert_eq!(refreshed, !unread, "{shape}");
        client
            .challenged(&format!("question+choice+image;shape={shape}"))
            .await;
    }
    let error = client
        .refused("error_INVALID_PASSWORD;shape=http_200;shape=lower")
        .await;
    assert_eq!(
        error.reason, "CREDENTIALS_REJECTED",
        "a transport 200 is no success by itself"
    );
}

#[tokio::test]
async fn times_are_utc_to_100_nanoseconds_and_an_unreadable_one_is_unset() {
    let login = |time: &str| {
        format!(
            r#"{{"RequestId":"r","Login":{{"Id":"b0debb48-f9f1-46c6-80a4-08d7dd88d478","LastRefresh":{time}}}}}"#
        )
    };
    for (time, expected) in [
        (
            r#""2020-04-15T22:46:03.1690585""#,
            Some((1_586_990_763, 169_058_500)),
        ),
        (
            r#""2020-04-15T22:46:03.169058Z""#,
            Some((1_586_990_763, 169_058_000)),
        ),
        (r#""2020-04-15T22:46:03""#, Some((1_586_990_763, 0))),
        (r#""2020-04-15T22:46:03Z""#, Some((1_586_990_763, 0))),
        (
            r#""2020-04-15T22:46:03.123456789""#,
            Some((1_586_990_763, 123_456_789)),
        ),
        (
            r#""2020-04-15T18:46:03.5-04:00""#,
            Some((1_586_990_763, 500_000_000)),
        ),
        (r#""0001-01-01T00:00:00""#, None),
        (r#""yesterday""#, None),
        (r#""""#, None),
        ("17", None),
        ("null", None),
    ] {
        let read = session(200, &login(time))
            .await
            .login
            .unwrap()
            .last_refresh_time;
        assert_eq!(
            read.map(|time| (time.seconds, time.nanos)),
            expected,
            "{time}"
        );
    }
}

#[tokio::test]
async fn unknown_properties_other_casings_and_a_byte_order_mark_are_no_obstacle() {
    let body = "\u{feff}{\"REQUESTID\":\"r-1\",\"httpstatuscode\":\"200\",\"New\":{\"a\":[1]},\"institution\":\"Desjardins\",\
                \"InstitutionId\":\"14\",\"tag\":null,\"Links\":null,\"login\":{\"ID\":\"b0debb48-f9f1-46c6-80a4-08d7dd88d478\",\
                \"isscheduledrefresh\":\"True\",\"type\":\"Trust\"}}";
    let session = session(200, body).await;
    assert_eq!(session.request_id, "r-1");
    let institution = session.institution.unwrap();
    assert_eq!(
        (institution.name.as_str(), institution.id),
        ("Desjardins", 14)
    );
    let login = session.login.unwrap();
    assert!(login.scheduled_refresh);
    assert_eq!(
        (login.r#type(), login.type_name.as_str()),
        (pb::LoginType::Other, "Trust")
    );
}

#[tokio::test]
async fn the_more_specific_of_transport_and_body_counts() {
    let challenge =
        r#""SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"p"}],"RequestId":"r""#;
    round(200, &format!(r#"{{"HttpStatusCode":203,{challenge}}}"#)).await;
    round(200, &format!(r#"{{{challenge}}}"#)).await;
    round(
        401,
        &format!(r#"{{"FlinksCode":"INVALID_SECURITY_RESPONSE",{challenge}}}"#),
    )
    .await;
    assert!(matches!(
        made_of(200, r#"{"HttpStatusCode":202,"RequestId":"r"}"#).await,
        Ok(Outcome::Pending(_))
    ));
    for (status, body, reason) in [
        (
            401,
            r#"{"FlinksCode":" INVALID_PASSWORD ","SecurityChallenges":{}}"#,
            "CREDENTIALS_REJECTED",
        ),
        (
            401,
            r#"{"FlinksCode":"DISABLED_LOGIN","RequestId":"r","SecurityChallenges":[{"Type":"QuestionAndAnswer"}]}"#,
            "LOGIN_DISABLED",
        ),
        (429, "<html>", "RATE_LIMITED"),
        (
            200,
            r#"{"HttpStatusCode":401,"FlinksCode":"INVALID_PASSWORD"}"#,
            "CREDENTIALS_REJECTED",
        ),
        (
            200,
            r#"{"FlinksCode":"invalid_password"}"#,
            "CREDENTIALS_REJECTED",
        ),
        (
            401,
            r#"{"HttpStatusCode":200,"Code":"NEW_ACCOUNT","RequestId":"r"}"#,
            "BANK_ACTION_REQUIRED",
        ),
        (
            203,
            r#"{"RequestId":"r","SecurityChallenges":[]}"#,
            "UPSTREAM_RESPONSE_INVALID",
        ),
        (204, r#"{"RequestId":"r"}"#, "UPSTREAM_RESPONSE_INVALID"),
        (200, r#"{"Login":null}"#, "UPSTREAM_RESPONSE_INVALID"),
        (200, r#"{"RequestId":"a\nb"}"#, "UPSTREAM_RESPONSE_INVALID"),
        (
            401,
            r#"{"FlinksCode":"UNAUTHORIZED","Message":"You must provide a valid auth key"}"#,
            "UPSTREAM_KEYS_REFUSED",
        ),
        (
            401,
            r#"{"FlinksCode":"UNAUTHORIZED","Message":"access refused"}"#,
            "ACCESS_REFUSED",
        ),
        (401, r#"{"FlinksCode":"UNAUTHORIZED"}"#, "ACCESS_REFUSED"),
    ] {
        assert_eq!(
            made_of(status, body).await.err().unwrap().reason,
            reason,
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn a_challenge_that_does_not_keep_to_its_form_is_shown_whole() {
    for challenge in [
        r#"{"Type":"MultipleChoice","Prompt":"p"}"#,
        r#"{"Type":"MultipleChoice","Prompt":"p","Iterables":[]}"#,
        r#"{"Type":"MultipleChoice","Prompt":"p","Iterables":["a",1]}"#,
        r#"{"Type":"MultipleChoiceMultipleAnswers","Prompt":"p","Iterables":null}"#,
        r#"{"Type":"ImageSelection","Prompt":"p","Iterables":["not base64!"]}"#,
        r#"{"Type":"TextOrCall","Prompt":"p","Iterables":"(1)"}"#,
        r#"{"Type":"QuestionAndAnswer","Prompt":7}"#,
        r#"{"Type":"questionandanswer","Prompt":"p"}"#,
        r#"{"Prompt":"p","x":{"y":[null,true,1.5,"z"]}}"#,
    ] {
        let round = round(
            203,
            &format!(r#"{{"RequestId":"r","SecurityChallenges":[{challenge}]}}"#),
        )
        .await;
        let Some(Kind::Unrecognized(unrecognized)) = &round.challenges[0].kind else {
            panic!("{challenge} was recognized");
        };
        let fields = serde_json::from_str::<serde_json::Map<_, _>>(challenge).unwrap();
        let raw = unrecognized.raw.as_ref().unwrap();
        assert!(
            fields.keys().all(|key| raw.fields.contains_key(key)),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn a_session_is_not_lost_for_what_decorates_it() {
    for property in [
        r#""Tag":5"#,
        r#""Links":{}"#,
        r#""Links":[7]"#,
        r#""InstitutionId":14.5"#,
        r#""Institution":[]"#,
        r#""Login":"x""#,
        r#""Login":{"Id":"not a uuid"}"#,
        r#""Login":{"Id":7}"#,
        r#""HttpStatusCode":"OK""#,
        r#""FlinksCode":"200""#,
        r#""FlinksCode":7"#,
        r#""Code":"SUCCESS""#,
    ] {
        let session = session(200, &format!(r#"{{"RequestId":"r-1",{property}}}"#)).await;
        assert_eq!(session.request_id, "r-1", "{property}");
    }
    round(203, r#"{"RequestId":"r","Code":"MFA_REQUIRED","SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"p"}]}"#).await;
    let pending = made_of(202, r#"{"RequestId":"r","FlinksCode":"OPERATION_QUEUED"}"#).await;
    assert!(matches!(pending, Ok(Outcome::Pending(_))));
}

#[tokio::test]
async fn a_reply_to_answers_that_says_nothing_opens_no_session() {
    let sandbox = sandbox(options()).await;
    let keys = || Some(flinks_gateway::grpc::continuation::Keys::new(&[[7; 32]]));
    let asking = Gateway::with(&sandbox, |config| config.continuation_keys = keys()).await;
    let round = asking.client().challenged("question").await;
    for (body, is_flinks) in [
        ("{}", false),
        (r#"{"error":"maintenance"}"#, false),
        (r#"{"HttpStatusCode":200}"#, true),
        (r#"{"Links":[]}"#, true),
    ] {
        let gateway = Gateway::before(fixed(200, body).await, |config| {
            config.continuation_keys = keys()
        })
        .await;
        let answered = gateway.client().answer(right_answers(&round)).await;
        assert_eq!(answered.is_ok(), is_flinks, "{body}");
    }
}

#[tokio::test]
async fn a_flood_of_challenges_is_no_round_and_a_deep_one_can_be_decoded() {
    let challenges = |each: &str, count: usize| {
        let list = vec![each; count].join(",");
        format!(r#"{{"RequestId":"r","SecurityChallenges":[{list}]}}"#)
    };
    let flood = made_of(203, &challenges("{}", 1001)).await.err().unwrap();
    assert_eq!(
        (flood.get("fault"), flood.get("path")),
        ("too_large", "SecurityChallenges")
    );
    // A small part of the bytes that are taken, and a gigabyte on its way to the caller.
    let values = format!(r#"{{"Type":"New","x":[{}]}}"#, vec!["{}"; 40_000].join(","));
    let flood = made_of(203, &challenges(&values, 1)).await.err().unwrap();
    assert_eq!(flood.get("fault"), "too_large");
    let deep = format!(
        r#"{{"Type":"New","x":{}{}}}"#,
        r#"{"y":["#.repeat(50),
        "]}".repeat(50)
    );
    assert_eq!(round(203, &challenges(&deep, 1)).await.challenges.len(), 1);
}
