// Written by clients/generate from the contract. Do not edit.

use std::time::SystemTime;

use bytes::Bytes;
use derive_more::{Debug, From};

use crate::{json::Json, stubs::v1};

pub use v1::{Language, LoginType, Resource};

/// What a customer signs in with at their bank.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The bank, by Flinks' name for it, exactly as Flinks spells it. Must not be
    /// empty; at most 128 characters, no control characters. Examples:
    /// `FlinksCapital`, which is Flinks' bank for tests, and `Desjardins`.
    pub institution: String,
    /// The user name or card number at the bank. Sent as it is, never trimmed.
    /// Must not be empty; at most 256 characters. Example: `Greatday`, which signs
    /// in at `FlinksCapital`.
    #[debug("[redacted]")]
    pub username: String,
    /// The password at the bank. Sent as it is, never trimmed. Must not be empty;
    /// at most 256 characters. Example: `Everyday`, at `FlinksCapital`.
    #[debug("[redacted]")]
    pub password: String,
}

impl Credentials {
    /// With what has no default.
    #[must_use]
    pub fn new(institution: impl Into<String>, username: impl Into<String>, password: impl Into<String>) -> Self {
        Self { institution: institution.into(), username: username.into(), password: password.into() }
    }
}

impl From<Credentials> for v1::Credentials {
    fn from(value: Credentials) -> Self {
        Self { institution: value.institution, username: value.username, password: value.password }
    }
}

/// Whom to sign in live, and what to keep of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizeRequest {
    /// Who signs in.
    pub subject: Subject,
    /// Whether Flinks keeps the credentials and data after the call, so that the
    /// customer can be refreshed, or reopened from cache, by their LoginId. Must
    /// be set, if only to `false`: what happens to a customer's bank password is
    /// no default. With `false` the session may come without a `login`. To refresh
    /// a saved login, Flinks documents `true`.
    pub save: bool,
    /// The language of the bank's prompts, such as `LANGUAGE_FR`. Unspecified
    /// leaves the choice to Flinks; a number that the enum lacks is refused. It is
    /// part of a login's identity: a customer has one LoginId per language.
    pub language: Language,
    /// Free text that Flinks stores with the request and echoes in its responses
    /// and webhooks, at most 512 characters. Empty sends none. Example:
    /// `loan-application-4711`.
    #[debug("[redacted]")]
    pub tag: String,
    /// Turns the nightly refresh on for a login that is saved for the first time.
    /// Needs `save`. `false` sends nothing. Logins that exist already are not
    /// changed by it.
    pub schedule_refresh: bool,
    /// Has Flinks collect all the security questions of the customer as well, so
    /// that they can be answered in advance. Needs `save`. `false` sends nothing.
    pub with_mfa_questions: bool,
    /// Which of the gateway's configured Flinks instances to use, such as `ca`.
    /// Empty is the instance named `default`, or the only one configured; where
    /// there is neither, empty is refused.
    pub instance: String,
}

impl AuthorizeRequest {
    /// With what has no default.
    #[must_use]
    pub fn new(subject: impl Into<Subject>, save: bool) -> Self {
        Self {
            subject: subject.into(),
            save,
            language: Default::default(),
            tag: Default::default(),
            schedule_refresh: Default::default(),
            with_mfa_questions: Default::default(),
            instance: Default::default(),
        }
    }
}

impl From<AuthorizeRequest> for v1::AuthorizeRequest {
    fn from(value: AuthorizeRequest) -> Self {
        Self {
            subject: Some(value.subject.into()),
            save: Some(value.save),
            language: i32::from(value.language),
            tag: value.tag,
            schedule_refresh: value.schedule_refresh,
            with_mfa_questions: value.with_mfa_questions,
            instance: value.instance,
        }
    }
}

