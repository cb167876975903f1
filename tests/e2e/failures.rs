//! Every failure: every code of Flinks' with every status it comes with, every body that is none, every way to lose
//! a connection. The table of codes is also what the README shows: `golden/failures.md`.

use std::{collections::BTreeSet, fmt::Write};

use flinks_gateway::{pb, upstream::InstanceConfig};
use tonic::Code;

use crate::{
    contract::{golden, listed_reasons},
    harness::*,
};

/// Flinks' codes with the statuses that its documentation, in any generation, gives them.
const CODES: [(&str, &[u16]); 25] = [
    ("ACCESS_DENIED", &[401]),
    ("AGGREGATION_ERROR", &[500]),
    ("ALREADY_AUTHORIZED", &[400, 401]),
    ("BANK_MAINTENANCE_RETRY_LATER", &[401, 503]),
    ("CARD_IN_USE", &[400]),
    ("CONCURRENT_SESSION", &[400, 401]),
    ("DISABLED_INSTITUTION", &[405]),
    ("DISABLED_LOGIN", &[401]),
    ("INVALID_LOGIN", &[400, 401]),
    ("INVALID_PASSWORD", &[401]),
    ("INVALID_REQUEST", &[400, 401]),
    ("INVALID_SECURITY_RESPONSE", &[401]),
    ("INVALID_SECURITY_RESPONSE_NO_RETRY", &[401]),
    ("INVALID_USERNAME", &[401]),
    ("METHOD_NOT_AVAILABLE", &[500, 501]),
    ("NEW_ACCOUNT", &[401]),
    ("NO_TRANSACTION", &[400, 404]),
    ("QUESTION_NOT_FOUND", &[401]),
    ("RETRY_LATER", &[401, 503]),
    ("SECURITYRESPONSES_INCOMPLETE", &[401]),
    ("SESSION_EXPIRED", &[400, 401]),
    ("SESSION_NONEXISTENT", &[400]),
    ("TOO_MANY_REQUESTS", &[401, 403, 429]),
    ("UNAUTHORIZED", &[401]),
    ("UNKNOWN_CHALLENGE_KEY", &[401]),
];

