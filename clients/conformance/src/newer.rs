//! A gateway that is newer than the clients: it answers what they do not know yet, and tells what it saw of a call.
//!
//! The user name, or the LoginId of a cached call, says what happens, as at the sandbox's scenario bank.

use std::{collections::HashMap, io, net::SocketAddr, time::Duration};

use hyper::{server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tonic::{Code, Request, Response, Status, metadata::MetadataMap, service::Routes};
use tonic_types::{ErrorDetails, StatusExt};
use tower::ServiceExt;

use crate::seen::Seen;
use pb::authorization_service_server::{AuthorizationService, AuthorizationServiceServer};

/// The doctored contract: see `build.rs`.
#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
pub(crate) mod pb {
    tonic::include_proto!("flinks.gateway.v1");
}

/// The bearer token that the server takes.
pub(crate) const BEARER_TOKEN: &str = "canary-bearer-5d1f2a";

/// Serves on a port of its own.
pub(crate) async fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let routes = Routes::new(AuthorizationServiceServer::new(Newer::default())).prepare();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let routes = routes.clone();
            tokio::spawn(async move {
                stream.set_nodelay(true).ok();
                let service = service_fn(move |request: http::Request<_>| {
                    routes.clone().oneshot(request.map(tonic::body::Body::new))
                });
                http2::Builder::new(TokioExecutor::new())
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await
                    .ok();
            });
        }
    });
    Ok(address)
}

/// How often each scenario was asked for.
#[derive(Default)]
struct Newer {
    calls: Seen,
}

/// What to answer to a scenario.
enum Act {
    Session(pb::Session),
    Round(pb::ChallengeRound),
    Postponed,
    Nothing,
}

