//! Who may call what: callers known by certificate or key, and what each may do.

use std::{net::SocketAddr, sync::Arc};

use flinks_gateway::{
    callers::{self, Allowance, Caller, CallerLimits, Callers, CertificateName},
    config::Config,
    domain::names::{CallerName, InstanceName},
    pb,
    server::{Reflection, WebOrigins},
    tls::{self, ClientAuth},
};
use tonic::{Code, Request};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest,
};

use crate::{
    harness::*,
    pki::{self, Authority, Issued, VERSIONS},
    process::{self, Process},
};

const LENDING: &str = "lending-key-canary-6c1f";
const REPORTS: &str = "reports-key-canary-02ae";
const SPIFFE: &str = "spiffe://prod.example/ns/lending/sa/app";

/// A caller that is known by nothing, and may do all.
pub fn caller(name: &str) -> Caller {
    Caller {
        name: CallerName::parse(name).unwrap(),
        certificates: Vec::new(),
        key_hashes: Vec::new(),
        methods: None,
        instances: None,
        allowance: Arc::new(Allowance::new(UNLIMITED)),
    }
}

pub const UNLIMITED: CallerLimits = CallerLimits {
    calls: 0,
    rate: None,
};

/// One that is known by a key.
pub fn with_own_key(name: &str, key: &str) -> Caller {
    Caller {
        key_hashes: vec![callers::key_hash(key.as_bytes())],
        ..caller(name)
    }
}

pub fn these<const N: usize>(callers: [Caller; N]) -> Callers {
    Callers::These(callers.into_iter().map(Arc::new).collect())
}

/// Lets two callers in, each by its key.
fn two(config: &mut Config) {
    config.callers = these([
        with_own_key("lending", LENDING),
        with_own_key("reports", REPORTS),
    ]);
}

fn assert_unknown(error: &Error, name: &str) {
    assert_eq!(
        (
            error.code,
            error.reason.as_str(),
            error.next_step.as_str(),
            error.retryable
        ),
        (
            Code::Unauthenticated,
            "CALLER_UNKNOWN",
            "CONTACT_OPERATOR",
            false
        ),
        "{name}"
    );
}

fn assert_not_permitted(error: &Error, name: &str) {
    assert_eq!(
        (
            error.code,
            error.reason.as_str(),
            error.next_step.as_str(),
            error.retryable
        ),
        (
            Code::PermissionDenied,
            "CALLER_NOT_PERMITTED",
            "CONTACT_OPERATOR",
            false
        ),
        "{name}"
    );
}

#[tokio::test]
async fn a_key_lets_its_caller_in_and_nothing_else_does() {
    let (sandbox, gateway, native) = all_with(options(), |config| {
        two(config);
        config.server.web_origins = Some(WebOrigins::Any);
    })
    .await;
    for mut client in [native, gateway.web_client()] {
        for text in [
            format!("Bearer {LENDING}"),
            format!("bearer {REPORTS}"),
            format!("BEARER {LENDING}"),
        ] {
            let known = client.authorize(with_authorization(&text, sign_in("ok")));
            assert!(known.await.is_ok(), "{text}");
        }
        sandbox.clear_received();
        for text in [
            "".to_owned(),
            "Bearer".to_owned(),
            "Bearer ".to_owned(),
            "Bearer wrong".to_owned(),
            format!("Bearer  {LENDING}"),
            format!("Bearer {LENDING}x"),
            format!("Bearer {}", &LENDING[..LENDING.len() - 1]),
            format!("Bearer {LENDING}, Bearer {LENDING}"),
            format!("Basic {LENDING}"),
            LENDING.to_owned(),
            // The hash opens nothing.
            format!(
                "Bearer {}",
                "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
            ),
        ] {
            let stranger = client.authorize(with_authorization(&text, sign_in("ok")));
            assert_unknown(&stranger.await.err().unwrap(), &text);
        }
        let nothing = client.authorize(sign_in("ok")).await.err().unwrap();
        assert_unknown(&nothing, "no header");
        let mut both = with_key(LENDING, sign_in("ok"));
        let other = format!("Bearer {REPORTS}").parse().unwrap();
        both.metadata_mut().append("authorization", other);
        assert_unknown(
            &client.authorize(both).await.err().unwrap(),
            "two keys at once",
        );
        assert!(authorize_bodies(&sandbox).is_empty(), "nothing was sent");
    }
}

