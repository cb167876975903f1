//! `flinks-gateway serve`: settings to a running server.

#[cfg(feature = "sandbox")]
mod sandboxed;

use std::{
    collections::BTreeMap, env, io, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc,
};

use arc_swap::ArcSwap;
use clap::{Arg, ArgMatches, Command, FromArgMatches};
use flinks_gateway::{
    config::{self, Config, SETTINGS, Sources},
    gateway::Gateway,
    grpc::continuation::Keys,
    lockout::LockoutGuard,
    reload::{Handles, Hangups, Watch},
    server::{self, Swappable, admin, health::Health},
    telemetry::{self, metrics::Metrics, traces},
    trace::Tracer,
    upstream::Flinks,
};
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

#[cfg(feature = "sandbox")]
pub(crate) use sandboxed::{start_sandbox, start_sandboxed};

use super::{USAGE, block_on, complain};

/// The command line of `serve`: one flag for each setting that is no secret.
#[derive(Debug)]
pub(crate) struct Args {
    sandbox: bool,
    config: Option<PathBuf>,
    flags: BTreeMap<String, String>,
}

impl clap::Args for Args {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help(format!(
                "TOML file with settings and [instances.NAME] tables [env: {}CONFIG]",
                config::PREFIX
            ));
        let sandbox = Arg::new("sandbox")
            .long("sandbox")
            .action(clap::ArgAction::SetTrue)
            .help("Serve on an embedded Flinks that runs offline, instead of an upstream");
        let command = if cfg!(feature = "sandbox") {
            command.arg(sandbox)
        } else {
            command
        };
        SETTINGS.iter().fold(command.arg(config), |command, setting| {
            let Some(flag) = setting.flag() else {
                return command;
            };
            let mut help = format!("{} [env: {}]", setting.meaning, setting.env());
            if !setting.default.is_empty() {
                help.push_str(&format!(" [default: {}]", setting.default));
            }
            command.arg(Arg::new(setting.name).long(flag).value_name("VALUE").help(help))
        })
        .after_help(
            "Secrets have no flag, since a command line is seen by all: set FLINKS_GATEWAY_SECRET_KEY and \
             FLINKS_GATEWAY_CONTINUATION_KEYS in the environment, or name files that hold them.",
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let flags = SETTINGS
            .iter()
            .filter(|setting| !setting.secret)
            .filter_map(|setting| {
                let value = matches.get_one::<String>(setting.name)?;
                Some((setting.name.to_owned(), value.clone()))
            });
        Ok(Self {
            sandbox: cfg!(feature = "sandbox") && matches.get_flag("sandbox"),
            config: matches.get_one::<PathBuf>("config").cloned(),
            flags: flags.collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args {
    /// Where settings come from.
    pub(crate) fn sources(self) -> Sources {
        let file = self.config.or_else(|| {
            let file = env::var_os(format!("{}CONFIG", config::PREFIX))?;
            (!file.is_empty()).then(|| file.into())
        });
        Sources {
            flags: self.flags,
            env: environment(),
            file,
            sandbox: self.sandbox,
        }
    }
}

/// Reads the settings, or tells what is wrong with them and how to leave.
pub(crate) fn read(sources: &Sources) -> Result<Config, ExitCode> {
    config::read(sources).map_err(|misconfigured| {
        complain(&format!("the settings cannot be used:\n{misconfigured}"));
        ExitCode::from(USAGE)
    })
}

pub(crate) fn run(args: Args) -> ExitCode {
    let sources = args.sources();
    let config = match read(&sources) {
        Ok(config) => config,
        Err(code) => return code,
    };
    telemetry::start(config.log_format, config.log_filter.clone());
    block_on(config.worker_threads, serve(sources, config))
}

async fn serve(sources: Sources, config: Config) -> ExitCode {
    for name in sources.env.keys().filter(|name| config::is_misspelt(name)) {
        tracing::warn!(
            name,
            "an environment variable looks like a setting but is none"
        );
    }
    let hangups = match Hangups::listen() {
        Ok(hangups) => hangups,
        Err(error) => {
            complain(&format!("SIGHUP cannot be listened to: {error}"));
            return ExitCode::FAILURE;
        }
    };
    #[cfg(feature = "sandbox")]
    let sandbox = sources.sandbox;
    let watch = Watch::new(sources, &config);
    #[cfg(feature = "sandbox")]
    let running = if sandbox {
        start_sandboxed(config).await
    } else {
        start(config)
    };
    #[cfg(not(feature = "sandbox"))]
    let running = start(config);
    match running {
        Ok(running) => {
            let admin = running.admin.as_ref();
            tracing::info!(
                address = %running.address,
                admin_address = admin.map(|admin| tracing::field::display(admin.address)),
                "serving"
            );
            let handles = running.handles.clone();
            tokio::spawn(watch.run(hangups, handles));
            running.run_until_signal().await
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// All variables. What is not UTF-8 is no value of any setting, and is told as such.
fn environment() -> BTreeMap<String, String> {
    let variables = env::vars_os().filter_map(|(name, value)| {
        Some((
            name.into_string().ok()?,
            value.to_string_lossy().into_owned(),
        ))
    });
    variables.collect()
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("cannot listen on {0}: {1}; choose another address with --listen")]
    Listen(SocketAddr, io::Error),
    #[error("cannot listen on {0}: {1}; choose another address with --admin-listen")]
    AdminListen(SocketAddr, io::Error),
    #[cfg(feature = "sandbox")]
    #[error("the sandbox cannot start: {0}")]
    Sandbox(io::Error),
    #[error(transparent)]
    Traces(#[from] traces::SetUpError),
}

/// A gateway that listens.
pub(crate) struct Running {
    /// Where.
    pub(crate) address: SocketAddr,
    handles: Handles,
    stop: tokio::sync::oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
    admin: Option<AdminPort>,
    traces: Option<traces::Export>,
    /// What it is served on, kept for as long.
    #[cfg(feature = "sandbox")]
    _sandbox: Option<flinks_sandbox::Sandbox>,
}

/// The operators' port, which outlives the drain.
struct AdminPort {
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

impl AdminPort {
    fn start(address: SocketAddr, listener: TcpListener, health: Health, metrics: Metrics) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        Self {
            address,
            stop,
            server: tokio::spawn(admin::serve(listener, health, metrics, stopped)),
        }
    }

    async fn stop(self) {
        self.stop.cancel();
        // The panic hook has told of a panic.
        self.server.await.ok();
    }
}

/// Starts a gateway in front of its configured instances, on the runtime that it is called on.
pub(crate) fn start(config: Config) -> Result<Running, StartError> {
    let (listener, address) =
        listen(config.listen).map_err(|error| StartError::Listen(config.listen, error))?;
    let admin = match config.admin_listen {
        Some(admin) => {
            let listening = listen(admin);
            Some(listening.map_err(|error| StartError::AdminListen(admin, error))?)
        }
        None => None,
    };
    let instances = config.instance_names();
    let authorities = &config.tls.upstream_authorities;
    let certificates = Arc::new(ArcSwap::from_pointee(config.tls.watched));
    let metrics = Metrics::new(&config.metrics_institutions, Arc::clone(&certificates));
    let traces = config
        .traces
        .map(|options| traces::Export::start(options, metrics.clone()))
        .transpose()?;
    let tracer = traces
        .as_ref()
        .map_or(Tracer::default(), traces::Export::tracer);
    let flinks = Flinks::new(
        config.instances,
        authorities,
        config.upstream,
        tracer,
        |name, base| metrics.instance(name, base),
    );
    let flinks = Arc::new(flinks);
    let keys = config.continuation_keys.unwrap_or_else(|| {
        tracing::warn!(
            "no continuation keys are configured: this process made its own, and rounds of challenges can be \
             answered here alone, until it ends"
        );
        Keys::random()
    });
    let handles = Handles {
        server: Swappable::new(config.tls.server, config.callers),
        continuation_keys: Arc::new(ArcSwap::from_pointee(keys)),
        flinks,
        certificates,
        metrics: metrics.clone(),
    };
    let gateway = Gateway::new(
        Arc::clone(&handles.flinks),
        instances,
        Arc::clone(&handles.continuation_keys),
        LockoutGuard::new(config.lockout_guard),
        metrics.clone(),
    );
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let swappable = handles.server.clone();
    let health = Health::watch(&handles.flinks, config.readiness_grace);
    let admin = admin.map(|(listener, address)| {
        AdminPort::start(address, listener, health.clone(), metrics.clone())
    });
    let server = tokio::spawn(server::serve(
        listener,
        gateway,
        config.server,
        swappable,
        health,
        metrics,
        async {
            // A dropped sender means the same as a sent word.
            stopped.await.ok();
        },
    ));
    Ok(Running {
        address,
        handles,
        stop,
        server,
        admin,
        traces,
        #[cfg(feature = "sandbox")]
        _sandbox: None,
    })
}

/// How many connections may wait to be accepted; the kernel's own limit counts too. Whoever finds no room tries again a
/// second later and more: tokio's 128 would be used up when all clients of a replica that ended come at once.
const BACKLOG: u32 = 4096;

fn listen(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

impl Running {
    /// Serves until SIGTERM or SIGINT, then drains. A second signal ends the drain.
    pub(crate) async fn run_until_signal(mut self) -> ExitCode {
        tokio::select! {
            () = signal() => {}
            ended = &mut self.server => {
                end(self.traces).await;
                return exit_code(ended);
            }
        }
        tokio::select! {
            code = self.stop() => code,
            () = signal() => {
                tracing::warn!("ended by a second signal; calls in flight were cut off");
                ExitCode::FAILURE
            }
        }
    }

    /// Drains and ends.
    pub(crate) async fn stop(self) -> ExitCode {
        self.stop.send(()).ok();
        let ended = self.server.await;
        if let Some(admin) = self.admin {
            admin.stop().await;
        }
        end(self.traces).await;
        exit_code(ended)
    }
}

async fn end(traces: Option<traces::Export>) {
    if let Some(traces) = traces {
        traces.end().await;
    }
}

fn exit_code(ended: Result<io::Result<()>, tokio::task::JoinError>) -> ExitCode {
    match ended {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            tracing::error!(%error, "the server ended");
            ExitCode::FAILURE
        }
        // The panic hook has told.
        Err(_) => ExitCode::FAILURE,
    }
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be handled");
    let mut interrupt = signal(SignalKind::interrupt()).expect("signals can be handled");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
