//! A Flinks that runs offline: `/Authorize` over HTTP and JSON, made from the
//! public description of the service.
//!
//! [`Sandbox`] listens on a socket; any Flinks client works against it
//! unchanged. The institution [`FLINKS_CAPITAL`] behaves as Flinks documents
//! its own test bank. At [`SCENARIO_BANK`] the *username* says what happens,
//! from a second round of questions to a reset connection: the page
//! `SCENARIOS.md` beside this crate has the grammar and many examples.
//!
//! ```text
//! server ─ route ─ bank ─┬─ tokens                 flinks_capital ┐
//!    │                   ├─ session ─ challenge    scenario       ┘ who is signing in
//!  body (faults)         └─ reply ─ flinks_code, shape
//! ```

mod args;
mod bank;
mod body;
mod challenge;
mod clock;
mod flinks_capital;
mod flinks_code;
mod json;
mod options;
mod received;
mod reply;
mod request;
mod route;
mod scenario;
mod server;
mod session;
mod shape;
mod stop;
mod tokens;

pub use args::{Args, run};
pub use clock::Clock;
pub use options::{CUSTOMER_ID, Generation, Options, SECRET_KEY, Tokens};
pub use received::Received;
pub use server::Sandbox;

/// The test bank that Flinks documents: fixed users, three questions.
pub const FLINKS_CAPITAL: &str = "FlinksCapital";

/// Our own test bank, where the username is the scenario to be played.
pub const SCENARIO_BANK: &str = "ScenarioBank";
