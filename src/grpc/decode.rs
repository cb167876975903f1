//! Messages to requests. What gets past here is valid; what does not is refused with every violation at once.
//!
//! Each message is taken apart by name, so that a new field stops the build until somebody decides about it. A
//! violation names the field and the rule, and never what the field held.

mod answers;

use jiff::Timestamp;

use super::continuation::Keys;
use crate::{
    domain::{
        names::{CallerName, InstanceName, LoginId, RequestId, Secret},
        request,
    },
    pb,
};

/// The message breaks a rule of the contract.
#[derive(Debug)]
pub struct Invalid {
    /// At least one.
    pub violations: Vec<Violation>,
}

/// A field that breaks a rule.
#[derive(Debug)]
pub struct Violation {
    /// Its path, such as `credentials.username` or `answers[1].choice`.
    pub field: String,
    /// The rule.
    pub rule: Rule,
}

/// The rules a field can break. Their texts are fixed and say how to keep them.
#[derive(Debug, thiserror::Error)]
pub enum Rule {
    /// Nothing where something must be.
    #[error("must be set")]
    Required,
    /// Too many characters.
    #[error("must be at most {0} characters long")]
    TooLong(usize),
    /// Control characters in a name.
    #[error("must not contain control characters")]
    ControlCharacters,
    /// Not a LoginId.
    #[error("must be a UUID such as b0debb48-f9f1-46c6-80a4-08d7dd88d478")]
    NotALoginId,
    /// A number that the enum does not have.
    #[error("must be a value of the enum")]
    UnknownValue,
    /// An option that needs saving.
    #[error("needs save to be true")]
    NeedsSave,
    /// An instance that is not configured.
    #[error("must name a configured Flinks instance; empty is allowed where one is the default")]
    UnknownInstance,
    /// A continuation that cannot be opened.
    #[error("must be a continuation of this gateway, unchanged; start over with Authorize")]
    NotOurs,
    /// Not a challenge of this round.
    #[error("must be the id of a challenge of the round")]
    UnknownChallenge,
    /// A challenge answered before in the same message.
    #[error("must answer each challenge once")]
    AnsweredTwice,
    /// A challenge without an answer.
    #[error("must hold an answer to challenge {0}")]
    Unanswered(usize),
    /// An answer of another kind than the challenge.
    #[error("must be answered with {0}, or with raw")]
    WrongKind(&'static str),
    /// Something to pick that was not offered.
    #[error("must be one of what the challenge offers, verbatim")]
    NotOffered,
    /// A choice made twice.
    #[error("must hold each choice once")]
    ChosenTwice,
    /// An image beyond the last.
    #[error("must be from 0 to {0}")]
    OutOfRange(usize),
    /// Two answers that Flinks could not tell apart.
    #[error(
        "shares its key at Flinks with answer {0}, and one would be lost: pick another question, or answer both \
         challenges with raw to send both values under that key"
    )]
    SharedKey(usize),
}

impl Rule {
    /// The rule's name, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::TooLong(_) => "TOO_LONG",
            Self::ControlCharacters => "CONTROL_CHARACTERS",
            Self::NotALoginId => "NOT_A_LOGIN_ID",
            Self::UnknownValue => "UNKNOWN_VALUE",
            Self::NeedsSave => "NEEDS_SAVE",
            Self::UnknownInstance => "UNKNOWN_INSTANCE",
            Self::NotOurs => "NOT_OURS",
            Self::UnknownChallenge => "UNKNOWN_CHALLENGE",
            Self::AnsweredTwice => "ANSWERED_TWICE",
            Self::Unanswered(_) => "UNANSWERED",
            Self::WrongKind(_) => "WRONG_KIND",
            Self::NotOffered => "NOT_OFFERED",
            Self::ChosenTwice => "CHOSEN_TWICE",
            Self::OutOfRange(_) => "OUT_OF_RANGE",
            Self::SharedKey(_) => "SHARED_KEY",
        }
    }
}

/// The instances that a call may name.
#[derive(Clone, Debug)]
pub struct Instances {
    /// All configured ones.
    pub names: Vec<InstanceName>,
    /// The one meant by an empty name.
    pub default: Option<InstanceName>,
}

/// Decodes a live sign-in.
pub fn authorize(
    message: pb::AuthorizeRequest,
    instances: &Instances,
) -> Result<request::Authorize, Invalid> {
    let pb::AuthorizeRequest {
        save,
        language,
        tag,
        schedule_refresh,
        with_mfa_questions,
        instance,
        subject,
    } = message;
    let mut check = Check::default();
    let subject = check.subject(subject);
    check.that("save", save.is_some(), Rule::Required);
    for (field, set) in [
        ("schedule_refresh", schedule_refresh),
        ("with_mfa_questions", with_mfa_questions),
    ] {
        check.that(field, !set || save != Some(false), Rule::NeedsSave);
    }
    let language = match pb::Language::try_from(language) {
        Ok(pb::Language::Unspecified) => None,
        Ok(pb::Language::En) => Some(request::Language::En),
        Ok(pb::Language::Fr) => Some(request::Language::Fr),
        Err(_) => check.fail("language", Rule::UnknownValue),
    };
    let tag = check.tag(tag);
    let instance = check.instance(instance, instances);
    match (subject, save, instance) {
        (Some(subject), Some(save), Some(instance)) if check.violations.is_empty() => {
            Ok(request::Authorize {
                instance,
                subject,
                save,
                language,
                tag,
                schedule_refresh,
                with_mfa_questions,
            })
        }
        _ => Err(check.into()),
    }
}