/// Which saved login to reopen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CachedAuthorizeRequest {
    /// The saved login: the [`Login::login_id`] of an earlier session or of Flinks
    /// Connect, a UUID with hyphens such as
    /// `b0debb48-f9f1-46c6-80a4-08d7dd88d478`. Must not be empty. Treat it as a
    /// secret.
    #[debug("[redacted]")]
    pub login_id: String,
    /// Free text that Flinks stores with the request and echoes, at most 512
    /// characters. Empty sends none. Example: `monthly-report-4711`.
    #[debug("[redacted]")]
    pub tag: String,
    /// Which of the gateway's configured Flinks instances holds the login, such as
    /// `ca`; a login of one is unknown to all others. Empty is the instance named
    /// `default`, or the only one configured; where there is neither, empty is
    /// refused.
    pub instance: String,
}

impl CachedAuthorizeRequest {
    /// With what has no default.
    #[must_use]
    pub fn new(login_id: impl Into<String>) -> Self {
        Self { login_id: login_id.into(), tag: Default::default(), instance: Default::default() }
    }
}

impl From<CachedAuthorizeRequest> for v1::CachedAuthorizeRequest {
    fn from(value: CachedAuthorizeRequest) -> Self {
        Self { login_id: value.login_id, tag: value.tag, instance: value.instance }
    }
}

/// Who signs in.
#[derive(Clone, Debug, From, PartialEq, Eq)]
pub enum Subject {
    /// A customer's credentials at their bank, for a first sign-in or a new one.
    #[from]
    Credentials(Credentials),
    /// A saved login to refresh live, with the credentials that Flinks holds:
    /// the [`Login::login_id`] of an earlier session, a UUID with hyphens such as
    /// `b0debb48-f9f1-46c6-80a4-08d7dd88d478`. Empty is refused. The bank may
    /// challenge again. Treat it as a secret.
    LoginId(#[debug("[redacted]")] String),
}

impl From<Subject> for v1::authorize_request::Subject {
    fn from(value: Subject) -> Self {
        match value {
            Subject::Credentials(it) => Self::Credentials(it.into()),
            Subject::LoginId(it) => Self::LoginId(it),
        }
    }
}

/// How a live sign-in went.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum Outcome {
    /// The customer is signed in.
    Session(Session),
    /// The bank wants answers first: go on with `AnswerChallenges`.
    ChallengeRound(ChallengeRound),
    /// Flinks works on it in the background.
    Pending(PendingOperation),
}

/// None for an outcome that this client does not know.
impl From<v1::AuthorizeResponse> for Option<Outcome> {
    fn from(value: v1::AuthorizeResponse) -> Self {
        Some(match value.outcome? {
            v1::authorize_response::Outcome::Session(it) => Outcome::Session(it.into()),
            v1::authorize_response::Outcome::ChallengeRound(it) => Outcome::ChallengeRound(it.into()),
            v1::authorize_response::Outcome::Pending(it) => Outcome::Pending(it.into()),
        })
    }
}

/// None for an outcome that this client does not know.
impl From<v1::AnswerChallengesResponse> for Option<Outcome> {
    fn from(value: v1::AnswerChallengesResponse) -> Self {
        Some(match value.outcome? {
            v1::answer_challenges_response::Outcome::Session(it) => Outcome::Session(it.into()),
            v1::answer_challenges_response::Outcome::ChallengeRound(it) => Outcome::ChallengeRound(it.into()),
            v1::answer_challenges_response::Outcome::Pending(it) => Outcome::Pending(it.into()),
        })
    }
}

/// How reopening a saved login went.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub enum FinalOutcome {
    /// The login is open.
    Session(Session),
    /// Flinks works on it in the background.
    Pending(PendingOperation),
}

/// None for an outcome that this client does not know.
impl From<v1::CachedAuthorizeResponse> for Option<FinalOutcome> {
    fn from(value: v1::CachedAuthorizeResponse) -> Self {
        Some(match value.outcome? {
            v1::cached_authorize_response::Outcome::Session(it) => FinalOutcome::Session(it.into()),
            v1::cached_authorize_response::Outcome::Pending(it) => FinalOutcome::Pending(it.into()),
        })
    }
}