#[tokio::test]
async fn an_empty_key_is_nobodys_even_where_its_hash_is_configured() {
    let (_sandbox, _gateway, mut client) = all_with(options(), |config| {
        config.callers = these([with_own_key("lending", "")]);
    })
    .await;
    for text in ["Bearer ", "Basic x"] {
        let stranger = client.authorize(with_authorization(text, sign_in("ok")));
        assert_unknown(&stranger.await.err().unwrap(), text);
    }
}

/// A gateway with mTLS, and who vouches for it.
async fn secured(
    sandbox: &Sandbox,
    clients: &Authority,
    auth: ClientAuth,
    callers: Callers,
) -> (Gateway, Authority) {
    let servers = Authority::new("servers");
    let shown = servers.server();
    let chain = tls::chain(shown.pem.as_bytes()).unwrap();
    let key = tls::private_key(shown.key.as_bytes()).unwrap();
    let identity = tls::Identity::new(chain, key).unwrap();
    let clients = tls::authorities(clients.pem.as_bytes()).unwrap();
    let port = tls::Server::new(identity, Some((clients, auth)), false);
    let gateway = Gateway::with(sandbox, |config| {
        config.tls.server = Some(port);
        config.callers = callers;
    })
    .await;
    (gateway, servers)
}

fn by_certificate(name: &str, certificates: &[CertificateName]) -> Caller {
    Caller {
        certificates: certificates.to_vec(),
        ..caller(name)
    }
}

/// The caller `lending` by certificate, `reports` by key.
fn mixed() -> Callers {
    let names = [
        CertificateName::Uri(SPIFFE.to_owned()),
        CertificateName::Dns("lending.example".to_owned()),
    ];
    these([
        Caller {
            methods: Some(vec!["Authorize".to_owned()]),
            ..by_certificate("lending", &names)
        },
        with_own_key("reports", REPORTS),
    ])
}

