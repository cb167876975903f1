//! Where a setting's value comes from: flag, environment, file, default, in this order of strength.

use std::{collections::BTreeMap, fs, io, path::Path};

use super::{Effective, Fault, Files, SETTINGS, Setting, Sources};

/// Why a text is not a value: how it must be instead.
pub(super) type Rule = &'static str;

/// Reads settings, and keeps what is wrong with them.
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    file: toml::Table,
    file_name: String,
    pub(super) sandbox: bool,
    /// Then what is missing may well be in it.
    pub(super) file_is_unreadable: bool,
    faults: Vec<Fault>,
    files: Files,
    /// What was set in tables of the file.
    pub(super) in_tables: Vec<Effective>,
}

/// A text that was set, and where.
pub(super) struct Given {
    pub text: String,
    pub origin: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        let mut reader = Self {
            sources,
            file: toml::Table::new(),
            file_name: String::new(),
            sandbox: sources.sandbox,
            file_is_unreadable: false,
            faults: Vec::new(),
            files: Files::default(),
            in_tables: Vec::new(),
        };
        if let Some(path) = &sources.file {
            reader.file_name = path.display().to_string();
            reader.read_file(path);
            reader.file_is_unreadable = !reader.faults.is_empty() && reader.file.is_empty();
        }
        reader
    }

    fn read_file(&mut self, path: &Path) {
        let table = match self.text_of(path) {
            Ok(text) => table(&text),
            Err(error) => Err(format!("cannot be read: {}", error.kind())),
        };
        match table {
            Ok(table) => self.file = table,
            Err(rule) => self.fault(self.file_name.clone(), rule),
        }
        let known =
            |key: &str| key == "instances" || SETTINGS.iter().any(|setting| setting.name == key);
        let unknown: Vec<String> = self
            .file
            .keys()
            .filter(|key| !known(key))
            .cloned()
            .collect();
        for key in unknown {
            self.fault(self.in_file(&key), "is no setting");
        }
    }

    pub(super) fn fault(&mut self, origin: impl Into<String>, rule: impl Into<String>) {
        self.faults.push(Fault {
            origin: origin.into(),
            rule: rule.into(),
        });
    }

    /// All that is wrong, and all files that were read.
    pub(super) fn into_faults(self) -> (Vec<Fault>, Files) {
        (self.faults, self.files)
    }

    pub(super) fn fault_count(&self) -> usize {
        self.faults.len()
    }

    /// All files that were read so far.
    pub(super) fn files(&self) -> Files {
        self.files.clone()
    }

    /// The texts of the settings that are not read again.
    pub(super) fn kept(&mut self) -> BTreeMap<String, String> {
        let kept = SETTINGS.iter().filter(|setting| !setting.is_reloaded());
        kept.map(|setting| {
            let given = self.given(setting.name);
            let text = given.map_or_else(|| setting.default.to_owned(), |given| given.text);
            (setting.name.to_owned(), text)
        })
        .collect()
    }

    /// Where a setting was set, else where it can be.
    pub(super) fn origin(&mut self, name: &str) -> String {
        let given = self.given(name);
        given.map_or_else(|| setting(name).env(), |given| given.origin)
    }

    /// What is in the file that a setting names. None only after a fault.
    pub(super) fn bytes_of(&mut self, file: &Given) -> Option<Vec<u8>> {
        let read = fs::read(&file.text);
        self.files.add(&file.origin, &read);
        match read {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let rule = format!("must name a file that can be read: {}", error.kind());
                self.fault(file.origin.clone(), rule);
                None
            }
        }
    }

    /// Notes what is no file of a setting's, to be looked at for changes like one.
    pub(super) fn watch(&mut self, origin: &str, bytes: Vec<u8>) {
        self.files.add(origin, &Ok(bytes));
    }

    /// The table in the TOML file that a setting names. None only after a fault.
    pub(super) fn toml_file(&mut self, file: &Given) -> Option<toml::Table> {
        let bytes = self.bytes_of(file)?;
        match table(&String::from_utf8_lossy(&bytes)) {
            Ok(table) => Some(table),
            Err(rule) => {
                self.fault(file.origin.clone(), rule);
                None
            }
        }
    }

    fn text_of(&mut self, path: &Path) -> io::Result<String> {
        let read = fs::read(path);
        self.files.add(&self.file_name, &read);
        String::from_utf8(read?).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    /// The `[instances.…]` of the file.
    pub(super) fn instance_tables(&mut self) -> Vec<(String, toml::Table)> {
        let Some(instances) = self.file.remove("instances") else {
            return Vec::new();
        };
        let toml::Value::Table(instances) = instances else {
            self.fault(
                self.in_file("instances"),
                "must be tables such as [instances.ca]",
            );
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (name, value) in instances {
            match value {
                toml::Value::Table(table) => tables.push((name, table)),
                _ => self.fault(
                    self.in_file(&format!("instances.{name}")),
                    "must be a table",
                ),
            }
        }
        tables
    }

    /// Where a key of the file is. Nothing in a key makes more than one line of it.
    pub(super) fn in_file(&self, key: &str) -> String {
        format!("{} in {}", key.escape_debug(), self.file_name)
    }

    /// A setting's text where it was set; an empty one counts as not set.
    pub(super) fn given(&mut self, name: &str) -> Option<Given> {
        let setting = setting(name);
        let flags = &self.sources.flags;
        let flag = flags.get(name).cloned();
        let flag = flag.zip(setting.flag().map(|flag| format!("--{flag}")));
        let env = || {
            let text = self.sources.env.get(&setting.env()).cloned();
            text.filter(|text| !text.is_empty())
        };
        if let Some((text, origin)) = flag.or_else(|| Some((env()?, setting.env()))) {
            return Some(Given { text, origin });
        }
        let value = self.file.get(name)?.clone();
        let origin = self.in_file(name);
        self.scalar(&value, &origin)
            .map(|text| Given { text, origin })
    }

    /// The text of a TOML value.
    pub(super) fn scalar(&mut self, value: &toml::Value, origin: &str) -> Option<String> {
        match value {
            toml::Value::String(text) => Some(text.clone()),
            toml::Value::Integer(number) => Some(number.to_string()),
            _ => {
                self.fault(origin, "must be a string or a whole number");
                None
            }
        }
    }

    /// A setting's value. None only after a fault.
    pub(super) fn value<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        let given = self.given(name).unwrap_or_else(|| Given {
            text: setting(name).default.to_owned(),
            origin: setting(name).env(),
        });
        self.parse(&given, parse)
    }

    /// A secret's value, from itself or from its file.
    pub(super) fn secret<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        let direct = self.given(name);
        let file = self.given(&format!("{name}_file"));
        self.one_of(direct, file)
            .and_then(|given| self.parse(&given, parse))
    }

    /// The text of a secret that may be given directly or in a file, but not both.
    pub(super) fn one_of(&mut self, direct: Option<Given>, file: Option<Given>) -> Option<Given> {
        match (direct, file) {
            (Some(direct), Some(file)) => {
                self.fault(
                    direct.origin,
                    format!("must not be set beside {}", file.origin),
                );
                None
            }
            (direct, None) => direct,
            (None, Some(file)) => {
                let text = String::from_utf8(self.bytes_of(&file)?);
                let Ok(text) = text else {
                    self.fault(file.origin, "must name a file of text in UTF-8");
                    return None;
                };
                Some(Given {
                    text: text.trim_end_matches(['\r', '\n']).to_owned(),
                    origin: file.origin,
                })
            }
        }
    }

    pub(super) fn parse<T>(
        &mut self,
        given: &Given,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        match parse(&given.text) {
            Ok(value) => Some(value),
            Err(rule) => {
                self.fault(given.origin.clone(), rule);
                None
            }
        }
    }
}

/// Reads TOML. The parser's own text would quote the line at fault, which may hold a secret.
fn table(text: &str) -> Result<toml::Table, String> {
    text.parse::<toml::Table>().map_err(|error| {
        let before = error.span().map(|span| &text[..span.start.min(text.len())]);
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        format!("is not TOML: line {line} cannot be read")
    })
}

fn setting(name: &str) -> &'static Setting {
    let mut settings = SETTINGS.iter();
    settings
        .find(|setting| setting.name == name)
        .expect("only listed settings are read")
}
