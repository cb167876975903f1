//! A request with credentials or answers leaves at most once, whatever happens.
//!
//! Two witnesses. The sandbox counts whole requests, over any run of scenarios. A rawer upstream counts bytes: it
//! breaks connections at every point, fresh and reused, and sees even the beginning of a second attempt. Half of the
//! runs are a web page's.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use flinks_gateway::{domain::names::AuthKey, pb, server::WebOrigins, upstream::InstanceConfig};
use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::harness::*;

/// Steps that end badly, one way or another.
pub const STEPS: [&str; 26] = [
    "ok",
    "question",
    "pending",
    "reset",
    "close",
    "truncated",
    "half_json",
    "html_200",
    "html_503",
    "empty_200",
    "empty_502",
    "text",
    "not_utf8",
    "null",
    "wrong_types",
    "deep_200",
    "redirect_302",
    "redirect_307",
    "redirect_308",
    "status_500",
    "status_429",
    "error_UNAUTHORIZED",
    "error_RETRY_LATER@503",
    "error_INVALID_PASSWORD",
    "hang",
    "huge_9000000",
];

/// What one call of a run does.
#[derive(Clone, Debug)]
enum Act {
    /// Signs in with a scenario of one step.
    SignIn(&'static str),
    /// Signs in through a question, and answers it into a step.
    Answer(&'static str),
}

fn act() -> impl Strategy<Value = Act> {
    let step = || proptest::sample::select(&STEPS[..]);
    prop_oneof![step().prop_map(Act::SignIn), step().prop_map(Act::Answer)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_request_arrives_at_most_once(acts in proptest::collection::vec(act(), 1..12), tokens: bool, web: bool) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let options = Options { tokens: if tokens { Tokens::Required } else { Tokens::Optional }, ..options() };
            let (sandbox, gateway, native) = all_with(options, |config| {
                config.server.limits.timeouts.live = Duration::from_millis(150);
                config.server.web_origins = Some(WebOrigins::Any);
            }).await;
            let client = if web { gateway.web_client() } else { native };
            let calls = acts.into_iter().enumerate().map(|(nth, act)| {
                let mut client = client.clone();
                tokio::spawn(async move {
                    match act {
                        Act::SignIn(step) => drop(client.authorize(sign_in(&format!("{step};note={nth}"))).await),
                        Act::Answer(step) => {
                            use pb::authorize_response::Outcome;
                            let request = sign_in(&format!("question/{step};note={nth}"));
                            // On a busy machine even this may run out of time.
                            if let Ok(Outcome::ChallengeRound(round)) = client.authorize(request).await {
                                drop(client.answer(right_answers(&round)).await);
                            }
                        }
                    }
                })
            });
            for call in calls.collect::<Vec<_>>() {
                call.await.unwrap();
            }
            let mut bodies: Vec<Vec<u8>> = sandbox.received().into_iter()
                .filter(|received| received.endpoint != "GenerateAuthorizeToken" && !received.body.is_empty())
                .map(|received| received.body)
                .collect();
            let all = bodies.len();
            bodies.sort();
            bodies.dedup();
            assert_eq!(all, bodies.len(), "a body arrived twice");
        });
    }
}

/// How the raw upstream treats a request.
#[derive(Clone, Copy, Debug)]
pub enum Treatment {
    /// Answers and keeps the connection.
    Answer,
    /// Answers, and closes the connection without saying so beforehand.
    AnswerAndClose,
    /// Asks a question.
    Ask,
    /// Never answers.
    Hang,
    /// Closes once so many bytes of the request have been read, and its first line at least.
    CloseAfter(usize),
    /// Resets then.
    ResetAfter(usize),
    /// Answers 408, 421, 425, 429 or 503 and closes: statuses that some clients repeat on.
    Status(u16),
    /// Refuses the authorize token.
    RefuseToken,
    /// Refuses the secret key, which is no reason to send anything again.
    RefuseKey,
}

