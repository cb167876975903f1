//! `proto/` to Rust and to a descriptor set for reflection, in pure Rust: no `protoc` to install.
//!
//! Messages that carry a secret get no `Debug`, so that logging one does not compile. Which they are is read
//! from the contract itself: a field marked `debug_redact`, or a field of such a message.

use std::{collections::BTreeSet, env, error::Error, fs, path::Path};

use protox::prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

const PACKAGE: &str = "flinks.gateway.v1";
const FILES: [&str; 4] = [
    "flinks/gateway/v1/authorization_service.proto",
    "flinks/gateway/v1/challenge.proto",
    "flinks/gateway/v1/error_reason.proto",
    "flinks/gateway/v1/session.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(FILES)?;

    // Reflection serves what protox wrote: prost-types would lose the options it does not know.
    let descriptors = Path::new(&env::var("OUT_DIR")?).join("descriptors.bin");
    fs::write(descriptors, compiler.encode_file_descriptor_set())?;

    tonic_prost_build::configure()
        .codec_path("crate::grpc::codec::WeighingCodec")
        .bytes(".flinks.gateway.v1.Image")
        .skip_debug(secret_messages(&compiler.descriptor_pool()))
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

/// The full names of all messages that carry a secret, themselves or in a message below them.
fn secret_messages(pool: &DescriptorPool) -> BTreeSet<String> {
    let ours = || {
        pool.all_messages()
            .filter(|message| message.package_name() == PACKAGE)
    };
    let mut secret = BTreeSet::new();
    loop {
        let known = secret.len();
        let found: Vec<String> = ours()
            .filter(|message| message.fields().any(|field| is_secret(&field, &secret)))
            .map(|message| path(&message))
            .collect();
        secret.extend(found);
        if secret.len() == known {
            // A oneof is an enum of its own in Rust, named for its message.
            let oneofs: Vec<String> = ours()
                .filter(|message| secret.contains(&path(message)))
                .flat_map(|message| message.oneofs().collect::<Vec<_>>())
                .map(|oneof| format!(".{}", oneof.full_name()))
                .collect();
            secret.extend(oneofs);
            return secret;
        }
    }
}

fn is_secret(field: &FieldDescriptor, secret: &BTreeSet<String>) -> bool {
    let marked = field
        .options()
        .get_field_by_name("debug_redact")
        .is_some_and(|value| value.as_bool() == Some(true));
    marked || matches!(field.kind(), Kind::Message(message) if secret.contains(&path(&message)))
}

fn path(message: &MessageDescriptor) -> String {
    format!(".{}", message.full_name())
}
