//! The continuation: a round, sealed, so that any replica can take its answers and none keeps state.
//!
//! `base64url(version, nonce, AES-256-GCM-SIV(round))`. What is inside is protobuf, of this file alone: replicas of
//! different versions may meet in the middle of a sign-in, so fields are added and never changed.

#![expect(clippy::disallowed_methods, reason = "secrets leave here only sealed")]

use std::{fmt, mem};

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use prost::Message;
use secrecy::ExposeSecret;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::domain::{
    challenge::{Challenge, Kind, Round, Unrecognized},
    names::{AuthKey, CallerName, InstanceName, RequestId, Secret},
    outcome::Institution,
};

/// The length of a key in bytes.
pub const KEY_LENGTH: usize = 32;

const VERSION: u8 = 1;
const AAD: &[u8] = b"flinks.gateway.v1.ChallengeRound.continuation";

/// The keys that continuations are sealed with: the first seals, all open.
pub struct Keys(Vec<RandomizedNonceKey>);

impl Keys {
    /// Takes at least one key.
    pub fn new(keys: &[[u8; KEY_LENGTH]]) -> Self {
        assert!(!keys.is_empty(), "a gateway seals with some key");
        let key = |bytes: &[u8; KEY_LENGTH]| {
            RandomizedNonceKey::new(&AES_256_GCM_SIV, bytes).expect("the length fits the algorithm")
        };
        Self(keys.iter().map(key).collect())
    }

    /// Makes one key that lives as long as the process.
    pub fn random() -> Self {
        let mut key = [0; KEY_LENGTH];
        aws_lc_rs::rand::fill(&mut key).expect("the system has randomness");
        Self::new(&[key])
    }

    /// Seals a round for a caller.
    pub fn seal(&self, round: &Round, caller: &CallerName) -> String {
        let mut text = Sealed::from(round).encode_to_vec();
        let nonce = self.0[0]
            .seal_in_place_append_tag(Aad::from(bound_to(caller)), &mut text)
            .expect("a round is shorter than the cipher's limit");
        let mut bytes = Vec::with_capacity(1 + NONCE_LEN + text.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(nonce.as_ref());
        bytes.append(&mut text);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Opens a continuation; none when it was not sealed here, or not for this caller, or was changed.
    pub fn open(&self, continuation: &str, caller: &CallerName) -> Option<Round> {
        let bytes = URL_SAFE_NO_PAD.decode(continuation).ok()?;
        let (&VERSION, rest) = bytes.split_first()? else {
            return None;
        };
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN)?;
        self.0.iter().find_map(|key| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut sealed = Zeroizing::new(sealed.to_vec());
            let aad = Aad::from(bound_to(caller));
            let text = key.open_in_place(nonce, aad, &mut sealed).ok()?;
            Sealed::decode(&*text).ok()?.into_round()
        })
    }
}

