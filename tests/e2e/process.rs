//! The built binary as a process, with all it writes.

use std::{
    fs::File,
    net::SocketAddr,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use flinks_sandbox::Sandbox;

pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flinks-gateway"));
    let ours = std::env::vars()
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("FLINKS_GATEWAY_"));
    for name in ours {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// What puts a gateway in front of a sandbox.
pub fn before(sandbox: &Sandbox) -> [(&'static str, String); 3] {
    [
        ("FLINKS_GATEWAY_UPSTREAM_URL", sandbox.url().to_owned()),
        (
            "FLINKS_GATEWAY_CUSTOMER_ID",
            sandbox.options().customer_id.to_string(),
        ),
        (
            "FLINKS_GATEWAY_SECRET_KEY",
            sandbox.options().secret_key.clone(),
        ),
    ]
}

/// A server that runs until it is dropped or told to end.
pub struct Process {
    child: Child,
    written: tempfile::NamedTempFile,
    pub address: SocketAddr,
    /// Of the operators' port, where it has one.
    pub admin: Option<SocketAddr>,
}

impl Process {
    /// Starts `serve` on a port of its own, with JSON log lines, and waits until it serves.
    pub fn serve(change: impl FnOnce(&mut Command)) -> Self {
        Self::serve_at(SocketAddr::from(([127, 0, 0, 1], 0)), change)
    }

    /// The same on a port that is known beforehand.
    pub fn serve_at(address: SocketAddr, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = command();
        command.args(["serve", "--log-format", "json", "--listen"]);
        command.arg(address.to_string());
        command.env("FLINKS_GATEWAY_CALLERS", "anyone");
        change(&mut command);
        let written = tempfile::NamedTempFile::new().unwrap();
        let append = || File::options().append(true).open(written.path()).unwrap();
        command.stdout(append()).stderr(append());
        let child = command.spawn().unwrap();
        let mut process = Self {
            child,
            written,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            admin: None,
        };
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let serving = process
                .lines()
                .into_iter()
                .find(|line| line["message"] == "serving");
            if let Some(serving) = serving {
                process.address = serving["address"].as_str().unwrap().parse().unwrap();
                let admin = serving["admin_address"].as_str();
                process.admin = admin.map(|address| address.parse().unwrap());
                return process;
            }
            assert!(Instant::now() < until, "{}", process.written());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All it wrote so far.
    pub fn written(&self) -> String {
        std::fs::read_to_string(self.written.path()).unwrap()
    }

    /// The most memory that it has had so far, in MiB.
    pub fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kibibytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kibibytes.parse::<u64>().unwrap() / 1024
    }

    /// Its log lines so far.
    pub fn lines(&self) -> Vec<serde_json::Value> {
        self.written()
            .lines()
            .map_while(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Sends a signal.
    pub fn tell(&mut self, name: &str) {
        // The shell's own kill: not every image has a program of that name.
        let kill = format!("kill -s {name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end.
    pub fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Waits for the end, and gives its log lines and all it wrote.
    pub fn at_its_end(mut self) -> (ExitStatus, Vec<serde_json::Value>, String) {
        let status = self.child.wait().unwrap();
        (status, self.lines(), self.written())
    }

    /// Sends a signal, and waits for the end.
    pub fn signal(mut self, name: &str) -> (ExitStatus, String) {
        self.tell(name);
        let status = self.child.wait().unwrap();
        (status, self.written())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Gone already where a signal ended it.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
