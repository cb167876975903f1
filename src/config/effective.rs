//! The settings as they are in effect, for people: never what a secret is, not even how long.

use super::{
    SETTINGS,
    reader::{Given, Reader},
};

/// A setting in effect.
#[derive(Debug)]
pub struct Effective {
    /// Its name; for one in a table of the file, with the table's, such as `instances.ca.upstream_url`.
    pub name: String,
    /// Its value, `[set]` for a secret, `[not set]` for nothing.
    pub value: String,
    /// Where it was set, such as `--listen`, `FLINKS_GATEWAY_LISTEN` or `listen in gateway.toml`; else `default`.
    pub origin: String,
}

const SET: &str = "[set]";
const NOT_SET: &str = "[not set]";

impl Effective {
    pub(super) fn new(name: String, given: Option<&Given>, default: &str) -> Self {
        let text = given.map_or(default, |given| &given.text);
        Self {
            name,
            value: match text {
                "" => NOT_SET,
                text => text,
            }
            .to_owned(),
            origin: origin(given),
        }
    }

    /// `file` is the setting of the file that it may be in.
    pub(super) fn secret(name: String, direct: Option<&Given>, file: Option<&Given>) -> Self {
        let given = direct.or(file).filter(|given| !given.text.is_empty());
        Self {
            name,
            value: given.map_or(NOT_SET, |_| SET).to_owned(),
            origin: origin(given),
        }
    }
}

fn origin(given: Option<&Given>) -> String {
    given.map_or("default", |given| &given.origin).to_owned()
}

/// All settings, those of tables last. Only where there is no fault: what is at fault is noted once more.
pub(super) fn all(reader: &mut Reader<'_>) -> Vec<Effective> {
    let mut all = Vec::new();
    for setting in SETTINGS {
        let name = setting.name.to_owned();
        let given = reader.given(setting.name);
        all.push(if setting.secret {
            let file = reader.given(&format!("{name}_file"));
            Effective::secret(name, given.as_ref(), file.as_ref())
        } else {
            Effective::new(name, given.as_ref(), setting.default)
        });
    }
    all.append(&mut reader.in_tables);
    all
}
