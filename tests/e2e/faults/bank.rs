//! A bank that writes HTTP by hand, answers as told, and counts what arrives of each call.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::SECRET_KEY;

/// The user who is asked something.
pub const ASK: &str = "canary-ask";

pub const SESSION: &str = r#"{"HttpStatusCode":200,"Institution":"Bank","Login":{"Username":"canary-user","IsScheduledRefresh":false,"LastRefresh":"2026-01-01T00:00:00","Type":"Personal","Id":"beefbeef-0000-4000-8000-000000000001"},"Links":[],"RequestId":"11111111-0000-4000-8000-000000000001"}"#;
pub const QUESTION: &str = r#"{"HttpStatusCode":203,"Institution":"Bank","SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"canary-prompt"}],"RequestId":"11111111-0000-4000-8000-000000000001"}"#;

/// How a body's length is told.
#[derive(Clone, Copy, Debug)]
pub enum Framing {
    Length,
    Chunks,
    /// By the connection's end.
    End,
}

pub fn framed(status: u16, body: &str, framing: Framing) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n");
    let reply = match framing {
        Framing::Length => format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()),
        Framing::Chunks => {
            let (first, second) = body.split_at(body.len() / 2);
            let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
            let (first, second) = (chunk(first), chunk(second));
            format!("{head}Transfer-Encoding: chunked\r\n\r\n{first}{second}0\r\n\r\n")
        }
        Framing::End => format!("{head}Connection: close\r\n\r\n{body}"),
    };
    reply.into_bytes()
}

pub fn token() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!(r#"{{"HttpStatusCode":200,"Token":"cafecafe-0000-4000-8000-{number:012}"}}"#)
}

/// A request as it arrived.
pub struct Asked {
    pub is_mint: bool,
    text: String,
}

impl Asked {
    fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |parts| parts.1)
    }

    /// The call that it is of.
    pub fn call(&self) -> Option<usize> {
        call_of(self.body())
    }

    /// What a good bank says.
    pub fn answer(&self) -> Vec<u8> {
        if self.is_mint {
            framed(200, &token(), Framing::Length)
        } else if self.body().contains(ASK) {
            framed(203, QUESTION, Framing::Length)
        } else {
            framed(200, SESSION, Framing::Length)
        }
    }
}

/// What is written, and what is done then.
pub struct Act {
    pub bytes: Vec<u8>,
    pub then: Then,
}

#[derive(Clone, Copy, Debug)]
pub enum Then {
    Keep,
    Close,
    Reset,
    /// Nothing any more, until the gateway goes away.
    Stall,
    /// The same, and the bytes were written one by one.
    Trickle,
}

impl Act {
    pub fn good(asked: &Asked) -> Self {
        Self {
            bytes: asked.answer(),
            then: Then::Keep,
        }
    }
}

pub struct Bank {
    pub address: SocketAddr,
    /// How many requests arrived of each call.
    arrivals: Arc<[AtomicUsize]>,
    pub mints: Arc<AtomicUsize>,
    connections: TaskTracker,
    end: CancellationToken,
}

impl Bank {
    /// Expects so many calls, and answers each request as told.
    pub async fn open<F>(calls: usize, act: impl Fn(&Asked) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Act> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bank = Self {
            address: listener.local_addr().unwrap(),
            arrivals: (0..calls).map(|_| AtomicUsize::new(0)).collect(),
            mints: Arc::default(),
            connections: TaskTracker::new(),
            end: CancellationToken::new(),
        };
        let act = Arc::new(act);
        let (arrivals, mints) = (Arc::clone(&bank.arrivals), Arc::clone(&bank.mints));
        let (connections, end) = (bank.connections.clone(), bank.end.clone());
        tokio::spawn(end.clone().run_until_cancelled_owned(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (act, arrivals) = (Arc::clone(&act), Arc::clone(&arrivals));
                let (mints, end) = (Arc::clone(&mints), end.clone());
                connections.spawn(end.run_until_cancelled_owned(async move {
                    let mut connection = Connection::new(stream);
                    while let Some(asked) = connection.asked().await {
                        if asked.is_mint {
                            mints.fetch_add(1, Ordering::Relaxed);
                        } else if let Some(call) = asked.call() {
                            arrivals[call].fetch_add(1, Ordering::SeqCst);
                        }
                        let Act { bytes, then } = act(&asked).await;
                        if !connection.does(&bytes, then).await {
                            return;
                        }
                    }
                }));
            }
        }));
        bank
    }

    pub fn arrived(&self, call: usize) -> usize {
        self.arrivals[call].load(Ordering::SeqCst)
    }

    /// How many calls arrived more than once.
    pub fn doubled(&self) -> usize {
        let more = |arrivals: &&AtomicUsize| arrivals.load(Ordering::SeqCst) > 1;
        self.arrivals.iter().filter(more).count()
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// What puts a gateway in front of it.
    pub fn settings(&self) -> [(&'static str, String); 3] {
        [
            (
                "FLINKS_GATEWAY_UPSTREAM_URL",
                format!("http://{}", self.address),
            ),
            (
                "FLINKS_GATEWAY_CUSTOMER_ID",
                flinks_sandbox::CUSTOMER_ID.to_string(),
            ),
            ("FLINKS_GATEWAY_SECRET_KEY", SECRET_KEY.to_owned()),
        ]
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.end.cancel();
        self.connections.close();
        self.connections.wait().await;
    }
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    fn new(stream: TcpStream) -> Self {
        stream.set_nodelay(true).ok();
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// The next request; none at the connection's end.
    async fn asked(&mut self) -> Option<Asked> {
        loop {
            if let Some(length) = whole(&self.read) {
                let text = String::from_utf8(self.read.drain(..length).collect()).unwrap();
                let is_mint = is_mint(text.as_bytes());
                return Some(Asked { is_mint, text });
            }
            if !matches!(self.stream.read_buf(&mut self.read).await, Ok(1..)) {
                return None;
            }
        }
    }

    /// Whether the connection goes on.
    async fn does(&mut self, bytes: &[u8], then: Then) -> bool {
        let parts = match then {
            Then::Trickle => bytes.chunks(1),
            _ => bytes.chunks(bytes.len().max(1)),
        };
        for part in parts {
            if self.stream.write_all(part).await.is_err() {
                return false;
            }
            if matches!(then, Then::Trickle) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        match then {
            Then::Keep => return true,
            Then::Close => {}
            Then::Reset => self.stream.set_zero_linger().unwrap(),
            Then::Stall | Then::Trickle => {
                while matches!(self.stream.read_buf(&mut self.read).await, Ok(1..)) {}
            }
        }
        false
    }
}

/// The call that a request is of, by the user name or the answer in its body.
pub fn call_of(request: &str) -> Option<usize> {
    let (_, name) = request.split_once("canary-call-")?;
    name.get(..8)?.parse().ok()
}

pub fn is_mint(request: &[u8]) -> bool {
    let line = request.split(|byte| *byte == b'\r').next().unwrap();
    String::from_utf8_lossy(line).contains("GenerateAuthorizeToken")
}

/// The length of the request that bytes begin with, where it is whole.
pub fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.split_once("content-length: ").map_or(0, |(_, rest)| {
        let digits = rest.split_once('\r').unwrap().0;
        digits.parse().unwrap()
    });
    (bytes.len() >= head + length).then_some(head + length)
}
