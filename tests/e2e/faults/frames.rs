//! HTTP/2 as no client means it: the gateway stays up, keeps its memory, and serves good calls meanwhile.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use fastrand::Rng;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    Customer, Kind, Subject, Tally,
    bank::{Act, Asked, Bank},
    chance, scaled,
};
use crate::{
    harness::*,
    raw::{
        self, AUTHORIZE, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING, RST_STREAM,
        SETTINGS, WINDOW_UPDATE, frame,
    },
};

const PRIORITY: u8 = 2;
const PUSH_PROMISE: u8 = 5;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A kind of nonsense.
type Attack = fn(&mut Rng) -> Vec<u8>;

const ATTACKS: [(&str, Attack); 22] = [
    ("random bytes", random_bytes),
    ("garbage before the preface", garbage_first),
    ("a preface that is cut", cut_preface),
    ("HTTP/1.1", http1),
    ("a TLS hello", tls_hello),
    ("random frames", random_frames),
    ("mutated calls", mutated_call),
    ("cut calls", cut_call),
    ("oversized frames", oversized),
    ("wrong stream ids", wrong_streams),
    ("CONTINUATION floods", continuations),
    ("PING floods", |rng| flood(rng, PING, 8)),
    ("SETTINGS floods", |rng| flood(rng, SETTINGS, 6)),
    ("PRIORITY floods", |rng| flood(rng, PRIORITY, 5)),
    ("WINDOW_UPDATE floods", |rng| flood(rng, WINDOW_UPDATE, 4)),
    ("resets of many streams", rapid_resets),
    ("header bombs", header_bomb),
    ("random HPACK", random_hpack),
    ("headers that are no UTF-8", not_utf8),
    ("lies about lengths", length_lies),
    ("compressed messages", compressed),
    ("empty DATA floods", empty_data),
];

fn bytes(rng: &mut Rng, count: usize) -> Vec<u8> {
    (0..count).map(|_| rng.u8(..)).collect()
}

/// What a connection begins with, and then this.
fn greeted(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut all = PREFACE.to_vec();
    all.extend(frame(SETTINGS, 0, 0, &[]));
    all.extend(frames.concat());
    all
}

fn headers(stream: u32, more: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &raw::head(AUTHORIZE, more))
}

/// A call that is as it should be, but not at its end: it asks for nothing.
fn call(rng: &mut Rng) -> Vec<u8> {
    let message = raw::message(&credentials("Bank", "", "canary-never-sent"));
    let with_timeout = [("grpc-timeout", "100m")];
    let more: &[(&str, &str)] = if rng.bool() { &with_timeout } else { &[] };
    greeted(&[headers(1, more), frame(DATA, END_STREAM, 1, &message)])
}

fn random_bytes(rng: &mut Rng) -> Vec<u8> {
    let count = rng.usize(1..4096);
    bytes(rng, count)
}

fn garbage_first(rng: &mut Rng) -> Vec<u8> {
    let count = rng.usize(1..64);
    [bytes(rng, count), call(rng)].concat()
}

fn cut_preface(rng: &mut Rng) -> Vec<u8> {
    PREFACE[..rng.usize(1..PREFACE.len())].to_vec()
}

fn http1(rng: &mut Rng) -> Vec<u8> {
    let line = [
        "GET / HTTP/1.1",
        "POST /x HTTP/1.1",
        "CONNECT a:1 HTTP/1.1",
        "BREW pot HTTP/9.9",
    ];
    let more = "a".repeat(rng.usize(0..40_000));
    format!("{}\r\nhost: x\r\nx: {more}\r\n\r\n", line[rng.usize(..4)]).into_bytes()
}

fn tls_hello(rng: &mut Rng) -> Vec<u8> {
    let count = rng.usize(40..600);
    [
        vec![0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3],
        bytes(rng, count),
    ]
    .concat()
}

fn random_frame(rng: &mut Rng) -> Vec<u8> {
    let count = rng.usize(0..200);
    let payload = bytes(rng, count);
    let stream = [0, 1, 1, 2, 3, 5, u32::MAX][rng.usize(..7)];
    frame(rng.u8(..12), rng.u8(..), stream, &payload)
}

fn random_frames(rng: &mut Rng) -> Vec<u8> {
    let count = rng.usize(1..60);
    let frames: Vec<_> = (0..count).map(|_| random_frame(rng)).collect();
    greeted(&frames)
}