/// A bank, as far as Flinks named it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Institution {
    /// Flinks' name for it, to be compared exactly, such as `FlinksCapital`: what
    /// [`Credentials::institution`] takes. Empty when Flinks gave none.
    pub name: String,
    /// Its name for people, such as `Flinks Capital`. Empty when Flinks gave none.
    pub display_name: String,
    /// Flinks' number for it, such as `14`. Zero when Flinks gave none.
    pub id: i32,
}

impl From<v1::Institution> for Institution {
    fn from(value: v1::Institution) -> Self {
        Self { name: value.name, display_name: value.display_name, id: value.id }
    }
}

/// A saved login: the reference to a customer's credentials and data at Flinks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Login {
    /// The LoginId, a UUID such as `b0debb48-f9f1-46c6-80a4-08d7dd88d478`. It
    /// stands for instance, institution, user name and language, survives a
    /// change of password, and lives until the card is deleted at Flinks. Whoever
    /// has it can reopen the login: keep it like a password. Never empty.
    #[debug("[redacted]")]
    pub login_id: String,
    /// The user name at the bank as it was typed, such as `Greatday`. Empty when
    /// Flinks gave none.
    #[debug("[redacted]")]
    pub username: String,
    /// Whose accounts these are, read from `type_name` in any casing. Unspecified
    /// when Flinks did not say.
    pub r#type: LoginType,
    /// Whether Flinks refreshes the login every night. `false` also when Flinks
    /// did not say.
    pub scheduled_refresh: bool,
    /// When the bank was last asked, such as `2026-03-01T04:12:33.123456700Z`; to
    /// 100 nanoseconds. Flinks writes it without a zone; UTC is assumed, as Flinks
    /// documents. Absent when Flinks gave none or wrote it unreadably.
    pub last_refresh_time: Option<SystemTime>,
    /// The type in Flinks' own words, such as `Personal`: what `type` was read
    /// from. Empty when Flinks gave none.
    pub type_name: String,
}

impl From<v1::Login> for Login {
    fn from(value: v1::Login) -> Self {
        Self {
            login_id: value.login_id,
            username: value.username,
            r#type: login_type(value.r#type),
            scheduled_refresh: value.scheduled_refresh,
            last_refresh_time: value.last_refresh_time.and_then(|time| time.try_into().ok()),
            type_name: value.type_name,
        }
    }
}

/// A step that Flinks offers next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// What the link leads to, told from `rel`. Unspecified when that is none of
    /// the enum's.
    pub resource: Resource,
    /// What it leads to in Flinks' own words, such as `AccountsDetail`, or
    /// `GetAccountsDetailAsync` while an operation is pending. Empty when Flinks
    /// gave none.
    pub rel: String,
    /// The path below Flinks' `…/BankingServices`, such as `/GetAccountsDetail`.
    /// Empty when Flinks gave none.
    pub href: String,
    /// An example of the path with its parameters, such as
    /// `/GetAccountsDetailAsync/{requestId}`. Empty when Flinks gave none.
    pub example: String,
}

impl From<v1::Link> for Link {
    fn from(value: v1::Link) -> Self {
        Self { resource: resource(value.resource), rel: value.rel, href: value.href, example: value.example }
    }
}

/// An open session at Flinks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// Names the session towards Flinks' data endpoints (`/GetAccountsDetail`,
    /// `/GetAccountsSummary`, `/GetStatements`): up to 128 letters, digits, `-`,
    /// `_` and `.`, in Flinks' examples a UUID such as
    /// `006fd2f3-055b-4ef6-a9fc-c1261cd76ec6`. Never empty. Flinks ends the
    /// session 8 minutes after it was opened unless data is asked for, and after
    /// 30 minutes in any case.
    pub request_id: String,
    /// The saved login that was opened. Absent when Flinks saved none, or gave no
    /// LoginId that can be read.
    pub login: Option<Login>,
    /// The bank that was signed in at. Absent when Flinks did not name one.
    pub institution: Option<Institution>,
    /// What can be asked for next, as Flinks lists it, such as
    /// `/GetAccountsDetail`. Empty when Flinks listed nothing.
    pub links: Vec<Link>,
    /// The tag of the request, as Flinks echoed it, such as
    /// `loan-application-4711`. Empty when Flinks echoed none.
    #[debug("[redacted]")]
    pub tag: String,
}

