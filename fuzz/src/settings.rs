//! What operators write: environment, files and certificates to a configuration, or to all faults of it.
//!
//! Lines `NAME=VALUE` are the environment, without its prefix. A line `--- NAME` begins the file of that setting; that of
//! `config` is the TOML file. A file `@certificate`, `@key` or `@another key` is made here, for no key is kept in a
//! repository.

use std::{fs, sync::LazyLock, time::Duration};

use flinks_gateway::config::{self, PREFIX, SETTINGS, Sources};
use http::Uri;
use rcgen::{CertifiedKey, KeyPair};

use super::CANARY;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whatever is written.
pub fn run(bytes: &[u8]) {
    let directory = tempfile::tempdir().expect("there is room for a few small files");
    let mut sources = Sources::default();
    let mut texts = Texts::default();
    let mut sections = split(bytes).into_iter();
    for line in sections
        .next()
        .unwrap_or_default()
        .1
        .split(|byte| *byte == b'\n')
    {
        let Some((name, value)) = std::str::from_utf8(line)
            .ok()
            .and_then(|line| line.split_once('='))
        else {
            sources.sandbox |= line == b"sandbox";
            continue;
        };
        let name = name.to_ascii_lowercase();
        // Files are those of the input alone.
        let Some(setting) = SETTINGS
            .iter()
            .find(|it| it.name == name && !is_file(it.name))
        else {
            continue;
        };
        texts.note(value, setting.secret);
        sources.env.insert(setting.env(), value.to_owned());
    }
    for (name, content) in sections {
        let path = directory.path().join(name);
        let is_config = name == "config";
        if !is_config && !is_file(name) {
            continue;
        }
        let content = made(content);
        fs::write(&path, content).expect("there is room for a few small files");
        let toml = String::from_utf8_lossy(content);
        if (is_config || name == "callers_file")
            && let Ok(table) = toml.parse()
        {
            texts.note_table(&table);
        }
        if is_config {
            sources.file = Some(path);
        } else {
            let variable = format!("{PREFIX}{}", name.to_ascii_uppercase());
            sources.env.insert(variable, path.display().to_string());
        }
    }
    if texts.is_device {
        return;
    }
    match config::read(&sources) {
        Err(misconfigured) => {
            let text = misconfigured.to_string();
            assert!(!misconfigured.faults.is_empty());
            assert_eq!(text.lines().count(), misconfigured.faults.len(), "{text}");
            if !texts.canary_in_name {
                assert!(!text.contains(CANARY), "{text}");
                assert!(!format!("{misconfigured:?}").contains(CANARY));
            }
        }
        Ok(config) => {
            if !texts.canary_in_name && !texts.canary_in_open {
                assert!(!format!("{config:?}").contains(CANARY));
            }
            for instance in config.instances.values() {
                for endpoint in ["Authorize", "GenerateAuthorizeToken"] {
                    Uri::try_from(format!("{}{endpoint}", instance.base))
                        .expect("calls can go there");
                }
            }
            let limits = &config.server.limits;
            for time in [
                config.upstream.connect_timeout,
                config.upstream.round_lifetime,
                limits.timeouts.longest(),
                limits.drain_timeout,
                config.reload_interval,
            ] {
                assert!(!time.is_zero() && time <= DAY);
            }
            assert!(config.instances.is_empty() == sources.sandbox);
            assert!(limits.max_request_bytes >= config.upstream.max_response_bytes);
        }
    }
}

/// Where the canary is.
#[derive(Default)]
struct Texts {
    /// In a name, which a fault has to say.
    canary_in_name: bool,
    /// In a value that is no secret.
    canary_in_open: bool,
    /// Whether a value may be the name of a file without end.
    is_device: bool,
}

impl Texts {
    fn note(&mut self, value: &str, secret: bool) {
        self.canary_in_open |= !secret && value.contains(CANARY);
        self.is_device |= ["dev", "proc", "sys"]
            .iter()
            .any(|name| value.contains(name));
    }

    fn note_table(&mut self, table: &toml::Table) {
        for (name, value) in table {
            self.canary_in_name |= name.contains(CANARY);
            match value {
                toml::Value::Table(table) => self.note_table(table),
                toml::Value::Array(_) => self.note(&value.to_string(), false),
                toml::Value::String(text) => {
                    let secret = SETTINGS.iter().any(|it| it.secret && it.name == name);
                    self.note(text, secret);
                }
                _ => {}
            }
        }
    }
}

/// What a file holds instead of a name for it.
fn made(content: &[u8]) -> &[u8] {
    static PEMS: LazyLock<[String; 3]> = LazyLock::new(|| {
        let names = ["a.example".to_owned()];
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(names).expect("a name that certificates take");
        let another = KeyPair::generate().expect("the system has randomness");
        [
            cert.pem(),
            signing_key.serialize_pem(),
            another.serialize_pem(),
        ]
    });
    match content.trim_ascii() {
        b"@certificate" => PEMS[0].as_bytes(),
        b"@key" => PEMS[1].as_bytes(),
        b"@another key" => PEMS[2].as_bytes(),
        _ => content,
    }
}

fn is_file(name: &str) -> bool {
    name == "upstream_ca"
        || SETTINGS
            .iter()
            .any(|it| it.name == name && name.ends_with("_file"))
}

/// The name and the content of each part; the first has no name.
fn split(bytes: &[u8]) -> Vec<(&str, &[u8])> {
    let mut parts: Vec<(&str, usize, usize)> = vec![("", 0, bytes.len())];
    let mut place = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let after = place + line.len();
        let name = std::str::from_utf8(line).ok();
        if let Some(name) = name.and_then(|line| line.trim_end().strip_prefix("--- ")) {
            if let Some(last) = parts.last_mut() {
                last.2 = place;
            }
            parts.push((name, after, bytes.len()));
        }
        place = after;
    }
    let part = |(name, begin, end)| (name, &bytes[begin..end]);
    parts.into_iter().map(part).collect()
}
