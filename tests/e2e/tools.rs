//! Programs of others that tests need: `tests/install` brings them.

use std::{path::Path, process::Command};

/// A program by its name, from where `tests/install` puts it or from the machine.
pub(crate) fn program(name: &str) -> Command {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/tools/bin")
        .join(name);
    let installed = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).exists()));
    assert!(
        ours.exists() || installed,
        "`{name}` is not installed: run tests/install"
    );
    if ours.exists() {
        Command::new(ours)
    } else {
        Command::new(name)
    }
}

/// Python with the packages that `tests/install` brings.
pub(crate) fn python() -> Command {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/python/bin/python3");
    assert!(python.exists(), "{python:?} is missing: run tests/install");
    Command::new(python)
}
