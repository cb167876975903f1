//! What every Prometheus client tells of its process, where the system has `/proc`.

use std::{
    fs,
    sync::atomic::AtomicU64,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

#[derive(Debug)]
pub(super) struct Process {
    cpu: Counter<f64, AtomicU64>,
    memory: Gauge,
    open_files: Gauge,
}

impl Process {
    #[rustfmt::skip]
    pub(super) fn new(registry: &mut Registry) -> Self {
        let process = Self { cpu: Counter::default(), memory: Gauge::default(), open_files: Gauge::default() };
        let start: Gauge<f64, AtomicU64> = Gauge::default();
        start.set(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());
        registry.register("process_cpu_seconds", "Processor time spent", process.cpu.clone());
        registry.register("process_resident_memory_bytes", "Resident memory", process.memory.clone());
        registry.register("process_open_fds", "Open file descriptors", process.open_files.clone());
        registry.register("process_start_time_seconds", "When the process began, from 1970", start);
        process
    }

    /// Looks at the process as it is now.
    pub(super) fn look(&self) {
        if let Some((ticks, pages)) = stat() {
            let seconds = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
            self.cpu.inc_by((seconds - self.cpu.get()).max(0.0));
            let bytes = pages * rustix::param::page_size() as u64;
            self.memory.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            // The directory itself is one of them while it is read.
            let open = files.count().saturating_sub(1);
            self.open_files.set(i64::try_from(open).unwrap_or(i64::MAX));
        }
    }
}

/// Processor time in ticks, and resident pages.
fn stat() -> Option<(u64, u64)> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name before may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |place: usize| fields.get(place)?.parse::<u64>().ok();
    Some((field(11)? + field(12)?, field(21)?))
}
