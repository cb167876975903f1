//! What goes over the wire, seen by a server that speaks nothing but HTTP/2.

use std::{
    convert::Infallible,
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use flinks_gateway_client::{
    Answer, AuthorizeRequest, ByKind, ByKindError, CachedAuthorizeRequest, ChallengeRound, Client, Code, Credentials,
    ErrorReason, FinalOutcome, GatewayError, NextStep, Options, Outcome, SignInError, stubs::v1,
};
use h2::server::{Connection, SendResponse};
use http::{HeaderMap, Response};
use prost::Message;
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a call.
#[derive(Clone)]
enum Reply {
    Message(Bytes),
    Status(&'static str),
    /// Details that are not even base64.
    Garbled,
    Reset(h2::Reason),
    /// Closes the connection.
    Close,
    /// Says GOAWAY and never answers.
    GoAway,
    Never,
}

#[derive(Default)]
struct Seen {
    calls: Vec<(String, HeaderMap)>,
    connections: usize,
}

/// A server that answers the first call with the first reply, and so on; the last one for all that follow.
async fn serve(replies: Vec<Reply>) -> (String, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = seen.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            shared.lock().unwrap().connections += 1;
            tokio::spawn(connection(socket, replies.clone(), shared.clone()));
        }
    });
    (address, seen)
}

async fn connection(socket: TcpStream, replies: Vec<Reply>, seen: Arc<Mutex<Seen>>) {
    let mut connection: Connection<_, Bytes> = h2::server::handshake(socket).await.unwrap();
    let mut unanswered = Vec::new();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let (head, _body) = request.into_parts();
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.calls.push((head.uri.path().to_owned(), head.headers));
            seen.calls.len() - 1
        };
        match replies.get(number).unwrap_or_else(|| replies.last().unwrap()) {
            Reply::Message(message) => message_to(&mut respond, message),
            Reply::Status(status) => {
                let head = Response::builder().header("content-type", "application/grpc");
                respond.send_response(head.header("grpc-status", *status).body(()).unwrap(), true).unwrap();
            }
            Reply::Garbled => {
                let head = Response::builder().header("content-type", "application/grpc");
                let head = head.header("grpc-status", "9").header("grpc-status-details-bin", "!");
                respond.send_response(head.body(()).unwrap(), true).unwrap();
            }
            Reply::Reset(reason) => respond.send_reset(*reason),
            Reply::Close => return,
            Reply::GoAway => {
                connection.graceful_shutdown();
                unanswered.push(respond);
            }
            Reply::Never => unanswered.push(respond),
        }
    }
}

fn message_to(respond: &mut SendResponse<Bytes>, message: &Bytes) {
    let head = Response::builder().header("content-type", "application/grpc");
    let head = head.header("x-request-id", "call-1").body(()).unwrap();
    let mut body = respond.send_response(head, false).unwrap();
    body.send_data(message.clone(), false).unwrap();
    body.send_trailers(HeaderMap::from_iter([("grpc-status".parse().unwrap(), "0".parse().unwrap())])).unwrap();
}

fn message(message: &impl Message) -> Reply {
    let body = message.encode_to_vec();
    let mut frame = vec![0];
    frame.extend((body.len() as u32).to_be_bytes());
    frame.extend(body);
    Reply::Message(frame.into())
}

fn cached_session() -> Reply {
    let outcome = v1::cached_authorize_response::Outcome::Session(v1::Session::default());
    message(&v1::CachedAuthorizeResponse { outcome: Some(outcome) })
}

fn session() -> Reply {
    let outcome = v1::authorize_response::Outcome::Session(v1::Session::default());
    message(&v1::AuthorizeResponse { outcome: Some(outcome) })
}

fn round(expires_in: Duration) -> Reply {
    let question = v1::challenge::Kind::QuestionAndAnswer(v1::QuestionAndAnswer::default());
    let round = v1::ChallengeRound {
        continuation: "secret continuation".into(),
        request_id: "session-1".into(),
        challenges: vec![v1::Challenge { id: "1".into(), prompt: "secret prompt".into(), kind: Some(question) }],
        round: 1,
        expire_time: Some((SystemTime::now() + expires_in).into()),
        ..v1::ChallengeRound::default()
    };
    let outcome = v1::authorize_response::Outcome::ChallengeRound(round);
    message(&v1::AuthorizeResponse { outcome: Some(outcome) })
}

fn connect(address: &str) -> Client {
    Client::connect(address, Options::new().plaintext()).unwrap()
}

fn request() -> AuthorizeRequest {
    AuthorizeRequest::new(Credentials::new("FlinksCapital", "secret user", "secret password"), true)
}