impl From<v1::Session> for Session {
    fn from(value: v1::Session) -> Self {
        Self {
            request_id: value.request_id,
            login: value.login.map(Into::into),
            institution: value.institution.map(Into::into),
            links: value.links.into_iter().map(Into::into).collect(),
            tag: value.tag,
        }
    }
}

/// A sign-in that Flinks goes on with in the background (HTTP status 202).
///
/// The gateway cannot wait for it: whether the session opened shows when its
/// data is asked for at Flinks, with the request id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingOperation {
    /// Names the session towards Flinks' data endpoints, as [`Session::request_id`]
    /// does. Never empty. Example: `006fd2f3-055b-4ef6-a9fc-c1261cd76ec6`.
    pub request_id: String,
    /// How Flinks put it, in upper case, such as `OPERATION_PENDING` or
    /// `OPERATION_DISPATCHED`. Empty when Flinks gave no code.
    pub flinks_code: String,
    /// Where Flinks says to ask, such as `/GetAccountsDetailAsync`. Empty when
    /// Flinks did not say.
    pub links: Vec<Link>,
}

impl From<v1::PendingOperation> for PendingOperation {
    fn from(value: v1::PendingOperation) -> Self {
        Self {
            request_id: value.request_id,
            flinks_code: value.flinks_code,
            links: value.links.into_iter().map(Into::into).collect(),
        }
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// The picture's bytes, ready to show; in JSON as base64, such as
    /// `iVBORw0KGgo…` for a PNG. Empty only where Flinks sent an empty picture.
    #[debug("[redacted]")]
    pub content: Bytes,
    /// What the bytes are, told from their first ones: `image/png`, `image/jpeg`,
    /// `image/gif`, `image/webp`, `image/bmp`, or `application/octet-stream` for
    /// all others. Never empty.
    pub media_type: String,
}

impl From<v1::Image> for Image {
    fn from(value: v1::Image) -> Self {
        Self { content: value.content, media_type: value.media_type }
    }
}

/// The questions that a bank asks at once. All must be answered in one
/// `AnswerChallenges` call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChallengeRound {
    /// Everything the gateway needs to go on, sealed: opaque base64url such as
    /// `AX3k0v…`, bound to this round, and good at every replica that shares the
    /// continuation keys. Never empty. Pass it back unchanged. Treat it as a
    /// secret.
    ///
    /// It holds the round's images in base64, and so is about 1.8 times as large
    /// as their bytes. A round with images beyond about 1.5 MB in all needs
    /// clients that take messages above the usual default of 4 MiB.
    #[debug("[redacted]")]
    pub continuation: String,
    /// Flinks' name for the session that is being opened, for correlation with
    /// Flinks only. Never empty. Example: `006fd2f3-055b-4ef6-a9fc-c1261cd76ec6`.
    pub request_id: String,
    /// What is asked, in Flinks' order; from 1 to 1000 challenges.
    pub challenges: Vec<Challenge>,
    /// Which round of the sign-in this is, from `1`. A round that asks again
    /// counts.
    pub round: i32,
    /// Whether the bank refused the answers to the round before and asks again.
    /// Always `false` in the first round.
    pub previous_answers_rejected: bool,
    /// Until when the round can be answered, such as `2026-03-01T09:08:00.250Z`:
    /// its receipt at the gateway plus the gateway's setting `round_lifetime`, 8
    /// minutes by default, as Flinks allows. Always set. Later answers are refused
    /// with `SESSION_EXPIRED`. The bank may give up earlier.
    pub expire_time: Option<SystemTime>,
    /// The bank that asks, such as `FlinksCapital`. Absent when Flinks did not
    /// name it.
    pub institution: Option<Institution>,
    /// The tag of the request, as Flinks echoed it, such as
    /// `loan-application-4711`. Empty when Flinks echoed none.
    #[debug("[redacted]")]
    pub tag: String,
}