#[tokio::test]
async fn a_code_means_the_same_whatever_its_status() {
    // Codes that are answered alike share a row.
    let mut table: Vec<(String, Vec<&str>)> = Vec::new();
    let listed = listed_reasons();
    for generation in [Generation::Help2019, Generation::Docs2025] {
        let options = Options {
            generation,
            ..options()
        };
        let (_sandbox, _gateway, mut client) = all_with(options, |_| {}).await;
        for (code, statuses) in CODES {
            let mut rows = BTreeSet::new();
            for status in statuses
                .iter()
                .map(|status| format!("@{status}"))
                .chain([String::new()])
            {
                let live = client.refused(&format!("error_{code}{status}")).await;
                let round = client
                    .challenged(&format!("question/error_{code}{status}"))
                    .await;
                let answered = client.answer(right_answers(&round)).await.err().unwrap();
                let saved = client
                    .session(&format!("ok;cached=error_{code}{status}"))
                    .await;
                let login_id = saved.login.unwrap().login_id;
                let cached = client.cached(cached(&login_id)).await.err().unwrap();
                for (error, listed) in [&live, &answered, &cached].into_iter().zip(&listed) {
                    assert!(
                        listed.contains(&error.reason),
                        "{} is not listed for its RPC",
                        error.reason
                    );
                    assert_eq!(error.get("flinks_code"), code);
                    assert!(status.is_empty() || error.get("http_status") == &status[1..]);
                    assert!(!error.message.is_empty());
                    assert!(!is_repeated_by_a_mesh(error.code), "{error:?}");
                }
                assert_eq!(answered.get("request_id"), round.request_id);
                if code == "INVALID_LOGIN" {
                    assert_eq!(
                        (cached.code, cached.reason.as_str()),
                        (Code::NotFound, "LOGIN_NOT_FOUND")
                    );
                } else {
                    assert_eq!((cached.code, &cached.reason), (live.code, &live.reason));
                }
                rows.insert(format!(
                    " | `{}` | `{}` | `{}` | {} / {} / {} | {} |\n",
                    screaming(live.code),
                    live.reason,
                    live.next_step,
                    yes(live.retryable),
                    yes(answered.retryable),
                    yes(cached.retryable),
                    live.retry_delay
                        .map_or("–".to_owned(), |delay| format!("{} s", delay.as_secs())),
                ));
            }
            assert_eq!(rows.len(), 1, "{rows:?}");
            if matches!(generation, Generation::Docs2025) {
                let row = rows.first().unwrap().clone();
                match table.iter_mut().find(|(known, _)| *known == row) {
                    Some((_, codes)) => codes.push(code),
                    None => table.push((row, vec![code])),
                }
            }
        }
    }
    let mut text = String::from(
        "| FlinksCode | gRPC code | reason | next step | repeat live / answers / cached | after |\n|---|---|---|---|---|---|\n",
    );
    for (row, codes) in table {
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        write!(text, "| {}{row}", codes.join(", ")).unwrap();
    }
    golden("failures.md", &text);
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn screaming(code: Code) -> String {
    let name = format!("{code:?}");
    let mut text = String::new();
    for (place, letter) in name.char_indices() {
        if place > 0 && letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

/// Envoy and Istio repeat these on their own, by default or by their usual settings.
fn is_repeated_by_a_mesh(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::Cancelled)
}

#[tokio::test]
async fn a_wrong_password_is_the_customers_to_correct() {
    for (generation, status) in [(Generation::Help2019, "400"), (Generation::Docs2025, "401")] {
        let options = Options {
            generation,
            ..options()
        };
        let (_sandbox, _gateway, mut client) = all_with(options, |_| {}).await;
        for request in [
            credentials("FlinksCapital", "Greatday", "wrong"),
            credentials("FlinksCapital", "nobody", "x"),
        ] {
            let error = client.authorize(request).await.err().unwrap();
            assert_eq!(
                (error.code, error.reason.as_str()),
                (Code::InvalidArgument, "CREDENTIALS_REJECTED")
            );
            assert_eq!(
                (error.next_step.as_str(), error.retryable),
                ("CORRECT_CREDENTIALS", false)
            );
            assert_eq!(error.get("http_status"), status);
        }
    }
}

#[tokio::test]
async fn the_documented_test_users_fail_as_documented() {
    let (_sandbox, _gateway, mut client) = all().await;
    for (user, reason, code) in [
        (
            "test_disabled_account",
            "LOGIN_DISABLED",
            Code::FailedPrecondition,
        ),
        (
            "test_service_unavailable",
            "INSTITUTION_UNAVAILABLE",
            Code::Aborted,
        ),
    ] {
        let error = client
            .authorize(credentials("FlinksCapital", user, "Everyday"))
            .await
            .err()
            .unwrap();
        assert_eq!((error.reason.as_str(), error.code), (reason, code));
    }
    let unknown_bank = client
        .authorize(credentials("NoSuchBank", "u", "p"))
        .await
        .err()
        .unwrap();
    assert_eq!(
        (
            unknown_bank.reason.as_str(),
            unknown_bank.next_step.as_str()
        ),
        ("REQUEST_REFUSED", "FIX_REQUEST")
    );
}

#[tokio::test]
async fn an_unknown_code_keeps_its_name_and_is_judged_by_its_status() {
    let (_sandbox, _gateway, mut client) = all().await;
    for (scenario, code, reason) in [
        (
            "error_SOMETHING_NEW@400",
            Code::FailedPrecondition,
            "UPSTREAM_REFUSED",
        ),
        (
            "error_SOMETHING_NEW@401",
            Code::FailedPrecondition,
            "UPSTREAM_REFUSED",
        ),
        (
            "error_SOMETHING_NEW@404",
            Code::FailedPrecondition,
            "UPSTREAM_REFUSED",
        ),
        (
            "error_SOMETHING_NEW@429",
            Code::ResourceExhausted,
            "RATE_LIMITED",
        ),
        ("error_SOMETHING_NEW@500", Code::Aborted, "UPSTREAM_FAILED"),
        ("error_SOMETHING_NEW@503", Code::Aborted, "UPSTREAM_FAILED"),
        (
            "error_PLANNED_MAINTENANCE_RETRY_LATER@503",
            Code::Aborted,
            "INSTITUTION_UNAVAILABLE",
        ),
    ] {
        let error = client.refused(scenario).await;
        assert_eq!(
            (error.code, error.reason.as_str()),
            (code, reason),
            "{scenario}"
        );
        assert!(
            scenario.contains(error.get("flinks_code")) && !error.get("flinks_code").is_empty()
        );
    }
    for (scenario, code) in [
        ("status_400", Code::FailedPrecondition),
        ("status_403", Code::FailedPrecondition),
        ("status_429", Code::ResourceExhausted),
        ("status_500", Code::Aborted),
        ("status_503", Code::Aborted),
    ] {
        let error = client.refused(scenario).await;
        assert_eq!(
            (error.code, error.get("flinks_code")),
            (code, ""),
            "{scenario}"
        );
        assert_eq!(error.get("http_status"), &scenario[7..]);
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_by_its_fault() {
    let (sandbox, _gateway, mut client) = all_with(options(), |config| {
        config.upstream.max_response_bytes = 100_000;
    })
    .await;
    for (step, fault, status) in [
        ("html_200", "html", "200"),
        ("html_401", "html", "401"),
        ("html_502", "html", "502"),
        ("empty_200", "empty", "200"),
        ("empty_503", "empty", "503"),
        ("text", "not_json", "200"),
        ("half_json", "truncated", "200"),
        ("truncated", "truncated", "200"),
        ("not_utf8", "not_utf8", "200"),
        ("huge_100001", "too_large", "200"),
        ("huge_9000000", "too_large", "200"),
        ("deep_10000", "too_deep", "200"),
        ("wrong_types", "wrong_type", "200"),
        ("null", "wrong_type", "200"),
        ("array", "wrong_type", "200"),
        ("redirect", "redirect", "302"),
        ("redirect_307", "redirect", "307"),
        ("redirect_308", "redirect", "308"),
    ] {
        sandbox.clear_received();
        let live = client.refused(step).await;
        let round = client.challenged(&format!("question/{step}")).await;
        let answered = client.answer(right_answers(&round)).await.err().unwrap();
        assert_eq!(answered.get("request_id"), round.request_id);
        for error in [live, answered] {
            assert_eq!(
                (error.code, error.reason.as_str()),
                (Code::Internal, "UPSTREAM_RESPONSE_INVALID"),
                "{step}"
            );
            assert_eq!(
                (error.get("fault"), error.get("http_status")),
                (fault, status),
                "{step}"
            );
            assert_eq!(
                (error.next_step.as_str(), error.retryable),
                ("CONTACT_OPERATOR", false)
            );
        }
        let endpoints: Vec<_> = sandbox
            .received()
            .into_iter()
            .map(|received| received.endpoint)
            .collect();
        assert!(
            !endpoints.contains(&"Redirected".to_owned()),
            "{step} was followed"
        );
    }
    assert_eq!(
        client.refused("wrong_types").await.get("path"),
        "SecurityChallenges"
    );
}

#[tokio::test]
async fn a_reply_as_large_as_allowed_is_read() {
    let (_sandbox, _gateway, mut client) = all_with(options(), |config| {
        config.upstream.max_response_bytes = 100_000;
    })
    .await;
    // Valid JSON of the size, but no session in it.
    let error = client.refused("huge_100000").await;
    assert_ne!(error.get("fault"), "too_large", "{error:?}");
}

#[tokio::test]
async fn a_connection_lost_after_sending_leaves_the_outcome_unknown() {
    let (_sandbox, _gateway, mut client) = all().await;
    for step in ["reset", "close"] {
        let live = client.refused(step).await;
        assert_eq!(
            (live.code, live.reason.as_str()),
            (Code::Unknown, "OUTCOME_UNKNOWN"),
            "{step}"
        );
        assert_eq!(
            (live.next_step.as_str(), live.retryable),
            ("CHECK_OUTCOME", false)
        );

        let round = client.challenged(&format!("question/{step}")).await;
        let answered = client.answer(right_answers(&round)).await.err().unwrap();
        assert_eq!(
            (answered.reason.as_str(), answered.retryable),
            ("OUTCOME_UNKNOWN", false)
        );
        assert_eq!(answered.get("request_id"), round.request_id);

        let login_id = client
            .session(&format!("ok;cached={step}"))
            .await
            .login
            .unwrap()
            .login_id;
        let cached = client.cached(cached(&login_id)).await.err().unwrap();
        assert_eq!(
            (cached.reason.as_str(), cached.retryable),
            ("OUTCOME_UNKNOWN", true)
        );
    }
}

#[tokio::test]
async fn a_connection_never_made_may_be_repeated_at_once() {
    // Bound and dropped: nobody listens there.
    let address = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    for secret_key in [
        None,
        flinks_gateway::domain::names::AuthKey::parse("key".to_owned()),
    ] {
        let url = format!("http://{address}").parse().unwrap();
        let instance = InstanceConfig::new(&url, uuid::Uuid::nil(), secret_key);
        let gateway = Gateway::before(instance, |_| {}).await;
        let error = gateway.client().refused("ok").await;
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::Unavailable, "UPSTREAM_UNREACHABLE")
        );
        assert_eq!(
            (error.next_step.as_str(), error.retryable),
            ("RETRY_NOW", true)
        );
    }
}

#[tokio::test]
async fn an_upstream_that_cannot_prove_who_it_is_gets_nothing() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = vec![0; 4096];
        let length = stream.read(&mut hello).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.ok();
        hello.truncate(length);
        hello.extend(rest);
        hello
    });
    let instance = InstanceConfig::new(&url.parse().unwrap(), uuid::Uuid::nil(), None);
    let gateway = Gateway::before(instance, |_| {}).await;
    let error = gateway.client().refused("ok").await;
    assert_eq!(
        (error.code, error.reason.as_str()),
        (Code::Unavailable, "UPSTREAM_UNREACHABLE")
    );
    let received = received.await.unwrap();
    assert_eq!(received[0], 22, "a TLS handshake was begun");
    assert!(
        !received.windows(8).any(|window| window == b"password"),
        "and nothing else was said"
    );
}

