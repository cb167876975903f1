//! A contract that is newer than the clients': today's, with what a next version might add. The server that it makes
//! says what no client knows yet.

use std::{env, error::Error, fs, path::Path};

/// What is added, each before the line that closes the thing it goes into: file, the line it comes after, the lines.
const ADDITIONS: [(&str, &str, &str); 7] = [
    (
        "authorization_service.proto",
        "message AuthorizeResponse {\n",
        "  // A member of the oneof that clients do not know.\n  message Postponed { string until = 1; }\n",
    ),
    (
        "authorization_service.proto",
        "message AuthorizeResponse {\n  // A member of the oneof that clients do not know.\n  message Postponed { string until = 1; }\n  // Exactly one is set. A client that finds none knows fewer outcomes than the\n  // server: treat it as an error and do not call again.\n  oneof outcome {\n",
        "    Postponed postponed = 9;\n",
    ),
    (
        "authorization_service.proto",
        "message CachedAuthorizeResponse {\n  // Exactly one is set. A client that finds none knows fewer outcomes than the\n  // server: treat it as an error.\n  oneof outcome {\n",
        "    AuthorizeResponse.Postponed postponed = 9;\n",
    ),
    (
        "challenge.proto",
        "  oneof kind {\n",
        "    Fingerprint fingerprint = 20;\n",
    ),
    (
        "challenge.proto",
        "message QuestionAndAnswer {}\n",
        "message Fingerprint { repeated string fingers = 1; }\n",
    ),
    (
        "session.proto",
        "  LOGIN_TYPE_OTHER = 3;\n",
        "  LOGIN_TYPE_TRUST = 77;\n",
    ),
    (
        "session.proto",
        "  RESOURCE_AUTHORIZATION = 4;\n",
        "  RESOURCE_INSIGHTS = 78;\n",
    ),
];

/// A new field of an old message.
const NEW_FIELD: (&str, &str, &str) = (
    "session.proto",
    "message Session {\n",
    "  map<string, string> insights = 99;\n",
);

fn main() -> Result<(), Box<dyn Error>> {
    let contract = Path::new("../../proto/flinks/gateway/v1");
    println!("cargo:rerun-if-changed={}", contract.display());
    let newer = Path::new(&env::var("OUT_DIR")?).join("newer");
    let folder = newer.join("flinks/gateway/v1");
    fs::create_dir_all(&folder)?;
    let mut files = Vec::new();
    for entry in fs::read_dir(contract)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut text = fs::read_to_string(&path)?;
        for (file, after, lines) in ADDITIONS.iter().chain([&NEW_FIELD]) {
            if *file == name {
                assert_eq!(text.matches(after).count(), 1, "{file}: {after}");
                text = text.replace(after, &format!("{after}{lines}"));
            }
        }
        fs::write(folder.join(&*name), text)?;
        files.push(format!("flinks/gateway/v1/{name}"));
    }
    let mut compiler = protox::Compiler::new([&newer])?;
    compiler.include_imports(true).open_files(&files)?;
    tonic_prost_build::compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
