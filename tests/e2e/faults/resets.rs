//! Flinks' connection breaks at every byte of the exchange: each call has one answer, and nothing is sent twice.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Customer, Kind, SECRET_KEY, Subject, Tally,
    bank::{self, Framing, framed},
    is_soak, says_unsent, scaled,
};

/// How a connection breaks.
#[derive(Clone, Copy, Debug)]
enum By {
    Fin,
    Rst,
}

/// Where.
#[derive(Clone, Copy, Debug)]
enum Point {
    /// Once so many bytes of the request were read.
    Request(usize),
    /// Once so many bytes of the response were written.
    Response(usize),
    /// So long after a good answer, whatever has come meanwhile.
    Idle(Duration),
}

/// A bank that breaks the next connection as it is told, and counts the requests of which a byte arrived.
struct Breaker {
    address: SocketAddr,
    state: Arc<State>,
    connections: TaskTracker,
    end: CancellationToken,
}

#[derive(Default)]
struct State {
    armed: Mutex<Option<(Point, By)>>,
    /// Whether mints are broken rather than calls.
    breaks_mints: bool,
    framing: Mutex<Option<Framing>>,
    /// Requests with credentials or answers that began to arrive.
    begun: AtomicUsize,
    /// Those of them that came over a connection that had served another.
    reused: AtomicUsize,
    /// How many requests arrived of each call, as far as a body tells whose it is.
    arrived: Mutex<BTreeMap<usize, usize>>,
    /// Of the last whole exchange of the broken kind.
    request: AtomicUsize,
    response: AtomicUsize,
}

impl State {
    /// Notes whose request has arrived.
    fn note(&self, request: &str) {
        if let Some(call) = bank::call_of(request) {
            *self.arrived.lock().unwrap().entry(call).or_default() += 1;
        }
    }

    /// How many calls have arrived more than once.
    fn doubled(&self) -> usize {
        let arrived = self.arrived.lock().unwrap();
        arrived.values().filter(|times| **times > 1).count()
    }
}

impl Breaker {
    async fn open(breaks_mints: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let breaker = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new(State {
                breaks_mints,
                ..State::default()
            }),
            connections: TaskTracker::new(),
            end: CancellationToken::new(),
        };
        let state = Arc::clone(&breaker.state);
        let (connections, end) = (breaker.connections.clone(), breaker.end.clone());
        tokio::spawn(end.clone().run_until_cancelled_owned(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let served = connection(stream, Arc::clone(&state));
                connections.spawn(end.clone().run_until_cancelled_owned(served));
            }
        }));
        breaker
    }

    fn arm(&self, point: Point, by: By) {
        *self.state.armed.lock().unwrap() = Some((point, by));
    }

    fn begun(&self) -> usize {
        self.state.begun.load(Ordering::SeqCst)
    }
}

async fn connection(mut stream: TcpStream, state: Arc<State>) {
    let mut is_first = true;
    while let Some(goes_on) = serve_one(&mut stream, &state, is_first).await {
        if !goes_on {
            return;
        }
        is_first = false;
    }
}

