//! Flinks stops at every byte, or trickles: the deadline ends the call, and then nothing is held.

use std::{
    net::SocketAddr,
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
    Customer, Kind, Subject, Tally,
    bank::{Act, Asked, Bank, Framing, SESSION, Then, framed},
    says_unsent, scaled,
};
use crate::{
    harness::*,
    pki::{Authority, Folder, Terminator, VERSIONS},
};

const FRAMINGS: [Framing; 3] = [Framing::Length, Framing::Chunks, Framing::End];

/// What is done to a call: the response is written up to a byte, at once or byte by byte.
fn stall(call: usize) -> (Vec<u8>, bool) {
    let framing = FRAMINGS[call % 3];
    let whole = framed(200, SESSION, framing);
    let count = (call / 3 * stride()).min(whole.len());
    (whole[..count].to_vec(), call.is_multiple_of(2))
}

/// How many bytes lie between two stalls.
fn stride() -> usize {
    scaled(2, 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_that_stops_or_trickles_at_any_byte_ends_with_the_calls_time() {
    const LIVE: Duration = Duration::from_secs(4);
    let longest = framed(200, SESSION, Framing::Chunks).len();
    let calls = 3 * (longest / stride() + 1);
    let bank = Bank::open(calls, |asked: &Asked| {
        let call = asked.call();
        let good = Act::good(asked);
        async move {
            let Some(call) = call else {
                return good;
            };
            let (bytes, at_once) = stall(call);
            if at_once || bytes.is_empty() {
                return Act {
                    bytes,
                    then: Then::Stall,
                };
            }
            Act {
                bytes,
                then: Then::Trickle,
            }
        }
    })
    .await;
    let subject = Subject::serve(|command| {
        let seconds = LIVE.as_secs().to_string() + "s";
        // Without tokens, whose connections are kept.
        command
            .envs(bank.settings())
            .env_remove("FLINKS_GATEWAY_SECRET_KEY");
        command.args(["--live-timeout", &seconds, "--cached-timeout", &seconds]);
    });
    let mut tally = Tally::new("stalled and trickling responses");
    let mut whole = 0;
    let customer = Customer::new(subject.client(), "");
    let calling: Vec<_> = (0..calls)
        .map(|call| {
            let mut customer = customer.clone();
            let kind = [Kind::Live, Kind::Cached][call % 2];
            tokio::spawn(async move {
                let answer = customer.call(kind, call);
                (call, tokio::time::timeout(LIVE + PATIENCE, answer).await)
            })
        })
        .collect();
    for calling in calling {
        let (call, answer) = calling.await.unwrap();
        tally.faults += 1;
        let Ok(answer) = answer else {
            tally.calls += 1;
            tally.lost += 1;
            continue;
        };
        assert!(bank.arrived(call) <= 1, "{call}");
        let is_whole = stall(call).0.len() == framed(200, SESSION, FRAMINGS[call % 3]).len();
        match &answer {
            // Where nothing but the connection's end is missing.
            Ok(()) => {
                assert!(is_whole, "{call}");
                whole += 1;
            }
            Err(error) => {
                assert_eq!(error.reason, "DEADLINE_EXCEEDED", "{call}");
                let is_unsent = error.next_step == "RETRY_NOW" && call % 2 == 0;
                assert!(!is_unsent || bank.arrived(call) == 0, "{call}: {error:?}");
            }
        }
        tally.count(&answer);
    }
    tally.doubled += bank.doubled();
    assert!(tally.answered("DEADLINE_EXCEEDED") * 10 > calls * 9);
    // The gateway lets go of what stalled, before the bank does.
    wait_for("stalled connections are let go", || {
        bank.connections() <= whole
    })
    .await;
    drop(customer);
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}

/// Lets so many bytes of a server through on each connection, and then stalls or resets it.
struct Throttle {
    address: SocketAddr,
    /// Connection by connection; what comes later is not throttled.
    next: Arc<AtomicUsize>,
}

/// How many bytes the nth connection gets, and whether it is reset then.
fn share(nth: usize, step: usize) -> (usize, bool) {
    (nth / 2 * step, nth.is_multiple_of(2))
}

impl Throttle {
    async fn start(to: SocketAddr, connections: usize, step: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            address: listener.local_addr().unwrap(),
            next: Arc::default(),
        };
        let next = Arc::clone(&this.next);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let nth = next.fetch_add(1, Ordering::SeqCst);
                let share = (nth < connections).then(|| share(nth, step));
                tokio::spawn(throttled(stream, to, share));
            }
        });
        this
    }
}