fn treatment() -> impl Strategy<Value = Treatment> {
    prop_oneof![
        2 => Just(Treatment::Answer),
        2 => Just(Treatment::AnswerAndClose),
        2 => Just(Treatment::Ask),
        1 => Just(Treatment::Hang),
        2 => (0usize..700).prop_map(Treatment::CloseAfter),
        2 => (0usize..700).prop_map(Treatment::ResetAfter),
        1 => proptest::sample::select(&[408u16, 421, 425, 429, 503][..]).prop_map(Treatment::Status),
        1 => Just(Treatment::RefuseToken),
        1 => Just(Treatment::RefuseKey),
    ]
}

/// How the caller behaves.
#[derive(Clone, Copy, Debug)]
enum Caller {
    Waits,
    CancelsAfter(u64),
    AllowsOnly(u64),
}

fn caller() -> impl Strategy<Value = Caller> {
    prop_oneof![
        3 => Just(Caller::Waits),
        1 => (0u64..4).prop_map(Caller::CancelsAfter),
        1 => (0u64..20).prop_map(Caller::AllowsOnly),
    ]
}

/// An upstream that treats requests as told, and counts the calls to `/Authorize` of which a byte arrived.
pub struct Raw {
    pub instance: InstanceConfig,
    state: Arc<State>,
}

/// Treatments are taken from the end, and then everything is answered.
#[derive(Default)]
struct State {
    begun: AtomicUsize,
    tokens_refused: AtomicUsize,
    mints: Mutex<Vec<Treatment>>,
    calls: Mutex<Vec<Treatment>>,
}

impl Raw {
    pub async fn start(mints: Vec<Treatment>, calls: Vec<Treatment>, with_tokens: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let key = with_tokens
            .then(|| "key".to_owned())
            .and_then(AuthKey::parse);
        let state = Arc::new(State {
            mints: Mutex::new(mints),
            calls: Mutex::new(calls),
            ..State::default()
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, Arc::clone(&shared)));
            }
        });
        Self {
            instance: InstanceConfig::new(&url, uuid::Uuid::nil(), key),
            state,
        }
    }

    /// How many calls were begun.
    pub fn begun(&self) -> usize {
        self.state.begun.load(Ordering::SeqCst)
    }

    /// How the next call is treated.
    pub fn next(&self, treatment: Treatment) {
        self.state.calls.lock().unwrap().push(treatment);
    }
}

async fn connection(mut stream: TcpStream, state: Arc<State>) {
    while serve_one(&mut stream, &state).await.is_some() {}
}

/// Serves one request; none when the connection has come to its end.
async fn serve_one(stream: &mut TcpStream, state: &State) -> Option<()> {
    let mut request = Vec::new();
    while !request.contains(&b'\n') {
        more(stream, &mut request).await?;
    }
    let is_mint = request.starts_with(b"POST") && contains(&request, b"/GenerateAuthorizeToken");
    let list = if is_mint {
        &state.mints
    } else {
        state.begun.fetch_add(1, Ordering::SeqCst);
        &state.calls
    };
    let treatment = list.lock().unwrap().pop().unwrap_or(Treatment::Answer);
    let enough = match treatment {
        Treatment::CloseAfter(bytes) | Treatment::ResetAfter(bytes) => bytes,
        _ => usize::MAX,
    };
    while request.len() < enough && !is_whole(&request) {
        more(stream, &mut request).await?;
    }
    let answer = if is_mint {
        format!(
            r#"{{"HttpStatusCode":200,"Token":"{}"}}"#,
            uuid::Uuid::new_v4()
        )
    } else {
        r#"{"RequestId":"r","HttpStatusCode":200}"#.to_owned()
    };
    let refusal = |what| {
        format!(
            r#"{{"HttpStatusCode":401,"FlinksCode":"UNAUTHORIZED","Message":"You must provide a valid {what}"}}"#
        )
    };
    let question =
        r#"{"RequestId":"r","SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"?"}]}"#;
    let (status, body, last) = match treatment {
        Treatment::Answer => (200, answer, false),
        Treatment::AnswerAndClose => (200, answer, true),
        Treatment::Ask if is_mint => (200, answer, false),
        Treatment::Ask => (203, question.to_owned(), false),
        Treatment::Status(status) => (status, answer, true),
        Treatment::RefuseToken if is_mint => (401, refusal("auth key"), false),
        Treatment::RefuseToken => {
            state.tokens_refused.fetch_add(1, Ordering::SeqCst);
            (401, refusal("authorize token"), false)
        }
        Treatment::RefuseKey => (401, refusal("auth key"), false),
        Treatment::Hang => {
            // Until the gateway goes away.
            while more(stream, &mut request).await.is_some() {}
            return None;
        }
        Treatment::CloseAfter(_) => return None,
        Treatment::ResetAfter(_) => {
            stream.set_zero_linger().ok();
            return None;
        }
    };
    let reply = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(reply.as_bytes()).await.ok()?;
    (!last).then_some(())
}

