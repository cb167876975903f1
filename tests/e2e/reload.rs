//! Certificates and keys are replaced while calls are under way: the new ones serve what comes, and nothing is cut.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flinks_gateway::{
    domain::names::{AuthKey, InstanceName},
    pb,
    upstream::InstanceConfig,
};
use tokio::task::JoinHandle;
use tonic::Code;

use crate::{
    faults::{Tally, scaled},
    harness::*,
    pki::{self, Authority, Folder, Issued, Terminator, VERSIONS},
    process::Process,
};

/// How files are replaced.
#[derive(Clone, Copy, PartialEq)]
enum How {
    /// Written over.
    InPlace,
    /// By others that take their names.
    ByRename,
    /// A folder at once, behind a link: so does Kubernetes with a Secret.
    AsKubernetes,
    /// Written over, and the process is told.
    ToldBySignal,
}

/// Files that settings name.
struct Files {
    how: How,
    folder: tempfile::TempDir,
    texts: BTreeMap<String, String>,
    generation: usize,
}

impl Files {
    fn new(how: How) -> Self {
        Self {
            how,
            folder: tempfile::tempdir().unwrap(),
            texts: BTreeMap::new(),
            generation: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn replace(&mut self, files: &[(&str, &str)]) {
        for (name, text) in files {
            self.texts.insert((*name).to_owned(), (*text).to_owned());
        }
        match self.how {
            How::InPlace | How::ToldBySignal => {
                for (name, text) in files {
                    fs::write(self.path(name), text).unwrap();
                }
            }
            How::ByRename => {
                for (name, text) in files {
                    let new = self.path(".new");
                    fs::write(&new, text).unwrap();
                    fs::rename(new, self.path(name)).unwrap();
                }
            }
            How::AsKubernetes => self.next_generation(),
        }
    }

    fn next_generation(&mut self) {
        let last = self.path(&format!("..2026_{}", self.generation));
        self.generation += 1;
        let generation = format!("..2026_{}", self.generation);
        fs::create_dir(self.path(&generation)).unwrap();
        for (name, text) in &self.texts {
            fs::write(self.path(&generation).join(name), text).unwrap();
        }
        symlink(&generation, self.path("..data_tmp")).unwrap();
        fs::rename(self.path("..data_tmp"), self.path("..data")).unwrap();
        for name in self.texts.keys() {
            if !self.path(name).is_symlink() {
                symlink(Path::new("..data").join(name), self.path(name)).unwrap();
            }
        }
        if last.exists() {
            fs::remove_dir_all(last).unwrap();
        }
    }
}

const CERTIFICATE: &str = "tls.crt";
const PRIVATE_KEY: &str = "tls.key";
const CLIENT_CA: &str = "clients.crt";
const UPSTREAM_CA: &str = "upstream.crt";
const SECRET_KEY: &str = "secret";
const CA_SECRET_KEY: &str = "ca.secret";
const CALLERS: &str = "callers.toml";
const CONTINUATION_KEYS: &str = "continuation";

const CALLERS_TEXT: &str = "[app]\ncertificates = [\"app.example\"]\n";

fn continuation_key(byte: u8) -> String {
    STANDARD.encode([byte; 32])
}

/// A bank behind TLS.
struct Bank {
    sandbox: Sandbox,
    front: Terminator,
}

impl Bank {
    async fn open(authority: &Authority) -> Self {
        let sandbox = sandbox(options()).await;
        let shown = authority.server().serve(&VERSIONS);
        let front = Terminator::start(sandbox.address(), shown).await;
        Self { sandbox, front }
    }
}

/// A gateway with a file for everything, two banks behind it, and the one who may call.
struct Stage {
    /// The default instance's, and that of `ca`.
    banks: [Bank; 2],
    files: Files,
    process: Process,
    server: Authority,
    upstream: Authority,
    app: Issued,
}

impl Stage {
    async fn set(how: How) -> Self {
        let (server, clients) = (Authority::new("ours"), Authority::new("clients"));
        let upstream = Authority::new("banks'");
        let banks = [Bank::open(&upstream).await, Bank::open(&upstream).await];
        let shown = server.server();
        let mut files = Files::new(how);
        files.replace(&[
            (CERTIFICATE, &shown.pem),
            (PRIVATE_KEY, &shown.key),
            (CLIENT_CA, &clients.pem),
            (UPSTREAM_CA, &upstream.pem),
            // As an editor leaves it.
            (SECRET_KEY, "sandbox-secret-key\n"),
            (CA_SECRET_KEY, "sandbox-secret-key\n"),
            (CALLERS, CALLERS_TEXT),
            (CONTINUATION_KEYS, &continuation_key(1)),
        ]);
        let path = |name: &str| files.path(name).to_str().unwrap().to_owned();
        let settings = format!(
            "tls_certificate_file = '{}'\ntls_private_key_file = '{}'\ntls_client_ca_file = '{}'\n\
             upstream_ca = '{}'\ncallers_file = '{}'\ncontinuation_keys_file = '{}'\n\
             upstream_url = '{}'\ncustomer_id = '{customer}'\nsecret_key_file = '{}'\n\
             [instances.ca]\nupstream_url = '{}'\ncustomer_id = '{customer}'\nsecret_key_file = '{}'\n",
            path(CERTIFICATE),
            path(PRIVATE_KEY),
            path(CLIENT_CA),
            path(UPSTREAM_CA),
            path(CALLERS),
            path(CONTINUATION_KEYS),
            banks[0].front.url(),
            path(SECRET_KEY),
            banks[1].front.url(),
            path(CA_SECRET_KEY),
            customer = flinks_sandbox::CUSTOMER_ID,
        );
        fs::write(files.path("gateway.toml"), settings).unwrap();
        let interval = match how {
            How::ToldBySignal => "1h",
            _ => "50ms",
        };
        let process = Process::serve(|command| {
            command
                .arg("--config")
                .arg(files.path("gateway.toml"))
                .args(["--reload-interval", interval])
                // Without a line for each call, of which there are many here.
                .args(["--log-level", "info,flinks_gateway::call=warn"])
                .env_remove("FLINKS_GATEWAY_CALLERS");
        });
        Self {
            banks,
            files,
            process,
            server,
            upstream,
            app: clients.issue(&["app.example"]),
        }
    }

    /// A client with a connection of its own.
    fn client(&self) -> Client {
        self.client_of(&self.server, &self.app)
    }

    fn client_of(&self, server: &Authority, app: &Issued) -> Client {
        let config = pki::client(&server.pem, Some(app), &VERSIONS);
        Client::secured(self.process.address, config)
    }

    /// Replaces files, and waits until the process says that it has taken them.
    async fn replace(&mut self, files: &[(&str, &str)]) {
        let before = self.process.lines().len();
        self.files.replace(files);
        if self.files.how == How::ToldBySignal {
            self.process.tell("HUP");
        }
        for (name, _) in files {
            let setting = match *name {
                CERTIFICATE => "tls_certificate_file in",
                PRIVATE_KEY => "tls_private_key_file in",
                CLIENT_CA => "tls_client_ca_file in",
                UPSTREAM_CA => "upstream_ca in",
                SECRET_KEY => "secret_key_file in",
                CA_SECRET_KEY => "instances.ca.secret_key_file in",
                CALLERS => "callers_file in",
                CONTINUATION_KEYS => "continuation_keys_file in",
                other => panic!("nothing is told of {other}"),
            };
            logged(&self.process, before, |line| {
                let changed = line["changed"].as_str().unwrap_or_default();
                changed
                    .split(", ")
                    .any(|origin| origin.starts_with(setting))
            })
            .await;
        }
    }

    /// Begins a call that takes long, and waits until it is at the bank.
    async fn slow_call(&self, client: &Client, tag: &str) -> JoinHandle<pb::Session> {
        let request = pb::AuthorizeRequest {
            tag: tag.to_owned(),
            ..sign_in("delay_3000.ok")
        };
        let mut client = client.clone();
        let call = tokio::spawn(async move {
            match client.authorize(request).await {
                Ok(pb::authorize_response::Outcome::Session(session)) => session,
                other => panic!("{:?}", other.map(drop)),
            }
        });
        let until = Instant::now() + PATIENCE;
        let arrived = || {
            let bodies = authorize_bodies(&self.banks[0].sandbox);
            bodies.iter().any(|body| body["Tag"] == tag)
        };
        while !arrived() {
            assert!(Instant::now() < until, "{tag} never arrived");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        call
    }
}

/// Waits for a log line after so many.
async fn logged(process: &Process, after: usize, is_it: impl Fn(&serde_json::Value) -> bool) {
    let until = Instant::now() + PATIENCE;
    while !process.lines().iter().skip(after).any(&is_it) {
        assert!(Instant::now() < until, "{}", process.written());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// What was told of files that were refused: setting and rule.
fn refusals(process: &Process) -> Vec<(String, String)> {
    let lines = process.lines().into_iter();
    let refused = lines.filter(|line| line["message"] == REFUSED && line["level"] == "ERROR");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    refused
        .map(|line| (text(&line["setting"]), text(&line["rule"])))
        .collect()
}

const REFUSED: &str = "a changed file cannot be used; all goes on as before";
const IN_USE_ALREADY: &str = "files of settings were looked at: all is in use already";

fn at_ca(scenario: &str) -> pb::AuthorizeRequest {
    pb::AuthorizeRequest {
        instance: "ca".to_owned(),
        ..sign_in(scenario)
    }
}

async fn everything_is_replaced(how: How) {
    let mut stage = Stage::set(how).await;
    // Its connection lasts as long as this test; those of other clients are made after each change.
    let mut oldest = stage.client();
    let mut calls = Vec::new();

    calls.push(stage.slow_call(&oldest, "server certificate").await);
    let before = std::mem::replace(&mut stage.server, Authority::new("our successor"));
    let shown = stage.server.server();
    let pair = [(CERTIFICATE, shown.pem.as_str()), (PRIVATE_KEY, &shown.key)];
    stage.replace(&pair).await;
    stage.client().session("ok").await;
    let mut behind = stage.client_of(&before, &stage.app);
    assert!(behind.0.authorize(sign_in("ok")).await.is_err());
    oldest.session("ok").await;

    calls.push(stage.slow_call(&oldest, "client authority").await);
    let clients = Authority::new("the clients' successor");
    stage.replace(&[(CLIENT_CA, &clients.pem)]).await;
    let mut behind = stage.client();
    assert!(behind.0.authorize(sign_in("ok")).await.is_err());
    stage.app = clients.issue(&["app.example"]);
    stage.client().session("ok").await;
    oldest.session("ok").await;

    calls.push(stage.slow_call(&oldest, "upstream authority").await);
    let upstream = Authority::new("the banks' successor");
    for bank in &stage.banks {
        bank.front.show(upstream.server().serve(&VERSIONS));
    }
    stage.replace(&[(UPSTREAM_CA, &upstream.pem)]).await;
    let mut client = stage.client();
    client.session("ok").await;
    assert!(client.authorize(at_ca("ok")).await.is_ok());
    assert!(stage.banks.iter().all(|bank| bank.front.accepted() > 0));

    calls.push(stage.slow_call(&oldest, "secret key").await);
    let round = client.challenged("question").await;
    stage.banks[0].sandbox.rekey("the-second-key");
    stage.replace(&[(SECRET_KEY, "the-second-key\n")]).await;
    stage.banks[0].sandbox.clear_received();
    client.session("ok").await;
    let sent = authorize_bodies(&stage.banks[0].sandbox).len();
    assert_eq!(sent, 1, "no token of the key before was tried");
    // That round's token is one, and it is replaced.
    assert!(client.answer(right_answers(&round)).await.is_ok());
    oldest.session("ok").await;

    stage.banks[1].sandbox.rekey("the-second-key-of-ca");
    stage
        .replace(&[(CA_SECRET_KEY, "the-second-key-of-ca")])
        .await;
    assert!(client.authorize(at_ca("ok")).await.is_ok());

    calls.push(stage.slow_call(&oldest, "callers").await);
    let less = format!("{CALLERS_TEXT}methods = [\"CachedAuthorize\"]\n");
    stage.replace(&[(CALLERS, &less)]).await;
    for client in [&mut client, &mut oldest] {
        let refused = client.refused("ok").await;
        assert_eq!(refused.code, Code::PermissionDenied);
    }
    stage.replace(&[(CALLERS, CALLERS_TEXT)]).await;
    oldest.session("ok").await;

    calls.push(stage.slow_call(&oldest, "continuation keys").await);
    let first = [
        client.challenged("question").await,
        client.challenged("question").await,
    ];
    let both = format!("{},{}", continuation_key(2), continuation_key(1));
    stage.replace(&[(CONTINUATION_KEYS, &both)]).await;
    assert!(client.answer(right_answers(&first[0])).await.is_ok());
    let second = client.challenged("question").await;
    stage
        .replace(&[(CONTINUATION_KEYS, &continuation_key(2))])
        .await;
    assert!(client.answer(right_answers(&first[1])).await.is_err());
    assert!(client.answer(right_answers(&second)).await.is_ok());

    for call in calls {
        call.await.unwrap();
    }
    assert!(refusals(&stage.process).is_empty());
}

#[tokio::test]
async fn files_are_replaced_in_place() {
    everything_is_replaced(How::InPlace).await;
}

#[tokio::test]
async fn files_are_replaced_by_rename() {
    everything_is_replaced(How::ByRename).await;
}

#[tokio::test]
async fn files_are_replaced_as_kubernetes_does() {
    everything_is_replaced(How::AsKubernetes).await;
}

#[tokio::test]
async fn files_are_replaced_at_once_on_sighup() {
    everything_is_replaced(How::ToldBySignal).await;
}

#[tokio::test]
async fn a_certificate_waits_for_its_key() {
    let mut stage = Stage::set(How::ByRename).await;
    let successor = Authority::new("our successor");
    let shown = successor.server();
    let before = stage.process.lines().len();
    stage.files.replace(&[(CERTIFICATE, &shown.pem)]);
    logged(&stage.process, before, |line| line["message"] == REFUSED).await;
    stage.client().session("ok").await;

    stage.replace(&[(PRIVATE_KEY, &shown.key)]).await;
    stage.client_of(&successor, &stage.app).session("ok").await;
    let refusals = refusals(&stage.process);
    let [(setting, rule)] = &refusals[..] else {
        panic!("{refusals:?}");
    };
    assert!(setting.starts_with("tls_private_key_file in"), "{setting}");
    assert_eq!(
        rule,
        "must be the private key of the first certificate in tls_certificate_file"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_told_once_and_the_one_before_stays() {
    let mut stage = Stage::set(How::InPlace).await;
    let unreadable = pki::pem("CERTIFICATE", b"canary-7f3a");
    let expired = stage.server.issue_with(&["localhost"], pki::expired);
    for (name, setting, bad) in [
        (CERTIFICATE, "tls_certificate_file in", unreadable.as_str()),
        (CERTIFICATE, "tls_certificate_file in", &expired.pem),
        (PRIVATE_KEY, "tls_private_key_file in", "canary-7f3a"),
        (CLIENT_CA, "tls_client_ca_file in", "canary-7f3a"),
        (UPSTREAM_CA, "upstream_ca in", ""),
        (SECRET_KEY, "secret_key_file in", "canary 7f3a"),
        (CA_SECRET_KEY, "instances.ca.secret_key_file in", ""),
        (CALLERS, "callers_file in", "canary-7f3a ["),
        (
            CALLERS,
            "nobody in",
            "[nobody]\nkey_sha256 = [\"canary-7f3a\"]\n",
        ),
        (
            CONTINUATION_KEYS,
            "continuation_keys_file in",
            "canary-7f3a",
        ),
    ] {
        let good = stage.files.texts[name].clone();
        let lines = stage.process.lines().len();
        let told = refusals(&stage.process).len();
        stage.files.replace(&[(name, bad)]);
        logged(&stage.process, lines, |line| line["message"] == REFUSED).await;
        let mut client = stage.client();
        client.session("ok").await;
        assert!(client.authorize(at_ca("ok")).await.is_ok());
        // Time for it to be looked at again and again.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let refusals = refusals(&stage.process).split_off(told);
        assert!(
            !refusals.is_empty()
                && refusals
                    .iter()
                    .all(|(at, _)| at.contains(setting)
                        || name == CALLERS && at.starts_with("nobody.")),
            "{name}: {refusals:?}"
        );
        let told_once: BTreeSet<_> = refusals.iter().collect();
        assert_eq!(told_once.len(), refusals.len(), "{refusals:?}");

        let lines = stage.process.lines().len();
        stage.files.replace(&[(name, &good)]);
        logged(&stage.process, lines, |line| {
            line["message"] == IN_USE_ALREADY
        })
        .await;
    }
    // A file that is gone is no other: it may come back, and what is new in it is taken.
    let lines = stage.process.lines().len();
    fs::remove_file(stage.files.path(CALLERS)).unwrap();
    logged(&stage.process, lines, |line| line["message"] == REFUSED).await;
    let mut client = stage.client();
    client.session("ok").await;
    let less = format!("{CALLERS_TEXT}methods = [\"CachedAuthorize\"]\n");
    stage.replace(&[(CALLERS, &less)]).await;
    assert_eq!(client.refused("ok").await.code, Code::PermissionDenied);
    let written = stage.process.written();
    assert!(
        !written.contains("canary") && !written.contains("BEGIN"),
        "{written}"
    );
}

#[tokio::test]
async fn what_needs_a_restart_is_told_by_name_and_the_rest_is_taken() {
    let folder = Folder::new();
    let sandbox = sandbox(Options {
        tokens: Tokens::Optional,
        ..options()
    })
    .await;
    let instance = |name: &str| {
        format!(
            "[instances.{name}]\nupstream_url = '{}'\ncustomer_id = '{}'\n",
            sandbox.url(),
            flinks_sandbox::CUSTOMER_ID
        )
    };
    let hash = "0".repeat(64);
    let callers = folder.put("callers.toml", &format!("[app]\nkey_sha256 = ['{hash}']\n"));
    let settings = folder.put(
        "gateway.toml",
        &format!("callers_file = '{callers}'\n{}", instance("us")),
    );
    let process = Process::serve(|command| {
        command
            .args(["--config", &settings, "--reload-interval", "50ms"])
            .env_remove("FLINKS_GATEWAY_CALLERS");
    });
    let mut client = Client::native(process.address);
    assert_eq!(client.refused("ok").await.code, Code::Unauthenticated);

    let shown = Authority::new("ours").server();
    let certificate = folder.put("tls.crt", &shown.pem);
    let key = folder.put("tls.key", &shown.key);
    let lines = process.lines().len();
    folder.put(
        "gateway.toml",
        &format!(
            "callers = 'anyone'\nmax_connections = 7\nlisten = '127.0.0.1:1'\n\
             continuation_keys = '{}'\ntls_certificate_file = '{certificate}'\n\
             tls_private_key_file = '{key}'\n{}secret_key = 'canary-7f3a'\n{}",
            continuation_key(1),
            instance("us"),
            instance("eu"),
        ),
    );
    logged(&process, lines, |line| {
        let changed = line["changed"].as_str().unwrap_or_default();
        changed.contains("gateway.toml")
    })
    .await;
    client.session("ok").await;
    logged(&process, lines, |line| {
        line["setting"] == "tls_certificate_file"
    })
    .await;
    let told: BTreeSet<String> = process
        .lines()
        .iter()
        .filter(|line| line["level"] == "WARN")
        .filter_map(|line| Some(line["setting"].as_str()?.to_owned()))
        .collect();
    let expected = [
        "continuation_keys",
        "instance eu",
        "max_connections",
        "secret_key of instance eu",
        "secret_key of instance us",
        "tls_certificate_file",
    ];
    // A flag is stronger than the file: `listen` has not changed.
    assert_eq!(told, expected.map(str::to_owned).into());
    assert!(!process.written().contains("canary"));
}

#[tokio::test]
async fn another_secret_key_serves_those_who_wait_for_a_token_too() {
    let sandbox = sandbox(Options {
        mint_delay: Duration::from_secs(1),
        ..options()
    })
    .await;
    let instance = |key: &str| {
        let key = AuthKey::parse(key.to_owned());
        let customer_id = sandbox.options().customer_id;
        InstanceConfig::new(&sandbox.url().parse().unwrap(), customer_id, key)
    };
    let gateway = Gateway::before(instance("refused"), |_| {}).await;
    let refused = gateway.client().refused("ok").await;
    assert_eq!(refused.reason, "UPSTREAM_KEYS_REFUSED");

    let mut client = gateway.client();
    let waiting = tokio::spawn(async move { client.session("ok").await });
    held(&sandbox).await;
    let name = InstanceName("default".to_owned());
    let key = &sandbox.options().secret_key;
    let instances = BTreeMap::from([(name, instance(key))]);
    gateway.flinks.reload(instances, &[]);
    waiting.await.unwrap();
    gateway.client().session("ok").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replacements_under_load_fail_no_call_and_double_none() {
    let mut stage = Stage::set(How::AsKubernetes).await;
    let successor = Authority::new("our successor");
    let both = format!("{}{}", stage.server.pem, successor.pem);
    let config = pki::client(&both, Some(&stage.app), &VERSIONS);
    let (stop, made) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let clients = (0..50).map(|name| {
        let (stop, made, config) = (Arc::clone(&stop), Arc::clone(&made), config.clone());
        let address = stage.process.address;
        tokio::spawn(async move {
            let mut client = Client::secured(address, config.clone());
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                if number % 7 == 6 {
                    client = Client::secured(address, config.clone());
                }
                made.fetch_add(1, Ordering::Relaxed);
                let request = pb::AuthorizeRequest {
                    tag: format!("{name}-{number}"),
                    ..sign_in("delay_20.question")
                };
                let round = match client.authorize(request).await {
                    Ok(pb::authorize_response::Outcome::ChallengeRound(round)) => round,
                    other => panic!("{:?}", other.map(drop)),
                };
                let answered = client.answer(right_answers(&round)).await;
                assert!(answered.is_ok(), "{:?}", answered.map(drop));
            }
        })
    });
    let clients: Vec<_> = clients.collect();

    let mut tally = Tally::new("certificates and keys replaced under load");
    // The banks' authority is one of two in the file, in turn before and after the other.
    let (banks, other) = (stage.upstream.pem.clone(), Authority::new("another").pem);
    let upstream = [format!("{banks}{other}"), format!("{other}{banks}")];
    for turn in 1..=u8::try_from(scaled(20, 100)).unwrap() {
        let authority = [&stage.server, &successor][usize::from(turn % 2)];
        let front = stage.upstream.server().serve(&VERSIONS);
        stage.banks[0].front.show(front);
        let shown = authority.server();
        let key = format!("secret-key-{turn}");
        stage.banks[0].sandbox.take_key(&key);
        // The newest seals; a round of any before can be answered, however slow its client is.
        let sealing: Vec<String> = (1..=turn + 1).rev().map(continuation_key).collect();
        let sealing = sealing.join(",");
        let files = [
            (CERTIFICATE, shown.pem.as_str()),
            (PRIVATE_KEY, &shown.key),
            (SECRET_KEY, &key),
            (CONTINUATION_KEYS, &sealing),
            (UPSTREAM_CA, &upstream[usize::from(turn % 2)]),
        ];
        stage.replace(&files).await;
        tally.faults += files.len();
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        // A call that failed has panicked there, with its error.
        client.await.unwrap();
    }
    assert!(refusals(&stage.process).is_empty());
    let (mut sign_ins, mut answers) = (BTreeMap::new(), BTreeMap::new());
    for body in authorize_bodies(&stage.banks[0].sandbox) {
        let (counts, name) = match body["Tag"].as_str() {
            Some(tag) => (&mut sign_ins, tag),
            None => (&mut answers, body["RequestId"].as_str().unwrap()),
        };
        *counts.entry(name.to_owned()).or_insert(0) += 1;
    }
    let made = made.load(Ordering::Relaxed);
    assert!(made > 100, "too little load to tell: {made} sign-ins");
    assert_eq!((sign_ins.len(), answers.len()), (made, made));
    let twice =
        |counts: &BTreeMap<String, i32>| counts.values().filter(|count| **count > 1).count();
    tally.doubled += twice(&sign_ins) + twice(&answers);
    // A call that has failed has panicked above.
    (0..2 * made).for_each(|_| tally.count(&Ok(())));
    tally.close();
}
