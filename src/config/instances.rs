//! The Flinks instances: one from plain settings, any number from the file's `[instances.NAME]`.

use std::collections::BTreeMap;

use super::{
    DEFAULT_INSTANCE, Effective, parse,
    reader::{Given, Reader},
};
use crate::{domain::names::InstanceName, upstream::InstanceConfig};

/// An instance's settings as they were set.
struct Raw {
    upstream_url: Option<Given>,
    customer_id: Option<Given>,
    secret_key: Option<Given>,
    /// What to call the instance in a fault about something missing.
    origin: fn(&str, &str) -> String,
    name: String,
}

/// Reads all instances.
pub(super) fn read(reader: &mut Reader<'_>) -> BTreeMap<InstanceName, InstanceConfig> {
    let mut raw: Vec<Raw> = plain(reader).into_iter().collect();
    for (name, table) in reader.instance_tables() {
        raw.extend(named(reader, name, table));
    }
    if reader.sandbox {
        let given = raw
            .into_iter()
            .flat_map(|raw| [raw.upstream_url, raw.customer_id, raw.secret_key]);
        for Given { origin, .. } in given.flatten() {
            reader.fault(origin, "must not be set beside --sandbox");
        }
        return BTreeMap::new();
    }
    if raw.is_empty() && !reader.file_is_unreadable {
        reader.fault(
            "FLINKS_GATEWAY_UPSTREAM_URL",
            "must be set, with FLINKS_GATEWAY_CUSTOMER_ID (and FLINKS_GATEWAY_SECRET_KEY), to serve a Flinks instance; \
             or start with --sandbox to try the gateway offline",
        );
    }
    let mut instances = BTreeMap::new();
    for raw in raw {
        let name = InstanceName(raw.name.clone());
        let origin = (raw.origin)(&raw.name, "upstream_url");
        if let Some(config) = instance(reader, raw)
            && instances.insert(name, config).is_some()
        {
            reader.fault(
                origin,
                "describes an instance that other settings describe as well",
            );
        }
    }
    instances
}

fn instance(reader: &mut Reader<'_>, raw: Raw) -> Option<InstanceConfig> {
    let mut required = |given: &Option<Given>, key: &str| {
        if given.is_none() {
            reader.fault((raw.origin)(&raw.name, key), "must be set");
        }
    };
    required(&raw.upstream_url, "upstream_url");
    required(&raw.customer_id, "customer_id");
    let url = raw
        .upstream_url
        .and_then(|given| reader.parse(&given, parse::upstream_url));
    let customer_id = raw
        .customer_id
        .and_then(|given| reader.parse(&given, parse::customer_id));
    let secret_key = raw
        .secret_key
        .and_then(|given| reader.parse(&given, parse::auth_key));
    Some(InstanceConfig::new(&url?, customer_id?, secret_key))
}

/// The instance of the settings outside `[instances.…]`, when any of them is set.
fn plain(reader: &mut Reader<'_>) -> Option<Raw> {
    let direct = reader.given("secret_key");
    let file = reader.given("secret_key_file");
    let raw = Raw {
        upstream_url: reader.given("upstream_url"),
        customer_id: reader.given("customer_id"),
        secret_key: reader.one_of(direct, file),
        origin: |_, key| format!("{}{}", super::PREFIX, key.to_ascii_uppercase()),
        name: DEFAULT_INSTANCE.to_owned(),
    };
    (raw.upstream_url.is_some() || raw.customer_id.is_some() || raw.secret_key.is_some())
        .then_some(raw)
}

fn named(reader: &mut Reader<'_>, name: String, mut table: toml::Table) -> Option<Raw> {
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if name.is_empty() || name.len() > 32 || !name.chars().all(plain) {
        let origin = reader.in_file(&format!("instances.{name}"));
        reader.fault(
            origin,
            "must be named with at most 32 lower-case letters, digits and dashes",
        );
        return None;
    }
    let mut given = |key: &str| {
        let value = table.remove(key)?;
        let origin = reader.in_file(&format!("instances.{name}.{key}"));
        let text = reader.scalar(&value, &origin)?;
        Some(Given { text, origin })
    };
    let upstream_url = given("upstream_url");
    let customer_id = given("customer_id");
    let direct = given("secret_key");
    let file = given("secret_key_file");
    for key in table.keys() {
        let origin = reader.in_file(&format!("instances.{name}.{key}"));
        reader.fault(origin, "is no setting of an instance");
    }
    let row = |key| format!("instances.{name}.{key}");
    reader.in_tables.extend([
        Effective::new(row("upstream_url"), upstream_url.as_ref(), ""),
        Effective::new(row("customer_id"), customer_id.as_ref(), ""),
        Effective::secret(row("secret_key"), direct.as_ref(), file.as_ref()),
        Effective::new(row("secret_key_file"), file.as_ref(), ""),
    ]);
    Some(Raw {
        upstream_url,
        customer_id,
        secret_key: reader.one_of(direct, file),
        origin: |name, key| format!("instances.{name}.{key}"),
        name,
    })
}
