//! `check` tells all settings but no secret, and whether the gateway would work with them: by one token for each
//! instance, and never by asking a bank.

use flinks_gateway::config::SETTINGS;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::CertificateParams;
use tokio::net::TcpListener;

use crate::{
    harness::*,
    pki::{Authority, Folder, Terminator, VERSIONS},
    process::command,
};

const KEY: &str = "canary-secret-key-31fa";
const CONTINUATION_KEYS: &str = "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2E=";

/// What a check said, and its exit code.
struct Checked {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Checked {
    fn has(&self, verdict: &str, text: &str) -> bool {
        let mut lines = self.out.lines();
        lines.any(|line| line.starts_with(&format!("{verdict:4}  ")) && line.contains(text))
    }

    fn setting(&self, name: &str) -> &str {
        let mut lines = self.out.lines();
        let told = lines.find_map(|line| {
            let rest = line.strip_prefix("  ")?.strip_prefix(name)?;
            rest.starts_with("  ").then_some(rest.trim())
        });
        told.unwrap_or_else(|| panic!("{name} in {}", self.out))
    }
}

async fn check(args: &[&str], env: &[(&str, &str)]) -> Checked {
    let mut command = command();
    command.arg("check").args(args);
    command.env("FLINKS_GATEWAY_CALLERS", "anyone");
    command.env("FLINKS_GATEWAY_CONTINUATION_KEYS", CONTINUATION_KEYS);
    for (name, value) in env {
        command.env(format!("FLINKS_GATEWAY_{name}"), value);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    for secret in [KEY, CONTINUATION_KEYS, &Options::default().secret_key] {
        assert!(!out.contains(secret) && !err.contains(secret), "{out}{err}");
    }
    Checked {
        code: output.status.code(),
        out,
        err,
    }
}

/// A check of an instance at a URL, with the sandbox's customer id.
async fn check_at(url: &str, more: &[(&str, &str)]) -> Checked {
    let customer = options().customer_id.to_string();
    let instance = [("UPSTREAM_URL", url), ("CUSTOMER_ID", customer.as_str())];
    check(&[], &[&instance, more].concat()).await
}

#[tokio::test]
async fn a_gateway_that_would_work_is_told_so_by_one_token() {
    let sandbox = sandbox(options()).await;
    let key = sandbox.options().secret_key.clone();
    let checked = check_at(&sandbox.url(), &[("SECRET_KEY", &key)]).await;
    assert_eq!(checked.code, Some(0), "{}{}", checked.out, checked.err);
    assert!(checked.has("ok", "takes connections"), "{}", checked.out);
    assert!(
        checked.has("ok", "Flinks minted a token"),
        "{}",
        checked.out
    );
    assert!(checked.out.ends_with("all is well\n"), "{}", checked.out);
    let asked: Vec<String> = sandbox
        .received()
        .into_iter()
        .map(|received| received.endpoint)
        .collect();
    assert_eq!(asked, ["GenerateAuthorizeToken"]);

    let sandboxed = check(&["--sandbox"], &[]).await;
    assert_eq!(sandboxed.code, Some(0), "{}", sandboxed.out);
    assert!(sandboxed.has("ok", "Flinks minted a token"));
}

#[tokio::test]
async fn every_setting_is_told_with_its_origin_and_no_secret_with_its_value() {
    let sandbox = sandbox(options()).await;
    let (url, customer) = (sandbox.url(), sandbox.options().customer_id.to_string());
    let folder = Folder::new();
    let key = folder.put("key", &sandbox.options().secret_key);
    let hash = "ab".repeat(32);
    let callers = folder.put(
        "callers.toml",
        &format!(
            "[lending]\ncertificates = ['spiffe://prod.example/lending']\nmethods = ['Authorize']\ninstances = ['ca']\n\
             [reports]\nkey_sha256 = ['{hash}']\nmax_calls = 7\nmax_rate = 9\n"
        ),
    );
    let config = folder.put(
        "gateway.toml",
        &format!(
            "drain_timeout = '9s'\nlive_timeout = '99s'\n\
             [instances.ca]\nupstream_url = '{url}'\ncustomer_id = '{customer}'\nsecret_key_file = '{key}'\n\
             [instances.us]\nupstream_url = '{url}'\ncustomer_id = '{customer}'\nsecret_key = '{KEY}'\n",
        ),
    );
    let shown = Authority::new("ours").server();
    let certificate = folder.put("tls.crt", &shown.pem);
    let private_key = folder.put("tls.key", &shown.key);
    let clients = folder.put("clients.crt", &Authority::new("clients").pem);
    let args = [
        "--config",
        &config,
        "--listen",
        "127.0.0.1:1",
        "--log-level",
        "warn",
    ];
    let env = [
        ("CALLERS", ""),
        ("CALLERS_FILE", callers.as_str()),
        ("TLS_CERTIFICATE_FILE", certificate.as_str()),
        ("TLS_PRIVATE_KEY_FILE", private_key.as_str()),
        ("TLS_CLIENT_CA_FILE", clients.as_str()),
        ("LIVE_TIMEOUT", "88s"),
        ("LIVE_TIMEOT", "1s"),
    ];
    let checked = check(&args, &env).await;
    for setting in SETTINGS {
        checked.setting(setting.name);
    }
    for (name, expected) in [
        ("listen", "127.0.0.1:1  (--listen)".to_owned()),
        (
            "live_timeout",
            "88s  (FLINKS_GATEWAY_LIVE_TIMEOUT)".to_owned(),
        ),
        ("drain_timeout", format!("9s  (drain_timeout in {config})")),
        ("cached_timeout", "30s  (default)".to_owned()),
        ("otlp_endpoint", "[not set]  (default)".to_owned()),
        ("secret_key", "[not set]  (default)".to_owned()),
        (
            "continuation_keys",
            "[set]  (FLINKS_GATEWAY_CONTINUATION_KEYS)".to_owned(),
        ),
        (
            "instances.ca.upstream_url",
            format!("{url}  (instances.ca.upstream_url in {config})"),
        ),
        (
            "instances.ca.secret_key",
            format!("[set]  (instances.ca.secret_key_file in {config})"),
        ),
        (
            "instances.us.secret_key",
            format!("[set]  (instances.us.secret_key in {config})"),
        ),
        (
            "instances.us.secret_key_file",
            "[not set]  (default)".to_owned(),
        ),
    ] {
        let told = checked.setting(name);
        assert_eq!(told, expected, "{name}");
    }
    for line in [
        "  lending: known by spiffe://prod.example/lending; methods: Authorize; instances: ca; \
         calls at once: no limit; rate: no limit\n",
        "  reports: known by a key; methods: all; instances: all; calls at once: 7; rate: 9 a second\n",
    ] {
        assert!(checked.out.contains(line), "{line} in {}", checked.out);
    }
    assert!(!checked.out.contains(&hash), "{}", checked.out);
    assert!(
        checked.has("warn", "FLINKS_GATEWAY_LIVE_TIMEOT"),
        "{}",
        checked.out
    );
    // Each instance is tried, and the one with a wrong key does not hide the other.
    assert!(
        checked.has("ok", "instance ca: Flinks minted"),
        "{}",
        checked.out
    );
    assert!(
        checked.has("FAIL", "instance us: Flinks refused the secret key"),
        "{}",
        checked.out
    );
    assert_eq!(checked.code, Some(1));
}

#[tokio::test]
async fn what_cannot_be_reached_or_is_refused_is_told_with_how_to_mend_it() {
    let sandbox = sandbox(options()).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let key = [("SECRET_KEY", KEY)];
    for (url, told, mend) in [
        (
            sandbox.url().to_owned(),
            "refused the secret key",
            "check secret_key and customer_id",
        ),
        (
            format!("{}/elsewhere", sandbox.url()),
            "not Flinks' API (html, status 404)",
            "check upstream_url",
        ),
        (
            format!("http://127.0.0.1:{port}"),
            "no connection to 127.0.0.1",
            "check upstream_url",
        ),
        (
            "https://no-such-host.invalid".to_owned(),
            "cannot be looked up",
            "check upstream_url",
        ),
    ] {
        let checked = check_at(&url, &key).await;
        assert_eq!(checked.code, Some(1), "{}{}", checked.out, checked.err);
        assert!(
            checked.has("FAIL", told) && checked.has("FAIL", mend),
            "{url}: {}",
            checked.out
        );
        assert!(
            checked.out.ends_with("not well: 1 to mend\n"),
            "{}",
            checked.out
        );
    }
    let keyless = check_at(&sandbox.url(), &[]).await;
    assert_eq!(keyless.code, Some(0), "{}", keyless.out);
    assert!(
        keyless.has("warn", "secret_key is not set"),
        "{}",
        keyless.out
    );
}

#[tokio::test]
async fn faults_of_settings_are_told_as_serve_tells_them() {
    let checked = check_at("http://bank.example", &[("LISTEN", "canary")]).await;
    assert_eq!((checked.code, checked.out.as_str()), (Some(64), ""));
    for name in ["FLINKS_GATEWAY_UPSTREAM_URL", "FLINKS_GATEWAY_LISTEN"] {
        assert!(checked.err.contains(name), "{}", checked.err);
    }
    assert!(!checked.err.contains("canary"), "{}", checked.err);
}

#[tokio::test]
async fn an_upstream_is_trusted_by_its_authority_and_ends_are_told_in_days() {
    let sandbox = sandbox(options()).await;
    let secret_key = sandbox.options().secret_key.clone();
    let (folder, ca) = (Folder::new(), authority());
    let file = folder.put("ca.pem", &ca.pem);

    let soon = secured(&sandbox, &ca, &["localhost"], 5).await;
    let url = soon.url();
    let key = ("SECRET_KEY", secret_key.as_str());
    let unknown = check_at(&url, &[key]).await;
    assert_eq!(unknown.code, Some(1), "{}", unknown.out);
    assert!(
        unknown.has("FAIL", "upstream_ca does not know"),
        "{}",
        unknown.out
    );

    let known = check_at(&url, &[key, ("UPSTREAM_CA", &file)]).await;
    assert_eq!(known.code, Some(0), "{}", known.out);
    for (verdict, told) in [
        ("ok", "speaks TLS 1.3"),
        (
            "warn",
            "its certificate: for localhost; ends in 4 days: renew it",
        ),
        ("ok", "Flinks minted a token"),
        ("ok", "upstream_ca: names nobody; ends in 99 days"),
    ] {
        assert!(known.has(verdict, told), "{told} in {}", known.out);
    }

    let other = secured(&sandbox, &ca, &["other.example"], 50).await;
    let misnamed = check_at(&other.url(), &[key, ("UPSTREAM_CA", &file)]).await;
    assert_eq!(misnamed.code, Some(1), "{}", misnamed.out);
    assert!(
        misnamed.has("FAIL", "is for another name"),
        "{}",
        misnamed.out
    );
}

#[tokio::test]
async fn the_ports_own_certificate_is_told_by_its_names_and_days() {
    let sandbox = sandbox(options()).await;
    let (folder, ca) = (Folder::new(), authority());
    let own = ca.issue_with(&["gateway.example", "10.0.0.7"], ends_in(30));
    let env = [
        ("SECRET_KEY", sandbox.options().secret_key.clone()),
        ("TLS_CERTIFICATE_FILE", folder.put("tls.crt", &own.pem)),
        ("TLS_PRIVATE_KEY_FILE", folder.put("tls.key", &own.key)),
        ("TLS_CLIENT_CA_FILE", folder.put("ca.crt", &ca.pem)),
    ];
    let env: Vec<(&str, &str)> = env
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let checked = check_at(&sandbox.url(), &env).await;
    assert_eq!(checked.code, Some(0), "{}{}", checked.out, checked.err);
    for told in [
        "tls_certificate_file: for gateway.example, 10.0.0.7; ends in 29 days",
        "tls_private_key_file: ",
        "tls_client_ca_file: names nobody; ends in 99 days",
    ] {
        assert!(checked.has("ok", told), "{told} in {}", checked.out);
    }
    assert!(!checked.out.contains("canary-subject"), "{}", checked.out);
    let private = own.key.lines().nth(1).unwrap();
    assert!(!checked.out.contains(private), "{}", checked.out);
}

/// An authority whose certificate and those it issues end so many days from now. The subject must never be told.
fn authority() -> Authority {
    Authority::new_with("canary-subject", ends_in(100))
}

fn ends_in(days: i64) -> impl FnOnce(&mut CertificateParams) {
    let end = Timestamp::now() + SignedDuration::from_hours(24 * days);
    let date = end.to_zoned(TimeZone::UTC).date();
    let [month, day] = [date.month(), date.day()].map(|number| u8::try_from(number).unwrap());
    move |params| params.not_after = rcgen::date_time_ymd(i32::from(date.year()), month, day)
}

/// TLS in front of a sandbox, with a certificate for these names and days.
async fn secured(sandbox: &Sandbox, ca: &Authority, names: &[&str], days: i64) -> Terminator {
    let issued = ca.issue_with(names, ends_in(days));
    Terminator::start(sandbox.address(), issued.serve(&VERSIONS)).await
}
