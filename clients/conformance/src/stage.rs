//! What the cases play on: a bank, gateways in front of it with different settings, and ends that no gateway is.

use std::{
    collections::BTreeMap,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flinks_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpSocket;

use crate::{
    full,
    gateway::Gateway,
    identity,
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
    gateways: Vec<Gateway>,
    _closed_port: TcpSocket,
}

impl Stage {
    pub(crate) async fn start(binary: &Path) -> io::Result<Self> {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let sandbox = Arc::new(Sandbox::start(loopback, Options::default()).await?);
        let folder = TempDir::new()?;
        identity::make(folder.path())?;
        let file = |name: &str| folder.path().join(name).display().to_string();
        let closed_port = closed_port()?;
        let closed = closed_port.local_addr()?;

        let mut gateways = BTreeMap::new();
        for (name, more) in configured(folder.path(), &sandbox, closed)? {
            let settings = settings(&sandbox, &more);
            gateways.insert(name, Gateway::start(binary, &settings).await?);
        }
        let at = |name: &str| gateways[name].address;
        full::occupy(&sandbox, at("full"), "full", None).await?;
        full::occupy(&sandbox, at("keys"), "busy", Some(&key_of("busy"))).await?;
        let mut servers = BTreeMap::new();
        for name in [
            "gateway",
            "stranger",
            "hasty",
            "keys_refused",
            "unreachable",
            "guarded",
            "full",
        ] {
            servers.insert(name, plaintext(at(name)));
        }
        let rolling = rolling::start(
            PathBuf::from(binary),
            settings(&sandbox, &[("drain_timeout", "10s".to_owned())]),
            Arc::clone(&sandbox),
        );
        servers.insert("rolling", plaintext(rolling.await?));
        servers.insert("closed", plaintext(closed));

        let rudely = Seen::default();
        // Each has an address of its own, so that no call is lost to the way in which the one before it ended.
        for way in rude::WAYS {
            servers.insert(way, plaintext(rude::start(rudely.clone()).await?));
        }
        let newer = newer::start().await?;
        let (tls, mtls, keys) = (at("tls"), at("mtls"), at("keys"));
        let (ca, certificate, private_key) =
            (file("ca.pem"), file("client.pem"), file("client.key"));
        let by_name = |address: SocketAddr| format!("localhost:{}", address.port());
        let caller = |name: &str| {
            server(
                keys,
                json!({"plaintext": true, "bearer_token": key_of(name)}),
            )
        };
        let with_certificate = |more: Value| {
            let mut connect =
                json!({"ca": ca, "certificate": certificate, "private_key": private_key});
            for (option, value) in more.as_object().into_iter().flatten() {
                connect[option] = value.clone();
            }
            server(mtls, connect)
        };
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
                "newer_with_wrong_token",
                server(
                    newer,
                    json!({"plaintext": true, "bearer_token": "canary-wrong-token"}),
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
                server(by_name(newer), json!({"plaintext": true})),
            ),
            (
                "ipv6_loopback",
                server("[::1]:1", json!({"plaintext": true})),
            ),
            ("lending", caller("lending")),
            ("reports", caller("reports")),
            ("regional", caller("regional")),
            ("busy", caller("busy")),
            ("wrong_key", caller("nobody")),
            ("no_key", plaintext(keys)),
            ("tls", server(tls, json!({"ca": ca}))),
            ("tls_by_name", server(by_name(tls), json!({"ca": ca}))),
            (
                "tls_of_another",
                server(tls, json!({"ca": file("other-ca.pem")})),
            ),
            ("tls_at_plaintext", server(at("gateway"), json!({"ca": ca}))),
            ("plaintext_at_tls", plaintext(tls)),
            ("tls_of_the_system", server(tls, json!({}))),
            ("mtls", with_certificate(json!({}))),
            (
                "mtls_and_key",
                with_certificate(json!({"bearer_token": key_of("regional")})),
            ),
            (
                "mtls_and_wrong_key",
                with_certificate(json!({"bearer_token": key_of("nobody")})),
            ),
            (
                "mtls_unknown",
                with_certificate(json!({
                    "certificate": file("unknown_client.pem"), "private_key": file("unknown_client.key"),
                })),
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
            gateways: gateways.into_values().collect(),
            _closed_port: closed_port,
        })
    }

    /// The lines of the private keys that clients are given, without the first and last, which name them.
    pub(crate) fn private_keys(&self) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        for name in ["client.key", "unknown_client.key"] {
            let pem = fs::read_to_string(self.folder.path().join(name))?;
            let lines = pem.lines().filter(|line| !line.starts_with("-----"));
            found.extend(lines.map(str::to_owned));
        }
        Ok(found)
    }

    /// Ends the gateways: each line that they logged.
    pub(crate) async fn end(self) -> Vec<String> {
        let mut lines = Vec::new();
        for gateway in self.gateways {
            lines.extend(gateway.end().await);
        }
        lines
    }

    /// The address of the plain gateway.
    pub(crate) fn gateway(&self) -> &str {
        self.servers["gateway"]["address"]
            .as_str()
            .unwrap_or_default()
    }
}

