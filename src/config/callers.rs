//! The callers' file: a table for each caller.
//!
//! ```toml
//! [lending]
//! certificates = ["spiffe://prod.example/ns/lending/sa/app", "lending.example"]
//! methods = ["Authorize", "AnswerChallenges"]
//! instances = ["ca"]
//!
//! [reports]
//! key_sha256 = ["…"]                 # of two keys while one replaces the other
//! methods = ["CachedAuthorize"]
//! max_calls = 50
//! max_rate = 20
//! ```

use std::{collections::BTreeMap, sync::Arc};

use super::{
    parse,
    reader::{Reader, Rule},
};
use crate::{
    call::METHODS,
    callers::{self, Allowance, Caller, CallerLimits, Callers, CertificateName, KeyHash},
    domain::names::{CallerName, InstanceName},
};

/// Reads who may call. None only after a fault.
pub(super) fn read(reader: &mut Reader<'_>, instances: &[InstanceName]) -> Option<Callers> {
    let calls = reader.value("max_calls_per_caller", parse::count);
    let rate = reader.value("max_rate_per_caller", parse::rate);
    let limits = calls
        .zip(rate)
        .map(|(calls, rate)| CallerLimits { calls, rate })?;
    let anyone = reader
        .given("callers")
        .filter(|given| !given.text.is_empty());
    if let Some(given) = &anyone
        && given.text != CallerName::ANYONE
    {
        reader.fault(given.origin.clone(), "must be anyone, or not set");
        return None;
    }
    match (
        anyone,
        reader
            .given("callers_file")
            .filter(|given| !given.text.is_empty()),
    ) {
        (Some(anyone), Some(file)) => {
            reader.fault(
                anyone.origin,
                format!("must not be set beside {}", file.origin),
            );
            None
        }
        (Some(_), None) => Some(Callers::anyone(limits)),
        (None, None) if reader.sandbox => Some(Callers::anyone(limits)),
        (None, None) => {
            reader.fault(
                "FLINKS_GATEWAY_CALLERS_FILE",
                "must be set, to say who may call; or FLINKS_GATEWAY_CALLERS=anyone, where a mesh or the network sees \
                 to that",
            );
            None
        }
        (None, Some(file)) => {
            let tables = reader.toml_file(&file)?;
            if tables.is_empty() {
                reader.fault(
                    file.origin,
                    "must name a file with a table [NAME] for at least one caller",
                );
                return None;
            }
            let certificates = reader.given("tls_client_ca_file");
            let certificates = certificates.is_some_and(|given| !given.text.is_empty());
            let mut known = Known {
                certificates,
                by: BTreeMap::new(),
            };
            let mut callers = Vec::new();
            for (name, value) in tables {
                let before = reader.fault_count();
                let caller = Table::new(reader, &file.text, &name, value)
                    .and_then(|table| table.caller(limits, instances, &mut known));
                callers.extend(
                    caller
                        .filter(|_| reader.fault_count() == before)
                        .map(Arc::new),
                );
            }
            Some(Callers::These(callers))
        }
    }
}

/// How callers are known so far.
struct Known {
    /// Whether any can be known by certificate.
    certificates: bool,
    /// What tells whose call it is, and the place of who claimed it first.
    by: BTreeMap<Mark, String>,
}

/// What a caller is known by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Certificate(CertificateName),
    Key(KeyHash),
}

/// One caller's table, and where it is.
struct Table<'r, 'a> {
    reader: &'r mut Reader<'a>,
    table: toml::Table,
    name: CallerName,
    file: String,
}

impl<'r, 'a> Table<'r, 'a> {
    fn new(reader: &'r mut Reader<'a>, file: &str, name: &str, value: toml::Value) -> Option<Self> {
        let origin = format!("{} in {file}", name.escape_debug());
        let toml::Value::Table(table) = value else {
            reader.fault(origin, "must be a table");
            return None;
        };
        let parsed = CallerName::parse(name).filter(|name| name.as_str() != CallerName::ANYONE);
        if parsed.is_none() {
            reader.fault(
                origin,
                "must be named with at most 64 lower-case letters, digits and dashes, and not anyone",
            );
        }
        Some(Self {
            reader,
            table,
            name: parsed?,
            file: file.to_owned(),
        })
    }

