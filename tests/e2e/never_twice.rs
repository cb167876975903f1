//! A request with credentials or answers leaves at most once, whatever happens.
//!
//! Two witnesses. The sandbox counts whole requests, over any run of scenarios. A rawer upstream counts bytes: it
//! breaks connections at every point, fresh and reused, and sees even the beginning of a second attempt.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use flinks_gateway::upstream::InstanceConfig;
use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::harness::*;

/// Steps that end badly, one way or another.
const STEPS: [&str; 26] = [
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
    fn whatever_happens_each_request_arrives_at_most_once(acts in proptest::collection::vec(act(), 1..12), tokens: bool) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let options = Options { tokens: if tokens { Tokens::Required } else { Tokens::Optional }, ..Options::default() };
            let (sandbox, _gateway, client) = all_with(options, |config| {
                config.server.timeouts.live = std::time::Duration::from_millis(150);
            }).await;
            let calls = acts.into_iter().enumerate().map(|(nth, act)| {
                let mut client = client.clone();
                tokio::spawn(async move {
                    match act {
                        Act::SignIn(step) => drop(client.authorize(sign_in(&format!("{step};note={nth}"))).await),
                        Act::Answer(step) => {
                            let round = client.challenged(&format!("question/{step};note={nth}")).await;
                            drop(client.answer(right_answers(&round)).await);
                        }
                    }
                })
            });
            for call in calls.collect::<Vec<_>>() {
                call.await.unwrap();
            }
            let mut bodies: Vec<Vec<u8>> = sandbox.received().into_iter()
                .filter(|received| received.endpoint != "GenerateAuthorizeToken")
                .map(|received| received.body)
                .collect();
            let all = bodies.len();
            bodies.sort();
            bodies.dedup();
            assert_eq!(all, bodies.len(), "a body arrived twice");
        });
    }
}

/// How the raw upstream treats the requests of one connection, in turn.
#[derive(Clone, Copy, Debug)]
enum Treatment {
    /// Answers and keeps the connection.
    Answer,
    /// Answers, and closes the connection without saying so beforehand.
    AnswerAndClose,
    /// Closes after so many bytes of the request.
    CloseAfter(usize),
    /// Resets after so many bytes.
    ResetAfter(usize),
    /// Answers 408, 421, 425, 429 or 503 and closes: statuses that some clients repeat on.
    Status(u16),
}

fn treatment() -> impl Strategy<Value = Treatment> {
    prop_oneof![
        2 => Just(Treatment::Answer),
        2 => Just(Treatment::AnswerAndClose),
        2 => (0usize..700).prop_map(Treatment::CloseAfter),
        2 => (0usize..700).prop_map(Treatment::ResetAfter),
        1 => proptest::sample::select(&[408u16, 421, 425, 429, 503][..]).prop_map(Treatment::Status),
    ]
}

/// An upstream that treats requests as told, and counts those of which a byte arrived.
struct Raw {
    instance: InstanceConfig,
    begun: Arc<AtomicUsize>,
}

impl Raw {
    async fn start(treatments: Vec<Treatment>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let begun = Arc::new(AtomicUsize::new(0));
        let treatments = Arc::new(Mutex::new(treatments.into_iter().rev().collect::<Vec<_>>()));
        let counter = Arc::clone(&begun);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(
                    stream,
                    Arc::clone(&treatments),
                    Arc::clone(&counter),
                ));
            }
        });
        Self {
            instance: InstanceConfig::new(&url, uuid::Uuid::nil(), None),
            begun,
        }
    }
}

async fn connection(
    mut stream: TcpStream,
    treatments: Arc<Mutex<Vec<Treatment>>>,
    begun: Arc<AtomicUsize>,
) {
    loop {
        // The first byte of a request is what counts it.
        let mut request = vec![0; 1];
        if stream.read_exact(&mut request).await.is_err() {
            return;
        }
        begun.fetch_add(1, Ordering::SeqCst);
        let treatment = treatments
            .lock()
            .unwrap()
            .pop()
            .unwrap_or(Treatment::Answer);
        let enough = match treatment {
            Treatment::CloseAfter(bytes) | Treatment::ResetAfter(bytes) => bytes,
            _ => usize::MAX,
        };
        while request.len() < enough && !is_whole(&request) {
            let mut more = [0; 64];
            match stream.read(&mut more).await {
                Ok(0) | Err(_) => return,
                Ok(count) => request.extend_from_slice(&more[..count]),
            }
        }
        let (status, last) = match treatment {
            Treatment::Answer => (200, false),
            Treatment::AnswerAndClose => (200, true),
            Treatment::Status(status) => (status, true),
            Treatment::CloseAfter(_) => return,
            Treatment::ResetAfter(_) => {
                stream.set_zero_linger().ok();
                return;
            }
        };
        let body = r#"{"RequestId":"r","HttpStatusCode":200}"#;
        let reply = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(reply.as_bytes()).await.is_err() || last {
            return;
        }
    }
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
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn not_even_the_beginning_of_a_request_is_sent_twice(treatments in proptest::collection::vec(treatment(), 1..16)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let calls = treatments.len();
            let upstream = Raw::start(treatments).await;
            let gateway = Gateway::before(upstream.instance.clone(), |_| {}).await;
            let mut client = gateway.client();
            for nth in 0..calls {
                let before = upstream.begun.load(Ordering::SeqCst);
                let answered = client.authorize(sign_in(&format!("ok;note={nth}"))).await;
                let begun = upstream.begun.load(Ordering::SeqCst) - before;
                assert!(begun <= 1, "{begun} attempts");
                if let Err(error) = answered {
                    // Only a request of which nothing left may be repeated.
                    assert!(!error.retryable || begun == 0 || error.reason == "RATE_LIMITED", "{error:?}");
                }
            }
        });
    }
}
