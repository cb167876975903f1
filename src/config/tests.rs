use std::fs;

use super::*;
use crate::server::WebOrigins;

const URL: &str = "https://acme-ca-api.private.fin.ag";
const CUSTOMER: &str = "11111111-2222-4333-8444-555555555555";

fn read_env(
    env: &[(&str, &str)],
    flags: &[(&str, &str)],
    file: Option<PathBuf>,
) -> Result<Config, Misconfigured> {
    let env = env.iter().chain(&[("CALLERS", "anyone")]);
    read(&Sources {
        flags: flags
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        env: env
            .map(|(k, v)| (format!("{PREFIX}{k}"), (*v).to_owned()))
            .collect(),
        file,
        sandbox: false,
    })
}

fn faults(config: Result<Config, Misconfigured>) -> Vec<String> {
    config
        .unwrap_err()
        .faults
        .into_iter()
        .map(|fault| fault.origin)
        .collect()
}

#[test]
fn four_settings_reach_a_real_instance() {
    let config = read_env(
        &[
            ("LISTEN", "[::1]:1"),
            ("UPSTREAM_URL", URL),
            ("CUSTOMER_ID", CUSTOMER),
            ("SECRET_KEY", "s3cret"),
        ],
        &[],
        None,
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "[::1]:1");
    let instance = &config.instances[&InstanceName("default".to_owned())];
    assert_eq!(
        instance.base.as_str(),
        format!("{URL}/v3/{CUSTOMER}/BankingServices/")
    );
    assert!(instance.secret_key.is_some());
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn a_flag_beats_the_environment_and_the_environment_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gateway.toml");
    fs::write(
        &file,
        "listen = '127.0.0.1:3'\ncached_timeout = '3s'\nlive_timeout = '3s'\n",
    )
    .unwrap();
    let env = [
        ("UPSTREAM_URL", URL),
        ("CUSTOMER_ID", CUSTOMER),
        ("LISTEN", "127.0.0.1:2"),
        ("CACHED_TIMEOUT", "2s"),
    ];
    let config = read_env(&env, &[("listen", "127.0.0.1:1")], Some(file)).unwrap();
    assert_eq!(config.listen.port(), 1);
    assert_eq!(config.server.limits.timeouts.cached.as_secs(), 2);
    assert_eq!(config.server.limits.timeouts.live.as_secs(), 3);
}

#[test]
fn every_fault_is_told_at_once_and_none_quotes_a_value() {
    let env = [
        ("LISTEN", "canary"),
        ("GRPC_WEB_ORIGINS", "https://app.example.com, canary"),
        ("UPSTREAM_URL", "http://canary.example"),
        ("CUSTOMER_ID", "canary"),
        ("SECRET_KEY", "canary canary"),
        ("CONTINUATION_KEYS", "canary"),
        ("LIVE_TIMEOUT", "canary"),
        ("CACHED_TIMEOUT", "25h"),
        ("TOKEN_MAX_AGE", "15m"),
        ("MAX_RESPONSE_BYTES", "0"),
        ("WORKER_THREADS", "0"),
        ("LOG_FORMAT", "canary"),
        ("LOG_LEVEL", "canary=canary=canary"),
    ];
    let error = read_env(&env, &[("drain_timeout", "-1s")], None).unwrap_err();
    let text = error.to_string();
    for (name, _) in env {
        assert!(
            text.contains(&format!("{PREFIX}{name}: must ")),
            "{name} in {text}"
        );
    }
    assert!(text.contains("--drain-timeout: must "), "{text}");
    assert_eq!(text.lines().count(), env.len() + 1);
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn a_file_with_several_instances_is_read_with_its_faults() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gateway.toml");
    let key = directory.path().join("key");
    fs::write(&key, "from-file\n").unwrap();
    let good = format!(
        "[instances.ca]\nupstream_url = '{URL}'\ncustomer_id = '{CUSTOMER}'\nsecret_key_file = '{}'\n\
         [instances.us]\nupstream_url = 'http://127.0.0.1:9/v4'\ncustomer_id = '{CUSTOMER}'\n",
        key.display()
    );
    fs::write(&file, &good).unwrap();
    let config = read_env(&[], &[], Some(file.clone())).unwrap();
    let names = config.instance_names();
    assert_eq!(names.names.len(), 2);
    assert_eq!(
        names.default, None,
        "of several none is the default unless named so"
    );
    let us = &config.instances[&InstanceName("us".to_owned())];
    assert_eq!(
        us.base.as_str(),
        format!("http://127.0.0.1:9/v4/{CUSTOMER}/BankingServices/")
    );

    fs::write(
        &file,
        format!("liste = 1\n{good}customer = 'x'\n[instances.UK]\n[instances.eu]\n"),
    )
    .unwrap();
    let origins = faults(read_env(&[], &[], Some(file.clone())));
    for key in [
        "liste",
        "instances.UK",
        "instances.us.customer",
        "instances.eu.upstream_url",
        "instances.eu.customer_id",
    ] {
        assert!(
            origins.iter().any(|origin| origin.starts_with(key)),
            "{key} in {origins:?}"
        );
    }

    fs::write(&file, "\"a\\nb\" = 1\n").unwrap();
    let error = read_env(&[], &[], Some(file.clone())).unwrap_err();
    let lines = error.to_string().lines().count();
    assert_eq!(lines, error.faults.len(), "a fault is a line: {error}");

    fs::write(&file, "secret_key = 'canary\n").unwrap();
    let text = read_env(&[], &[], Some(file)).unwrap_err().to_string();
    assert!(
        text.contains("line 1") && !text.contains("canary"),
        "{text}"
    );
}