#[tokio::test]
async fn a_certificate_lets_its_caller_in_by_its_alternative_names() {
    let sandbox = sandbox(options()).await;
    let clients = Authority::new("clients");
    let (gateway, servers) = secured(&sandbox, &clients, ClientAuth::Optional, mixed()).await;
    let client = |names: &[&str]| through(&servers, Some(&clients.issue(names)), gateway.address);
    for names in [
        &[SPIFFE][..],
        &["lending.example"],
        &["LENDING.example"],
        &["other.example", "urn://x/y", SPIFFE],
    ] {
        let known = client(names).authorize(sign_in("ok")).await;
        assert!(known.is_ok(), "{names:?}");
    }
    sandbox.clear_received();
    for names in [
        &[][..],
        &["other.example"],
        &["127.0.0.1"],
        // A name of one kind is none of the other, and a part of a name is not the name.
        &["lending.example.evil.example"],
        &["sub.lending.example"],
        &["*.example"],
        &["spiffe://prod.example/ns/lending/sa/app2"],
        &["spiffe://prod.example/ns/lending/sa"],
        &["SPIFFE://prod.example/ns/lending/sa/app"],
        &["dns://lending.example"],
    ] {
        let stranger = client(names).authorize(sign_in("ok")).await.err().unwrap();
        assert_unknown(&stranger, &format!("{names:?}"));
    }
    assert!(authorize_bodies(&sandbox).is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_key_that_is_shown_counts_whatever_the_certificate_says() {
    let sandbox = sandbox(options()).await;
    let clients = Authority::new("clients");
    let (gateway, servers) = secured(&sandbox, &clients, ClientAuth::Optional, mixed()).await;
    let issued = clients.issue(&[SPIFFE]);
    let mut certified = through(&servers, Some(&issued), gateway.address);
    for text in ["Bearer wrong", "Basic x", ""] {
        let wrong = certified.authorize(with_authorization(text, sign_in("ok")));
        assert_unknown(&wrong.await.err().unwrap(), text);
    }
    assert!(authorize_bodies(&sandbox).is_empty(), "nothing was sent");
    // Only the key's caller may do this.
    let session = certified.session("ok").await;
    let reopen = cached(&session.login.unwrap().login_id);
    let by_certificate = certified.cached(reopen.clone()).await.err().unwrap();
    assert_not_permitted(&by_certificate, "as lending");
    assert!(
        certified
            .cached(with_key(REPORTS, reopen.clone()))
            .await
            .is_ok()
    );
    let mut bare = through(&servers, None, gateway.address);
    assert!(bare.cached(with_key(REPORTS, reopen.clone())).await.is_ok());
    let neither = bare.cached(reopen).await.err().unwrap();
    assert_unknown(&neither, "neither key nor certificate");
}

/// A client that may show a certificate.
fn through(servers: &Authority, shown: Option<&Issued>, address: SocketAddr) -> Client {
    Client::secured(address, pki::client(&servers.pem, shown, &VERSIONS))
}

#[tokio::test]
async fn certificates_of_strangers_do_not_get_as_far_as_a_call() {
    let sandbox = sandbox(options()).await;
    let (clients, others) = (Authority::new("clients"), Authority::new("others"));
    let known = clients.issue(&[SPIFFE]);
    let forged = others.issue(&[SPIFFE]);
    let ended = clients.issue_with(&[SPIFFE], pki::expired);
    let servers_own = clients.issue_with(&[SPIFFE], |params| {
        let purpose = rcgen::ExtendedKeyUsagePurpose::ServerAuth;
        params.extended_key_usages.push(purpose);
    });
    for auth in [ClientAuth::Required, ClientAuth::Optional] {
        let (gateway, servers) = secured(&sandbox, &clients, auth, mixed()).await;
        let client = |shown| through(&servers, shown, gateway.address);
        for (name, shown) in [
            ("of another authority", Some(&forged)),
            ("that has ended", Some(&ended)),
            ("of a server", Some(&servers_own)),
            ("none", None),
        ] {
            // With a key as well, so that only the certificate is wrong.
            let request = with_key(REPORTS, sign_in("ok"));
            match client(shown).0.authorize(request).await {
                Ok(_) => assert!(shown.is_none() && auth == ClientAuth::Optional, "{name}"),
                // Nothing of ours is in it: the connection failed.
                Err(status) => assert!(status.details().is_empty(), "{name}: {status:?}"),
            }
            let sent = usize::from(shown.is_none() && auth == ClientAuth::Optional);
            assert_eq!(authorize_bodies(&sandbox).len(), sent, "{name} {auth:?}");
            sandbox.clear_received();
        }
        let request = sign_in("ok");
        assert!(
            client(Some(&known)).authorize(request).await.is_ok(),
            "{auth:?}"
        );
        sandbox.clear_received();
    }
}

#[tokio::test]
async fn a_caller_may_call_its_methods_and_use_its_instances_alone() {
    let (sandbox, _gateway, mut client) = all_with(options(), |config| {
        let (_, instance) = config.instances.pop_first().unwrap();
        for name in ["ca", "us"] {
            let name = InstanceName(name.to_owned());
            config.instances.insert(name, instance.clone());
        }
        config.callers = these([
            Caller {
                instances: Some(vec![InstanceName("ca".to_owned())]),
                methods: Some(vec!["Authorize".to_owned(), "CachedAuthorize".to_owned()]),
                ..with_own_key("lending", LENDING)
            },
            with_own_key("reports", REPORTS),
        ]);
    })
    .await;
    let on = |instance: &str, scenario: &str| pb::AuthorizeRequest {
        instance: instance.to_owned(),
        ..sign_in(scenario)
    };
    let reopened = |instance: &str, login_id: &str| pb::CachedAuthorizeRequest {
        instance: instance.to_owned(),
        ..cached(login_id)
    };
    use pb::authorize_response::Outcome;
    let Ok(Outcome::Session(session)) = client.authorize(with_key(LENDING, on("ca", "ok"))).await
    else {
        panic!("no session");
    };
    let Ok(Outcome::ChallengeRound(round)) = client
        .authorize(with_key(LENDING, on("ca", "question")))
        .await
    else {
        panic!("not challenged");
    };
    let login_id = &session.login.unwrap().login_id;
    let reopen = with_key(LENDING, reopened("ca", login_id));
    assert!(client.cached(reopen).await.is_ok());
    sandbox.clear_received();

    let elsewhere = client.authorize(with_key(LENDING, on("us", "ok"))).await;
    assert_not_permitted(&elsewhere.err().unwrap(), "another instance");
    let elsewhere = client.cached(with_key(LENDING, reopened("us", login_id)));
    assert_not_permitted(&elsewhere.await.err().unwrap(), "another instance, cached");
    let answers = client.answer(with_key(LENDING, right_answers(&round)));
    assert_not_permitted(&answers.await.err().unwrap(), "another method");
    assert!(
        sandbox
            .received()
            .iter()
            .all(|received| received.endpoint == "GenerateAuthorizeToken")
    );

    for instance in ["ca", "us"] {
        let request = with_key(REPORTS, on(instance, "ok"));
        assert!(client.authorize(request).await.is_ok(), "{instance}");
    }
}

#[tokio::test]
async fn a_round_is_answered_by_the_caller_who_was_asked() {
    let (sandbox, _gateway, mut client) = all_with(options(), two).await;
    use pb::authorize_response::Outcome;
    let request = with_key(LENDING, sign_in("question"));
    let Ok(Outcome::ChallengeRound(round)) = client.authorize(request).await else {
        panic!("not challenged");
    };
    sandbox.clear_received();
    let stolen = client.answer(with_key(REPORTS, right_answers(&round)));
    let error = stolen.await.err().unwrap();
    assert_eq!(
        (error.code, error.reason.as_str(), error.next_step.as_str()),
        (Code::InvalidArgument, "CONTINUATION_INVALID", "START_OVER")
    );
    assert!(sandbox.received().is_empty(), "nothing was sent");
    let own = client.answer(with_key(LENDING, right_answers(&round)));
    assert!(own.await.is_ok(), "the round is as it was");
}

#[tokio::test]
async fn anyone_may_call_where_that_was_said_whatever_they_show() {
    let (_sandbox, _gateway, mut client) = all().await;
    for text in ["Bearer of-the-mesh", "Basic x", ""] {
        let request = with_authorization(text, sign_in("ok"));
        assert!(client.authorize(request).await.is_ok(), "{text}");
    }
}

async fn lists_services(gateway: &Gateway, key: Option<&str>) -> Result<(), Code> {
    let mut client = ServerReflectionClient::new(gateway.channel().await);
    let asked = tokio_stream::iter([ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    }]);
    let request = match key {
        Some(key) => with_key(key, asked),
        None => Request::new(asked),
    };
    let mut told = client
        .server_reflection_info(request)
        .await
        .map_err(|status| status.code())?
        .into_inner();
    told.message().await.unwrap().unwrap();
    Ok(())
}

#[tokio::test]
async fn health_is_for_all_and_reflection_by_its_setting() {
    let sandbox = sandbox(options()).await;
    for (reflection, stranger, known) in [
        (Reflection::Callers, Err(Code::Unauthenticated), Ok(())),
        (Reflection::Anyone, Ok(()), Ok(())),
        (
            Reflection::Off,
            Err(Code::Unauthenticated),
            Err(Code::Unimplemented),
        ),
    ] {
        let gateway = Gateway::with(&sandbox, |config| {
            config.server.reflection = reflection;
            // What a caller may call of ours is no matter here.
            config.callers = these([Caller {
                methods: Some(vec!["CachedAuthorize".to_owned()]),
                ..with_own_key("reports", REPORTS)
            }]);
        })
        .await;
        let mut health = HealthClient::new(gateway.channel().await);
        let request = HealthCheckRequest::default();
        assert!(health.check(request.clone()).await.is_ok());
        assert!(health.watch(request).await.is_ok());
        assert_eq!(lists_services(&gateway, None).await, stranger);
        assert_eq!(lists_services(&gateway, Some("wrong")).await, stranger);
        assert_eq!(lists_services(&gateway, Some(REPORTS)).await, known);
    }
}

#[tokio::test]
async fn a_stranger_is_not_told_which_methods_there_are() {
    let (_sandbox, gateway, _client) = all_with(options(), two).await;
    let mut client = tonic::client::Grpc::new(gateway.channel().await);
    for (key, expected) in [
        (None, Code::Unauthenticated),
        (Some(LENDING), Code::Unimplemented),
    ] {
        client.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<(), ()>::default();
        let path = "/flinks.gateway.v1.AuthorizationService/Guess";
        let request = key.map_or_else(|| Request::new(()), |key| with_key(key, ()));
        let answer = client.unary(request, path.parse().unwrap(), codec).await;
        assert_eq!(answer.err().unwrap().code(), expected);
    }
}

#[tokio::test]
async fn a_process_reads_its_callers_and_writes_no_key() {
    let sandbox = sandbox(options()).await;
    let folder = tempfile::tempdir().unwrap();
    let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
    let shown = servers.server();
    let hash: String = callers::key_hash(REPORTS.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let callers = format!(
        "[lending]\ncertificates = ['{SPIFFE}']\n[reports]\nkey_sha256 = ['{hash}']\nmethods = ['Authorize']\n"
    );
    let process = Process::serve(|command| {
        command.args(["--log-level", "trace", "--tls-client-auth", "optional"]);
        command.env_remove("FLINKS_GATEWAY_CALLERS");
        command.envs(process::before(&sandbox));
        for (setting, text) in [
            ("TLS_CERTIFICATE_FILE", &shown.pem),
            ("TLS_PRIVATE_KEY_FILE", &shown.key),
            ("TLS_CLIENT_CA_FILE", &clients.pem),
            ("CALLERS_FILE", &callers),
        ] {
            let file = folder.path().join(setting);
            std::fs::write(&file, text).unwrap();
            command.env(format!("FLINKS_GATEWAY_{setting}"), file);
        }
    });
    let issued = clients.issue(&[SPIFFE]);
    let mut bare = through(&servers, None, process.address);
    let mut certified = through(&servers, Some(&issued), process.address);
    assert!(certified.authorize(sign_in("ok")).await.is_ok());
    assert!(
        bare.authorize(with_key(REPORTS, sign_in("ok")))
            .await
            .is_ok()
    );
    let wrong = bare.authorize(with_key("wrong-key-canary-77", sign_in("ok")));
    assert_unknown(&wrong.await.err().unwrap(), "a wrong key");
    let basic = bare.authorize(with_authorization("Basic stray-canary-31", sign_in("ok")));
    assert_unknown(&basic.await.err().unwrap(), "another scheme");
    let reopen = cached("b0debb48-f9f1-46c6-80a4-08d7dd88d478");
    let method = bare.cached(with_key(REPORTS, reopen)).await;
    assert_not_permitted(&method.err().unwrap(), "another method");

    let calls: Vec<_> = process
        .lines()
        .into_iter()
        .filter(|line| line["message"] == "call" && line["method"] != "standard")
        .map(|line| {
            let field = |name| line[name].as_str().unwrap_or_default().to_owned();
            (field("caller"), field("reason"))
        })
        .collect();
    let expected = [
        ("lending", ""),
        ("reports", ""),
        ("", "CALLER_UNKNOWN"),
        ("", "CALLER_UNKNOWN"),
        ("reports", "CALLER_NOT_PERMITTED"),
    ];
    assert_eq!(
        calls,
        expected.map(|(caller, reason)| (caller.to_owned(), reason.to_owned()))
    );
    let written = process.written();
    assert!(
        written.contains("\"target\":\"h2"),
        "the noise is looked at"
    );
    for secret in [LENDING, REPORTS, "wrong-key-canary", "stray-canary", &hash] {
        assert!(!written.contains(secret), "{secret}");
        // As h2 might write a header's bytes.
        let bytes = format!("{:?}", secret.as_bytes());
        assert!(
            !written.contains(bytes.trim_matches(['[', ']'])),
            "{secret}"
        );
    }
}
