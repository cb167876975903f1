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

use std::sync::Arc;

use super::{
    parse,
    reader::{Reader, Rule},
};
use crate::{
    call::METHODS,
    callers::{Allowance, Caller, CallerLimits, Callers, CertificateName, KeyHash},
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
            let table = reader.toml_file(&file)?;
            if table.is_empty() {
                reader.fault(file.origin, "must name a file with at least one caller");
                return None;
            }
            let mut callers = Vec::new();
            for (name, value) in table {
                let before = reader.fault_count();
                let caller = Table::new(reader, &file.text, &name, value)
                    .and_then(|table| table.caller(limits, instances));
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

/// One caller's table, and where it is.
struct Table<'r, 'a> {
    reader: &'r mut Reader<'a>,
    table: toml::Table,
    name: CallerName,
    file: String,
}

impl<'r, 'a> Table<'r, 'a> {
    fn new(reader: &'r mut Reader<'a>, file: &str, name: &str, value: toml::Value) -> Option<Self> {
        let origin = format!("{name} in {file}");
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

    fn caller(mut self, defaults: CallerLimits, instances: &[InstanceName]) -> Option<Caller> {
        let certificates = self.list("certificates", certificate_name);
        let key_hashes = self.list("key_sha256", key_hash);
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
        if certificates.is_none() && key_hashes.is_none() {
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

    fn fault(&mut self, key: &str, rule: &str) {
        let origin = format!("{}.{key} in {}", self.name.as_str(), self.file);
        self.reader.fault(origin, rule);
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
        let parsed = value.as_integer().map(|number| parse(&number.to_string()));
        match parsed {
            Some(Ok(value)) => Some(value),
            _ => {
                self.fault(key, "must be a whole number");
                None
            }
        }
    }
}

fn certificate_name(text: &str) -> Result<CertificateName, Rule> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain || text.contains('*') {
        Err(
            "must be URIs such as spiffe://prod.example/ns/lending/sa/app, or DNS names, without wildcards",
        )
    } else if text.contains("://") {
        Ok(CertificateName::Uri(text.to_owned()))
    } else {
        Ok(CertificateName::Dns(text.to_ascii_lowercase()))
    }
}

fn key_hash(text: &str) -> Result<KeyHash, Rule> {
    let digit = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(text, 16).ok()
    };
    let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(digit).collect();
    bytes
        .filter(|_| plain)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or("must be SHA-256 in 64 hex digits: printf %s \"$KEY\" | sha256sum")
}
