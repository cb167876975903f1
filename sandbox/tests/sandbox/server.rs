//! The server around the bank: paths, deletion, the log, start and stop.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

use flinks_sandbox::{
    CUSTOMER_ID, FLINKS_CAPITAL, Generation, Options, SCENARIO_BANK, SECRET_KEY, Sandbox, Tokens,
};
use reqwest::Method;
use serde_json::json;

use crate::client::{Client, greatday, until};

#[tokio::test]
async fn paths_have_no_case_and_nothing_else_is_there() {
    let client = Client::start().await;
    let url = client.sandbox.url();
    let id = CUSTOMER_ID;
    let body = greatday().to_string();
    for (method, path, status) in [
        (
            Method::POST,
            format!("/v3/{id}/BankingServices/Authorize"),
            203,
        ),
        (
            Method::POST,
            format!("/V3/{id}/bankingservices/AUTHORIZE"),
            203,
        ),
        (
            Method::GET,
            format!("/v3/{id}/BankingServices/Authorize"),
            405,
        ),
        (
            Method::POST,
            format!("/v3/{}/BankingServices/Authorize", uuid::Uuid::nil()),
            401,
        ),
        (
            Method::POST,
            "/v3/somebody/BankingServices/Authorize".to_owned(),
            401,
        ),
        (
            Method::POST,
            format!("/v3/{id}/BankingServices/GetAccountsDetail"),
            404,
        ),
        (
            Method::POST,
            format!("/v2/{id}/BankingServices/Authorize"),
            404,
        ),
        (Method::GET, "/".to_owned(), 404),
    ] {
        let reply = client
            .call(method, &format!("{url}{path}"), None, &body)
            .await;
        assert_eq!(reply.status, status, "{path}");
        match status {
            404 => assert!(reply.text.starts_with("<!DOCTYPE html>")),
            401 => assert_eq!(reply.code(), "ACCESS_DENIED"),
            _ => assert!(reply.body.is_object()),
        }
    }
}

#[tokio::test]
async fn a_deleted_card_is_unknown() {
    let client = Client::start().await;
    let session = client.play("ok").await;
    let login_id = session.login_id().as_str().unwrap();
    let deleted = client.delete_card(login_id).await;
    assert_eq!(deleted.status, 200);
    let message = format!("All of the information about LoginId {login_id} has been removed");
    assert_eq!(deleted.body["Message"], message);
    assert_eq!(
        client.cached(session.login_id()).await.outcome(),
        "401 INVALID_LOGIN"
    );
    for unknown in [login_id, "nonsense"] {
        let reply = client.delete_card(unknown).await;
        assert_eq!(reply.status, 401);
        assert!(
            reply.body.as_str().unwrap().contains("Invalid LoginId"),
            "{}",
            reply.text
        );
    }
}

#[tokio::test]
async fn the_log_has_every_request_and_its_debug_has_no_secret() {
    let client = Client::start().await;
    client.mint(Some("key-canary")).await;
    client
        .authorize_with(Some("token-canary"), json!({"Password": "body-canary"}))
        .await;
    client.delete_card("nonsense").await;
    let received = client.sandbox.received();
    let endpoints: Vec<_> = received
        .iter()
        .map(|received| received.endpoint.as_str())
        .collect();
    assert_eq!(
        endpoints,
        ["GenerateAuthorizeToken", "Authorize", "DeleteCard"]
    );
    assert_eq!(received[0].auth_key.as_deref(), Some("key-canary"));
    assert_eq!(received[1].body, br#"{"Password":"body-canary"}"#);
    assert!(!format!("{received:?} {:?}", client.sandbox).contains("canary"));
    client.sandbox.clear_received();
    assert!(client.sandbox.received().is_empty());
}

#[tokio::test]
async fn a_request_whose_body_never_comes_is_in_the_log() {
    let client = Client::start().await;
    let path = client.url("Authorize").replace(&client.sandbox.url(), "");
    let mut stream = std::net::TcpStream::connect(client.sandbox.address()).unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 9\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    until(|| client.sandbox.received().len() == 1).await;
    assert!(client.sandbox.received()[0].body.is_empty());
}

#[tokio::test]
async fn a_sandbox_that_is_dropped_lets_go_of_its_port() {
    let client = Client::start().await;
    let address = client.sandbox.address();
    assert_eq!(client.sandbox.url(), format!("http://{address}"));
    drop(client);
    until(|| std::net::TcpListener::bind(address).is_ok()).await;
    let again = Sandbox::start(address, Options::default()).await.unwrap();
    assert_eq!(again.address(), address);
}

#[tokio::test]
async fn options_are_written_as_they_are_read() {
    for generation in [Generation::Help2019, Generation::Docs2025] {
        assert_eq!(generation.to_string().parse(), Ok(generation));
    }
    for tokens in [Tokens::Required, Tokens::Optional, Tokens::Ignored] {
        assert_eq!(tokens.to_string().parse(), Ok(tokens));
    }
    assert!("docs-2031".parse::<Generation>().is_err());
    assert!("sometimes".parse::<Tokens>().is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn the_binary_says_where_it_is_and_stops_when_told() {
    let mut binary = Command::new(env!("CARGO_BIN_EXE_flinks-sandbox"))
        .args(["--listen", "127.0.0.1:0", "--generation", "help-2019"])
        .args(["--seed", "7", "--tokens", "ignored"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(binary.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let url = lines
        .find_map(|line| line.split_once("http://").map(|(_, a)| a.to_owned()))
        .unwrap();
    let told: Vec<_> = lines
        .take_while(|line| !line.contains("--scenarios"))
        .collect();
    for expected in [
        CUSTOMER_ID.to_string().as_str(),
        SECRET_KEY,
        "help-2019",
        "ignored",
        FLINKS_CAPITAL,
        SCENARIO_BANK,
        "curl -s -w '\\n' ",
    ] {
        assert!(
            told.iter().any(|line| line.contains(expected)),
            "{expected} in {told:?}"
        );
    }

    let client = Client::start().await;
    let url = format!("http://{url}/v3/{CUSTOMER_ID}/BankingServices/Authorize");
    let reply = client
        .call(Method::POST, &url, None, &greatday().to_string())
        .await;
    assert_eq!(reply.status, 203);
    assert!(
        client.sandbox.received().is_empty(),
        "it is another sandbox"
    );

    // The shell's own kill: not every image has a program of that name.
    let kill = format!("kill -s TERM {}", binary.id());
    let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
    assert!(sent.success());
    assert!(binary.wait().unwrap().success());
}

fn binary(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flinks-sandbox"));
    command.args(arguments).output().unwrap()
}

#[test]
fn a_port_that_is_taken_is_told_with_the_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = binary(&["--listen", &address]);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint.contains(&format!("cannot listen on {address}: ")));
    assert!(
        complaint.ends_with("; choose another with --listen\n"),
        "{complaint}"
    );
}

#[test]
fn help_names_what_a_client_needs() {
    let help = String::from_utf8(binary(&["--help"]).stdout).unwrap();
    for part in [
        &CUSTOMER_ID.to_string(),
        SECRET_KEY,
        FLINKS_CAPITAL,
        SCENARIO_BANK,
    ] {
        assert!(help.contains(part), "{part} in:\n{help}");
    }
}

#[test]
fn the_binary_carries_the_page_of_scenarios() {
    let output = binary(&["--scenarios"]);
    assert!(output.status.success());
    assert_eq!(output.stdout, include_bytes!("../../SCENARIOS.md"));
}