impl Newer {
    async fn act(&self, metadata: &MetadataMap, scenario: &str) -> Result<Act, Status> {
        let attempt = self.calls.add(scenario);
        let (name, argument) = scenario.split_once(' ').unwrap_or((scenario, ""));
        let argument = argument.split(' ').next().unwrap_or_default();
        match name {
            "saw" => Ok(Act::Session(saw(metadata, attempt))),
            "allowed" if authorization(metadata) == "expected" => Ok(Act::Session(session())),
            "allowed" => Err(Status::unauthenticated("no such caller")),
            "fails" => match argument.parse() {
                Ok(times) if attempt <= times => Err(Status::unavailable("not now")),
                _ => Ok(Act::Session(saw(metadata, attempt))),
            },
            "status" => Err(bare(argument)),
            "reason" => Err(reasoned(argument)),
            "foreign" => Err(foreign()),
            "garbled" => Err(Status::with_details(
                Code::Aborted,
                "garbled",
                vec![0xff, 0x01, 0x80, 0x07].into(),
            )),
            "meagre" => Err(informed(
                Code::ResourceExhausted,
                "ERROR_REASON_RATE_LIMITED",
                "flinks-gateway",
                &[],
                None,
            )),
            "stall" => std::future::pending().await,
            "outcome" => Ok(Act::Postponed),
            "nothing" => Ok(Act::Nothing),
            "enums" => Ok(Act::Session(strange_enums())),
            "challenge" => Ok(Act::Round(strange_round())),
            "images" => Ok(Act::Round(large_round())),
            _ => Err(Status::invalid_argument("no such scenario")),
        }
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl AuthorizationService for Newer {
    async fn authorize(
        &self,
        request: Request<pb::AuthorizeRequest>,
    ) -> Reply<pb::AuthorizeResponse> {
        use pb::{authorize_request::Subject, authorize_response::Outcome};
        let (metadata, _, message) = request.into_parts();
        let scenario = match message.subject {
            Some(Subject::Credentials(credentials)) => credentials.username,
            Some(Subject::LoginId(id)) => id,
            None => return Err(Status::invalid_argument("no subject")),
        };
        let outcome = match self.act(&metadata, &scenario).await? {
            Act::Session(session) => Some(Outcome::Session(session)),
            Act::Round(round) => Some(Outcome::ChallengeRound(round)),
            Act::Postponed => Some(Outcome::Postponed(postponed())),
            Act::Nothing => None,
        };
        Ok(Response::new(pb::AuthorizeResponse { outcome }))
    }

    async fn answer_challenges(
        &self,
        request: Request<pb::AnswerChallengesRequest>,
    ) -> Reply<pb::AnswerChallengesResponse> {
        use pb::{answer_challenges_response::Outcome, challenge_answer::Answer};
        let message = request.into_inner();
        let raw = message.answers.iter().all(|answer| {
            matches!(&answer.answer, Some(Answer::Raw(raw)) if raw.key == "Touch the sensor" && raw.values == ["touched"])
        });
        if !raw {
            return Err(Status::invalid_argument("not raw"));
        }
        let outcome = Some(Outcome::Session(session()));
        Ok(Response::new(pb::AnswerChallengesResponse { outcome }))
    }

    async fn cached_authorize(
        &self,
        request: Request<pb::CachedAuthorizeRequest>,
    ) -> Reply<pb::CachedAuthorizeResponse> {
        use pb::cached_authorize_response::Outcome;
        let (metadata, _, message) = request.into_parts();
        let outcome = match self.act(&metadata, &message.login_id).await? {
            Act::Session(session) => Some(Outcome::Session(session)),
            Act::Postponed => Some(Outcome::Postponed(postponed())),
            Act::Round(_) | Act::Nothing => None,
        };
        Ok(Response::new(pb::CachedAuthorizeResponse { outcome }))
    }
}

fn session() -> pb::Session {
    pb::Session {
        request_id: "newer".to_owned(),
        insights: HashMap::from([("score".to_owned(), "7".to_owned())]),
        ..pb::Session::default()
    }
}

/// A session whose links tell what arrived.
fn saw(metadata: &MetadataMap, attempt: usize) -> pb::Session {
    let text = |name: &str| {
        let value = metadata.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    // `node` of `flinks-gateway-node/0.1.0 …`: what comes behind the prefix differs by language.
    let user_agent = text("user-agent");
    let user_agent = user_agent.split(['/', ' ']).next().unwrap_or_default();
    let ours = user_agent.starts_with("flinks-gateway-");
    let links = [
        ("attempt", attempt.to_string()),
        ("timeout_ms", timeout_ms(&text("grpc-timeout")).to_string()),
        ("authorization", authorization(metadata).to_owned()),
        (
            "user_agent",
            if ours { "ours" } else { user_agent }.to_owned(),
        ),
    ];
    pb::Session {
        links: links
            .into_iter()
            .map(|(rel, href)| pb::Link {
                rel: rel.to_owned(),
                href,
                ..pb::Link::default()
            })
            .collect(),
        ..session()
    }
}

/// Whose bearer token a call carries.
fn authorization(metadata: &MetadataMap) -> &'static str {
    let expected = format!("Bearer {BEARER_TOKEN}");
    match metadata.get("authorization").map(|value| value.as_bytes()) {
        None => "none",
        Some(value) if value == expected.as_bytes() => "expected",
        Some(_) => "another",
    }
}

/// `grpc-timeout` in milliseconds; zero when there is none.
fn timeout_ms(text: &str) -> u128 {
    let unit = text.chars().last().unwrap_or_default();
    let count: u64 = text.trim_end_matches(unit).parse().unwrap_or_default();
    let unit = match unit {
        'H' => Duration::from_secs(3600),
        'M' => Duration::from_secs(60),
        'S' => Duration::from_secs(1),
        'm' => Duration::from_millis(1),
        'u' => Duration::from_micros(1),
        'n' => Duration::from_nanos(1),
        _ => Duration::ZERO,
    };
    u128::from(count) * unit.as_nanos() / 1_000_000
}

/// A status without details, as meshes make them.
fn bare(code: &str) -> Status {
    let code: i32 = code.parse().unwrap_or_default();
    Status::new(Code::from_i32(code), "made on the way")
}

/// An error with a reason that may be newer than the client, or that no gateway gives to today's clients.
fn reasoned(reason: &str) -> Status {
    let (code, next_step) = match reason {
        "METHOD_UNKNOWN" => (Code::Unimplemented, "NEXT_STEP_FIX_REQUEST"),
        "GATEWAY_FAULT" => (Code::Internal, "NEXT_STEP_CONTACT_OPERATOR"),
        _ => (Code::FailedPrecondition, "NEXT_STEP_CALL_A_FRIEND"),
    };
    let metadata = [
        ("next_step", next_step),
        ("retryable", "false"),
        ("weather", "rain"),
    ];
    let reason = format!("ERROR_REASON_{reason}");
    let delay = Some(Duration::from_millis(1500));
    informed(code, &reason, "flinks-gateway", &metadata, delay)
}

/// Details that are somebody else's.
fn foreign() -> Status {
    let metadata = [("retryable", "true")];
    let reason = "ERROR_REASON_RATE_LIMITED";
    informed(
        Code::ResourceExhausted,
        reason,
        "mesh.example",
        &metadata,
        None,
    )
}

fn informed(
    code: Code,
    reason: &str,
    domain: &str,
    metadata: &[(&str, &str)],
    delay: Option<Duration>,
) -> Status {
    let metadata = metadata
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, domain, metadata.collect::<HashMap<_, _>>());
    if delay.is_some() {
        details.set_retry_info(delay);
    }
    Status::with_error_details(code, "as told", details)
}

fn postponed() -> pb::authorize_response::Postponed {
    pb::authorize_response::Postponed {
        until: "tomorrow".to_owned(),
    }
}

fn strange_enums() -> pb::Session {
    pb::Session {
        login: Some(pb::Login {
            login_id: "5eed0a4c-1c5e-4d3e-9a7b-0c1d2e3f4a5b".to_owned(),
            username: "canary-trustee".to_owned(),
            r#type: pb::LoginType::Trust.into(),
            type_name: "Trust".to_owned(),
            ..pb::Login::default()
        }),
        links: vec![pb::Link {
            resource: pb::Resource::Insights.into(),
            rel: "Insights".to_owned(),
            ..pb::Link::default()
        }],
        ..session()
    }
}

fn round(challenges: Vec<pb::Challenge>) -> pb::ChallengeRound {
    let expires = jiff::Timestamp::now() + Duration::from_secs(480);
    pb::ChallengeRound {
        continuation: "canary-continuation-77".to_owned(),
        request_id: "newer".to_owned(),
        challenges,
        round: 1,
        expire_time: Some(prost_types::Timestamp {
            seconds: expires.as_second(),
            nanos: expires.subsec_nanosecond(),
        }),
        ..pb::ChallengeRound::default()
    }
}

fn strange_round() -> pb::ChallengeRound {
    round(vec![pb::Challenge {
        id: "1".to_owned(),
        prompt: "Touch the sensor".to_owned(),
        kind: Some(pb::challenge::Kind::Fingerprint(pb::Fingerprint {
            fingers: vec!["left thumb".to_owned()],
        })),
    }])
}

/// Six megabytes of pictures.
fn large_round() -> pb::ChallengeRound {
    let image = |byte| pb::Image {
        content: vec![byte; 3 * 1024 * 1024],
        media_type: "image/png".to_owned(),
    };
    round(vec![pb::Challenge {
        id: "1".to_owned(),
        prompt: "Which is yours?".to_owned(),
        kind: Some(pb::challenge::Kind::ImageSelection(pb::ImageSelection {
            images: vec![image(1), image(2)],
        })),
    }])
}