impl From<v1::ChallengeRound> for ChallengeRound {
    fn from(value: v1::ChallengeRound) -> Self {
        Self {
            continuation: value.continuation,
            request_id: value.request_id,
            challenges: value.challenges.into_iter().map(Into::into).collect(),
            round: value.round,
            previous_answers_rejected: value.previous_answers_rejected,
            expire_time: value.expire_time.and_then(|time| time.try_into().ok()),
            institution: value.institution.map(Into::into),
            tag: value.tag,
        }
    }
}

/// One question, of one kind. Texts are the bank's, byte for byte.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Challenge {
    /// Names the challenge within its round: its place, counted from `1`. The next
    /// round counts anew.
    pub id: String,
    /// What to show the customer, such as `What city were you born in?`. May be
    /// empty where the bank lets pictures or phone numbers speak.
    #[debug("[redacted]")]
    pub prompt: String,
    /// How it is answered.
    pub kind: ChallengeKind,
}

impl From<v1::Challenge> for Challenge {
    fn from(value: v1::Challenge) -> Self {
        Self { id: value.id, prompt: value.prompt, kind: value.kind.into() }
    }
}

/// How a challenge is answered. A kind newer than this client is `Unrecognized`.
#[derive(Clone, Debug, PartialEq)]
pub enum ChallengeKind {
    /// A question to answer in the customer's own words: a security question, or a
    /// code that the bank has sent. [`Challenge::prompt`] is all there is to it.
    /// Flinks: `QuestionAndAnswer`.
    ///
    /// Answered with [`Answer::text`].
    #[non_exhaustive]
    QuestionAndAnswer {},
    /// The customer picks one of several questions and answers it. Flinks:
    /// `QuestionAndAnswer` with `Iterables`.
    ///
    /// Answered with [`Answer::selected_question`].
    #[non_exhaustive]
    QuestionSelection {
        /// The questions to pick from, at least one, in the bank's order. Example:
        /// `First pet?`.
        #[debug("[redacted]")]
        questions: Vec<String>,
    },
    /// The customer picks exactly one choice. Flinks: `MultipleChoice`.
    ///
    /// Answered with [`Answer::choice`].
    #[non_exhaustive]
    MultipleChoice {
        /// What to pick from, at least one, in the bank's order. Example:
        /// `Queen Street`.
        #[debug("[redacted]")]
        choices: Vec<String>,
    },
    /// The customer picks one or more choices. Flinks:
    /// `MultipleChoiceMultipleAnswers`.
    ///
    /// Answered with [`Answer::choices`].
    #[non_exhaustive]
    MultipleSelection {
        /// What to pick from, at least one, in the bank's order. Example: `Savings`.
        #[debug("[redacted]")]
        choices: Vec<String>,
    },
    /// The customer picks the picture they once chose. Flinks: `ImageSelection`.
    ///
    /// Answered with [`Answer::image_index`].
    #[non_exhaustive]
    ImageSelection {
        /// The pictures to pick from, at least one, in the bank's order. The answer
        /// counts them from 0.
        images: Vec<Image>,
    },
    /// The customer picks the phone that the bank sends a code to, and how. The code
    /// is asked for in the next round. Flinks: `TextOrCall`.
    ///
    /// Answered with [`Answer::code_delivery`].
    #[non_exhaustive]
    TextOrCall {
        /// The phone numbers to pick from, at least one, masked by the bank, such as
        /// `(•••) •••-1234`.
        #[debug("[redacted]")]
        phone_numbers: Vec<String>,
    },
    /// Answered with [`Answer::raw`].
    Unrecognized(UnrecognizedChallenge),
}

impl ChallengeKind {
    /// The contract's name of the kind, such as `question_and_answer`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::QuestionAndAnswer { .. } => "question_and_answer",
            Self::QuestionSelection { .. } => "question_selection",
            Self::MultipleChoice { .. } => "multiple_choice",
            Self::MultipleSelection { .. } => "multiple_selection",
            Self::ImageSelection { .. } => "image_selection",
            Self::TextOrCall { .. } => "text_or_call",
            Self::Unrecognized(_) => "unrecognized",
        }
    }
}

