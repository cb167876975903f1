//! The contract and the house stay as they were drawn: fields and numbers, import rules, the README's tables.

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use flinks_gateway::{config::SETTINGS, pb};
use prost::Message;
use prost_types::{
    DescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

/// Compares with a committed file. `UPDATE_GOLDEN=1` rewrites it.
pub fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/e2e/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(
        committed == text,
        "{name} differs; look at it, then UPDATE_GOLDEN=1.\n{text}"
    );
}

/// The full names of the fields that are marked as secret. prost-types does not know the option.
fn redacted() -> BTreeSet<String> {
    let pool = prost_reflect::DescriptorPool::decode(pb::FILE_DESCRIPTOR_SET).unwrap();
    let fields = pool
        .all_messages()
        .flat_map(|message| message.fields().collect::<Vec<_>>());
    let marked = fields.filter(|field| {
        let mark = field
            .options()
            .get_field_by_name("debug_redact")
            .map(|value| value.as_bool());
        mark == Some(Some(true))
    });
    marked.map(|field| field.full_name().to_owned()).collect()
}

#[test]
fn fields_keep_their_names_numbers_and_types() {
    let redacted = redacted();
    let set = FileDescriptorSet::decode(pb::FILE_DESCRIPTOR_SET).unwrap();
    let mut text = String::new();
    for file in set
        .file
        .iter()
        .filter(|file| file.package() == "flinks.gateway.v1")
    {
        for message in &file.message_type {
            fields(message, &redacted, &mut text);
        }
        for r#enum in &file.enum_type {
            for value in &r#enum.value {
                writeln!(
                    text,
                    "{} {} = {}",
                    r#enum.name(),
                    value.name(),
                    value.number()
                )
                .unwrap();
            }
        }
        for service in &file.service {
            for method in &service.method {
                let level = method
                    .options
                    .as_ref()
                    .map(|options| options.idempotency_level().as_str_name());
                let (input, output) = (method.input_type(), method.output_type());
                writeln!(
                    text,
                    "{}/{} ({input}) {output} {}",
                    service.name(),
                    method.name(),
                    level.unwrap_or("-")
                )
                .unwrap();
            }
        }
    }
    golden("contract.txt", &text);
}

fn fields(message: &DescriptorProto, redacted: &BTreeSet<String>, text: &mut String) {
    for field in &message.field {
        let label = match field.label() {
            Label::Repeated => "repeated ",
            _ if field.proto3_optional() => "optional ",
            _ => "",
        };
        let kind = match field.r#type() {
            Type::Message | Type::Enum => field
                .type_name()
                .trim_start_matches(".flinks.gateway.v1.")
                .to_owned(),
            other => other
                .as_str_name()
                .trim_start_matches("TYPE_")
                .to_ascii_lowercase(),
        };
        let full_name = format!("flinks.gateway.v1.{}.{}", message.name(), field.name());
        let secret = if redacted.contains(&full_name) {
            " secret"
        } else {
            ""
        };
        let oneof = match field.oneof_index {
            Some(index) if !field.proto3_optional() => {
                format!(
                    " in {}",
                    message.oneof_decl[usize::try_from(index).unwrap()].name()
                )
            }
            _ => String::new(),
        };
        writeln!(
            text,
            "{}.{} = {} {label}{kind}{oneof}{secret}",
            message.name(),
            field.name(),
            field.number()
        )
        .unwrap();
    }
}

/// What a part of `src/` must not name, and why the house would lean without it: see the table in CONTRIBUTING.
const FORBIDDEN: [(&str, &[&str]); 5] = [
    (
        "domain",
        &[
            "tonic",
            "prost",
            "hyper",
            "serde",
            "opentelemetry",
            "http::",
            "pb::",
            "wire::",
            "crate::grpc",
            "crate::upstream",
            "config",
        ],
    ),
    (
        "grpc",
        &[
            "hyper",
            "serde_json",
            "opentelemetry",
            "wire::",
            "crate::upstream",
            "crate::gateway",
            "crate::config",
            "telemetry",
        ],
    ),
    (
        "upstream",
        &[
            "tonic",
            "prost",
            "pb::",
            "crate::grpc",
            "crate::gateway",
            "crate::config",
            "telemetry",
            "opentelemetry_sdk",
            "opentelemetry_otlp",
        ],
    ),
    (
        "trace",
        &["crate::", "tonic", "hyper", "tracing", "opentelemetry_otlp"],
    ),
    (
        "gateway",
        &["hyper", "wire::", "Code", "serde", "opentelemetry"],
    ),
];

#[test]
fn imports_run_one_way() {
    for (part, names) in FORBIDDEN {
        for (path, text) in sources(part) {
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            for (number, line) in code.enumerate() {
                for name in names {
                    let word = |place: usize| {
                        !line[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                    };
                    let named = line.match_indices(name).any(|(place, _)| word(place));
                    assert!(
                        !named,
                        "{path} names {name} in code line {}: {line}",
                        number + 1
                    );
                }
            }
        }
    }
}

#[test]
fn only_the_settings_read_the_environment_and_only_the_edges_open_secrets() {
    for (path, text) in sources("") {
        let reads_environment = text.contains("env::var");
        assert!(
            !reads_environment || path.ends_with("commands/serve.rs"),
            "{path}"
        );
        let opens = text.contains("clippy::disallowed_methods");
        let edge = [
            "domain/names.rs",
            "grpc/continuation.rs",
            "grpc/encode.rs",
            "src/lockout.rs",
            "upstream/encode.rs",
        ];
        assert_eq!(
            opens,
            edge.iter().any(|edge| path.ends_with(edge)),
            "{path}"
        );
    }
}

/// The files of a part of `src/`: its own, and those below it.
fn sources(part: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.join(part)];
    if !part.is_empty() {
        let own = root.join(format!("{part}.rs"));
        files.push((own.display().to_string(), fs::read_to_string(own).unwrap()));
    }
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((
                    path.display().to_string(),
                    fs::read_to_string(path).unwrap(),
                ));
            }
        }
    }
    assert!(!files.is_empty(), "{part}");
    files
}

#[test]
fn the_readme_tells_every_setting_and_every_failure() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for setting in SETTINGS {
        let default = if setting.default.is_empty() {
            "–".to_owned()
        } else {
            format!("`{}`", setting.default)
        };
        let row = format!("| `{}` | {default} | {} |", setting.env(), setting.meaning);
        assert!(readme.contains(&row), "the README lacks this row:\n{row}");
    }
    for row in include_str!("golden/failures.md").lines() {
        assert!(readme.contains(row), "the README lacks this row:\n{row}");
    }
    assert!(
        readme.lines().count() <= 200,
        "the README is longer than 200 lines"
    );
}

/// The reasons that the contract lists for each RPC: Authorize, AnswerChallenges, CachedAuthorize.
pub fn listed_reasons() -> [BTreeSet<String>; 3] {
    let proto = include_str!("../../proto/flinks/gateway/v1/authorization_service.proto");
    [
        "rpc Authorize(",
        "rpc AnswerChallenges(",
        "rpc CachedAuthorize(",
    ]
    .map(|rpc| {
        let before = &proto[..proto.find(rpc).unwrap()];
        let list = &before[before.rfind("Reasons:").unwrap()..];
        let names = list.split('`').skip(1).step_by(2).map(str::to_owned);
        let names: BTreeSet<String> = names.collect();
        for name in &names {
            let full = format!("ERROR_REASON_{name}");
            assert!(
                pb::ErrorReason::from_str_name(&full).is_some(),
                "{rpc} {name}"
            );
        }
        names
    })
}