fn mutated_call(rng: &mut Rng) -> Vec<u8> {
    let mut call = call(rng);
    for _ in 0..rng.usize(1..8) {
        let place = rng.usize(24..call.len());
        match rng.u8(..3) {
            0 => call[place] ^= 1 << rng.u8(..8),
            1 => drop(call.remove(place)),
            _ => call.insert(place, rng.u8(..)),
        }
    }
    call
}

fn cut_call(rng: &mut Rng) -> Vec<u8> {
    let mut call = call(rng);
    call.truncate(rng.usize(24..call.len()));
    call
}

fn oversized(rng: &mut Rng) -> Vec<u8> {
    let size = [16_385, 1 << 20, (1 << 24) - 1][rng.usize(..3)];
    let kind = [DATA, HEADERS, SETTINGS, PING, RST_STREAM, 42][rng.usize(..6)];
    let length = u32::try_from(size).unwrap().to_be_bytes();
    let head = vec![length[1], length[2], length[3], kind, 0, 0, 0, 0, 1];
    greeted(&[head, vec![0; size.min(64 << 10)]])
}

fn wrong_streams(rng: &mut Rng) -> Vec<u8> {
    let frames = match rng.u8(..6) {
        0 => vec![headers(2, &[])],
        1 => vec![headers(0, &[])],
        2 => vec![headers(5, &[]), headers(3, &[])],
        3 => vec![frame(DATA, END_STREAM, 7, b"x")],
        4 => vec![headers(1, &[]), headers(1, &[]), headers(1, &[])],
        _ => vec![frame(PUSH_PROMISE, END_HEADERS, 1, &[0, 0, 0, 2])],
    };
    greeted(&frames)
}

/// A head that never ends.
fn continuations(rng: &mut Rng) -> Vec<u8> {
    let mut all = greeted(&[frame(HEADERS, 0, 1, &raw::head(AUTHORIZE, &[]))]);
    let count = rng.usize(1..4000);
    let part = if rng.bool() {
        Vec::new()
    } else {
        raw::head("/", &[])[..20].to_vec()
    };
    for _ in 0..count {
        all.extend(frame(CONTINUATION, 0, 1, &part));
    }
    all
}

fn flood(rng: &mut Rng, kind: u8, size: usize) -> Vec<u8> {
    let stream = u32::from(matches!(kind, PRIORITY));
    let mut all = greeted(&[]);
    for _ in 0..rng.usize(100..8000) {
        let mut payload = vec![0; size];
        payload[size - 1] = 5;
        all.extend(frame(kind, 0, stream, &payload));
    }
    all
}

fn rapid_resets(rng: &mut Rng) -> Vec<u8> {
    let mut all = greeted(&[]);
    for nth in 0..rng.u32(100..2000) {
        all.extend(headers(2 * nth + 1, &[]));
        all.extend(frame(RST_STREAM, 0, 2 * nth + 1, &[0, 0, 0, 8]));
    }
    all
}

/// A large field is put into the table once, and then named thousands of times.
fn header_bomb(rng: &mut Rng) -> Vec<u8> {
    let value = vec![b'a'; 4000];
    let mut block = raw::head(AUTHORIZE, &[]);
    // Literal with indexing: name, and a length of 4,000 with a prefix of seven bits.
    block.extend([0x40, 1, b'x', 127]);
    block.extend([
        (((4000 - 127) % 128) | 128) as u8,
        ((4000 - 127) / 128) as u8,
    ]);
    block.extend(&value);
    block.extend(vec![0x80 | 62; rng.usize(1000..10_000)]);
    let mut frames: Vec<Vec<u8>> = Vec::new();
    let parts: Vec<&[u8]> = block.chunks(16_000).collect();
    for (nth, part) in parts.iter().enumerate() {
        let flags = if nth + 1 == parts.len() {
            END_HEADERS
        } else {
            0
        };
        let kind = if nth == 0 { HEADERS } else { CONTINUATION };
        frames.push(frame(kind, flags, 1, part));
    }
    greeted(&frames)
}

fn random_hpack(rng: &mut Rng) -> Vec<u8> {
    let count = rng.usize(1..2000);
    let block = bytes(rng, count);
    greeted(&[frame(HEADERS, END_HEADERS | END_STREAM, 1, &block)])
}

fn not_utf8(rng: &mut Rng) -> Vec<u8> {
    let mut block = raw::head(AUTHORIZE, &[]);
    let name: &[u8] = [
        &b"x-request-id"[..],
        b"grpc-timeout",
        b"authorization",
        b"traceparent",
        b"x",
    ][rng.usize(..5)];
    block.push(0);
    block.push(u8::try_from(name.len()).unwrap());
    block.extend(name);
    let count = rng.usize(1..100);
    block.push(u8::try_from(count).unwrap());
    block.extend(bytes(rng, count).iter().map(|byte| byte | 0x80));
    greeted(&[
        frame(HEADERS, END_HEADERS, 1, &block),
        frame(DATA, END_STREAM, 1, &[0, 0, 0, 0, 0]),
    ])
}

