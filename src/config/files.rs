//! Which files were read, and what was in them: kept as hashes, for secrets are among them.

use std::{fmt, io};

use aws_lc_rs::digest::{SHA256, digest};

/// The files of one reading of all settings, in the order they were read.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Files(Vec<(String, Content)>);

#[derive(Clone, PartialEq, Eq)]
enum Content {
    Hash([u8; 32]),
    Unreadable(io::ErrorKind),
}

impl Files {
    /// Notes what reading a file gave; `origin` is where its name was set.
    pub(super) fn add(&mut self, origin: &str, read: &io::Result<Vec<u8>>) {
        let content = match read {
            Ok(bytes) => {
                let hash = digest(&SHA256, bytes);
                Content::Hash(hash.as_ref().try_into().expect("SHA-256 is 32 bytes"))
            }
            Err(error) => Content::Unreadable(error.kind()),
        };
        self.0.push((origin.to_owned(), content));
    }

    /// Where the files that are not as they were before are set, comma-separated.
    pub fn changed_since(&self, before: &Self) -> String {
        let changed = self.0.iter().filter(|file| !before.0.contains(file));
        let origins: Vec<&str> = changed.map(|(origin, _)| origin.as_str()).collect();
        origins.join(", ")
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins = self.0.iter().map(|(origin, _)| origin);
        f.debug_list().entries(origins).finish()
    }
}
