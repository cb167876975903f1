//! No secret reaches anything that the process writes, at the noisiest log level, nor a collector of its traces, in any
//! scenario.

use std::{collections::BTreeSet, net::SocketAddr};

use flinks_gateway::{
    grpc::decode,
    pb::{self, authorization_service_client::AuthorizationServiceClient, challenge::Kind},
};
use tonic::{Request, Status};

use crate::{
    admin::{ask, get},
    collector::Collector,
    harness::*,
    process::{self, Process},
};

const PASSWORD: &str = "canary-password-4b1d";
const ANSWER: &str = "canary-answer-77aa";
const TAG: &str = "canary-tag-90c2";
const NOTE: &str = "canary-username-e5f3";
const STRAY: &str = "canary-stray-0d0d";

/// One of every step of the sandbox's grammar, and of the options that change what is said.
const SCENARIOS: [&str; 38] = [
    "ok",
    "question*2/question",
    "question+select+choice+choices+image+text_or_call+unknown",
    "unicode",
    "same",
    "question;wrong=again",
    "question;wrong=final",
    "pending",
    "question/dispatched",
    "error_INVALID_PASSWORD",
    "error_INVALID_LOGIN",
    "error_UNAUTHORIZED",
    "error_INVALID_REQUEST",
    "error_SOMETHING_NEW",
    "error_INVALID_SECURITY_RESPONSE+challenges",
    "question/error_RETRY_LATER",
    "status_500",
    "ok;token=refused_once",
    "ok;token=refused_always",
    "hang",
    "question/hang",
    "reset",
    "close",
    "truncated",
    "drip",
    "half_json",
    "html_502",
    "empty_200",
    "text",
    "not_utf8",
    "huge_9000000",
    "deep_10000",
    "redirect_307",
    "wrong_types",
    "null",
    "array",
    "ok;cached=question",
    "ok;shape=date_bad;shape=lower",
];

#[tokio::test]
async fn no_secret_is_written_in_any_scenario_at_trace_level() {
    nothing_is_written(Client::native, &["\"target\":\"h2"]).await;
}

#[tokio::test]
async fn no_secret_of_a_web_page_is_written_either() {
    nothing_is_written(Client::web, &["\"target\":\"tonic_web"]).await;
}

/// Runs all scenarios over one way to the server, whose noise is looked for as well.
async fn nothing_is_written(client: fn(SocketAddr) -> Client, noises: &[&str]) {
    let sandbox = sandbox(options()).await;
    let collector = Collector::start().await;
    let process = Process::serve(|command| {
        command
            .args(["--log-level", "trace", "--live-timeout", "300ms"])
            .args(["--otlp-endpoint", &collector.url()])
            .args(["--grpc-web-origins", "*", "--admin-listen", "127.0.0.1:0"])
            .envs(process::before(&sandbox))
            .env(
                "FLINKS_GATEWAY_CONTINUATION_KEYS",
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            );
    });
    let mut client = client(process.address).0;
    let mut secrets: BTreeSet<String> = [
        PASSWORD,
        ANSWER,
        TAG,
        NOTE,
        STRAY,
        "AAECAwQFBgcICQoLDA0O",
        &sandbox.options().secret_key,
    ]
    .map(str::to_owned)
    .into();
    let mut statuses: Vec<Status> = Vec::new();
    let mut steps = 0;

    for scenario in SCENARIOS {
        let mut request = pb::AuthorizeRequest {
            tag: TAG.to_owned(),
            ..credentials(SCENARIO_BANK, &format!("{scenario};note={NOTE}"), PASSWORD)
        };
        if scenario == "error_INVALID_PASSWORD" {
            // Typed into the wrong field.
            request.instance = String::new();
            let Some(pb::authorize_request::Subject::Credentials(typed)) = &mut request.subject
            else {
                panic!()
            };
            typed.institution = STRAY.replace('-', "");
        }
        use pb::{answer_challenges_response::Outcome as Answered, authorize_response::Outcome};
        let mut round = match client
            .authorize(request)
            .await
            .map(|response| response.into_inner().outcome.unwrap())
        {
            Ok(Outcome::ChallengeRound(round)) => Some(round),
            Ok(Outcome::Session(session)) => {
                reopen(&mut client, session, &mut secrets, &mut statuses).await;
                None
            }
            Ok(Outcome::Pending(_)) => None,
            Err(status) => {
                statuses.push(status);
                None
            }
        };
        while let Some(asked) = round.take() {
            steps += 1;
            learn(&asked, &mut secrets);
            let answers = answers(&asked, scenario.contains("wrong="));
            match client
                .answer_challenges(answers)
                .await
                .map(|response| response.into_inner().outcome.unwrap())
            {
                Ok(Answered::ChallengeRound(next)) if steps < 100 => round = Some(next),
                Ok(Answered::Session(session)) => {
                    reopen(&mut client, session, &mut secrets, &mut statuses).await
                }
                Ok(_) => {}
                Err(status) => statuses.push(status),
            }
        }
    }
    // What callers get wrong.
    let mut stray = Request::new(cached(STRAY));
    stray
        .metadata_mut()
        .insert("x-request-id", format!("{STRAY} !").parse().unwrap());
    stray
        .metadata_mut()
        .insert("traceparent", format!("00-{STRAY}-01").parse().unwrap());
    stray
        .metadata_mut()
        .insert("tracestate", format!("vendor={STRAY}").parse().unwrap());
    stray
        .metadata_mut()
        .insert("authorization", format!("Bearer {STRAY}").parse().unwrap());
    statuses.extend(client.cached_authorize(stray).await.err());
    let changed = pb::AnswerChallengesRequest {
        continuation: STRAY.to_owned(),
        answers: vec![pb::ChallengeAnswer {
            challenge_id: STRAY.to_owned(),
            answer: None,
        }],
    };
    statuses.extend(client.answer_challenges(changed).await.err());

    secrets.extend(
        sandbox
            .received()
            .into_iter()
            .filter_map(|received| received.auth_key),
    );
    for secret in &secrets {
        for status in &statuses {
            let shown = format!("{status:?}{}", String::from_utf8_lossy(status.details()));
            assert!(!shown.contains(secret.as_str()), "{secret} in {shown}");
        }
    }
    assert!(
        statuses.len() > 20 && secrets.len() > 100,
        "{} statuses, {} secrets",
        statuses.len(),
        secrets.len()
    );
    let admin = process.admin.unwrap();
    let mut shown = get(admin, "/readyz").await.text;
    let open = "GET /metrics HTTP/1.1\r\naccept: application/openmetrics-text";
    for page in [get(admin, "/metrics").await, ask(admin, open).await] {
        assert!(page.text.len() > 10_000, "{page:?}");
        shown.push_str(&page.text);
    }
    let stray = STRAY.replace('-', "");
    for secret in secrets.iter().chain([&stray]) {
        assert!(!shown.contains(secret.as_str()), "{secret} in {shown}");
    }
    let (_, written) = tokio::task::spawn_blocking(move || process.signal("TERM"))
        .await
        .unwrap();
    let always = ["\"target\":\"hyper", "\"level\":\"TRACE\""];
    for noise in always.iter().chain(noises) {
        assert!(
            written.contains(noise),
            "the log is not as noisy as it should be: {noise}"
        );
    }
    let traced = collector.bytes();
    let traced = String::from_utf8_lossy(&traced);
    assert!(
        collector.spans().len() > 100 && traced.contains("CREDENTIALS_REJECTED"),
        "{} spans",
        collector.spans().len()
    );
    let customer = sandbox.options().customer_id.to_string();
    for secret in secrets.iter().chain([&customer]) {
        assert!(!traced.contains(secret.as_str()), "{secret} was traced");
    }
    for secret in &secrets {
        // Debug forms escape what is not ASCII.
        let escaped = format!("{secret:?}");
        for form in [secret.as_str(), escaped.trim_matches('"')] {
            if written.contains(form) {
                panic!(
                    "{form} was written: {:?}",
                    written.lines().find(|line| line.contains(form))
                );
            }
        }
    }
    // Nobody's bytes as lists of numbers, either.
    for secret in [PASSWORD, ANSWER] {
        let numbers = secret
            .bytes()
            .map(|byte| byte.to_string())
            .collect::<Vec<_>>()
            .join(", ");
        assert!(!written.contains(&numbers));
    }
}