async fn serve_one(stream: &mut TcpStream, state: &State, is_first: bool) -> Option<bool> {
    // Looked at, and not yet read.
    let is_mint = loop {
        let mut seen = [0; 512];
        let count = stream
            .peek(&mut seen)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        if seen[..count].contains(&b'\n') {
            break bank::is_mint(&seen[..count]);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    if !is_mint {
        state.begun.fetch_add(1, Ordering::SeqCst);
        state
            .reused
            .fetch_add(usize::from(!is_first), Ordering::SeqCst);
    }
    let is_meant = is_mint == state.breaks_mints;
    let armed = if is_meant {
        state.armed.lock().unwrap().take()
    } else {
        None
    };
    let mut request = Vec::new();
    let enough = match armed {
        Some((Point::Request(bytes), _)) => bytes,
        _ => usize::MAX,
    };
    while request.len() < enough && bank::whole(&request).is_none() {
        let mut bytes = [0; 4096];
        let room = bytes.len().min(enough - request.len());
        match stream.read(&mut bytes[..room]).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => request.extend_from_slice(&bytes[..count]),
        }
    }
    if let Some((Point::Request(_), by)) = armed {
        let rest = state.request.load(Ordering::SeqCst).max(request.len()) - request.len();
        break_off(stream, by, rest, state).await;
        return Some(false);
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    state.note(&text);
    let framing = if is_mint {
        None
    } else {
        *state.framing.lock().unwrap()
    };
    let response = if is_mint {
        framed(200, &bank::token(), Framing::Length)
    } else if text.contains(bank::ASK) {
        framed(203, bank::QUESTION, Framing::Length)
    } else {
        framed(200, bank::SESSION, framing.unwrap_or(Framing::Length))
    };
    if is_meant && !text.contains(bank::ASK) {
        state.request.store(request.len(), Ordering::SeqCst);
        state.response.store(response.len(), Ordering::SeqCst);
    }
    match armed {
        Some((Point::Response(bytes), by)) => {
            stream.write_all(&response[..bytes]).await.ok()?;
            break_off(stream, by, 0, state).await;
            Some(false)
        }
        Some((Point::Idle(pause), by)) => {
            stream.write_all(&response).await.ok()?;
            // Shorter than a timer can be.
            let until = std::time::Instant::now() + pause;
            while std::time::Instant::now() < until {
                tokio::task::yield_now().await;
            }
            break_off(stream, by, 0, state).await;
            Some(false)
        }
        _ => {
            stream.write_all(&response).await.ok()?;
            Some(!matches!(framing, Some(Framing::End)))
        }
    }
}

/// Breaks a connection. What still arrives over it beyond the rest of its request is another one.
async fn break_off(stream: &mut TcpStream, by: By, rest: usize, state: &State) {
    let mut late = Vec::new();
    let mut bytes = [0; 4096];
    match by {
        By::Fin => {
            stream.shutdown().await.ok();
            while let Ok(count @ 1..) = stream.read(&mut bytes).await {
                late.extend_from_slice(&bytes[..count]);
            }
        }
        By::Rst => {
            if rest == 0 {
                let count = stream.try_read(&mut bytes).unwrap_or(0);
                late.extend_from_slice(&bytes[..count]);
            }
            stream.set_zero_linger().unwrap();
        }
    }
    let another = late.get(rest..).unwrap_or_default();
    state.note(&String::from_utf8_lossy(another));
    state
        .begun
        .fetch_add(usize::from(!another.is_empty()), Ordering::SeqCst);
}

/// One way of breaking, at one byte.
#[derive(Clone, Copy, Debug)]
struct Way {
    kept: bool,
    by: By,
}

const WAYS: [Way; 4] = [
    Way {
        kept: false,
        by: By::Fin,
    },
    Way {
        kept: false,
        by: By::Rst,
    },
    Way {
        kept: true,
        by: By::Fin,
    },
    Way {
        kept: true,
        by: By::Rst,
    },
];

/// What a lane breaks, one call after the other.
#[derive(Clone, Copy, Debug)]
struct Lane {
    name: &'static str,
    kind: Kind,
    framing: Framing,
    with_tokens: bool,
    breaks_mints: bool,
    /// How many ways each byte is broken in, of four.
    ways: usize,
}

fn lanes() -> Vec<Lane> {
    let lane = |name, kind, framing| Lane {
        name,
        kind,
        framing,
        with_tokens: false,
        breaks_mints: false,
        ways: scaled(1, 4),
    };
    let mut live = lane("live", Kind::Live, Framing::Length);
    live.ways = 4;
    let with_tokens = |name, kind, framing| Lane {
        with_tokens: true,
        ..lane(name, kind, framing)
    };
    let mut lanes = vec![
        live,
        lane("answers", Kind::Answers, Framing::Chunks),
        lane("cached", Kind::Cached, Framing::End),
        with_tokens("token-live", Kind::Live, Framing::Chunks),
        Lane {
            breaks_mints: true,
            ..with_tokens("mint", Kind::Live, Framing::Length)
        },
    ];
    if is_soak() {
        lanes.extend([
            lane("live-chunks", Kind::Live, Framing::Chunks),
            lane("live-end", Kind::Live, Framing::End),
            lane("cached-length", Kind::Cached, Framing::Length),
            lane("answers-length", Kind::Answers, Framing::Length),
            with_tokens("token-answers", Kind::Answers, Framing::Length),
            with_tokens("token-cached", Kind::Cached, Framing::Length),
        ]);
    }
    lanes
}

/// A lane's bank, and who calls it.
struct Running {
    lane: Lane,
    breaker: Breaker,
    customer: Customer,
    calls: usize,
    tally: Tally,
}

impl Running {
    /// A call whose connection is not broken.
    async fn good(&mut self) {
        let answer = self.customer.call(self.lane.kind, self.calls).await;
        assert!(answer.is_ok(), "{:?}: {answer:?}", self.lane);
        self.calls += 1;
        self.tally.count(&answer);
    }

    async fn broken(&mut self, point: Point, by: By) {
        let before = self.breaker.begun();
        self.breaker.arm(point, by);
        let answer = self.customer.call(self.lane.kind, self.calls).await;
        self.calls += 1;
        let begun = self.breaker.begun() - before;
        let lane = self.lane;
        let what = || format!("{lane:?} {point:?} {by:?}: {begun} begun, {answer:?}");
        self.tally.faults += 1;
        self.tally.doubled += begun.saturating_sub(1);
        assert!(begun <= 1, "{}", what());
        assert!(begun == 0 || !says_unsent(&answer), "{}", what());
        assert!(
            self.breaker.state.armed.lock().unwrap().is_none(),
            "not broken: {}",
            what()
        );
        match &answer {
            Ok(()) => {}
            Err(error) => {
                let whole = self.breaker.state.response.load(Ordering::SeqCst);
                let allowed: &[&str] = match (point, lane.breaks_mints) {
                    (Point::Request(_), false) => &["OUTCOME_UNKNOWN"],
                    (_, false) => &["OUTCOME_UNKNOWN", "UPSTREAM_RESPONSE_INVALID"],
                    (Point::Request(_), true) => &["UPSTREAM_UNREACHABLE"],
                    // The whole token has come: the sign-in may go over that connection before it breaks.
                    (Point::Response(bytes), true) if bytes == whole => {
                        &["OUTCOME_UNKNOWN", "UPSTREAM_UNREACHABLE"]
                    }
                    (_, true) => &["UPSTREAM_UNREACHABLE", "UPSTREAM_RESPONSE_INVALID"],
                };
                assert!(allowed.contains(&error.reason.as_str()), "{}", what());
            }
        }
        self.tally.count(&answer);
    }

    async fn run(mut self) -> (Breaker, Tally) {
        if self.lane.kind == Kind::Answers {
            let asked = self.customer.be_asked(self.calls).await;
            asked.unwrap();
            self.calls += 1;
            self.tally.count(&Ok(()));
        }
        *self.breaker.state.framing.lock().unwrap() = Some(self.lane.framing);
        self.good().await;
        let length = |length: &AtomicUsize| length.load(Ordering::SeqCst);
        let request = length(&self.breaker.state.request);
        let response = length(&self.breaker.state.response);
        let points = (0..=request)
            .map(Point::Request)
            .chain((0..=response).map(Point::Response));
        for (nth, point) in points.enumerate() {
            for way in 0..self.lane.ways {
                let Way { kept, by } = WAYS[(nth + way) % 4];
                // After a mint the connection is a kept one anyway.
                if kept && !self.lane.with_tokens {
                    self.good().await;
                }
                self.broken(point, by).await;
            }
        }
        let reused = length(&self.breaker.state.reused);
        let name = self.lane.name;
        self.tally.note(format!(
            "{name}: {request} + {response} bytes, {reused} over a used connection"
        ));
        (self.breaker, self.tally)
    }

    /// Calls while the connection that would serve them is being closed.
    async fn race(mut self) -> (Breaker, Tally) {
        self.good().await;
        for turn in 0..scaled(600, 6000) {
            let by = [By::Fin, By::Rst][turn % 2];
            let pause = Duration::from_micros(u64::try_from(turn / 2 % 300).unwrap() * 4);
            self.breaker.arm(Point::Idle(pause), by);
            self.good().await;
            let answer = self.customer.call(Kind::Live, self.calls).await;
            self.calls += 1;
            self.tally.faults += 1;
            if let Err(error) = &answer {
                assert_eq!(error.reason, "OUTCOME_UNKNOWN", "{pause:?} {by:?}");
            }
            self.tally.count(&answer);
        }
        // What a connection still held is counted when it is closed, which may be after the answer to its call.
        let sent = self.breaker.begun();
        assert!(
            sent <= self.calls,
            "{sent} requests of {} calls",
            self.calls
        );
        (self.breaker, self.tally)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_at_any_byte_costs_its_call_and_doubles_none() {
    let mut lanes = lanes();
    lanes.push(Lane {
        name: "race",
        kind: Kind::Live,
        framing: Framing::Length,
        with_tokens: false,
        breaks_mints: false,
        ways: 0,
    });
    let mut settings = String::new();
    let mut breakers = Vec::new();
    for lane in &lanes {
        let breaker = Breaker::open(lane.breaks_mints).await;
        let (name, url, customer) = (lane.name, breaker.address, flinks_sandbox::CUSTOMER_ID);
        writeln!(
            settings,
            "[instances.{name}]\nupstream_url = 'http://{url}'\ncustomer_id = '{customer}'"
        )
        .unwrap();
        if lane.with_tokens {
            writeln!(settings, "secret_key = '{SECRET_KEY}'").unwrap();
        }
        breakers.push(breaker);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), settings).unwrap();
    let subject = Subject::serve(|command| {
        command.arg("--config").arg(file.path());
        // Each call mints its own.
        command.args(["--token-pool", "0", "--log-level", "debug"]);
    });
    let running = lanes.into_iter().zip(breakers).map(|(lane, breaker)| {
        let running = Running {
            lane,
            breaker,
            customer: Customer::new(subject.client(), lane.name),
            calls: 0,
            tally: Tally::new(lane.name),
        };
        tokio::spawn(async move {
            match lane.name {
                "race" => running.race().await,
                _ => running.run().await,
            }
        })
    });
    let running: Vec<_> = running.collect();
    let mut tally = Tally::new("resets at every byte");
    for lane in running {
        let (breaker, found) = lane.await.unwrap();
        tally.add(found);
        breaker.end.cancel();
        breaker.connections.close();
        breaker.connections.wait().await;
        tally.doubled += breaker.state.doubled();
    }
    assert!(tally.answered("OUTCOME_UNKNOWN") > 1000);
    subject.settle(&mut tally).await;
    tally.close();
}