type Settings = Vec<(&'static str, String)>;

/// What differs from [`settings`], by gateway.
fn configured(
    folder: &Path,
    sandbox: &Sandbox,
    closed: SocketAddr,
) -> io::Result<Vec<(&'static str, Settings)>> {
    let options = sandbox.options();
    let other_instance = format!(
        "[instances.other]\nupstream_url = '{}'\ncustomer_id = '{}'\nsecret_key = '{}'\n",
        sandbox.url(),
        options.customer_id,
        options.secret_key,
    );
    for (name, text) in [
        ("callers.toml", include_str!("../callers.toml")),
        ("gateway.toml", &other_instance),
    ] {
        fs::write(folder.join(name), text)?;
    }
    let file = |name: &str| folder.join(name).display().to_string();
    let known = [
        ("callers", String::new()),
        ("callers_file", file("callers.toml")),
        ("config", file("gateway.toml")),
    ];
    let tls = [
        ("tls_certificate_file", file("server.pem")),
        ("tls_private_key_file", file("server.key")),
    ];
    // Longer than any run, so that a call may be under way all the time.
    let patient = [
        ("live_timeout", "20m".to_owned()),
        ("max_connection_age_grace", "20m".to_owned()),
    ];
    let one = [("max_calls", "1".to_owned())];
    let together = |parts: &[&[(&'static str, String)]]| parts.concat();
    Ok(vec![
        ("gateway", vec![]),
        (
            "stranger",
            vec![("continuation_keys", STANDARD.encode([8; 32]))],
        ),
        (
            "hasty",
            vec![
                ("live_timeout", "1500ms".to_owned()),
                ("cached_timeout", "1500ms".to_owned()),
                ("round_lifetime", "1200ms".to_owned()),
            ],
        ),
        (
            "keys_refused",
            vec![("secret_key", "not-the-secret-key".to_owned())],
        ),
        (
            "unreachable",
            vec![("upstream_url", format!("http://{closed}"))],
        ),
        ("guarded", vec![("lockout_guard", "10m".to_owned())]),
        ("full", together(&[&one, &patient])),
        ("keys", together(&[&known, &patient])),
        ("tls", tls.to_vec()),
        (
            "mtls",
            together(&[&known, &tls, &[("tls_client_ca_file", file("ca.pem"))]]),
        ),
    ])
}

/// What gateways are started with, and more. Whatever it is that the cases are about is said, even where it is what a
/// gateway would do on its own: other versions of it may do otherwise.
fn settings(sandbox: &Sandbox, more: &[(&'static str, String)]) -> Settings {
    let mut settings = vec![
        ("upstream_url", sandbox.url()),
        ("customer_id", sandbox.options().customer_id.to_string()),
        ("secret_key", sandbox.options().secret_key.clone()),
        ("continuation_keys", STANDARD.encode([7; 32])),
        ("callers", "anyone".to_owned()),
        ("lockout_guard", "off".to_owned()),
    ];
    for (name, value) in more {
        settings.retain(|(known, _)| known != name);
        settings.push((name, value.clone()));
    }
    settings
}

/// The key of a caller in `callers.toml`.
fn key_of(caller: &str) -> String {
    format!("canary-key-of-{caller}")
}

fn plaintext(address: SocketAddr) -> Value {
    server(address, json!({"plaintext": true}))
}

fn server(address: impl ToString, connect: Value) -> Value {
    json!({"address": address.to_string(), "connect": connect})
}

/// A port where nobody listens, held so that nobody else comes to.
fn closed_port() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    Ok(socket)
}