impl From<Option<v1::challenge::Kind>> for ChallengeKind {
    fn from(value: Option<v1::challenge::Kind>) -> Self {
        use v1::challenge::Kind;
        match value {
            None => Self::Unrecognized(Default::default()),
            Some(Kind::Unrecognized(it)) => Self::Unrecognized(it.into()),
            Some(Kind::QuestionAndAnswer(v1::QuestionAndAnswer {})) => Self::QuestionAndAnswer {},
            Some(Kind::QuestionSelection(v1::QuestionSelection { questions })) => Self::QuestionSelection { questions },
            Some(Kind::MultipleChoice(v1::MultipleChoice { choices })) => Self::MultipleChoice { choices },
            Some(Kind::MultipleSelection(v1::MultipleSelection { choices })) => Self::MultipleSelection { choices },
            Some(Kind::ImageSelection(v1::ImageSelection { images })) => {
                Self::ImageSelection { images: images.into_iter().map(Into::into).collect() }
            }
            Some(Kind::TextOrCall(v1::TextOrCall { phone_numbers })) => Self::TextOrCall { phone_numbers },
        }
    }
}

/// A challenge of a kind that the gateway does not know, or one that does not
/// keep to its kind's form. Show the prompt and what else is here, and answer
/// with [`Answer::raw`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UnrecognizedChallenge {
    /// The kind in Flinks' own words, such as `WaitUntilEUAccept`. Empty when
    /// Flinks gave none.
    #[debug("[redacted]")]
    pub r#type: String,
    /// The strings that came with it as Flinks' `Iterables`, often the choices,
    /// such as `Approved`. Empty when there were none; what is no string is in
    /// `raw` only.
    #[debug("[redacted]")]
    pub iterables: Vec<String>,
    /// The whole challenge, as Flinks sent it, such as
    /// `{"Type": "WaitUntilEUAccept", "Prompt": "Approve this sign-in"}`. Always
    /// set. Cut off below 24 levels: what lies deeper is null.
    #[debug("[redacted]")]
    pub raw: Option<Json>,
}

impl From<v1::UnrecognizedChallenge> for UnrecognizedChallenge {
    fn from(value: v1::UnrecognizedChallenge) -> Self {
        Self { r#type: value.r#type, iterables: value.iterables, raw: value.raw.map(Into::into) }
    }
}

/// The answer to one challenge, made by the function for its kind. Texts are sent byte for byte.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Answer {
    challenge_id: String,
    #[debug("[redacted]")]
    answer: v1::challenge_answer::Answer,
}

impl Answer {
    /// To [`QuestionAndAnswer`](ChallengeKind::QuestionAndAnswer): what the customer typed. Must not be empty.
    /// Example: `"text": "Montreal"`.
    pub fn text(challenge_id: impl Into<String>, text: impl Into<String>) -> Self {
        let answer = v1::challenge_answer::Answer::Text(text.into());
        Self { challenge_id: challenge_id.into(), answer }
    }

    /// To [`QuestionSelection`](ChallengeKind::QuestionSelection): one of its questions, and the answer. Example:
    /// `"selectedQuestion": {"question": "First pet?", "text": "Rex"}`.
    ///
    /// `question`: One of `QuestionSelection.questions`, verbatim, such as `First pet?`. Must
    /// not be empty. One question answers one challenge of a round.
    ///
    /// `text`: What the customer typed, such as `Rex`. Must not be empty.
    pub fn selected_question(
        challenge_id: impl Into<String>,
        question: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        let answer = v1::challenge_answer::Answer::SelectedQuestion(v1::SelectedQuestion {
            question: question.into(),
            text: text.into(),
        });
        Self { challenge_id: challenge_id.into(), answer }
    }