#[tokio::test]
async fn a_message_that_is_no_message_is_refused_in_the_same_form() {
    use tonic::codegen::http::uri::PathAndQuery;
    let (_sandbox, gateway, _client) = all().await;
    let call = async |path: &'static str, message: Vec<u8>| {
        let mut grpc = tonic::client::Grpc::new(gateway.channel().await);
        grpc.ready().await.unwrap();
        let codec = raw::Codec;
        let request = tonic::Request::new(message);
        let status = grpc
            .unary(request, PathAndQuery::from_static(path), codec)
            .await
            .err()
            .unwrap();
        assert!(status.metadata().contains_key("x-request-id"));
        status
    };
    let reason = |status: &tonic::Status| {
        let details = tonic_types::StatusExt::get_error_details(status);
        details
            .error_info()
            .map(|info| info.reason.clone())
            .unwrap_or_default()
    };
    let authorize = "/flinks.gateway.v1.AuthorizationService/Authorize";
    let garbage = call(authorize, vec![0xff; 8]).await;
    assert_eq!(
        (garbage.code(), reason(&garbage).as_str()),
        (Code::InvalidArgument, "ERROR_REASON_INVALID_REQUEST")
    );
    let large = call(authorize, vec![0; 17 << 20]).await;
    assert_eq!(
        (large.code(), reason(&large).as_str()),
        (Code::InvalidArgument, "ERROR_REASON_INVALID_REQUEST")
    );
    let unknown = call(
        "/flinks.gateway.v1.AuthorizationService/Nothing",
        Vec::new(),
    )
    .await;
    assert_eq!(
        (unknown.code(), reason(&unknown).as_str()),
        (Code::Unimplemented, "ERROR_REASON_METHOD_UNKNOWN")
    );
    let service = call("/flinks.gateway.v2.Other/Nothing", Vec::new()).await;
    assert_eq!(
        (service.code(), reason(&service).as_str()),
        (Code::Unimplemented, "ERROR_REASON_METHOD_UNKNOWN")
    );
}

