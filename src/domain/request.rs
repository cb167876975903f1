//! The three things a caller can ask for.

use super::{
    challenge::Round,
    names::{InstanceName, LoginId, Secret},
};

/// Sign a customer in at their bank now.
#[derive(Debug)]
pub struct Authorize {
    /// The Flinks instance to use.
    pub instance: InstanceName,
    /// Who signs in.
    pub subject: Subject,
    /// Whether Flinks keeps credentials and data.
    pub save: bool,
    /// The language of prompts; none leaves it to Flinks.
    pub language: Option<Language>,
    /// Free text that Flinks echoes.
    pub tag: Option<Secret>,
    /// Whether a newly saved login is refreshed every night.
    pub schedule_refresh: bool,
    /// Whether Flinks collects the customer's security questions.
    pub with_mfa_questions: bool,
}

/// Who signs in live.
#[derive(Debug)]
pub enum Subject {
    /// A customer with what they typed.
    Credentials {
        /// Flinks' name of the bank.
        institution: String,
        /// User name or card number.
        username: Secret,
        /// Password.
        password: Secret,
    },
    /// A saved login, with the credentials that Flinks holds.
    Login(LoginId),
}

impl Subject {
    /// The bank that the caller names; a saved login is of one that Flinks knows.
    pub fn institution(&self) -> Option<&str> {
        match self {
            Self::Credentials { institution, .. } => Some(institution),
            Self::Login(_) => None,
        }
    }
}

/// The language of a bank's prompts.
#[derive(Clone, Copy, Debug)]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
}

/// Answer a round of challenges.
#[derive(Debug)]
pub struct AnswerChallenges {
    /// The round that is answered.
    pub round: Round,
    /// What is sent to Flinks: keys are unique, values not empty, in the order of the challenges.
    pub responses: Vec<(Secret, Vec<Secret>)>,
}

/// Reopen a saved login from Flinks' cache.
#[derive(Debug)]
pub struct CachedAuthorize {
    /// The Flinks instance that holds the login.
    pub instance: InstanceName,
    /// The login.
    pub login_id: LoginId,
    /// Free text that Flinks echoes.
    pub tag: Option<Secret>,
}