    /// To [`MultipleChoice`](ChallengeKind::MultipleChoice): one of its choices, verbatim. Must not be empty.
    /// Example: `"choice": "Queen Street"`.
    pub fn choice(challenge_id: impl Into<String>, choice: impl Into<String>) -> Self {
        let answer = v1::challenge_answer::Answer::Choice(choice.into());
        Self { challenge_id: challenge_id.into(), answer }
    }

    /// To [`MultipleSelection`](ChallengeKind::MultipleSelection): at least one of its choices. Example:
    /// `"choices": {"values": ["Savings", "Mortgage"]}`.
    ///
    /// `values`: One or more of `MultipleSelection.choices`, verbatim, each once; none is
    /// refused. Example: `Savings` and `Mortgage`.
    pub fn choices(challenge_id: impl Into<String>, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let answer =
            v1::challenge_answer::Answer::Choices(v1::Choices { values: values.into_iter().map(Into::into).collect() });
        Self { challenge_id: challenge_id.into(), answer }
    }

    /// To [`ImageSelection`](ChallengeKind::ImageSelection): the picture's place in `images`, from 0; one beyond
    /// the last is refused. Example: `"imageIndex": 2`, the third.
    pub fn image_index(challenge_id: impl Into<String>, image_index: usize) -> Self {
        let answer = v1::challenge_answer::Answer::ImageIndex(i32::try_from(image_index).unwrap_or(i32::MAX));
        Self { challenge_id: challenge_id.into(), answer }
    }

    /// To [`TextOrCall`](ChallengeKind::TextOrCall): one of its phone numbers, and how. Example:
    /// `"codeDelivery": {"phoneNumber": "(•••) •••-1234", "method":
    /// "DELIVERY_METHOD_TEXT"}`.
    ///
    /// `phone_number`: One of `TextOrCall.phone_numbers`, verbatim, mask and all, such as
    /// `(•••) •••-1234`. Must not be empty.
    ///
    /// `method`: By text message or by a call, such as `DELIVERY_METHOD_TEXT`. Must be set;
    /// unspecified is refused.
    pub fn code_delivery(
        challenge_id: impl Into<String>,
        phone_number: impl Into<String>,
        method: DeliveryMethod,
    ) -> Self {
        let answer = v1::challenge_answer::Answer::CodeDelivery(v1::CodeDelivery {
            phone_number: phone_number.into(),
            method: method.into(),
        });
        Self { challenge_id: challenge_id.into(), answer }
    }

    /// To any challenge: what is sent to Flinks, spelled out. Example:
    /// `"raw": {"key": "Approve this sign-in", "values": ["Approved"]}`.
    ///
    /// `key`: The key, usually the challenge's prompt, such as `Approve this sign-in`.
    /// Must not be empty. Flinks judges it: a wrong one ends in
    /// `ANSWERS_MISMATCHED`.
    ///
    /// `values`: The values, at least one, such as `Approved`. Sent as they are, an empty
    /// one too.
    pub fn raw(
        challenge_id: impl Into<String>,
        key: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let answer = v1::challenge_answer::Answer::Raw(v1::RawAnswer {
            key: key.into(),
            values: values.into_iter().map(Into::into).collect(),
        });
        Self { challenge_id: challenge_id.into(), answer }
    }
}

impl From<Answer> for v1::ChallengeAnswer {
    fn from(value: Answer) -> Self {
        Self { challenge_id: value.challenge_id, answer: Some(value.answer) }
    }
}

/// How a bank delivers a code to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryMethod {
    /// A text message, `Text` at Flinks.
    Text,
    /// A voice call, `Call` at Flinks.
    Call,
}

impl From<DeliveryMethod> for i32 {
    fn from(value: DeliveryMethod) -> Self {
        Self::from(match value {
            DeliveryMethod::Text => v1::DeliveryMethod::Text,
            DeliveryMethod::Call => v1::DeliveryMethod::Call,
        })
    }
}

fn login_type(number: i32) -> LoginType {
    LoginType::try_from(number).unwrap_or(LoginType::Other)
}

fn resource(number: i32) -> Resource {
    Resource::try_from(number).unwrap_or(Resource::Unspecified)
}