    fn caller(
        mut self,
        defaults: CallerLimits,
        instances: &[InstanceName],
        known: &mut Known,
    ) -> Option<Caller> {
        let is_set = |table: &Self, key| table.table.contains_key(key);
        let by_key = is_set(&self, "key_sha256");
        let has_mark = by_key || is_set(&self, "certificates");
        if is_set(&self, "certificates") && !known.certificates && !by_key {
            self.fault(
                "certificates",
                "needs tls_client_ca_file, or key_sha256 beside it: as it is, no client certificate is asked for",
            );
        }
        let certificates = self.list("certificates", certificate_name);
        let key_hashes = self.list("key_sha256", key_hash);
        for name in certificates.iter().flatten().cloned() {
            self.claim(known, "certificates", Mark::Certificate(name));
        }
        for hash in key_hashes.iter().flatten().copied() {
            self.claim(known, "key_sha256", Mark::Key(hash));
        }
        let methods = self.list("methods", |text| {
            METHODS
                .contains(&text)
                .then(|| text.to_owned())
                .ok_or("must be Authorize, AnswerChallenges or CachedAuthorize")
        });
        let instances = self.list("instances", |text| {
            let name = InstanceName(text.to_owned());
            instances
                .contains(&name)
                .then_some(name)
                .ok_or("must be a configured instance")
        });
        let calls = self.number("max_calls", parse::count);
        let rate = self.number("max_rate", parse::rate);
        if !has_mark {
            self.fault(
                "certificates",
                "must be set, or key_sha256, for the caller to be known",
            );
        }
        for key in self.table.keys().cloned().collect::<Vec<_>>() {
            self.fault(&key, "is no setting of a caller");
        }
        Some(Caller {
            name: self.name,
            certificates: certificates.unwrap_or_default(),
            key_hashes: key_hashes.unwrap_or_default(),
            methods,
            instances,
            allowance: Arc::new(Allowance::new(CallerLimits {
                calls: calls.unwrap_or(defaults.calls),
                rate: rate.unwrap_or(defaults.rate),
            })),
        })
    }

    fn place(&self, key: &str) -> String {
        format!(
            "{}.{} in {}",
            self.name.as_str(),
            key.escape_debug(),
            self.file
        )
    }

    fn fault(&mut self, key: &str, rule: &str) {
        self.reader.fault(self.place(key), rule);
    }

    /// A caller that two tables claim would be the first or the second by chance.
    fn claim(&mut self, known: &mut Known, key: &str, mark: Mark) {
        let place = self.place(key);
        if let Some(first) = known.by.get(&mark) {
            let rule = format!("must not name what {first} names already");
            self.reader.fault(place, rule);
        } else {
            known.by.insert(mark, place);
        }
    }

    /// A list of texts. An empty one would let nobody in, or to nothing: surely not meant.
    fn list<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, Rule>) -> Option<Vec<T>> {
        let value = self.table.remove(key)?;
        let texts = value.as_array().and_then(|values| {
            let texts = values.iter().map(toml::Value::as_str);
            texts.collect::<Option<Vec<_>>>()
        });
        let Some(texts) = texts.filter(|texts| !texts.is_empty()) else {
            self.fault(key, "must be a list of at least one text");
            return None;
        };
        match texts.into_iter().map(parse).collect() {
            Ok(values) => Some(values),
            Err(rule) => {
                self.fault(key, rule);
                None
            }
        }
    }

    fn number<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, Rule>) -> Option<T> {
        let value = self.table.remove(key)?;
        let number = value.as_integer().ok_or("must be a whole number");
        match number.and_then(|number| parse(&number.to_string())) {
            Ok(value) => Some(value),
            Err(rule) => {
                self.fault(key, rule);
                None
            }
        }
    }
}

fn certificate_name(text: &str) -> Result<CertificateName, Rule> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let in_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if plain && text.contains(':') {
        Ok(CertificateName::Uri(text.to_owned()))
    } else if plain && text.bytes().all(in_a_name) {
        Ok(CertificateName::Dns(text.to_ascii_lowercase()))
    } else {
        Err(
            "must be URIs such as spiffe://prod.example/ns/lending/sa/app, or DNS names, without wildcards",
        )
    }
}

