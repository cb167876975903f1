//! Which options are refused before anything is connected.

use flinks_gateway_client::{Client, Options};

fn refused(address: &str, options: Options) -> bool {
    Client::connect(address, options).is_err()
}

#[tokio::test]
async fn plaintext_stays_on_loopback() {
    for address in ["localhost:1", "LOCALHOST:1", "127.0.0.1:1", "127.9.9.9:1", "[::1]:1"] {
        assert!(!refused(address, Options::new().plaintext()), "{address}");
    }
    let beyond =
        ["10.0.0.1:1", "gateway.example:1", "localhost.example:1", "127.0.0.1.example:1", "[::2]:1", "0.0.0.0:1"];
    for address in beyond {
        assert!(refused(address, Options::new().plaintext()), "{address}");
        let options = Options::new().plaintext().dangerously_allow_plaintext_beyond_loopback();
        assert!(!refused(address, options), "{address}");
    }
}

#[tokio::test]
async fn an_address_is_a_host_and_a_port() {
    for address in [
        "",
        "localhost",
        "localhost:",
        "localhost:0",
        ":1",
        "http://localhost:1",
        "user@localhost:1",
        "localhost:1/path",
    ] {
        assert!(refused(address, Options::new().plaintext()), "{address}");
    }
}

#[tokio::test]
async fn contradictions_are_refused() {
    let address = "localhost:1";
    assert!(refused(address, Options::new().dangerously_allow_plaintext_beyond_loopback()));
    assert!(refused(address, Options::new().plaintext().ca("pem")));
    assert!(refused(address, Options::new().ca("pem")));
    assert!(refused(address, Options::new().certificate("pem")));
    assert!(refused(address, Options::new().private_key("pem")));
    for token in ["", " ", "two words", "two\nlines", "caf\u{e9}"] {
        assert!(refused(address, Options::new().plaintext().bearer_token(token)), "{token}");
    }
}

#[test]
fn outside_of_a_runtime_connect_refuses() {
    assert!(refused("localhost:1", Options::new().plaintext()));
}