/// A codec that sends bytes as they are.
mod raw {
    use bytes::{Buf, BufMut};
    use tonic::{Status, codec};

    #[derive(Clone, Copy, Default)]
    pub struct Codec;

    impl codec::Codec for Codec {
        type Encode = Vec<u8>;
        type Decode = Vec<u8>;
        type Encoder = Self;
        type Decoder = Self;

        fn encoder(&mut self) -> Self {
            Self
        }

        fn decoder(&mut self) -> Self {
            Self
        }
    }

    impl codec::Encoder for Codec {
        type Item = Vec<u8>;
        type Error = Status;

        fn encode(
            &mut self,
            item: Vec<u8>,
            buffer: &mut codec::EncodeBuf<'_>,
        ) -> Result<(), Status> {
            buffer.put_slice(&item);
            Ok(())
        }
    }

    impl codec::Decoder for Codec {
        type Item = Vec<u8>;
        type Error = Status;

        fn decode(&mut self, buffer: &mut codec::DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
            Ok(Some(buffer.copy_to_bytes(buffer.remaining()).to_vec()))
        }
    }
}

#[tokio::test]
async fn keys_that_flinks_refuses_are_the_operators_to_mend() {
    let sandbox = sandbox(options()).await;
    let instance = |key: Option<&str>| {
        let key = key.and_then(|key| flinks_gateway::domain::names::AuthKey::parse(key.to_owned()));
        InstanceConfig::new(
            &sandbox.url().parse().unwrap(),
            sandbox.options().customer_id,
            key,
        )
    };
    for key in [Some("another-key"), None] {
        let gateway = Gateway::before(instance(key), |_| {}).await;
        let error = gateway.client().refused("ok").await;
        assert_eq!(
            (error.code, error.reason.as_str()),
            (Code::Internal, "UPSTREAM_KEYS_REFUSED")
        );
        assert_eq!(
            (error.next_step.as_str(), error.get("flinks_code")),
            ("CONTACT_OPERATOR", "UNAUTHORIZED")
        );
    }
    let other_customer =
        InstanceConfig::new(&sandbox.url().parse().unwrap(), uuid::Uuid::nil(), None);
    let gateway = Gateway::before(other_customer, |_| {}).await;
    let error = gateway.client().refused("ok").await;
    assert_eq!(
        (error.reason.as_str(), error.get("flinks_code")),
        ("UPSTREAM_KEYS_REFUSED", "ACCESS_DENIED")
    );
}

#[test]
fn every_reason_of_the_contract_but_the_unspecified_is_produced() {
    // What the other tests of this file and of its siblings produce, checked against the enum, so that a reason
    // that nothing answers cannot stay in the contract.
    let sources = [
        include_str!("answers.rs"),
        include_str!("callers.rs"),
        include_str!("cached.rs"),
        include_str!("callers.rs"),
        include_str!("deadlines.rs"),
        include_str!("failures.rs"),
        include_str!("limits.rs"),
        include_str!("lockout.rs"),
        include_str!("limits.rs"),
        include_str!("lockout.rs"),
        include_str!("serving.rs"),
        include_str!("golden/failures.md"),
        include_str!("../../src/server.rs"),
    ];
    let unspecified = pb::ErrorReason::Unspecified as i32;
    for number in (0..).map_while(|number| pb::ErrorReason::try_from(number).ok()) {
        let name = number.as_str_name().trim_start_matches("ERROR_REASON_");
        let asserted = sources.iter().any(|source| {
            source.contains(&format!("\"{name}\""))
                || source.contains(&format!("_{name}\""))
                || source.contains(&format!("`{name}`"))
        });
        assert!(
            asserted || number as i32 == unspecified,
            "no test produces {name}"
        );
    }
}
