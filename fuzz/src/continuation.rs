//! Continuations: only what was sealed here opens, and only unchanged.
//!
//! The first byte says what the others are: `t` a text to open; `e` edits of a real continuation, each three bytes: a
//! place and what is there instead; `p` what is sealed in it, as a replica of another version might.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, RandomizedNonceKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flinks_gateway::{
    domain::names::CallerName,
    grpc::continuation::{KEY_LENGTH, Keys},
};

use super::assert_same;

const KEY: [u8; KEY_LENGTH] = [7; KEY_LENGTH];

/// Sealed once with that key, for anyone. Continuations that were handed out must open for as long as they last, so
/// this one must always.
const REAL: &str = include_str!("../seeds/continuation/real").split_at(1).1;

/// Whatever is received.
pub fn run(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else {
        return;
    };
    match which {
        b'e' => {
            let mut text = REAL.as_bytes().to_vec();
            for edit in rest.chunks_exact(3) {
                let place = usize::from(edit[0]) << 8 | usize::from(edit[1]);
                let length = text.len();
                text[place % length] = edit[2];
            }
            open(&text);
            open(&text[..text.len() - 1]);
        }
        b'p' => sealed(rest),
        _ => open(rest),
    }
}

fn open(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let keys = Keys::new(&[[1; KEY_LENGTH], KEY]);
    let opened = keys.open(text, &CallerName::anyone());
    assert_eq!(opened.is_some(), text == REAL);
    let other = CallerName::parse("other").expect("letters");
    assert!(keys.open(text, &other).is_none());
    assert!(
        Keys::new(&[[1; KEY_LENGTH]])
            .open(text, &CallerName::anyone())
            .is_none()
    );
}

fn sealed(plain: &[u8]) {
    let key = RandomizedNonceKey::new(&AES_256_GCM_SIV, &KEY).expect("its length is right");
    let mut text = plain.to_vec();
    let aad = Aad::from(b"flinks.gateway.v1.ChallengeRound.continuation");
    let nonce = key
        .seal_in_place_append_tag(aad, &mut text)
        .expect("it is short");
    let bytes = [&[1][..], nonce.as_ref(), &text].concat();
    let (keys, anyone) = (Keys::new(&[KEY]), CallerName::anyone());
    if let Some(round) = keys.open(&URL_SAFE_NO_PAD.encode(bytes), &anyone) {
        let again = keys.open(&keys.seal(&round, &anyone), &anyone);
        assert_same(&again.expect("it was just sealed"), &round);
    }
}
