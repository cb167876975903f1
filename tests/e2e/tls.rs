//! TLS on both sides: who is let in, who is trusted, and which files are refused before anything is served.

use std::{collections::BTreeMap, time::Duration};

use flinks_gateway::{
    config::{self, Sources},
    domain::names::AuthKey,
    upstream::InstanceConfig,
};
use rcgen::{KeyPair, RsaKeySize};
use rustls::{ClientConfig, HandshakeKind, SupportedProtocolVersion, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::Code;

use crate::{
    harness::*,
    pki::{self, Authority, Folder, Issued, Terminator, VERSIONS, expired},
    process::{Process, command},
};

/// A gateway before a sandbox, with settings as on a command line.
async fn gateway(sandbox: &Sandbox, settings: &[(&str, &str)]) -> Gateway {
    let read = read(settings);
    Gateway::with(sandbox, |config| {
        config.tls = read.tls;
        config.server = read.server;
    })
    .await
}

fn read(settings: &[(&str, &str)]) -> config::Config {
    let flags = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let sources = Sources {
        flags: flags.collect::<BTreeMap<_, _>>(),
        sandbox: true,
        ..Sources::default()
    };
    config::read(&sources).unwrap()
}

/// A sandbox, a gateway that shows a certificate, and the folder of its files.
async fn serving(shown: &Issued, more: &[(&str, &str)]) -> (Sandbox, Gateway, Folder) {
    let folder = Folder::new();
    let certificate = folder.put("tls.crt", &shown.pem);
    let key = folder.put("tls.key", &shown.key);
    let own = [
        ("tls_certificate_file", certificate.as_str()),
        ("tls_private_key_file", key.as_str()),
    ];
    let sandbox = sandbox(options()).await;
    let gateway = gateway(&sandbox, &[&own, more].concat()).await;
    (sandbox, gateway, folder)
}

async fn handshake(
    gateway: &Gateway,
    config: impl Into<std::sync::Arc<ClientConfig>>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(gateway.address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(config.into())
        .connect(name, stream)
        .await
}

fn speaking(mut config: ClientConfig, protocols: &[&str]) -> ClientConfig {
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    config
}

/// Expects that a client's call is not even answered, and that no bank hears of it.
async fn shut_out(what: &str, sandbox: &Sandbox, gateway: &Gateway, config: ClientConfig) {
    let mut client = Client::secured(gateway.address, config);
    let call = tokio::time::timeout(PATIENCE, client.0.authorize(sign_in("ok")));
    let status = call.await.unwrap().map(drop).expect_err(what);
    assert!(
        !status.metadata().contains_key("x-request-id"),
        "{what}: {status:?}"
    );
    assert!(authorize_bodies(sandbox).is_empty(), "{what}");
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken_over_http_2() {
    let authority = Authority::new("ours");
    let (_sandbox, gateway, _folder) = serving(&authority.server(), &[]).await;
    for version in VERSIONS {
        let config = pki::client(&authority.pem, None, &[version]);
        let stream = handshake(&gateway, speaking(config.clone(), &["h2"])).await;
        let stream = stream.unwrap();
        let connection = stream.get_ref().1;
        assert_eq!(connection.protocol_version(), Some(version.version));
        assert_eq!(connection.alpn_protocol(), Some(&b"h2"[..]));
        Client::secured(gateway.address, config).session("ok").await;
    }
}

/// A greeting of a client that knows no version above one.
fn hello(version: [u8; 2]) -> Vec<u8> {
    let extensions = [
        // P-256, uncompressed, signed by ECDSA or RSA with SHA-256.
        &[0, 10, 0, 4, 0, 2, 0, 23][..],
        &[0, 11, 0, 2, 1, 0],
        &[0, 13, 0, 6, 0, 4, 4, 3, 4, 1],
    ]
    .concat();
    let body = [
        &version[..],
        &[7; 32],
        &[0],
        // ECDHE with AES in its modes before and since TLS 1.2, and no compression.
        &[0, 8, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x0a, 0xc0, 0x14],
        &[1, 0],
        &[0, u8::try_from(extensions.len()).unwrap()],
        &extensions,
    ]
    .concat();
    record(1, version, &body)
}

/// A handshake message in a record of its own.
fn record(kind: u8, version: [u8; 2], body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len()).unwrap();
    let header = [HANDSHAKE, version[0], version[1], 0, length + 4];
    [&header[..], &[kind, 0, 0, length], body].concat()
}

// Of TLS: kinds of records, and the alert that says "not this version".
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const PROTOCOL_VERSION: u8 = 70;

#[tokio::test]
async fn older_versions_and_clear_text_are_not() {
    let authority = Authority::new("ours");
    let (sandbox, gateway, _folder) = serving(&authority.server(), &[]).await;
    for (name, minor, kind) in [
        ("SSL 3.0", 0, ALERT),
        ("TLS 1.0", 1, ALERT),
        ("TLS 1.1", 2, ALERT),
        ("TLS 1.2", 3, HANDSHAKE),
    ] {
        let mut stream = TcpStream::connect(gateway.address).await.unwrap();
        stream.write_all(&hello([3, minor])).await.unwrap();
        let mut answer = [0; 7];
        let read = stream.read_exact(&mut answer);
        tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap();
        assert_eq!(answer[0], kind, "{name}: {answer:?}");
        if kind == ALERT {
            assert_eq!(answer[6], PROTOCOL_VERSION, "{name}: {answer:?}");
        }
    }
    let clear = gateway.client().0.authorize(sign_in("ok")).await;
    let status = clear.map(drop).unwrap_err();
    assert!(!status.metadata().contains_key("x-request-id"));
    assert!(authorize_bodies(&sandbox).is_empty());
}

#[tokio::test]
async fn http_1_1_is_for_web_pages_alone() {
    let authority = Authority::new("ours");
    let trusting = || pki::client(&authority.pem, None, &VERSIONS);
    let (_sandbox, native, _folder) = serving(&authority.server(), &[]).await;
    let old = handshake(&native, speaking(trusting(), &["http/1.1"])).await;
    assert!(
        old.unwrap_err()
            .to_string()
            .contains("NoApplicationProtocol")
    );

    let web = [("grpc_web_origins", "*")];
    let (_sandbox, web, _folder) = serving(&authority.server(), &web).await;
    for (offered, taken) in [
        (&["http/1.1"][..], "http/1.1"),
        (&["http/1.1", "h2"], "h2"),
        (&["h2"], "h2"),
    ] {
        let stream = handshake(&web, speaking(trusting(), offered))
            .await
            .unwrap();
        let connection = stream.get_ref().1;
        assert_eq!(connection.alpn_protocol(), Some(taken.as_bytes()));
    }
}

/// A gateway that asks for certificates of `clients`.
async fn asking(server: &Authority, clients: &Authority, auth: &str) -> (Sandbox, Gateway, Folder) {
    let folder = Folder::new();
    let client_ca = folder.put("ca.crt", &clients.pem);
    let more = [
        ("tls_client_ca_file", client_ca.as_str()),
        ("tls_client_auth", auth),
    ];
    serving(&server.server(), &more).await
}

/// Certificates that no port takes.
fn unwanted(clients: &Authority) -> [(&'static str, Issued); 3] {
    [
        (
            "of another authority",
            Authority::new("theirs").issue(&["app"]),
        ),
        (
            "of another of the same name",
            Authority::new("clients").issue(&["app"]),
        ),
        ("expired", clients.issue_with(&["app"], expired)),
    ]
}

#[tokio::test]
async fn where_a_certificate_is_required_nobody_comes_in_without_a_good_one() {
    let (server, clients) = (Authority::new("ours"), Authority::new("clients"));
    let (sandbox, gateway, _folder) = asking(&server, &clients, "required").await;
    let client = |shown: Option<&Issued>, version: &'static SupportedProtocolVersion| {
        pki::client(&server.pem, shown, &[version])
    };
    for version in VERSIONS {
        shut_out("none", &sandbox, &gateway, client(None, version)).await;
        for (what, shown) in unwanted(&clients) {
            shut_out(what, &sandbox, &gateway, client(Some(&shown), version)).await;
        }
    }
    for version in VERSIONS {
        let good = clients.issue(&["app"]);
        let mut client = Client::secured(gateway.address, client(Some(&good), version));
        client.session("ok").await;
    }
}

#[tokio::test]
async fn where_it_is_optional_none_is_let_in_and_a_bad_one_is_not() {
    let (server, clients) = (Authority::new("ours"), Authority::new("clients"));
    let (sandbox, gateway, _folder) = asking(&server, &clients, "optional").await;
    let client = |shown: Option<&Issued>| pki::client(&server.pem, shown, &VERSIONS);
    for (what, shown) in unwanted(&clients) {
        shut_out(what, &sandbox, &gateway, client(Some(&shown))).await;
    }
    let good = clients.issue(&["app"]);
    for shown in [None, Some(&good)] {
        let mut client = Client::secured(gateway.address, client(shown));
        client.session("ok").await;
    }
}

#[tokio::test]
async fn a_session_is_not_resumed_where_certificates_are_asked_for() {
    let (server, clients) = (Authority::new("ours"), Authority::new("clients"));
    let shown = clients.issue(&["app"]);
    let (_sandbox, asking, _folder) = asking(&server, &clients, "optional").await;
    let (_sandbox, open, _folder) = serving(&server.server(), &[]).await;
    for (gateway, resumes) in [(&asking, false), (&open, true)] {
        for version in VERSIONS {
            let config = pki::client(&server.pem, Some(&shown), &[version]);
            let config = std::sync::Arc::new(speaking(config, &["h2"]));
            let mut first = handshake(gateway, config.clone()).await.unwrap();
            // Tickets come with the first bytes.
            first.read_u8().await.unwrap();
            let second = handshake(gateway, config).await.unwrap();
            let kind = second.get_ref().1.handshake_kind();
            let resumed = kind == Some(HandshakeKind::Resumed);
            assert_eq!(resumed, resumes, "{version:?}: {kind:?}");
        }
    }
}

#[tokio::test]
async fn chains_with_an_intermediate_are_shown_and_taken_whole() {
    let root = Authority::new("root");
    let between = root.below("between");
    let chain = |leaf: Issued| Issued {
        pem: format!("{}{}", leaf.pem, between.pem),
        ..leaf
    };
    let folder = Folder::new();
    let client_ca = folder.put("ca.crt", &root.pem);
    let asks = [("tls_client_ca_file", client_ca.as_str())];
    let (_sandbox, gateway, _folder) = serving(&chain(between.server()), &asks).await;
    let shown = chain(between.issue(&["app"]));
    let config = pki::client(&root.pem, Some(&shown), &VERSIONS);
    Client::secured(gateway.address, config).session("ok").await;
}

/// Takes DER apart: the content of the first value, and what follows it.
fn first_value(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = match der[1] {
        short @ 0..0x80 => (usize::from(short), &der[2..]),
        long => {
            let (length, rest) = der[2..].split_at(usize::from(long & 0x7f));
            let digits = length.iter();
            (
                digits.fold(0, |sum, digit| sum << 8 | usize::from(*digit)),
                rest,
            )
        }
    };
    rest.split_at(length)
}

/// The key of its kind's own format that PKCS#8 wraps.
fn unwrapped(key: &KeyPair) -> Vec<u8> {
    let (wrapper, _) = first_value(key.serialized_der());
    let (_version, rest) = first_value(wrapper);
    let (_algorithm, rest) = first_value(rest);
    first_value(rest).0.to_vec()
}

#[tokio::test]
async fn keys_are_taken_as_pkcs_8_sec_1_and_pkcs_1() {
    let authority = Authority::new("ours");
    let rsa = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let ecdsa = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let ed25519 = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    for (what, key, text) in [
        ("RSA in PKCS#8", &rsa, rsa.serialize_pem()),
        (
            "RSA in PKCS#1",
            &rsa,
            pki::pem("RSA PRIVATE KEY", &unwrapped(&rsa)),
        ),
        ("ECDSA in PKCS#8", &ecdsa, ecdsa.serialize_pem()),
        (
            "ECDSA in SEC1",
            &ecdsa,
            pki::pem("EC PRIVATE KEY", &unwrapped(&ecdsa)),
        ),
        ("Ed25519 in PKCS#8", &ed25519, ed25519.serialize_pem()),
    ] {
        let issued = authority.issue_for(key, &["localhost"], |_| {});
        // A certificate and its key may be in one file.
        let both = Issued {
            pem: format!("{}{text}", issued.pem),
            key: text,
        };
        let (_sandbox, gateway, _folder) = serving(&both, &[]).await;
        let config = pki::client(&authority.pem, None, &VERSIONS);
        let shaken = handshake(&gateway, speaking(config, &["h2"])).await;
        assert!(shaken.is_ok(), "{what}: {shaken:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_never_ends_gives_its_place_back() {
    let authority = Authority::new("ours");
    let (_sandbox, gateway, _folder) =
        serving(&authority.server(), &[("max_connections", "1")]).await;
    let config = pki::client(&authority.pem, None, &VERSIONS);
    let config = std::sync::Arc::new(speaking(config, &["h2"]));
    let mut silent = TcpStream::connect(gateway.address).await.unwrap();
    silent.write_all(&[HANDSHAKE, 3, 1]).await.unwrap();
    assert!(
        handshake(&gateway, config.clone()).await.is_err(),
        "the place was not taken"
    );
    // By a clock that runs ahead while all are idle.
    let begun = tokio::time::Instant::now();
    while handshake(&gateway, config.clone()).await.is_err() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it was never given back"
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// A gateway that knows Flinks by a setting, before an upstream.
async fn knowing(upstream_ca: &str, url: &str, secret_key: Option<&str>) -> Gateway {
    let tls = read(&[("upstream_ca", upstream_ca)]).tls;
    let secret_key = secret_key.and_then(|key| AuthKey::parse(key.to_owned()));
    let customer_id = flinks_sandbox::CUSTOMER_ID;
    let instance = InstanceConfig::new(&url.parse().unwrap(), customer_id, secret_key);
    Gateway::before(instance, |config| config.tls = tls).await
}

#[tokio::test]
async fn flinks_is_known_by_authorities_from_a_file() {
    let authority = Authority::new("bank's");
    let folder = Folder::new();
    let others = Authority::new("another").pem;
    let bundle = folder.put("bundle.pem", &format!("{others}{}", authority.pem));
    for version in VERSIONS {
        let sandbox = sandbox(options()).await;
        let shown = authority.server().serve(&[version]);
        let upstream = Terminator::start(sandbox.address(), shown).await;
        let key = sandbox.options().secret_key.as_str();
        let gateway = knowing(&bundle, &upstream.url(), Some(key)).await;
        gateway.client().session("ok").await;
        assert!(upstream.accepted() > 0);
    }
}

#[tokio::test]
async fn an_upstream_that_does_not_prove_to_be_flinks_hears_nothing() {
    let authority = Authority::new("bank's");
    let folder = Folder::new();
    let known = folder.put("known.pem", &authority.pem);
    let other = folder.put("other.pem", &Authority::new("bank's").pem);
    let sandbox = sandbox(Options {
        tokens: Tokens::Optional,
        ..options()
    })
    .await;
    let expired = || authority.issue_with(&["localhost"], expired);
    for (what, known_by, shown) in [
        ("unknown to Mozilla", "bundled", authority.server()),
        ("unknown to the file", other.as_str(), authority.server()),
        (
            "of another host",
            known.as_str(),
            authority.issue(&["flinks.example"]),
        ),
        ("expired", known.as_str(), expired()),
    ] {
        // With a key nothing is minted, and without one nothing is sent.
        for secret_key in [Some("key"), None] {
            let shown = shown.serve(&VERSIONS);
            let upstream = Terminator::start(sandbox.address(), shown).await;
            let gateway = knowing(known_by, &upstream.url(), secret_key).await;
            let error = gateway.client().refused("ok").await;
            assert_eq!(
                (error.code, error.reason.as_str()),
                (Code::Unavailable, "UPSTREAM_UNREACHABLE"),
                "{what}"
            );
            assert_eq!(upstream.accepted(), 0, "{what}");
        }
    }
    assert!(sandbox.received().is_empty());
}

#[tokio::test]
async fn an_upstream_of_tls_1_1_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let gateway = knowing("bundled", &url, None).await;
    let mut client = gateway.client();
    let call = tokio::spawn(async move { client.refused("ok").await });

    let (mut stream, _) = listener.accept().await.unwrap();
    let mut header = [0; 5];
    stream.read_exact(&mut header).await.unwrap();
    let length = u16::from_be_bytes([header[3], header[4]]);
    stream
        .read_exact(&mut vec![0; length.into()])
        .await
        .unwrap();
    let chosen = [&[3, 2][..], &[7; 32], &[0, 0xc0, 0x13, 0]].concat();
    stream.write_all(&record(2, [3, 2], &chosen)).await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.unwrap();
    assert_eq!((rest[0], rest[6]), (ALERT, PROTOCOL_VERSION), "{rest:?}");
    assert_eq!(rest.len(), 7, "something came after the alert");
    assert_eq!(call.await.unwrap().reason, "UPSTREAM_UNREACHABLE");
}

#[tokio::test]
async fn flinks_is_known_by_the_systems_list() {
    let authority = Authority::new("system's");
    let folder = Folder::new();
    let list = folder.put("system.pem", &authority.pem);
    let sandbox = sandbox(options()).await;
    let shown = authority.server().serve(&VERSIONS);
    let upstream = Terminator::start(sandbox.address(), shown).await;
    let gateway = Process::serve(|command| {
        command
            .args(["--upstream-ca", "system", "--upstream-url", &upstream.url()])
            .args(["--customer-id", &flinks_sandbox::CUSTOMER_ID.to_string()])
            .env("FLINKS_GATEWAY_SECRET_KEY", &sandbox.options().secret_key)
            .env("SSL_CERT_FILE", &list)
            .env_remove("SSL_CERT_DIR")
            .args(["--reload-interval", "50ms"]);
    });
    let mut client = Client::native(gateway.address);
    client.session("ok").await;
    assert!(upstream.accepted() > 0);

    // It is followed like any other file.
    let successor = Authority::new("the system's successor");
    upstream.show(successor.server().serve(&VERSIONS));
    folder.put("system.pem", &successor.pem);
    let until = std::time::Instant::now() + PATIENCE;
    while upstream.accepted() == 0 {
        assert!(std::time::Instant::now() < until, "{}", gateway.written());
        // Whatever becomes of it: a connection of before serves, or the list of before is in use.
        client.authorize(sign_in("ok")).await.ok();
    }
}

type Args<'a> = &'a [&'a str];

/// Settings at fault, and their rules.
type Faults<'a> = &'a [(&'a str, &'a str)];

/// Starts a server with settings that cannot be used; gives what it tells.
fn told(args: Args) -> String {
    // One that took them would fail to listen, and not serve for ever.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let output = command()
        .args(["serve", "--sandbox", "--listen"])
        .arg(taken.local_addr().unwrap().to_string())
        .args(args)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{args:?}: {told}");
    told
}

#[test]
fn files_that_cannot_be_used_are_told_by_setting_and_rule() {
    let authority = Authority::new("ours");
    let between = authority.below("between");
    let (good, other) = (authority.server(), authority.server());
    let folder = Folder::new();
    let good_pem = folder.put("good.crt", &good.pem);
    let good_key = folder.put("good.key", &good.key);
    let (pem, key) = (good_pem.as_str(), good_key.as_str());
    let missing = folder.path("missing").to_str().unwrap().to_owned();
    let put = |name: &str, text: &str| folder.put(name, text);
    let text = put("text", "canary-7f3a: no certificate");
    let cut = put("cut", &good.pem[..good.pem.len() / 2]);
    let no_der = put("no_der", &pki::pem("CERTIFICATE", b"canary-7f3a"));
    let encrypted = put(
        "encrypted",
        &pki::pem("ENCRYPTED PRIVATE KEY", b"canary-7f3a"),
    );
    let old_encrypted = put(
        "old_encrypted",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n\
         Y2FuYXJ5\n-----END RSA PRIVATE KEY-----\n",
    );
    let unknown = put("unknown", &pki::pem("PRIVATE KEY", b"canary-7f3a"));
    let others_key = put("other.key", &other.key);
    let reversed = put("reversed", &format!("{}{}", between.pem, good.pem));
    let ended = authority.issue_with(&["localhost"], expired);
    let (ended_pem, ended_key) = (put("ended.crt", &ended.pem), put("ended.key", &ended.key));
    let early = authority.issue_with(&["localhost"], |params| {
        params.not_before = rcgen::date_time_ymd(3000, 1, 1);
    });
    let (early_pem, early_key) = (put("early.crt", &early.pem), put("early.key", &early.key));

    const CERTIFICATE: &str = "--tls-certificate-file";
    const KEY: &str = "--tls-private-key-file";
    const CLIENT_CA: &str = "--tls-client-ca-file";
    const AUTH: &str = "--tls-client-auth";
    const UPSTREAM_CA: &str = "--upstream-ca";
    let unreadable = "must name a file that can be read: entity not found";
    let no_certificate = "must name a file with certificates in PEM";
    let no_key = "must name a file with an unencrypted private key in PEM";
    let unknown_key = "must name a file with an RSA, ECDSA (P-256, P-384, P-521) or Ed25519 key";
    let others = "must be the private key of the first certificate in tls_certificate_file";
    let not_now = "must begin with a certificate that is valid now";
    let all: [(Args, Faults); 22] = [
        (
            &[CERTIFICATE, &missing, KEY, key],
            &[(CERTIFICATE, unreadable)],
        ),
        (&[CERTIFICATE, pem, KEY, &missing], &[(KEY, unreadable)]),
        (
            &[CERTIFICATE, &text, KEY, key],
            &[(CERTIFICATE, no_certificate)],
        ),
        (
            &[CERTIFICATE, &cut, KEY, key],
            &[(CERTIFICATE, no_certificate)],
        ),
        (
            &[CERTIFICATE, &no_der, KEY, key],
            &[(CERTIFICATE, no_certificate)],
        ),
        (
            &[CERTIFICATE, key, KEY, key],
            &[(CERTIFICATE, no_certificate)],
        ),
        (&[CERTIFICATE, pem, KEY, &text], &[(KEY, no_key)]),
        (&[CERTIFICATE, pem, KEY, pem], &[(KEY, no_key)]),
        (&[CERTIFICATE, pem, KEY, &encrypted], &[(KEY, no_key)]),
        (&[CERTIFICATE, pem, KEY, &old_encrypted], &[(KEY, no_key)]),
        (&[CERTIFICATE, pem, KEY, &unknown], &[(KEY, unknown_key)]),
        (&[CERTIFICATE, pem, KEY, &others_key], &[(KEY, others)]),
        (&[CERTIFICATE, &reversed, KEY, key], &[(KEY, others)]),
        (
            &[CERTIFICATE, &ended_pem, KEY, &ended_key],
            &[(CERTIFICATE, not_now)],
        ),
        (
            &[CERTIFICATE, &early_pem, KEY, &early_key],
            &[(CERTIFICATE, not_now)],
        ),
        (
            &[CERTIFICATE, pem],
            &[(CERTIFICATE, "needs tls_private_key_file")],
        ),
        (&[KEY, key], &[(KEY, "needs tls_certificate_file")]),
        (
            &[CLIENT_CA, pem],
            &[(CLIENT_CA, "needs tls_certificate_file")],
        ),
        (
            &[CERTIFICATE, pem, KEY, key, AUTH, "required"],
            &[(AUTH, "needs tls_client_ca_file")],
        ),
        (
            &[CERTIFICATE, pem, KEY, key, CLIENT_CA, &text],
            &[(CLIENT_CA, no_certificate)],
        ),
        (&[UPSTREAM_CA, &no_der], &[(UPSTREAM_CA, no_certificate)]),
        (
            &[
                CERTIFICATE,
                &ended_pem,
                CLIENT_CA,
                &missing,
                AUTH,
                "perhaps",
                UPSTREAM_CA,
                &text,
            ],
            &[
                (CERTIFICATE, not_now),
                (CERTIFICATE, "needs tls_private_key_file"),
                (CLIENT_CA, unreadable),
                (AUTH, "must be required or optional"),
                (UPSTREAM_CA, no_certificate),
            ],
        ),
    ];
    for (args, faults) in all {
        let told = told(args);
        let mut lines: Vec<&str> = told.lines().skip(1).collect();
        lines.sort_unstable();
        let expected = faults.iter().map(|(flag, rule)| format!("{flag}: {rule}"));
        let mut expected: Vec<String> = expected.collect();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{args:?}");
        assert!(
            !told.contains("canary") && !told.contains("Y2FuYXJ5"),
            "{told}"
        );
        assert!(!told.contains("BEGIN") && !told.contains(&good.key[40..60]));
    }
}
