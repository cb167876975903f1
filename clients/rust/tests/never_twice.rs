//! Counts the bytes that arrive: no password may leave twice, however connections end.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use flinks_gateway_client::{AuthorizeRequest, Client, Credentials, Options};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};

const CALLS: usize = 400;
const SETTINGS: [u8; 18] = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0]; // its own, and ACK of the client's

/// What came over each connection.
type Received = Arc<Mutex<Vec<Vec<u8>>>>;

/// GOAWAY, or RST_STREAM for the first stream.
fn frame(kind: u8, last_stream: u32, code: u32) -> Vec<u8> {
    let stream: u8 = if kind == 3 { 1 } else { 0 };
    let mut payload = if kind == 3 { Vec::new() } else { last_stream.to_be_bytes().to_vec() };
    payload.extend(code.to_be_bytes());
    let mut frame = vec![0, 0, payload.len() as u8, kind, 0, 0, 0, 0, stream];
    frame.extend(payload);
    frame
}

/// Reads all that comes, and ends the connection in one of many ways after a while.
async fn connection(mut socket: TcpStream, number: u64, received: Received) {
    let farewell = match number % 7 {
        0 => frame(7, 0, 0),           // GOAWAY: none was looked at
        1 => frame(7, 0x7fff_ffff, 0), // GOAWAY: those under way will be answered
        2 => frame(7, 1, 0),           // GOAWAY: the first was looked at
        3 => frame(7, 0, 11),          // GOAWAY, ENHANCE_YOUR_CALM
        4 => frame(3, 0, 7),           // REFUSED_STREAM
        5 => frame(3, 0, 8),           // CANCEL
        _ => Vec::new(),               // nothing but the end
    };
    let _ = socket.write_all(&SETTINGS).await;
    let mut buffer = vec![0; 1 << 16];
    let until = sleep(Duration::from_micros(number * 7919 % 15_000));
    tokio::pin!(until);
    let mut stage = 0;
    loop {
        tokio::select! {
            read = socket.read(&mut buffer) => match read {
                Ok(length) if length > 0 => received.lock().unwrap()[number as usize].extend(&buffer[..length]),
                _ => return,
            },
            () = &mut until => {
                stage += 1;
                if stage == 2 {
                    return;
                }
                let _ = socket.write_all(&farewell).await;
                until.as_mut().reset(tokio::time::Instant::now() + Duration::from_millis(number % 40));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_live_request_leaves_twice_however_connections_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let received = Received::default();
    let shared = received.clone();
    tokio::spawn(async move {
        for number in 0.. {
            let (socket, _) = listener.accept().await.unwrap();
            shared.lock().unwrap().push(Vec::new());
            tokio::spawn(connection(socket, number, shared.clone()));
        }
    });
    let client = Client::connect(address, Options::new().plaintext()).unwrap();
    let mut calls = Vec::new();
    for number in 0..CALLS {
        let client = client.clone();
        calls.push(tokio::spawn(async move {
            let customer = Credentials::new("FlinksCapital", "Greatday", format!("password-{number:06}-"));
            // None is ever answered.
            assert!(client.authorize(AuthorizeRequest::new(customer, true)).await.is_err());
        }));
        sleep(Duration::from_micros(number as u64 * 104_729 % 3_000)).await;
    }
    for call in calls {
        timeout(Duration::from_secs(20), call).await.unwrap().unwrap();
    }
    let connections = received.lock().unwrap();
    let mut seen = vec![0; CALLS];
    for bytes in connections.iter() {
        for part in bytes.windows(16).filter(|part| part.starts_with(b"password-") && part[15] == b'-') {
            seen[str::from_utf8(&part[9..15]).unwrap().parse::<usize>().unwrap()] += 1;
        }
    }
    assert!(connections.len() > 10, "{}", connections.len());
    let arrived = seen.iter().filter(|times| **times > 0).count();
    assert!(arrived > CALLS / 2, "{arrived} of {CALLS}");
    assert_eq!(seen.iter().max(), Some(&1));
}
