//! A peer that writes HTTP/2 by hand, for what no decent client does.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::PATIENCE;

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

/// The number of a setting.
pub const INITIAL_WINDOW_SIZE: u16 = 4;

pub const END_STREAM: u8 = 1;
pub const ACK: u8 = 1;
pub const END_HEADERS: u8 = 4;

pub const AUTHORIZE: &str = "/flinks.gateway.v1.AuthorizationService/Authorize";

/// A frame of HTTP/2.
#[derive(Debug)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    pub fn ends_stream(&self, stream: u32) -> bool {
        self.stream == stream
            && (self.kind == RST_STREAM
                || matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0)
    }
}

/// A connection that was greeted.
pub struct Peer(pub TcpStream);

impl Peer {
    /// Connects, and says what HTTP/2 begins with. Settings are numbers and values.
    pub async fn connect(address: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut peer = Self(stream);
        peer.0
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .await
            .unwrap();
        let settings: Vec<u8> = settings
            .iter()
            .flat_map(|(number, value)| {
                [&number.to_be_bytes()[..], &value.to_be_bytes()[..]].concat()
            })
            .collect();
        peer.send(SETTINGS, 0, 0, &settings).await.unwrap();
        peer
    }

    pub async fn send(
        &mut self,
        kind: u8,
        flags: u8,
        stream: u32,
        payload: &[u8],
    ) -> std::io::Result<()> {
        self.0.write_all(&frame(kind, flags, stream, payload)).await
    }

    pub async fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes).await
    }

    /// Begins a call.
    pub async fn begin(&mut self, stream: u32, path: &str) {
        let head = head(path, &[]);
        self.send(HEADERS, END_HEADERS, stream, &head)
            .await
            .unwrap();
    }

    /// Sends a part of a call's message, no more than fits into the window that a connection begins with.
    pub async fn write(&mut self, stream: u32, bytes: &[u8], ends: bool) {
        let mut parts = bytes.chunks(16 << 10).peekable();
        if bytes.is_empty() && ends {
            self.send(DATA, END_STREAM, stream, &[]).await.unwrap();
        }
        while let Some(part) = parts.next() {
            let flags = if ends && parts.peek().is_none() {
                END_STREAM
            } else {
                0
            };
            self.send(DATA, flags, stream, part).await.unwrap();
        }
    }

    /// The next frame, and none at the end. Acknowledges settings, and answers pings.
    pub async fn next(&mut self) -> Option<Frame> {
        self.next_within(PATIENCE).await
    }

    /// The same for tests whose clock runs ahead.
    pub async fn next_within(&mut self, time: Duration) -> Option<Frame> {
        let next = async {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            self.0.read_exact(&mut payload).await.ok()?;
            let frame = Frame {
                kind: head[3],
                flags: head[4],
                stream: u32::from_be_bytes(head[5..].try_into().unwrap()),
                payload,
            };
            if frame.flags & ACK == 0 && frame.kind == SETTINGS {
                self.send(SETTINGS, ACK, 0, &[]).await.ok();
            } else if frame.flags & ACK == 0 && frame.kind == PING {
                self.send(PING, ACK, 0, &frame.payload).await.ok();
            }
            Some(frame)
        };
        tokio::time::timeout(time, next)
            .await
            .expect("a frame, or the end")
    }

    /// Reads until a frame is as wanted.
    pub async fn until(&mut self, wanted: impl Fn(&Frame) -> bool) -> Frame {
        loop {
            let frame = self.next().await.expect("the connection goes on");
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// Reads to the end of the connection, and gives the kinds of frames that came.
    pub async fn end(&mut self) -> Vec<u8> {
        let mut kinds = Vec::new();
        while let Some(frame) = self.next().await {
            kinds.push(frame.kind);
        }
        kinds
    }
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags];
    [&head[..], &stream.to_be_bytes(), payload].concat()
}

/// The header block of a call, each field written out.
pub fn head(path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "gateway"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let mut block = Vec::new();
    for (name, value) in fields.iter().chain(more) {
        block.push(0);
        for text in [name, value] {
            text_of(&mut block, text);
        }
    }
    block
}

/// A text without Huffman's code, its length in seven bits and more.
fn text_of(block: &mut Vec<u8>, text: &str) {
    let mut length = text.len();
    if length < 127 {
        block.push(u8::try_from(length).unwrap());
    } else {
        block.push(127);
        length -= 127;
        while length >= 128 {
            block.push(u8::try_from(length % 128).unwrap() | 128);
            length /= 128;
        }
        block.push(u8::try_from(length).unwrap());
    }
    block.extend_from_slice(text.as_bytes());
}

/// A message as gRPC frames it.
pub fn message(message: &impl prost::Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).unwrap();
    [&[0][..], &length.to_be_bytes(), &message].concat()
}