fn length_lies(rng: &mut Rng) -> Vec<u8> {
    let lie = [0, 1, 5, 100, 16 << 20, u32::MAX, rng.u32(..)][rng.usize(..7)];
    let count = rng.usize(0..300);
    let message = [&[0][..], &lie.to_be_bytes(), &bytes(rng, count)].concat();
    greeted(&[headers(1, &[]), frame(DATA, END_STREAM, 1, &message)])
}

fn compressed(rng: &mut Rng) -> Vec<u8> {
    let encoding = ["gzip", "deflate", "zstd", "identity", "snappy"][rng.usize(..5)];
    let count = rng.usize(0..200);
    let length = u32::try_from(count).unwrap().to_be_bytes();
    let flag = [1, 2, 255][rng.usize(..3)];
    let message = [&[flag][..], &length, &bytes(rng, count)].concat();
    greeted(&[
        headers(1, &[("grpc-encoding", encoding)]),
        frame(DATA, END_STREAM, 1, &message),
    ])
}

fn empty_data(rng: &mut Rng) -> Vec<u8> {
    let mut all = greeted(&[headers(1, &[])]);
    for _ in 0..rng.usize(100..8000) {
        all.extend(frame(DATA, 0, 1, &[]));
    }
    all
}

/// Writes, reads what comes back for a little while, and goes.
async fn strike(address: SocketAddr, nonsense: &[u8], lingers: Duration) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut read, mut write) = stream.split();
    let answers = async {
        let mut bytes = [0; 4096];
        while let Ok(1..) = read.read(&mut bytes).await {}
    };
    let strike = async {
        if write.write_all(nonsense).await.is_ok() {
            tokio::time::sleep(lingers).await;
        }
    };
    tokio::select! {
        () = answers => {}
        () = strike => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_http_2_neither_stops_nor_swells_the_gateway() {
    let (seed, mut rng) = chance();
    let most = scaled(1_000_000, 10_000_000);
    let bank = Bank::open(most, |asked: &Asked| {
        let good = Act::good(asked);
        async { good }
    })
    .await;
    let subject = Subject::serve(|command| {
        command.envs(bank.settings());
        command.args(["--log-level", "info,flinks_gateway::call=warn"]);
    });
    let mut tally = Tally::new("malformed HTTP/2");
    let stop = Arc::new(AtomicBool::new(false));
    let calls = Arc::new(AtomicUsize::new(0));
    let good = {
        let mut customer = Customer::new(subject.client(), "");
        let (stop, calls) = (Arc::clone(&stop), Arc::clone(&calls));
        tokio::spawn(async move {
            let mut tally = Tally::new("");
            let (mut call, mut slowest) = (0, Duration::ZERO);
            while !stop.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let answer = customer.call(Kind::Live, call).await;
                assert!(answer.is_ok(), "{answer:?}");
                slowest = slowest.max(begun.elapsed());
                tally.count(&answer);
                call += 1;
                calls.store(call, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tally.note(format!("slowest call {} ms", slowest.as_millis()));
            tally
        })
    };
    let address = subject.process.address;
    let before = subject.memory();
    for _ in 0..scaled(20, 1000) {
        let served = calls.load(Ordering::Relaxed);
        let strikes: Vec<_> = ATTACKS
            .iter()
            .map(|(_, attack)| {
                let nonsense = attack(&mut rng);
                let lingers = Duration::from_millis(rng.u64(0..20));
                tokio::spawn(async move { strike(address, &nonsense, lingers).await })
            })
            .collect();
        for strike in strikes {
            strike.await.unwrap();
            tally.faults += 1;
        }
        let goes_on = || good.is_finished() || calls.load(Ordering::Relaxed) > served;
        wait_for("good calls are served", goes_on).await;
    }
    stop.store(true, Ordering::Relaxed);
    tally.add(good.await.unwrap());
    let most = subject.process.most_memory();
    let after = subject.memory();
    tally.note(format!(
        "seed {seed}, {} kinds; MiB before {}, at most {most}, after {}",
        ATTACKS.len(),
        before / 1024,
        after / 1024,
    ));
    assert!(most < before / 1024 + 96, "{most} MiB, {before} KiB before");
    tally.doubled += bank.doubled();
    // None of it reached the bank.
    bank.close().await;
    subject.settle(&mut tally).await;
    tally.close();
}