async fn reopen(
    client: &mut AuthorizationServiceClient<Transport>,
    session: pb::Session,
    secrets: &mut BTreeSet<String>,
    statuses: &mut Vec<Status>,
) {
    if let Some(login) = session.login {
        secrets.insert(login.login_id.clone());
        statuses.extend(client.cached_authorize(cached(&login.login_id)).await.err());
    }
}

/// Whatever of a round nobody but the customer should see.
fn learn(round: &pb::ChallengeRound, secrets: &mut BTreeSet<String>) {
    secrets.insert(round.continuation.clone());
    for challenge in &round.challenges {
        secrets.insert(challenge.prompt.trim().to_owned());
        match challenge.kind.as_ref().unwrap() {
            Kind::QuestionAndAnswer(_) => {}
            Kind::QuestionSelection(kind) => secrets.extend(kind.questions.clone()),
            Kind::MultipleChoice(kind) => secrets.extend(kind.choices.clone()),
            Kind::MultipleSelection(kind) => secrets.extend(kind.choices.clone()),
            Kind::ImageSelection(kind) => secrets.extend(kind.images.iter().map(|image| {
                let base64 = base64::Engine::encode(
                    &base64::engine::general_purpose::STANDARD,
                    &image.content,
                );
                base64[40..80].to_owned()
            })),
            Kind::TextOrCall(kind) => secrets.extend(kind.phone_numbers.clone()),
            Kind::Unrecognized(kind) => secrets.extend(kind.iterables.clone()),
        }
    }
}

fn answers(round: &pb::ChallengeRound, wrong: bool) -> pb::AnswerChallengesRequest {
    use pb::challenge_answer::Answer;
    let mut request = right_answers(round);
    for answer in &mut request.answers {
        match &mut answer.answer {
            Some(Answer::Text(text)) if wrong => "wrong".clone_into(text),
            Some(Answer::Text(text)) => ANSWER.clone_into(text),
            Some(Answer::SelectedQuestion(selected)) => ANSWER.clone_into(&mut selected.text),
            Some(Answer::Raw(raw)) => raw.values = vec![ANSWER.to_owned()],
            _ => {}
        }
    }
    request
}

#[test]
fn requests_and_rounds_show_nothing_in_debug() {
    let instances = decode::Instances {
        names: vec![flinks_gateway::domain::names::InstanceName(
            "default".to_owned(),
        )],
        default: Some(flinks_gateway::domain::names::InstanceName(
            "default".to_owned(),
        )),
    };
    let message = pb::AuthorizeRequest {
        tag: TAG.to_owned(),
        ..credentials("FlinksCapital", NOTE, PASSWORD)
    };
    let request = decode::authorize(message, &instances).unwrap();
    let shown = format!("{request:?}");
    assert!(
        shown.contains("FlinksCapital") && !shown.contains("canary"),
        "{shown}"
    );
}
