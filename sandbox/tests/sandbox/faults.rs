//! What goes wrong below and inside HTTP, seen from the socket.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Client, scenario_bank, until};

/// Sends a sign-in and hands over the open connection.
async fn send(client: &Client, scenario: &str) -> TcpStream {
    let body = scenario_bank(scenario).to_string();
    let path = client.url("Authorize").replace(&client.sandbox.url(), "");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: sandbox\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(client.sandbox.address()).await.unwrap();
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    stream
}

fn content_length(head: &str) -> usize {
    let line = head
        .lines()
        .find(|line| line.to_lowercase().starts_with("content-length:"));
    line.unwrap()
        .split(':')
        .nth(1)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_hanging_call_is_counted_until_its_client_goes() {
    let client = Client::start().await;
    for scenario in ["hang", "delay_3600000.ok"] {
        client.sandbox.clear_received();
        let stream = send(&client, scenario).await;
        until(|| client.sandbox.unfinished() == 1).await;
        let received = client.sandbox.received();
        assert_eq!(received.len(), 1);
        assert_eq!(
            received[0].body,
            scenario_bank(scenario).to_string().into_bytes()
        );
        drop(stream);
        until(|| client.sandbox.unfinished() == 0).await;
    }
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let client = Client::start().await;
    let mut stream = send(&client, "reset").await;
    let error = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(client.sandbox.received().len(), 1);
}

#[tokio::test]
async fn a_close_is_an_end_without_a_byte() {
    let client = Client::start().await;
    let mut bytes = Vec::new();
    send(&client, "close")
        .await
        .read_to_end(&mut bytes)
        .await
        .unwrap();
    assert!(bytes.is_empty());
    assert_eq!(client.sandbox.received().len(), 1);
}

#[tokio::test]
async fn a_truncated_reply_is_shorter_than_it_says() {
    let client = Client::start().await;
    let mut bytes = Vec::new();
    // How the connection ends after the bytes does not matter.
    let _ = send(&client, "truncated")
        .await
        .read_to_end(&mut bytes)
        .await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(
        !body.is_empty() && body.len() < content_length(head),
        "{text}"
    );
}

#[tokio::test]
async fn a_dripping_reply_begins_and_is_held_open() {
    let client = Client::start().await;
    let mut stream = send(&client, "drip").await;
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n{") {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        text.push(char::from(byte[0]));
    }
    assert!(content_length(&text) > 60);
    assert_eq!(client.sandbox.unfinished(), 1);
    drop(stream);
    until(|| client.sandbox.unfinished() == 0).await;
}

#[tokio::test]
async fn replies_can_be_other_than_what_a_client_hopes_for() {
    let client = Client::start().await;
    type Check = fn(&str) -> bool;
    let no_json: Check = |text| serde_json::from_str::<serde_json::Value>(text).is_err();
    for (scenario, status, check) in [
        (
            "half_json",
            200,
            (|text| text.starts_with('{') && !text.ends_with('}')) as Check,
        ),
        ("html_503", 503, |text| text.starts_with("<!DOCTYPE html>")),
        ("html_200", 200, |text| text.starts_with("<!DOCTYPE html>")),
        ("empty_200", 200, str::is_empty),
        ("empty_504", 504, str::is_empty),
        ("text", 200, no_json),
        ("not_utf8", 200, |text| text.contains('\u{fffd}')),
        ("huge_64", 200, |text| {
            text.len() == 64 && text.ends_with("\"}")
        }),
        ("huge_9000000", 200, |text| {
            text.len() == 9_000_000 && text.ends_with("\"}")
        }),
        ("deep_3", 200, |text| text == "[[[]]]"),
        ("deep_100000", 200, |text| text.len() == 200_000),
        ("redirect", 302, no_json),
        ("redirect_307", 307, no_json),
        ("wrong_types", 200, |text| {
            text.contains(r#""FlinksCode":42"#)
        }),
        ("null", 200, |text| text == "null"),
        ("array", 200, |text| text == "[]"),
        ("status_418", 418, |text| {
            text.contains("418") && !text.contains("\"FlinksCode\"")
        }),
    ] {
        let reply = client.play(scenario).await;
        assert_eq!(reply.status, status, "{scenario}");
        assert!(check(&reply.text), "{scenario}: {:.200}", reply.text);
    }
}

#[tokio::test]
async fn a_redirect_that_is_followed_shows_in_the_log() {
    let client = Client::start().await;
    let mut stream = send(&client, "redirect").await;
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"</html>\n") {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
    let text = String::from_utf8(bytes).unwrap();
    let location = text
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap();
    let url = client.sandbox.url() + location;
    client.call(reqwest::Method::GET, &url, None, "").await;
    let endpoints: Vec<_> = client
        .sandbox
        .received()
        .into_iter()
        .map(|received| received.endpoint)
        .collect();
    assert_eq!(endpoints, ["Authorize", "Redirected"]);
}

#[tokio::test]
async fn an_answer_lost_to_a_fault_can_be_given_again() {
    let client = Client::start().await;
    for fault in ["close", "reset", "truncated"] {
        let asked = client.play(&format!("question/{fault}")).await;
        let body = serde_json::json!({
            "RequestId": asked.body["RequestId"],
            "SecurityResponses": {asked.prompt(): ["a"]},
        });
        let url = client.url("Authorize");
        let lost = client
            .try_call(reqwest::Method::POST, &url, None, &body.to_string())
            .await;
        assert!(lost.is_err(), "{fault}");
        assert_eq!(client.authorize(body).await.status, 200, "{fault}");
    }
}
