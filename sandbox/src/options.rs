//! What a sandbox can be told before it starts.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use uuid::Uuid;

use crate::Clock;

/// The made-up customer id a sandbox serves unless told otherwise.
pub const CUSTOMER_ID: Uuid = Uuid::from_u128(0x5a0d_b0c5_0000_4000_8000_f115_0000_0001);

/// The made-up secret key a sandbox mints tokens for unless told otherwise.
pub const SECRET_KEY: &str = "sandbox-secret-key";

/// How a sandbox behaves where clients cannot say so themselves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which generation of the documentation wins where they disagree.
    pub generation: Generation,
    /// Steers questions and identifiers: the same seed and the same calls in
    /// the same order give the same replies.
    pub seed: u64,
    /// Whether `/Authorize` wants an authorize token.
    pub tokens: Tokens,
    /// Measures session and token lifetimes.
    pub clock: Clock,
    /// The path segment all calls must carry.
    pub customer_id: Uuid,
    /// What `/GenerateAuthorizeToken` expects as `flinks-auth-key`.
    pub secret_key: String,
    /// How long `/GenerateAuthorizeToken` takes to answer.
    pub mint_delay: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            generation: Generation::Docs2025,
            seed: fastrand::u64(..),
            tokens: Tokens::Required,
            clock: Clock::system(),
            customer_id: CUSTOMER_ID,
            secret_key: SECRET_KEY.to_owned(),
            mint_delay: Duration::ZERO,
        }
    }
}

/// A generation of Flinks' documentation; they disagree on statuses, on the
/// shape of replies and on how long things live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// The help centre of 2017 to 2019, as old private instances may behave.
    Help2019,
    /// The documentation of today.
    Docs2025,
}

impl FromStr for Generation {
    type Err = String;

    fn from_str(name: &str) -> Result<Generation, String> {
        match name {
            "help-2019" => Ok(Generation::Help2019),
            "docs-2025" => Ok(Generation::Docs2025),
            _ => Err("expected help-2019 or docs-2025".to_owned()),
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Generation::Help2019 => "help-2019",
            Generation::Docs2025 => "docs-2025",
        })
    }
}

/// What `/Authorize` does about authorize tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// Every call must carry a valid one, as instances since October 2024.
    Required,
    /// A call may go without, but one that is sent must be valid.
    Optional,
    /// Nobody looks, as instances before 2019.
    Ignored,
}

impl FromStr for Tokens {
    type Err = String;

    fn from_str(name: &str) -> Result<Tokens, String> {
        match name {
            "required" => Ok(Tokens::Required),
            "optional" => Ok(Tokens::Optional),
            "ignored" => Ok(Tokens::Ignored),
            _ => Err("expected required, optional or ignored".to_owned()),
        }
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tokens::Required => "required",
            Tokens::Optional => "optional",
            Tokens::Ignored => "ignored",
        })
    }
}
