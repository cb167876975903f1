//! Peers that stop without a word, on both sides: a Flinks whose process stands still, and clients that never read on.

use std::{
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{
    Customer, Subject, Tally,
    bank::{Act, Asked, Bank, Then},
    is_soak, scaled,
};
use crate::{
    harness::*,
    process,
    raw::{self, AUTHORIZE, Peer},
};

/// A Flinks in a process of its own, which can be made to stand still.
struct Standing {
    child: Child,
    written: tempfile::NamedTempFile,
}

impl Standing {
    fn start() -> (Self, std::net::SocketAddr) {
        let written = tempfile::NamedTempFile::new().unwrap();
        let mut command = process::command();
        command.args(["sandbox", "--listen", "127.0.0.1:0"]);
        let child = command
            .stdout(written.reopen().unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let this = Self { child, written };
        let until = Instant::now() + PATIENCE;
        loop {
            let text = std::fs::read_to_string(this.written.path()).unwrap();
            let address = text.split("http://").nth(1).and_then(|rest| {
                let end = rest.find(|end: char| !end.is_ascii_digit() && end != '.' && end != ':');
                rest[..end.unwrap_or(rest.len())].parse().ok()
            });
            if let Some(address) = address {
                return (this, address);
            }
            assert!(Instant::now() < until, "{text}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn tell(&self, signal: &str) {
        let kill = format!("kill -s {signal} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Hands connections on, and counts the requests to `/Authorize` that go over them.
async fn counting(to: std::net::SocketAddr) -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let counted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&counted);
    tokio::spawn(async move {
        while let Ok((mut down, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut up = TcpStream::connect(to).await.unwrap();
                let (mut from_gateway, mut to_gateway) = down.split();
                let (mut from_bank, mut to_bank) = up.split();
                let there = async {
                    let mut bytes = vec![0; 16 << 10];
                    while let Ok(read @ 1..) = from_gateway.read(&mut bytes).await {
                        // The gateway writes a head at once.
                        let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                        count.fetch_add(
                            text.matches("BankingServices/Authorize ").count(),
                            Ordering::SeqCst,
                        );
                        if to_bank.write_all(&bytes[..read]).await.is_err() {
                            return;
                        }
                    }
                };
                let back = tokio::io::copy(&mut from_bank, &mut to_gateway);
                tokio::select! {
                    () = there => {}
                    _ = back => {}
                }
            });
        }
    });
    (address, counted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flinks_that_stands_still_holds_calls_for_their_time_and_gets_none_twice() {
    let (bank, address) = Standing::start();
    let (front, counted) = counting(address).await;
    let subject = Subject::serve(|command| {
        command.args(["--upstream-url", &format!("http://{front}")]);
        command.args(["--customer-id", &flinks_sandbox::CUSTOMER_ID.to_string()]);
        command.env("FLINKS_GATEWAY_SECRET_KEY", Options::default().secret_key);
        command.args(["--live-timeout", "4s", "--readiness-grace", "1h"]);
    });
    let mut tally = Tally::new("a Flinks that is stopped (SIGSTOP)");
    let client = subject.client();
    let (mut sent, mut unsent) = (0, 0);
    let mut calls = 0;
    for _ in 0..scaled(2, 20) {
        // Connections are kept, and tokens at hand.
        let mut wave = async |tally: &mut Tally| {
            let called: Vec<_> = (0..20)
                .map(|nth| {
                    let mut client = client.clone();
                    let scenario = format!("ok;note=canary-{}", calls + nth);
                    tokio::spawn(
                        async move { client.authorize(sign_in(&scenario)).await.map(drop) },
                    )
                })
                .collect();
            calls += 20;
            let mut answers = Vec::new();
            for called in called {
                let answer = called.await.unwrap();
                tally.count(&answer);
                answers.push(answer);
            }
            answers
        };
        let good = wave(&mut tally).await;
        assert!(good.iter().all(Result::is_ok), "{good:?}");
        bank.tell("STOP");
        let before = counted.load(Ordering::SeqCst);
        let stuck = wave(&mut tally).await;
        bank.tell("CONT");
        tally.faults += stuck.len();
        let mut left = 0;
        for answer in stuck {
            let error = answer.unwrap_err();
            assert_eq!(error.reason, "DEADLINE_EXCEEDED");
            let is_unsent = error.next_step == "RETRY_NOW";
            left += usize::from(!is_unsent);
            unsent += usize::from(is_unsent);
        }
        sent += left;
        let arrived = counted.load(Ordering::SeqCst) - before;
        assert!(
            arrived <= left,
            "{arrived} left for the bank, {left} were told so"
        );
    }
    let all = counted.load(Ordering::SeqCst);
    tally.doubled += all.saturating_sub(calls);
    tally.note(format!(
        "while stopped {sent} had been sent, {unsent} waited for a token"
    ));
    drop((client, bank));
    subject.settle(&mut tally).await;
    tally.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_vanish_in_any_state_give_everything_back() {
    let calls = scaled(60, 600);
    let bank = Bank::open(calls, |asked: &Asked| {
        let good = Act::good(asked);
        let is_call = asked.call().is_some();
        async move {
            if is_call {
                return Act {
                    bytes: Vec::new(),
                    then: Then::Stall,
                };
            }
            good
        }
    })
    .await;
    let subject = Subject::serve(|command| {
        command.envs(bank.settings());
        command.args(["--max-connection-idle", "1s", "--live-timeout", "3s"]);
        command.args(["--max-connection-age-grace", "10m"]);
    });
    let mut tally = Tally::new("clients that fall silent in any state");
    let mut silent = Vec::new();
    let customer = Customer::new(subject.client(), "");
    for call in 0..calls {
        tally.faults += 1;
        let stream = match call % 5 {
            // Before the first byte, and in the midst of the preface.
            0 => TcpStream::connect(subject.process.address).await.unwrap(),
            1 => {
                let mut stream = TcpStream::connect(subject.process.address).await.unwrap();
                stream.write_all(b"PRI * HT").await.unwrap();
                stream
            }
            // Without a call; in the midst of a head; with a call under way.
            2 => Peer::connect(subject.process.address, &[]).await.0,
            3 => {
                let mut peer = Peer::connect(subject.process.address, &[]).await;
                let head = raw::frame(
                    raw::HEADERS,
                    raw::END_HEADERS,
                    1,
                    &raw::head(AUTHORIZE, &[]),
                );
                peer.write_all(&head[..head.len() / 2]).await.unwrap();
                peer.0
            }
            _ => {
                let mut peer = Peer::connect(subject.process.address, &[]).await;
                peer.begin(1, AUTHORIZE).await;
                let message =
                    raw::message(&customer.sign_in(call, &format!("canary-user-{call:08}")));
                peer.write(1, &message, true).await;
                peer.0
            }
        };
        silent.push(stream);
    }
    // All are silent from now on, and none is closed by its client. Whoever did not greet has 10 s, a call its time; who
    // greeted and was told to go away is found by pings after 50 s, which is too long to wait here each time.
    #[expect(clippy::cast_precision_loss, reason = "a count of connections")]
    let greeted = if is_soak() {
        0.0
    } else {
        (calls * 3 / 5) as f64
    };
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let held = subject.held().await;
        if held.0 == 0.0 && held.1 <= greeted {
            break;
        }
        assert!(Instant::now() < until, "{held:?} held");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tally.note(format!(
        "{} connections, {} of them with a call",
        silent.len(),
        calls / 5
    ));
    tally.doubled += bank.doubled();
    let arrived = (0..calls).filter(|call| bank.arrived(*call) == 1).count();
    assert_eq!(arrived, calls / 5);
    drop((silent, customer));
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}