/// What a seal is bound to besides its round: the caller. Those of `anyone` are bound as before there were callers.
fn bound_to(caller: &CallerName) -> Vec<u8> {
    match caller.as_str() {
        CallerName::ANYONE => AAD.to_vec(),
        name => [AAD, b"/", name.as_bytes()].concat(),
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

#[derive(Clone, PartialEq, Message, Zeroize, ZeroizeOnDrop)]
#[prost(skip_debug)]
struct Sealed {
    #[prost(string, tag = "1")]
    request_id: String,
    #[prost(string, tag = "2")]
    instance: String,
    #[prost(string, optional, tag = "3")]
    token: Option<String>,
    #[prost(message, repeated, tag = "4")]
    challenges: Vec<SealedChallenge>,
    #[prost(int32, tag = "5")]
    number: i32,
    #[prost(int64, tag = "6")]
    expires_millisecond: i64,
    #[prost(string, optional, tag = "7")]
    institution: Option<String>,
    #[prost(bool, tag = "8")]
    by_login_id: bool,
    #[prost(int64, tag = "9")]
    issued_millisecond: i64,
}

#[derive(Clone, PartialEq, Message, Zeroize, ZeroizeOnDrop)]
#[prost(skip_debug)]
struct SealedChallenge {
    #[prost(string, tag = "1")]
    prompt: String,
    #[prost(enumeration = "SealedKind", tag = "2")]
    kind: i32,
    #[prost(string, repeated, tag = "3")]
    options: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
enum SealedKind {
    Unrecognized = 0,
    QuestionAndAnswer = 1,
    QuestionSelection = 2,
    MultipleChoice = 3,
    MultipleSelection = 4,
    ImageSelection = 5,
    TextOrCall = 6,
}

impl From<&Round> for Sealed {
    fn from(round: &Round) -> Self {
        Self {
            request_id: round.request_id.as_str().to_owned(),
            instance: round.instance.0.clone(),
            token: round
                .token
                .as_ref()
                .map(|token| token.0.expose_secret().to_owned()),
            challenges: round.challenges.iter().map(SealedChallenge::from).collect(),
            number: round.number,
            by_login_id: round.by_login_id,
            issued_millisecond: round.issued.as_millisecond(),
            expires_millisecond: round.expires.as_millisecond(),
            institution: round
                .institution
                .as_ref()
                .map(|institution| institution.name.clone()),
        }
    }
}

impl From<&Challenge> for SealedChallenge {
    fn from(challenge: &Challenge) -> Self {
        let (kind, options): (_, &[Secret]) = match &challenge.kind {
            Kind::QuestionAndAnswer => (SealedKind::QuestionAndAnswer, &[]),
            Kind::QuestionSelection(questions) => (SealedKind::QuestionSelection, questions),
            Kind::MultipleChoice(choices) => (SealedKind::MultipleChoice, choices),
            Kind::MultipleSelection(choices) => (SealedKind::MultipleSelection, choices),
            Kind::ImageSelection(images) => (SealedKind::ImageSelection, images),
            Kind::TextOrCall(phone_numbers) => (SealedKind::TextOrCall, phone_numbers),
            // Answered with raw, which nothing is checked against.
            Kind::Unrecognized(_) => (SealedKind::Unrecognized, &[]),
        };
        Self {
            prompt: challenge.prompt.expose_secret().to_owned(),
            kind: kind.into(),
            options: options
                .iter()
                .map(|option| option.expose_secret().to_owned())
                .collect(),
        }
    }
}

impl Sealed {
    fn into_round(mut self) -> Option<Round> {
        Some(Round {
            request_id: RequestId::parse(mem::take(&mut self.request_id))?,
            instance: InstanceName(mem::take(&mut self.instance)),
            token: self.token.take().and_then(AuthKey::parse),
            challenges: self.challenges.drain(..).map(Challenge::from).collect(),
            number: self.number,
            by_login_id: self.by_login_id,
            previous_answers_rejected: false,
            issued: Timestamp::from_millisecond(self.issued_millisecond).ok()?,
            expires: Timestamp::from_millisecond(self.expires_millisecond).ok()?,
            institution: self.institution.take().map(|name| Institution {
                name,
                ..Institution::default()
            }),
            tag: None,
        })
    }
}

impl From<SealedChallenge> for Challenge {
    fn from(mut sealed: SealedChallenge) -> Self {
        let kind = sealed.kind();
        let options = sealed.options.drain(..).map(Secret::from).collect();
        Self {
            prompt: mem::take(&mut sealed.prompt).into(),
            kind: match kind {
                SealedKind::QuestionAndAnswer => Kind::QuestionAndAnswer,
                SealedKind::QuestionSelection => Kind::QuestionSelection(options),
                SealedKind::MultipleChoice => Kind::MultipleChoice(options),
                SealedKind::MultipleSelection => Kind::MultipleSelection(options),
                SealedKind::ImageSelection => Kind::ImageSelection(options),
                SealedKind::TextOrCall => Kind::TextOrCall(options),
                SealedKind::Unrecognized => Kind::Unrecognized(Unrecognized {
                    type_name: Secret::from(String::new()),
                    iterables: Vec::new(),
                    raw: Vec::new(),
                }),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round() -> Round {
        let options = || {
            vec![
                Secret::from("a •".to_owned()),
                Secret::from(" b\u{301} ".to_owned()),
            ]
        };
        let kinds = [
            Kind::QuestionAndAnswer,
            Kind::QuestionSelection(options()),
            Kind::MultipleChoice(options()),
            Kind::MultipleSelection(options()),
            Kind::ImageSelection(options()),
            Kind::TextOrCall(options()),
        ];
        Round {
            request_id: RequestId::parse("006fd2f3-055b-4ef6-a9fc-c1261cd76ec6".to_owned())
                .unwrap(),
            instance: InstanceName("ca".to_owned()),
            token: AuthKey::parse("token".to_owned()),
            challenges: kinds
                .into_iter()
                .map(|kind| Challenge {
                    prompt: Secret::from(" Où ? ".to_owned()),
                    kind,
                })
                .collect(),
            number: 3,
            by_login_id: true,
            previous_answers_rejected: true,
            issued: Timestamp::from_millisecond(1_799_999_520_123).unwrap(),
            expires: Timestamp::from_millisecond(1_800_000_000_123).unwrap(),
            institution: None,
            tag: None,
        }
    }

    fn anyone() -> CallerName {
        CallerName::anyone()
    }

    #[test]
    fn a_round_opens_for_its_caller_alone() {
        let keys = Keys::random();
        let [lending, reports] =
            ["lending", "reports"].map(|name| CallerName::parse(name).unwrap());
        let sealed = keys.seal(&round(), &lending);
        assert!(keys.open(&sealed, &lending).is_some());
        assert!(keys.open(&sealed, &reports).is_none());
        assert!(keys.open(&sealed, &anyone()).is_none());
        let sealed = keys.seal(&round(), &anyone());
        assert!(keys.open(&sealed, &lending).is_none());
    }

    #[test]
    fn what_was_sealed_is_opened_unchanged() {
        let keys = Keys::random();
        let sealed = keys.seal(&round(), &anyone());
        let opened = keys.open(&sealed, &anyone()).unwrap();
        assert!(Sealed::from(&opened) == Sealed::from(&round()));
        assert_ne!(
            sealed,
            keys.seal(&round(), &anyone()),
            "each seal has a nonce of its own"
        );
    }

    #[test]
    fn a_key_that_was_rotated_out_of_first_place_still_opens() {
        let (old, new) = ([1; KEY_LENGTH], [2; KEY_LENGTH]);
        let sealed = Keys::new(&[old]).seal(&round(), &anyone());
        assert!(Keys::new(&[new, old]).open(&sealed, &anyone()).is_some());
        assert!(Keys::new(&[new]).open(&sealed, &anyone()).is_none());
    }

    #[test]
    fn no_change_goes_unnoticed() {
        let keys = Keys::random();
        let sealed = keys.seal(&round(), &anyone());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert!(
                keys.open(std::str::from_utf8(&changed).unwrap(), &anyone())
                    .is_none(),
                "at {place}"
            );
        }
        for other in ["", "AQ", "not base64!", &sealed[..sealed.len() / 2]] {
            assert!(keys.open(other, &anyone()).is_none());
        }
    }
}