fn key_hash(text: &str) -> Result<KeyHash, Rule> {
    let digit = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(text, 16).ok()
    };
    let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(digit).collect();
    let hash: KeyHash = bytes
        .filter(|_| plain)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or("must be SHA-256 in 64 hex digits: printf %s \"$KEY\" | sha256sum")?;
    // What comes out where $KEY is not set.
    if ["", "\n"]
        .map(|key| callers::key_hash(key.as_bytes()))
        .contains(&hash)
    {
        return Err("must be the SHA-256 of a key, and not of nothing");
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::{
        callers::{CallerLimits, CertificateName, Peer},
        config::{self, Config, Misconfigured, Sources},
    };

    /// Of the key `key`.
    const HASH: &str = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683";

    /// Reads a callers' file, and tells where it was.
    fn read(text: &str, env: &[(&str, &str)]) -> (Result<Config, Misconfigured>, String) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, text).unwrap();
        let path = file.path().display().to_string();
        let file_setting = [("CALLERS_FILE", path.as_str())];
        let env = env.iter().chain(&file_setting);
        let config = config::read(&Sources {
            env: env
                .map(|(name, value)| (format!("{}{name}", config::PREFIX), (*value).to_owned()))
                .collect(),
            sandbox: true,
            ..Sources::default()
        });
        (config, path)
    }

    /// All faults, each as place and rule, without where the file is.
    fn faults(text: &str) -> Vec<String> {
        let (config, path) = read(text, &[]);
        let faults = config.expect_err(text).faults.into_iter();
        let told = faults.map(|fault| format!("{}: {}", fault.origin, fault.rule));
        told.map(|told| told.replace(&path, "FILE")).collect()
    }

    #[test]
    fn a_caller_has_all_that_its_table_says_and_defaults_for_the_rest() {
        let text = format!(
            "[reports]\nkey_sha256 = ['{}']\nmethods = ['CachedAuthorize']\ninstances = ['default']\n\
             max_calls = 5\nmax_rate = 0\n[web]\nkey_sha256 = ['{}']",
            HASH.to_uppercase(),
            "0".repeat(64)
        );
        let limits = [("MAX_CALLS_PER_CALLER", "7"), ("MAX_RATE_PER_CALLER", "9")];
        let callers = read(&text, &limits).0.unwrap().callers;
        let caller = callers.identify(&Peer::default(), Some(b"key")).unwrap();
        assert_eq!(caller.name.as_str(), "reports");
        assert!(caller.may_call("CachedAuthorize") && !caller.may_call("Authorize"));
        let own = CallerLimits {
            calls: 5,
            rate: None,
        };
        assert_eq!(caller.allowance.limits(), own);
        let crate::callers::Callers::These(all) = &callers else {
            panic!("anyone may call");
        };
        let default = all[1].allowance.limits();
        assert_eq!((default.calls, default.rate.map(u32::from)), (7, Some(9)));
        assert!(all[1].may_call("Authorize"));
    }

    #[test]
    fn a_file_may_be_shared_with_a_gateway_that_asks_for_certificates() {
        let text = format!("[a]\ncertificates = ['a.example']\nkey_sha256 = ['{HASH}']");
        let callers = read(&text, &[]).0.unwrap().callers;
        assert!(callers.identify(&Peer::default(), Some(b"key")).is_ok());
    }

    #[test]
    fn names_in_certificates_are_uris_or_dns_names() {
        let read = |text: &str| super::certificate_name(text).ok();
        for uri in ["spiffe://prod.example/ns/a/sa/b", "urn:Example:lending"] {
            assert_eq!(read(uri), Some(CertificateName::Uri(uri.to_owned())));
        }
        let dns = CertificateName::Dns("lending.example".to_owned());
        assert_eq!(read("Lending.Example"), Some(dns));
        for other in [
            "",
            "*.example",
            "a b",
            "lending/example",
            "b\u{fc}cher.example",
            " spiffe://x",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn every_fault_names_its_place_and_its_rule() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let newline = "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b";
        let with = |rest: &str| format!("[a]\nkey_sha256 = ['{HASH}']\n{rest}");
        for (text, place, rule) in [
            (
                String::new(),
                "FLINKS_GATEWAY_CALLERS_FILE",
                "at least one caller",
            ),
            (
                "# [a]".to_owned(),
                "FLINKS_GATEWAY_CALLERS_FILE",
                "at least one caller",
            ),
            ("[a]\n[".to_owned(), "FLINKS_GATEWAY_CALLERS_FILE", "line 2"),
            (
                "[a]\n[a]".to_owned(),
                "FLINKS_GATEWAY_CALLERS_FILE",
                "line 2",
            ),
            ("a = 1".to_owned(), "a in FILE", "must be a table"),
            ("[A]".to_owned(), "A in FILE", "lower-case"),
            ("[anyone]".to_owned(), "anyone in FILE", "not anyone"),
            (
                "[a]".to_owned(),
                "a.certificates in FILE",
                "must be set, or key_sha256",
            ),
            (
                "[a]\nkey_sha256 = []".to_owned(),
                "a.key_sha256 in FILE",
                "at least one text",
            ),
            (
                format!("[a]\nkey_sha256 = '{HASH}'"),
                "a.key_sha256 in FILE",
                "must be a list",
            ),
            (
                "[a]\nkey_sha256 = ['canary']".to_owned(),
                "a.key_sha256 in FILE",
                "64 hex digits",
            ),
            (
                format!("[a]\nkey_sha256 = ['{HASH}  -']"),
                "a.key_sha256 in FILE",
                "64 hex digits",
            ),
            (
                format!("[a]\nkey_sha256 = ['{empty}']"),
                "a.key_sha256 in FILE",
                "of nothing",
            ),
            (
                format!("[a]\nkey_sha256 = ['{newline}']"),
                "a.key_sha256 in FILE",
                "of nothing",
            ),
            (
                "[a]\ncertificates = ['a.example']".to_owned(),
                "a.certificates in FILE",
                "needs tls_client_ca_file",
            ),
            (
                with("methods = ['authorize']"),
                "a.methods in FILE",
                "must be Authorize",
            ),
            (
                with("instances = ['ca']"),
                "a.instances in FILE",
                "configured instance",
            ),
            (
                with("max_calls = -1"),
                "a.max_calls in FILE",
                "whole number",
            ),
            (
                with("max_calls = '1'"),
                "a.max_calls in FILE",
                "whole number",
            ),
            (
                with("max_rate = 5000000000"),
                "a.max_rate in FILE",
                "calls a second",
            ),
            (
                with("method = ['Authorize']"),
                "a.method in FILE",
                "is no setting",
            ),
            (
                with(&format!("[b]\nkey_sha256 = ['{HASH}']")),
                "b.key_sha256 in FILE",
                "what a.key_sha256 in FILE names",
            ),
            (
                format!("[a]\nkey_sha256 = ['{HASH}', '{HASH}']"),
                "a.key_sha256 in FILE",
                "names already",
            ),
        ] {
            let faults = faults(&text);
            let told =
                |fault: &String| fault.starts_with(&format!("{place}: ")) && fault.contains(rule);
            assert!(faults.iter().any(told), "{text}: {faults:?}");
            assert_eq!(faults.len(), 1, "{text}: {faults:?}");
            assert!(!faults[0].contains("canary"));
        }
        let shared =
            "[a]\ncertificates = ['A.example']\n[b]\ncertificates = ['b.example', 'a.Example']";
        let told = faults(shared);
        assert!(
            told.iter().any(|fault| fault
                .starts_with("b.certificates in FILE: must not name what a.certificates")),
            "{told:?}"
        );
    }

    #[test]
    fn the_page_shows_a_file_that_can_be_read() {
        let page = include_str!("../../docs/callers.md");
        let (_, rest) = page.split_once("```toml\n").unwrap();
        let (file, _) = rest.split_once("```").unwrap();
        let told = faults(&file.replace('…', HASH));
        // All that a file alone cannot have.
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains("needs tls_client_ca_file"), "{told:?}");
        assert!(
            told[1].contains("must be a configured instance"),
            "{told:?}"
        );
    }

    #[test]
    fn who_may_call_must_be_said_once() {
        let text = format!("[a]\nkey_sha256 = ['{HASH}']");
        let (config, _) = read(&text, &[("CALLERS", "anyone")]);
        let faults = config.unwrap_err().faults;
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].origin, "FLINKS_GATEWAY_CALLERS");
        assert!(faults[0].rule.contains("FLINKS_GATEWAY_CALLERS_FILE"));
        let sources = |env: &[(&str, &str)]| Sources {
            env: env
                .iter()
                .map(|(name, value)| (format!("{}{name}", config::PREFIX), (*value).to_owned()))
                .collect(),
            ..Sources::default()
        };
        let faults = |env| config::read(&sources(env)).unwrap_err().to_string();
        let nobody = faults(&[]);
        assert!(
            nobody.contains("FLINKS_GATEWAY_CALLERS_FILE: must be set"),
            "{nobody}"
        );
        let missing = faults(&[("CALLERS_FILE", "/nonexistent")]);
        assert!(
            missing.contains("FLINKS_GATEWAY_CALLERS_FILE: must name a file that can be read"),
            "{missing}"
        );
        assert!(faults(&[("CALLERS", "all")]).contains("must be anyone"));
    }
}
