//! What the cases play on: a bank, gateways in front of it with different settings, and ends that no gateway is.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flinks_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    gateway::Gateway,
    identity::Identity,
    newer::{self, BEARER_TOKEN},
    rolling, rude,
    seen::Seen,
};

/// Everything that one client is run against.
pub(crate) struct Stage {
    /// The bank.
    pub(crate) sandbox: Arc<Sandbox>,
    /// What reached the peer that breaks off.
    pub(crate) rudely: Seen,
    /// By name, what a plan says of each server.
    pub(crate) servers: BTreeMap<&'static str, Value>,
    /// Where certificates and the plan lie.
    pub(crate) folder: TempDir,
    _gateways: Vec<Gateway>,
}

impl Stage {
    pub(crate) async fn start(binary: &Path) -> io::Result<Self> {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let sandbox = Arc::new(Sandbox::start(loopback, Options::default()).await?);
        let folder = TempDir::new()?;
        let identity = Identity::new(folder.path())?;

        let settings = |more: &[(&'static str, &str)]| {
            let mut settings = vec![
                ("upstream_url", sandbox.url()),
                ("customer_id", sandbox.options().customer_id.to_string()),
                ("secret_key", sandbox.options().secret_key.clone()),
                ("continuation_keys", STANDARD.encode([7; 32])),
            ];
            for (name, value) in more {
                settings.retain(|(known, _)| known != name);
                settings.push((name, (*value).to_owned()));
            }
            settings
        };
        let closed = closed_port().await?;
        let other_keys = STANDARD.encode([8; 32]);
        let nowhere = format!("http://{closed}");
        let configured: [(&str, &[(&'static str, &str)]); 5] = [
            ("gateway", &[]),
            ("stranger", &[("continuation_keys", &other_keys)]),
            (
                "hasty",
                &[
                    ("live_timeout", "1500ms"),
                    ("cached_timeout", "1500ms"),
                    ("round_lifetime", "1200ms"),
                ],
            ),
            ("keys_refused", &[("secret_key", "not-the-secret-key")]),
            ("unreachable", &[("upstream_url", &nowhere)]),
        ];
        let mut gateways = Vec::new();
        let mut servers = BTreeMap::new();
        for (name, more) in configured {
            let gateway = Gateway::start(binary, &settings(more)).await?;
            servers.insert(name, plaintext(gateway.address));
            gateways.push(gateway);
        }
        let rolling = rolling::start(
            PathBuf::from(binary),
            settings(&[("drain_timeout", "10s")]),
            Arc::clone(&sandbox),
        );
        servers.insert("rolling", plaintext(rolling.await?));
        servers.insert("closed", plaintext(closed));

        let rudely = Seen::default();
        // Each has an address of its own, so that no call is lost to the way in which the one before it ended.
        for way in rude::WAYS {
            servers.insert(way, plaintext(rude::start(rudely.clone()).await?));
        }
        let newer = newer::start(None).await?;
        let tls = newer::start(Some(identity.tls)).await?;
        let mtls = newer::start(Some(identity.mtls)).await?;
        let file = |name: &str| folder.path().join(name).display().to_string();
        let (ca, certificate, private_key) =
            (file("ca.pem"), file("client.pem"), file("client.key"));
        let port = |address: SocketAddr| address.port();
        let more = [
            ("newer", plaintext(newer)),
            (
                "newer_with_token",
                server(
                    newer,
                    json!({"plaintext": true, "bearer_token": BEARER_TOKEN}),
                ),
            ),
            (
                "impatient",
                server(
                    newer,
                    json!({"plaintext": true, "live_timeout_ms": 400, "cached_timeout_ms": 300}),
                ),
            ),
            (
                "localhost",
                server(
                    format!("localhost:{}", port(newer)),
                    json!({"plaintext": true}),
                ),
            ),
            (
                "ipv6_loopback",
                server("[::1]:1", json!({"plaintext": true})),
            ),
            ("tls", server(tls, json!({"ca": ca}))),
            (
                "tls_by_name",
                server(format!("localhost:{}", port(tls)), json!({"ca": ca})),
            ),
            (
                "tls_of_another",
                server(tls, json!({"ca": file("other-ca.pem")})),
            ),
            ("tls_at_plaintext", server(newer, json!({"ca": ca}))),
            ("tls_of_the_system", server(tls, json!({}))),
            (
                "mtls",
                server(
                    mtls,
                    json!({
                        "ca": ca, "certificate": certificate, "private_key": private_key, "bearer_token": BEARER_TOKEN,
                    }),
                ),
            ),
            (
                "mtls_wrong_token",
                server(
                    mtls,
                    json!({
                        "ca": ca, "certificate": certificate, "private_key": private_key, "bearer_token": "canary-wrong-token",
                    }),
                ),
            ),
            ("mtls_without_certificate", server(mtls, json!({"ca": ca}))),
            (
                "plaintext_abroad",
                server("192.0.2.1:50051", json!({"plaintext": true})),
            ),
            (
                "plaintext_abroad_by_name",
                server("gateway.example:50051", json!({"plaintext": true})),
            ),
            (
                "plaintext_almost_localhost",
                server("localhost.example:50051", json!({"plaintext": true})),
            ),
            (
                "plaintext_almost_loopback",
                server("127.0.0.1.example:50051", json!({"plaintext": true})),
            ),
            (
                "plaintext_anywhere",
                server("0.0.0.0:50051", json!({"plaintext": true})),
            ),
            (
                "plaintext_abroad_allowed",
                server(
                    "192.0.2.1:50051",
                    json!({
                        "plaintext": true, "dangerously_allow_plaintext_beyond_loopback": true,
                    }),
                ),
            ),
            (
                "danger_without_plaintext",
                server(
                    newer,
                    json!({"dangerously_allow_plaintext_beyond_loopback": true}),
                ),
            ),
            (
                "plaintext_with_ca",
                server(newer, json!({"plaintext": true, "ca": ca})),
            ),
            (
                "plaintext_with_certificate",
                server(
                    newer,
                    json!({
                        "plaintext": true, "certificate": certificate, "private_key": private_key,
                    }),
                ),
            ),
            (
                "certificate_without_key",
                server(tls, json!({"ca": ca, "certificate": certificate})),
            ),
            (
                "key_without_certificate",
                server(tls, json!({"ca": ca, "private_key": private_key})),
            ),
            ("no_port", server("localhost", json!({"plaintext": true}))),
            (
                "port_beyond_the_last",
                server("localhost:65536", json!({"plaintext": true})),
            ),
            (
                "address_with_user",
                server("user@localhost:50051", json!({"plaintext": true})),
            ),
            (
                "address_with_query",
                server("localhost?x:50051", json!({"plaintext": true})),
            ),
            (
                "address_with_path",
                server("localhost:50051/v1", json!({"plaintext": true})),
            ),
            (
                "two_addresses",
                server("localhost:1,localhost:2", json!({"plaintext": true})),
            ),
            ("no_address", server("", json!({"plaintext": true}))),
        ];
        servers.extend(more);
        Ok(Self {
            sandbox,
            rudely,
            servers,
            folder,
            _gateways: gateways,
        })
    }

    /// The lines of the private key that clients are given, without the first and last, which name it.
    pub(crate) fn private_key(&self) -> io::Result<Vec<String>> {
        let pem = std::fs::read_to_string(self.folder.path().join("client.key"))?;
        let lines = pem.lines().filter(|line| !line.starts_with("-----"));
        Ok(lines.map(str::to_owned).collect())
    }

    /// The address of the plain gateway.
    pub(crate) fn gateway(&self) -> &str {
        self.servers["gateway"]["address"]
            .as_str()
            .unwrap_or_default()
    }
}

fn plaintext(address: SocketAddr) -> Value {
    server(address, json!({"plaintext": true}))
}

fn server(address: impl ToString, connect: Value) -> Value {
    json!({"address": address.to_string(), "connect": connect})
}

/// A port where nobody listens: that of a listener that is gone.
async fn closed_port() -> io::Result<SocketAddr> {
    tokio::net::TcpListener::bind("127.0.0.1:0")
        .await?
        .local_addr()
}
