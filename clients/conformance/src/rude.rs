//! A peer that takes a sign-in and then breaks off, each time in another way: the sign-in must not come again.
//!
//! The user name says how: it begins with one of [`WAYS`].

use std::{io, net::SocketAddr};

use bytes::{Bytes, BytesMut};
use h2::{Reason, server::SendResponse};
use http::{Request, Response};
use prost::Message;
use tokio::net::{TcpListener, TcpStream};

use crate::{newer::pb, seen::Seen};

/// How it breaks off: the names of its servers too.
pub(crate) const WAYS: [&str; 7] = [
    "close",
    "goaway",
    "reset_cancel",
    "reset_internal",
    "reset_calm",
    "reset_after_headers",
    "echo",
];

/// Serves on a port of its own.
pub(crate) async fn start(seen: Seen) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // What a broken connection says of itself is for the client to tell.
            tokio::spawn(serve(stream, seen.clone()));
        }
    });
    Ok(address)
}

async fn serve(stream: TcpStream, seen: Seen) -> Result<(), h2::Error> {
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(call) = connection.accept().await {
        let (request, respond) = call?;
        // The connection must be driven while the request is read; calls come one at a time here.
        let reading = tokio::spawn(read(request));
        let body = tokio::select! {
            body = reading => body.unwrap_or_default(),
            end = std::future::poll_fn(|context| connection.poll_closed(context)) => return end,
        };
        let username = username(&body);
        let scenario = username
            .split(" canary")
            .next()
            .unwrap_or_default()
            .to_owned();
        seen.add(&username);
        match scenario.as_str() {
            "close" => return Ok(()),
            "goaway" => connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM),
            scenario => answer(scenario, respond, body)?,
        }
    }
    Ok(())
}

fn answer(scenario: &str, mut respond: SendResponse<Bytes>, body: Bytes) -> Result<(), h2::Error> {
    match scenario {
        "reset_cancel" => respond.send_reset(Reason::CANCEL),
        "reset_internal" => respond.send_reset(Reason::INTERNAL_ERROR),
        "reset_calm" => respond.send_reset(Reason::ENHANCE_YOUR_CALM),
        "reset_after_headers" => {
            let head = Response::builder().header("content-type", "application/grpc");
            let mut stream = respond.send_response(head.body(()).unwrap_or_default(), false)?;
            stream.send_reset(Reason::INTERNAL_ERROR);
        }
        // A proxy that shows what it was sent: the body holds the password.
        _ => {
            let head = Response::builder()
                .status(502)
                .header("content-type", "text/html");
            let mut stream = respond.send_response(head.body(()).unwrap_or_default(), false)?;
            stream.send_data(body, true)?;
        }
    }
    Ok(())
}

async fn read(request: Request<h2::RecvStream>) -> Bytes {
    let mut body = request.into_body();
    let mut whole = BytesMut::new();
    while let Some(Ok(part)) = body.data().await {
        body.flow_control().release_capacity(part.len()).ok();
        whole.extend_from_slice(&part);
    }
    whole.freeze()
}

/// The user name of a gRPC frame with an `AuthorizeRequest`.
fn username(frame: &Bytes) -> String {
    use pb::authorize_request::Subject;
    let message = pb::AuthorizeRequest::decode(frame.get(5..).unwrap_or_default());
    match message.unwrap_or_default().subject {
        Some(Subject::Credentials(credentials)) => credentials.username,
        Some(Subject::LoginId(_)) | None => String::new(),
    }
}
