//! The machine: what it is, and whether it lets one process hold enough connections.

use std::{fs, process::Command, thread};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Result;

/// A connection for each of 4,096 calls, and some files besides.
const FILES: u64 = 4096 + 256;

/// Raises the limit of open files as far as this user may; the processes started inherit it.
pub(crate) fn raise_file_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    )?;
    match limit.maximum {
        Some(most) if most < FILES => Err(format!(
            "4,096 calls in flight need {FILES} open files in one process, and at most {most} are allowed here: \
             raise the hard limit (ulimit -Hn)"
        )
        .into()),
        _ => Ok(()),
    }
}

/// One line.
pub(crate) fn describe() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown CPU", |(_, model)| model);
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map_or_else(
        |_| "unknown rustc".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    let busy = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let busy = busy.split(' ').next().unwrap_or_default();
    let build = if cfg!(debug_assertions) {
        "; UNOPTIMISED BUILD"
    } else {
        ""
    };
    format!(
        "{cores} cores ({model}), Linux {}, {rustc}{build}, load average {busy} before; callers, servers and bank share \
         the cores, on loopback",
        kernel.trim()
    )
}
