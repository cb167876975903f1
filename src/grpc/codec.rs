//! Protobuf on the wire, as prost does it, but for requests that would cost more memory than they weigh.
//!
//! Decoding makes much of little: an empty answer is two bytes of a message, and eighty in memory. Only a continuation
//! may be large, and it is one text. So whatever is beside it is weighed before anything is decoded.

use std::marker::PhantomData;

use prost::{Message, encoding::decode_varint};
use tonic::{
    Code, Status,
    codec::{BufferSettings, Codec, DecodeBuf, Decoder},
};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

use super::status;
use crate::pb;

/// How many bytes of a request may be something else than a continuation: thirty answers of a whole page each.
pub const MOST_BESIDE: usize = 256 << 10;

/// A message that is received.
pub trait Received: Message + Default + 'static {
    /// Which of its fields may be large.
    const LARGE: Large;
}

/// Which fields of a message may be large.
#[derive(Clone, Copy, Debug)]
pub enum Large {
    /// No field: all of them have [`MOST_BESIDE`] together.
    None,
    /// The text or bytes of this number; the others have [`MOST_BESIDE`] together.
    Field(u64),
    /// Any: who sends it is trusted.
    Any,
}

impl Received for pb::AuthorizeRequest {
    const LARGE: Large = Large::None;
}

impl Received for pb::AnswerChallengesRequest {
    /// `continuation`.
    const LARGE: Large = Large::Field(1);
}

impl Received for pb::CachedAuthorizeRequest {
    const LARGE: Large = Large::None;
}

impl Received for pb::AuthorizeResponse {
    const LARGE: Large = Large::Any;
}

impl Received for pb::AnswerChallengesResponse {
    const LARGE: Large = Large::Any;
}

impl Received for pb::CachedAuthorizeResponse {
    const LARGE: Large = Large::Any;
}

/// Encodes as prost does, and decodes what is not too large.
#[derive(Clone, Copy, Debug)]
pub struct WeighingCodec<E, D>(PhantomData<(E, D)>);

impl<E, D> Default for WeighingCodec<E, D> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<E, D> Codec for WeighingCodec<E, D>
where
    E: Message + 'static,
    D: Received,
{
    type Encode = E;
    type Decode = D;
    type Encoder = ProstEncoder<E>;
    type Decoder = WeighingDecoder<D>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<E, D>::default().encoder()
    }

    fn decoder(&mut self) -> Self::Decoder {
        WeighingDecoder(ProstCodec::<E, D>::default().decoder())
    }
}

/// See [`WeighingCodec`].
#[derive(Clone, Debug)]
pub struct WeighingDecoder<D>(ProstDecoder<D>);

impl<D: Received> Decoder for WeighingDecoder<D> {
    type Item = D;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<D>, Status> {
        use bytes::Buf;
        // The whole message lies in one piece; were there more, they would count as beside.
        let pieces = message.remaining() - message.chunk().len();
        if pieces + beside(message.chunk(), D::LARGE) > MOST_BESIDE {
            return Err(status::from_framework(Code::OutOfRange));
        }
        self.0.decode(message)
    }

    fn buffer_settings(&self) -> BufferSettings {
        self.0.buffer_settings()
    }
}

/// How many bytes of an encoded message are not of the field that may be large. From where it cannot be read on, all.
fn beside(message: &[u8], large: Large) -> usize {
    let number = match large {
        Large::Any => return 0,
        Large::None => return message.len(),
        // Nothing to win from a walk.
        Large::Field(_) if message.len() <= MOST_BESIDE => return message.len(),
        Large::Field(number) => number,
    };
    let mut beside = 0;
    let mut rest = message;
    while !rest.is_empty() && beside <= MOST_BESIDE {
        let Some((field, after)) = field(rest) else {
            return beside + rest.len();
        };
        if field != (number, LENGTH_DELIMITED) {
            beside += rest.len() - after.len();
        }
        rest = after;
    }
    beside
}

const LENGTH_DELIMITED: u64 = 2;

/// The number and the wire type of the first field, and what comes after it. None where it cannot be read; groups
/// cannot, which the contract does not have.
fn field(message: &[u8]) -> Option<((u64, u64), &[u8])> {
    let mut rest = message;
    let key = decode_varint(&mut rest).ok()?;
    let length = match key & 7 {
        0 => {
            decode_varint(&mut rest).ok()?;
            0
        }
        1 => 8,
        LENGTH_DELIMITED => usize::try_from(decode_varint(&mut rest).ok()?).ok()?,
        5 => 4,
        _ => return None,
    };
    Some(((key >> 3, key & 7), rest.get(length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTINUATION: Large = pb::AnswerChallengesRequest::LARGE;

    fn answers(continuation: usize, answers: usize) -> Vec<u8> {
        pb::AnswerChallengesRequest {
            continuation: "c".repeat(continuation),
            answers: vec![pb::ChallengeAnswer::default(); answers],
        }
        .encode_to_vec()
    }

    #[test]
    fn only_what_is_beside_the_continuation_weighs() {
        assert_eq!(beside(&answers(15 << 20, 100), CONTINUATION), 200);
        let split = [answers(1 << 20, 3), answers(1 << 20, 4)].concat();
        assert_eq!(beside(&split, CONTINUATION), 14, "fields may come again");
        assert!(beside(&answers(15 << 20, MOST_BESIDE / 2), CONTINUATION) <= MOST_BESIDE);
        assert!(beside(&answers(15 << 20, MOST_BESIDE / 2 + 1), CONTINUATION) > MOST_BESIDE);
        assert!(beside(&answers(0, 8 << 20), CONTINUATION) > MOST_BESIDE);
        let none = pb::AuthorizeRequest::LARGE;
        assert_eq!(beside(&answers(1 << 20, 0), none), (1 << 20) + 4);
        assert_eq!(beside(&answers(1 << 20, 0), Large::Any), 0);
    }

    #[test]
    fn what_cannot_be_read_weighs() {
        let rest = vec![0xff; 1 << 20];
        for (name, head) in [
            ("a key without end", vec![0xff; 10]),
            ("a group", vec![(2 << 3) | 3]),
            ("a wire type that there is not", vec![(2 << 3) | 7]),
            (
                "a length beyond the message",
                vec![(1 << 3) | 2, 0xff, 0xff, 0xff, 0xff, 0x7f],
            ),
            (
                "a length beyond any",
                vec![10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
            ),
            (
                "the number of the continuation on something else",
                vec![1 << 3, 0, (2 << 3) | 3],
            ),
        ] {
            let message = [answers(1 << 20, 0), head, rest.clone()].concat();
            assert!(beside(&message, CONTINUATION) > MOST_BESIDE, "{name}");
        }
    }

    #[test]
    fn every_kind_of_field_is_walked_over() {
        let unknown: &[u8] = &[
            (9 << 3) | 1,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8, // fixed64
            (9 << 3) | 5,
            1,
            2,
            3,
            4, // fixed32
            9 << 3,
            0x80,
            1, // varint
            (9 << 3) | 2,
            2,
            1,
            2, // bytes
        ];
        let message = [unknown, &answers(1 << 20, 0)].concat();
        assert_eq!(beside(&message, CONTINUATION), unknown.len());
    }
}