/// Why answers cannot be sent.
#[derive(Debug)]
pub enum Unanswerable {
    /// The message breaks a rule.
    Invalid(Invalid),
    /// The round of this session is over.
    Expired(RequestId),
}

/// Decodes the answers to a round, and checks them against what was asked.
pub fn answer_challenges(
    message: pb::AnswerChallengesRequest,
    keys: &Keys,
    caller: &CallerName,
    instances: &Instances,
    now: Timestamp,
) -> Result<request::AnswerChallenges, Unanswerable> {
    let pb::AnswerChallengesRequest {
        continuation,
        answers,
    } = message;
    let mut check = Check::default();
    let round = if continuation.is_empty() {
        check.fail("continuation", Rule::Required)
    } else {
        match keys.open(&continuation, caller) {
            Some(round) if instances.names.contains(&round.instance) => Some(round),
            _ => check.fail("continuation", Rule::NotOurs),
        }
    };
    let Some(round) = round else {
        return Err(Unanswerable::Invalid(check.into()));
    };
    if round.expires <= now {
        return Err(Unanswerable::Expired(round.request_id));
    }
    let responses = answers::responses(&mut check, &round.challenges, answers);
    if check.violations.is_empty() {
        Ok(request::AnswerChallenges { round, responses })
    } else {
        Err(Unanswerable::Invalid(check.into()))
    }
}

/// Decodes the reopening of a saved login.
pub fn cached_authorize(
    message: pb::CachedAuthorizeRequest,
    instances: &Instances,
) -> Result<request::CachedAuthorize, Invalid> {
    let pb::CachedAuthorizeRequest {
        login_id,
        tag,
        instance,
    } = message;
    let mut check = Check::default();
    let login_id = check.login_id("login_id", login_id);
    let tag = check.tag(tag);
    let instance = check.instance(instance, instances);
    match (login_id, instance) {
        (Some(login_id), Some(instance)) if check.violations.is_empty() => {
            Ok(request::CachedAuthorize {
                instance,
                login_id,
                tag,
            })
        }
        _ => Err(check.into()),
    }
}

/// How many violations are told: details travel in headers, which many clients take up to 8 KiB of.
const MOST_VIOLATIONS: usize = 25;

/// Gathers violations, so that all are told at once.
#[derive(Default)]
struct Check {
    violations: Vec<Violation>,
}

impl From<Check> for Invalid {
    fn from(check: Check) -> Self {
        Self {
            violations: check.violations,
        }
    }
}

impl Check {
    fn note(&mut self, field: impl Into<String>, rule: Rule) {
        // A flood of faults is told in part, and not kept either.
        if self.is_full() {
            return;
        }
        self.violations.push(Violation {
            field: field.into(),
            rule,
        });
    }

    /// Whether there is no more to tell.
    fn is_full(&self) -> bool {
        self.violations.len() >= MOST_VIOLATIONS
    }

    /// Notes a violation where a value would have been.
    fn fail<T>(&mut self, field: impl Into<String>, rule: Rule) -> Option<T> {
        self.note(field, rule);
        None
    }

    fn that(&mut self, field: &str, holds: bool, rule: Rule) {
        if !holds {
            self.note(field, rule);
        }
    }

    fn length(&mut self, field: &str, text: &str, most: usize) {
        self.that(field, text.chars().count() <= most, Rule::TooLong(most));
    }

    fn subject(
        &mut self,
        subject: Option<pb::authorize_request::Subject>,
    ) -> Option<request::Subject> {
        use pb::authorize_request::Subject;
        match subject {
            None => self.fail("subject", Rule::Required),
            Some(Subject::LoginId(id)) => {
                self.login_id("login_id", id).map(request::Subject::Login)
            }
            Some(Subject::Credentials(pb::Credentials {
                institution,
                username,
                password,
            })) => {
                for (field, text, most) in [
                    ("credentials.institution", &institution, 128),
                    ("credentials.username", &username, 256),
                    ("credentials.password", &password, 256),
                ] {
                    self.that(field, !text.is_empty(), Rule::Required);
                    self.length(field, text, most);
                }
                self.that(
                    "credentials.institution",
                    !institution.chars().any(char::is_control),
                    Rule::ControlCharacters,
                );
                Some(request::Subject::Credentials {
                    institution,
                    username: username.into(),
                    password: password.into(),
                })
            }
        }
    }

    fn login_id(&mut self, field: &str, text: String) -> Option<LoginId> {
        if text.is_empty() {
            return self.fail(field, Rule::Required);
        }
        LoginId::parse(text).or_else(|| self.fail(field, Rule::NotALoginId))
    }

    fn tag(&mut self, tag: String) -> Option<Secret> {
        self.length("tag", &tag, 512);
        (!tag.is_empty()).then(|| tag.into())
    }

    fn instance(&mut self, name: String, instances: &Instances) -> Option<InstanceName> {
        let named = if name.is_empty() {
            instances.default.clone()
        } else {
            Some(InstanceName(name)).filter(|name| instances.names.contains(name))
        };
        named.or_else(|| self.fail("instance", Rule::UnknownInstance))
    }
}