async fn authorize(client: &Client) -> GatewayError {
    client.authorize(request()).await.unwrap_err()
}

async fn cached(client: &Client) -> Result<FinalOutcome, GatewayError> {
    client.cached_authorize(CachedAuthorizeRequest::new("secret login")).await
}

fn calls(seen: &Arc<Mutex<Seen>>) -> usize {
    seen.lock().unwrap().calls.len()
}

#[tokio::test]
async fn only_cached_calls_are_repeated_and_only_when_unavailable() {
    let (address, seen) = serve(vec![Reply::Status("14")]).await;
    assert_eq!(authorize(&connect(&address)).await.code(), Code::Unavailable);
    assert_eq!(calls(&seen), 1);
    assert_eq!(cached(&connect(&address)).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(calls(&seen), 4);

    let (address, seen) = serve(vec![Reply::Status("14"), cached_session()]).await;
    assert!(matches!(cached(&connect(&address)).await, Ok(FinalOutcome::Session(_))));
    assert_eq!(calls(&seen), 2);

    let (address, seen) = serve(vec![Reply::Status("2")]).await;
    let error = cached(&connect(&address)).await.unwrap_err();
    assert!(error.is_outcome_unknown() && error.retryable());
    assert_eq!(calls(&seen), 1);
}

#[tokio::test]
async fn a_lost_connection_repeats_no_live_call() {
    for lost in [Reply::Close, Reply::Reset(h2::Reason::REFUSED_STREAM)] {
        let (address, seen) = serve(vec![lost, cached_session()]).await;
        let client = connect(&address);
        let error = authorize(&client).await;
        assert_eq!(error.code(), Code::Unavailable, "{error:?}");
        assert!(error.is_outcome_unknown() && !error.retryable());
        assert_eq!(error.message().matches("transport error").count(), 1, "{error}");
        assert_eq!(calls(&seen), 1);
        assert!(cached(&client).await.is_ok());
    }
}

#[tokio::test]
async fn after_goaway_the_next_live_call_connects_again_though_another_still_waits() {
    let (address, seen) = serve(vec![Reply::GoAway, session()]).await;
    let client = connect(&address);
    let waits = tokio::spawn({
        let client = client.clone();
        async move { authorize(&client).await }
    });
    while calls(&seen) == 0 {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await; // GOAWAY has no answer to wait for
    assert!(client.authorize(request()).await.is_ok());
    let seen = seen.lock().unwrap();
    assert_eq!((seen.calls.len(), seen.connections), (2, 2));
    assert!(!waits.is_finished());
}

#[tokio::test]
async fn deadlines_reach_the_wire_and_end_calls() {
    let (address, seen) = serve(vec![Reply::Never]).await;
    let client = connect(&address);
    for (header, after) in
        [("2499", Duration::from_secs(250)), ("31535999S", Duration::MAX), ("99", Duration::from_millis(100))]
    {
        let late = client.within(after);
        let error = tokio::time::timeout(Duration::from_millis(500), authorize(&late)).await;
        let sent = seen.lock().unwrap().calls.last().unwrap().1["grpc-timeout"].clone();
        assert!(sent.to_str().unwrap().starts_with(header), "{sent:?}");
        assert_eq!(error.is_ok(), after < Duration::from_millis(500));
        if let Ok(error) = error {
            assert_eq!((error.code(), error.next_step()), (Code::DeadlineExceeded, NextStep::CheckOutcome));
            assert!(error.is_deadline_exceeded() && !error.retryable());
        }
    }
    let error = authorize(&client.within(Duration::ZERO)).await;
    assert_eq!((error.code(), calls(&seen)), (Code::DeadlineExceeded, 3));
    let agent = &seen.lock().unwrap().calls[0].1["user-agent"];
    assert!(agent.to_str().unwrap().starts_with(concat!("flinks-gateway-rust/", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn a_token_is_asked_for_before_each_call() {
    let (address, seen) = serve(vec![cached_session()]).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let options = Options::new().plaintext().bearer_token_from(move || {
        let number = asked.fetch_add(1, Ordering::Relaxed);
        async move { if number < 2 { Ok(format!("token-{number}")) } else { Err("secret".into()) } }
    });
    let client = Client::connect(address, options).unwrap();
    assert!(cached(&client).await.is_ok());
    assert!(cached(&client).await.is_ok());
    let error = cached(&client).await.unwrap_err();
    assert_eq!((error.code(), error.next_step()), (Code::Unauthenticated, NextStep::ContactOperator));
    assert!(!format!("{error:?} {error}").contains("secret"));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "secret");
    let seen = seen.lock().unwrap();
    let tokens: Vec<_> = seen.calls.iter().map(|(_, headers)| &headers["authorization"]).collect();
    assert_eq!(tokens, ["Bearer token-0", "Bearer token-1"]);
}

#[tokio::test]
async fn an_answerer_is_interrupted_when_its_round_expires() {
    let (address, seen) = serve(vec![round(Duration::from_millis(200))]).await;
    let started = Instant::now();
    let client = connect(&address);
    let answerer = async |_: ChallengeRound| pending::<Result<Vec<Answer>, Infallible>>().await;
    let Err(SignInError::Gateway(error)) = client.sign_in(request(), answerer).await else {
        panic!("no round ends so");
    };
    assert_eq!((error.reason(), error.next_step()), (ErrorReason::SessionExpired, NextStep::StartOver));
    assert_eq!((error.request_id(), error.metadata().len(), error.call_id()), ("session-1", 3, ""));
    assert!(!error.retryable() && started.elapsed() < Duration::from_secs(2));
    assert_eq!(calls(&seen), 1);
}

#[tokio::test]
async fn a_sign_in_runs_in_a_task_of_its_own() {
    let session = v1::answer_challenges_response::Outcome::Session(v1::Session::default());
    let session = message(&v1::AnswerChallengesResponse { outcome: Some(session) });
    let (address, seen) = serve(vec![round(Duration::from_secs(60)), session]).await;
    let client = connect(&address);
    let done = tokio::spawn(async move {
        let mut asked = 0;
        let answerer = |round: ChallengeRound| {
            asked += round.challenges.len();
            async move {
                tokio::task::yield_now().await;
                Ok::<_, Infallible>(vec![Answer::text(&round.challenges[0].id, "Montreal")])
            }
        };
        let signed_in = client.sign_in(request(), answerer).await;
        assert_eq!(asked, 1);
        signed_in
    });
    assert!(matches!(done.await.unwrap(), Ok(FinalOutcome::Session(_))));
    assert_eq!(calls(&seen), 2);
}

#[tokio::test]
async fn a_kind_without_a_function_ends_the_sign_in() {
    let (address, _) = serve(vec![round(Duration::from_secs(60))]).await;
    let client = connect(&address);
    let answerer = ByKind::<Infallible>::new().text_or_call(async |_, _| unreachable!()).into_answerer();
    let done = tokio::spawn(async move { client.sign_in(request(), answerer).await });
    let unanswered = ByKindError::UnansweredChallenge { kind: "question_and_answer" };
    assert!(matches!(done.await.unwrap(), Err(SignInError::Answerer(error)) if error == unanswered));
}

#[tokio::test]
async fn an_outcome_that_is_not_known_is_an_error_with_the_gateways_call_id() {
    let (address, _) = serve(vec![message(&v1::AuthorizeResponse::default())]).await;
    let error = authorize(&connect(&address)).await;
    assert_eq!((error.code(), error.call_id()), (Code::Unknown, "call-1"));
    let printed = format!("{error:?}");
    assert!(
        printed.starts_with("GatewayError { code: Unknown, message: ") && printed.ends_with("call_id: \"call-1\" }")
    );
    assert!(error.is_outcome_unknown() && !error.retryable());
}

#[tokio::test]
async fn details_that_are_not_base64_are_none() {
    let (address, _) = serve(vec![Reply::Garbled]).await;
    let error = authorize(&connect(&address)).await;
    assert_eq!((error.code(), error.reason()), (Code::FailedPrecondition, ErrorReason::OutcomeUnknown));
}

#[tokio::test]
async fn nothing_prints_a_secret() {
    let (address, _) = serve(vec![round(Duration::from_secs(60))]).await;
    let options = Options::new().plaintext().bearer_token("secret-token");
    let printed = format!("{options:?} {options:#?}");
    let client = Client::connect(address, options).unwrap();
    let mut request = request();
    request.tag = "secret tag".into();
    let outcome = client.authorize(request.clone()).await;
    assert!(matches!(outcome, Ok(Outcome::ChallengeRound(_))));
    let answer = Answer::raw("1", "secret key", ["secret value"]);
    let mut cached = CachedAuthorizeRequest::new("secret login");
    cached.tag = "secret tag".into();
    let printed =
        format!("{printed} {client:?} {outcome:?} {outcome:#?} {answer:?} {answer:#?} {cached:?} {request:#?}");
    assert!(printed.contains("[redacted]"));
    assert!(!printed.contains("secret"), "{printed}");
}
