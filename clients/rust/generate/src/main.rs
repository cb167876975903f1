//! Writes the stubs from a descriptor set: `generate IMAGE FOLDER`.
//!
//! Messages that carry a secret get no `Debug`, so that logging one does not compile. Which they are is read
//! from the contract itself: a field marked `debug_redact`, or a field of such a message.

use std::{collections::BTreeSet, env, error::Error, fs};

use prost::Message as _;
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};
use prost_types::FileDescriptorSet;

const PACKAGE: &str = "flinks.gateway.v1";

fn main() -> Result<(), Box<dyn Error>> {
    let [image, folder]: [String; 2] =
        env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "usage: generate IMAGE FOLDER")?;
    let image = fs::read(image)?;
    tonic_prost_build::configure()
        .build_server(false)
        .out_dir(folder)
        .bytes(".")
        .skip_debug(secret(&DescriptorPool::decode(image.as_slice())?))
        .compile_fds(FileDescriptorSet::decode(image.as_slice())?)?;
    Ok(())
}

/// The full names of all messages that carry a secret, themselves or in a message below them, and of their oneofs,
/// which are enums of their own in Rust.
fn secret(pool: &DescriptorPool) -> BTreeSet<String> {
    let ours: Vec<_> = pool.all_messages().filter(|message| message.package_name() == PACKAGE).collect();
    let mut secret = BTreeSet::new();
    loop {
        let known = secret.len();
        for message in &ours {
            if message.fields().any(|field| is_secret(&field, &secret)) {
                secret.insert(path(message));
            }
        }
        if secret.len() == known {
            break;
        }
    }
    let oneofs: Vec<_> = ours
        .iter()
        .filter(|message| secret.contains(&path(message)))
        .flat_map(|message| message.oneofs())
        .map(|oneof| format!(".{}", oneof.full_name()))
        .collect();
    secret.extend(oneofs);
    secret
}

fn is_secret(field: &FieldDescriptor, secret: &BTreeSet<String>) -> bool {
    let marked = field.options().get_field_by_name("debug_redact").is_some_and(|value| value.as_bool() == Some(true));
    marked || matches!(field.kind(), Kind::Message(message) if secret.contains(&path(&message)))
}

fn path(message: &MessageDescriptor) -> String {
    format!(".{}", message.full_name())
}