async fn throttled(mut down: TcpStream, to: SocketAddr, share: Option<(usize, bool)>) {
    let mut up = TcpStream::connect(to).await.unwrap();
    let Some((mut left, is_reset)) = share else {
        tokio::io::copy_bidirectional(&mut down, &mut up).await.ok();
        return;
    };
    {
        let (mut from_gateway, mut to_gateway) = down.split();
        let (mut from_bank, mut to_bank) = up.split();
        let mut bytes = vec![0; 8192];
        let there = tokio::io::copy(&mut from_gateway, &mut to_bank);
        let back = async {
            while left > 0 {
                let room = left.min(bytes.len());
                let Ok(count @ 1..) = from_bank.read(&mut bytes[..room]).await else {
                    return;
                };
                if to_gateway.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
                left -= count;
            }
            if !is_reset {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            _ = there => {}
            () = back => {}
        }
    }
    if is_reset {
        down.set_zero_linger().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_of_tls_that_stops_or_breaks_anywhere_leaves_nothing_sent() {
    // The server's flight is less than 1 KiB long; what follows it are tickets and the answer.
    const LENGTH: usize = 1400;
    let step = scaled(20, 2);
    let connections = LENGTH / step * 2;
    let calls = connections + 1;
    let authority = Authority::new("bank's");
    let bank = Bank::open(calls, |asked: &Asked| {
        // A connection for each call.
        let mut good = Act::good(asked);
        good.then = Then::Close;
        async { good }
    })
    .await;
    let front = Terminator::start(bank.address, authority.server().serve(&VERSIONS)).await;
    let throttle = Throttle::start(front.address, connections, step).await;
    let folder = Folder::new();
    let ca = folder.put("ca.pem", &authority.pem);
    let subject = Subject::serve(|command| {
        command
            .envs(bank.settings())
            .env_remove("FLINKS_GATEWAY_SECRET_KEY");
        let url = format!("https://localhost:{}", throttle.address.port());
        command.args(["--upstream-url", &url, "--upstream-ca", &ca]);
        command.args(["--connect-timeout", "2s", "--live-timeout", "4s"]);
    });
    let mut tally = Tally::new("TLS towards Flinks, broken or stalled");
    let customer = Customer::new(subject.client(), "");
    for (call, answer) in customer.call_all(0..connections).await {
        tally.faults += 1;
        let arrived = bank.arrived(call);
        assert!(arrived == 0 || !says_unsent(&answer), "{answer:?}");
        if let Err(error) = &answer {
            let allowed = [
                "UPSTREAM_UNREACHABLE",
                "OUTCOME_UNKNOWN",
                "DEADLINE_EXCEEDED",
                "UPSTREAM_RESPONSE_INVALID",
            ];
            assert!(allowed.contains(&error.reason.as_str()), "{answer:?}");
        }
        tally.count(&answer);
    }
    // All faults are used up.
    let used = throttle.next.load(Ordering::SeqCst);
    assert!(used >= connections, "{used} of {connections} connections");
    let mut after = customer.clone();
    let answer = after.call(Kind::Live, connections).await;
    assert!(answer.is_ok(), "{answer:?}");
    tally.count(&answer);
    tally.doubled += bank.doubled();
    drop((customer, after));
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_takes_connections_and_says_nothing_ends_with_the_calls_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let held = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&held);
    let server = tokio::spawn(async move {
        let mut streams = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            streams.push(stream);
        }
    });
    let calls = scaled(200, 2000);
    let subject = Subject::serve(|command| {
        command.args(["--upstream-url", &format!("http://{address}")]);
        command.args(["--customer-id", &flinks_sandbox::CUSTOMER_ID.to_string()]);
        command.args(["--live-timeout", "2s"]);
    });
    let mut tally = Tally::new("an upstream that accepts and never reads");
    let customer = Customer::new(subject.client(), "");
    let begun = Instant::now();
    for (_, answer) in customer.call_all(0..calls).await {
        let error = answer.as_ref().unwrap_err();
        assert_eq!(error.reason, "DEADLINE_EXCEEDED");
        tally.faults += 1;
        tally.count(&answer);
    }
    assert!(begun.elapsed() < PATIENCE + PATIENCE);
    let connections = held.load(Ordering::SeqCst);
    tally.doubled += connections.saturating_sub(calls);
    drop(customer);
    server.abort();
    subject.settle(&mut tally).await;
    tally.close();
}