#[test]
fn without_an_upstream_both_ways_on_are_told() {
    let text = read_env(&[], &[], None).unwrap_err().to_string();
    for way in [
        "FLINKS_GATEWAY_UPSTREAM_URL",
        "FLINKS_GATEWAY_CUSTOMER_ID",
        "--sandbox",
    ] {
        assert!(text.contains(way), "{text}");
    }
}

#[test]
fn a_secret_comes_from_one_place() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    fs::write(&key, "from-file\r\n").unwrap();
    let key = key.display().to_string();
    let both = [
        ("UPSTREAM_URL", URL),
        ("CUSTOMER_ID", CUSTOMER),
        ("SECRET_KEY", "a"),
        ("SECRET_KEY_FILE", &key),
    ];
    assert_eq!(
        faults(read_env(&both, &[], None)),
        ["FLINKS_GATEWAY_SECRET_KEY"]
    );
    let config = read_env(&both[..2], &[("secret_key_file", &key)], None).unwrap();
    assert!(
        config
            .instances
            .values()
            .all(|instance| instance.secret_key.is_some())
    );
    let missing = [both[0], both[1], ("SECRET_KEY_FILE", "/nonexistent")];
    assert_eq!(
        faults(read_env(&missing, &[], None)),
        ["FLINKS_GATEWAY_SECRET_KEY_FILE"]
    );
}

#[test]
fn credentials_are_not_sent_in_the_clear() {
    for (url, taken) in [
        ("http://acme-ca-api.private.fin.ag", false),
        ("http://10.0.0.1", false),
        ("ftp://localhost", false),
        ("https://user:pass@acme.example", false),
        ("https://acme.example/?x", false),
        ("https://acme\".example", false),
        (
            &format!("https://acme.example/{}", "v3".repeat(40_000)),
            false,
        ),
        ("http://localhost:8080", true),
        ("http://[::1]:8080", true),
        (URL, true),
    ] {
        assert_eq!(parse::upstream_url(url).is_ok(), taken, "{url}");
    }
}

#[test]
fn pages_are_listed_as_browsers_name_them() {
    let read = |text: &str| match parse::web_origins(text) {
        Ok(Some(WebOrigins::These(origins))) => {
            let texts = origins.iter().map(|origin| origin.to_str().unwrap());
            Some(texts.collect::<Vec<_>>().join(" "))
        }
        Ok(Some(WebOrigins::Any)) => Some("any".to_owned()),
        Ok(None) => Some("off".to_owned()),
        Err(rule) => {
            assert!(rule.starts_with("must "));
            None
        }
    };
    for (text, expected) in [
        ("", Some("off")),
        ("*", Some("any")),
        ("https://app.example.com", Some("https://app.example.com")),
        ("HTTPS://App.Example.com", Some("https://app.example.com")),
        (
            "https://a.example, http://localhost:5173,http://[::1]:80a0",
            None,
        ),
        (
            "https://a.example, http://localhost:5173,http://[::1]:8080",
            Some("https://a.example http://localhost:5173 http://[::1]:8080"),
        ),
        ("https://app.example.com/", None),
        ("https://app.example.com/path", None),
        ("https://app.example.com?x", None),
        ("https://app.example.com#x", None),
        ("https://user@app.example.com", None),
        ("https://app.example.com:443", None),
        ("https://app.example.com:99999", None),
        ("https://*.example.com", None),
        ("https://b\u{fc}cher.example", None),
        ("app.example.com", None),
        ("//app.example.com", None),
        ("https://", None),
        ("ftp://app.example.com", None),
        ("file:///app", None),
        ("null", None),
        ("https://a.example,", None),
        ("https://a.example https://b.example", None),
        ("*,https://a.example", None),
    ] {
        assert_eq!(read(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn pages_are_read_from_a_file_and_from_a_flag_that_is_stronger() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("gateway.toml");
    fs::write(&file, "grpc_web_origins = 'https://app.example.com'\n").unwrap();
    let env = [("UPSTREAM_URL", URL), ("CUSTOMER_ID", CUSTOMER)];
    let read = |flags| read_env(&env, flags, Some(file.clone())).unwrap().server;
    assert!(matches!(
        read(&[]).web_origins,
        Some(WebOrigins::These(origins)) if *origins == ["https://app.example.com"]
    ));
    let any = read(&[("grpc_web_origins", "*")]).web_origins;
    assert!(matches!(any, Some(WebOrigins::Any)));
    assert!(read(&[("grpc_web_origins", "")]).web_origins.is_none());
}