/// Reads a little: where a connection breaks must be anywhere.
async fn more(stream: &mut TcpStream, request: &mut Vec<u8>) -> Option<()> {
    let mut bytes = [0; 64];
    match stream.read(&mut bytes).await {
        Ok(0) | Err(_) => None,
        Ok(count) => {
            request.extend_from_slice(&bytes[..count]);
            Some(())
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    body.len() >= length.unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn not_even_the_beginning_of_a_request_is_sent_twice(
        mints in proptest::collection::vec(treatment(), 0..4),
        calls in proptest::collection::vec((treatment(), caller()), 1..12),
        with_tokens: bool,
        web: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let (treatments, callers): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
            let upstream = Raw::start(mints, treatments, with_tokens).await;
            let gateway = Gateway::before(upstream.instance.clone(), |config| {
                config.server.limits.timeouts.live = Duration::from_millis(60);
                config.server.web_origins = Some(WebOrigins::Any);
            })
            .await;
            let mut client = if web { gateway.web_client() } else { gateway.client() };
            let mut asked: Option<pb::ChallengeRound> = None;
            // Attempts of calls that nobody waited for may arrive while a later call is counted.
            let mut owed = 0;
            let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
            for caller in callers {
                let begun_before = count(&upstream.state.begun);
                let refused_before = count(&upstream.state.tokens_refused);
                let timeout = match caller {
                    Caller::AllowsOnly(milliseconds) => Duration::from_millis(milliseconds),
                    _ => Duration::from_secs(60),
                };
                let round = asked.take();
                let call = async {
                    match &round {
                        Some(round) => {
                            use pb::answer_challenges_response::Outcome;
                            match client.answer(within(timeout, right_answers(round))).await {
                                Ok(Outcome::ChallengeRound(round)) => Ok(Some(round)),
                                Ok(_) => Ok(None),
                                Err(error) => Err(error),
                            }
                        }
                        None => {
                            use pb::authorize_response::Outcome;
                            match client.authorize(within(timeout, sign_in("ok"))).await {
                                Ok(Outcome::ChallengeRound(round)) => Ok(Some(round)),
                                Ok(_) => Ok(None),
                                Err(error) => Err(error),
                            }
                        }
                    }
                };
                let patience = match caller {
                    Caller::CancelsAfter(milliseconds) => Duration::from_millis(milliseconds),
                    _ => Duration::from_secs(60),
                };
                let ended = tokio::time::timeout(patience, call).await;
                let attempts = count(&upstream.state.begun) - begun_before;
                let refused = count(&upstream.state.tokens_refused) - refused_before;
                let allowance = owed + 1 + if with_tokens { refused } else { 0 };
                assert!(attempts <= allowance, "{attempts} attempts, {refused} tokens refused, {owed} owed");
                let unawaited = match &ended {
                    Err(_) => true,
                    Ok(Err(error)) => error.code == tonic::Code::DeadlineExceeded,
                    Ok(Ok(_)) => false,
                };
                match ended {
                    Ok(Ok(round)) => asked = round,
                    // Only a call of which nothing was sent may be repeated, or one that Flinks turned down as too
                    // much.
                    Ok(Err(error)) => {
                        let may = attempts <= owed || error.reason == "RATE_LIMITED";
                        assert!(!error.retryable || may, "{error:?}");
                        assert!(error.code != tonic::Code::Unavailable || attempts <= owed, "{error:?}");
                        assert_ne!(error.code, tonic::Code::Cancelled);
                    }
                    Err(_) => {}
                }
                let left = allowance - attempts;
                owed = if unawaited { left } else { owed.min(left) };
            }
        });
    }
}
