//! How log lines are written, and which.

mod json;
pub mod metrics;
pub mod traces;

use std::{fs::File, io::IsTerminal, os::fd::AsFd, sync::Arc};

use tracing_subscriber::{EnvFilter, filter::ParseError};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Reads a filter such as `info` or `info,flinks_gateway=debug`.
pub fn filter(text: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(text)
}

/// Starts writing log lines to standard error, and keeps what a panic says out of them.
pub fn start(format: LogFormat, filter: EnvFilter) {
    let people = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(standard_error());
    let started = if people {
        let ansi = std::io::stderr().is_terminal();
        builder.with_ansi(ansi).try_init()
    } else {
        builder.event_format(json::Json).try_init()
    };
    // Only a test that starts twice in one process finds a subscriber set.
    drop(started);
    std::panic::set_hook(Box::new(|panic| {
        let location = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(location, "panic");
    }));
}

/// Standard error without its lock: a line is one write, and calls need not queue for it.
fn standard_error() -> Arc<File> {
    let stderr = std::io::stderr().as_fd().try_clone_to_owned();
    Arc::new(stderr.expect("a process has a standard error").into())
}
