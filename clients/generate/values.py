"""The value types that every client has: the contract's messages in the form that its users see.

They differ from the messages where a program reads better so, in the same way in every language:

- A response is the sum of its outcomes: `AuthorizeResponse` and `AnswerChallengesResponse` are `Outcome`,
  `CachedAuthorizeResponse` is `FinalOutcome`.
- A challenge is the sum of its kinds, each with the fields that all challenges have.
- An answer is made by a function for each of its kinds, whose arguments are what that kind holds.
- A saved login to refresh is a `LoginId` beside `Credentials`, as the sum `Subject`.
- An enum that is only sent has no value for "unspecified": where it may be left out, it is null.
- An enum value newer than the client is `OTHER` where there is one, else `UNSPECIFIED`.

Whoever adds a message to the contract decides here what users see of it; a field needs nothing.
"""

import dataclasses
import sys
from collections.abc import Callable

import contract as source

SENT = ("Credentials", "AuthorizeRequest", "CachedAuthorizeRequest")
RECEIVED = ("Institution", "Login", "Link", "Session", "PendingOperation", "Image", "ChallengeRound")
"""In an order in which each needs only those before it, the challenges aside."""
ENUMS = ("Language", "DeliveryMethod", "LoginType", "Resource")
"""Those of values; the enums of errors have predicates besides."""
REQUIRED = {("AuthorizeRequest", "subject"), ("AuthorizeRequest", "save")} | {
    (name, "login_id") for name in ("LoginId", "CachedAuthorizeRequest")
} | {
    ("Credentials", name) for name in ("institution", "username", "password")
}
"""What a request must be made with; everything else has a default: empty, false, null."""
ALWAYS_SET = {("ChallengeRound", "expire_time")}
"""Messages and times that a gateway never leaves out: not nullable in the clients."""


@dataclasses.dataclass(frozen=True)
class Record:
    """A type with fields."""

    name: str
    doc: str
    fields: list[source.Field]
    """A field of kind `sum` is one of several records: `type` names the sum."""

    def required(self, field: source.Field) -> bool:
        return (self.name, field.name) in REQUIRED

    def nullable(self, field: source.Field) -> bool:
        """Whether a field that was received may be null."""
        can = field.kind in ("message", "timestamp", "struct") and not field.repeated
        return can and (self.name, field.name) not in ALWAYS_SET


@dataclasses.dataclass(frozen=True)
class Alternative:
    """One of a oneof's fields."""

    field: source.Field
    """What it is in the oneof."""
    record: Record
    """What users see of it. Of a kind of challenge: with the fields that all challenges have. Of an answer: its
    arguments, beside the challenge's id; `Record.name` is then the function's."""
    own: list[source.Field]
    """The record's fields that are inside the alternative's message: those of a challenge's kind. Empty for a scalar."""


@dataclasses.dataclass(frozen=True)
class Sum:
    name: str
    doc: str
    message: str
    """The message with the oneof."""
    oneof: str
    alternatives: list[Alternative]


@dataclasses.dataclass(frozen=True)
class Values:
    enums: list[source.Enum]
    sent: list[Record]
    """What requests are made of, `LoginId` included."""
    received: list[Record]
    subject: Sum
    outcomes: list[Sum]
    """`Outcome` of both live calls, and `FinalOutcome`."""
    challenge: Sum
    """Its last alternative, `UnrecognizedChallenge`, is also what a newer kind of challenge becomes."""
    answer: Sum

    def sends_only(self, enum: str) -> bool:
        """Whether an enum is in nothing that is received."""
        everything = [field for record in self.received for field in record.fields]
        everything += [field for kind in self.challenge.alternatives for field in kind.record.fields]
        return all(field.type != enum for field in everything)


def unknown(enum: source.Enum) -> source.Value:
    """What stands for a value newer than the client."""
    names = {value.name: value for value in enum.values}
    return names.get("OTHER", names["UNSPECIFIED"])


def read(contract: source.Contract) -> Values:
    messages = contract.messages
    check(contract)

    def record(name: str) -> Record:
        message = messages[name]
        fields = [field for field in message.fields if not field.oneof]
        if name == "AuthorizeRequest":
            one = message.alternatives("subject")[0]
            fields.insert(0, dataclasses.replace(one, name="subject", kind="sum", type="Subject", oneof="", doc="Who signs in."))
        return Record(name, message.doc, fields)

    login_id = next(field for field in messages["AuthorizeRequest"].fields if field.name == "login_id")
    saved = Record("LoginId", login_id.doc, [login_id])
    sent = [record("Credentials"), saved, record("AuthorizeRequest"), record("CachedAuthorizeRequest")]

    def whole(field: source.Field) -> Alternative:
        return Alternative(field, saved if field is login_id else record(field.type), [])

    def challenge(field: source.Field) -> Alternative:
        common = [each for each in messages["Challenge"].fields if not each.oneof]
        own = messages[field.type].fields
        return Alternative(field, Record(field.type, messages[field.type].doc, common + own), own)

    def answer(field: source.Field) -> Alternative:
        own = messages[field.type].fields if field.type and field.kind == "message" else []
        return Alternative(field, Record(field.name, field.doc, own or [field]), own)

    def sum(name: str, message: str, oneof: str, alternative: Callable[[source.Field], Alternative]) -> Sum:
        fields = messages[message].alternatives(oneof)
        return Sum(name, messages[message].doc, message, oneof, [alternative(field) for field in fields])

    return Values(
        enums=[contract.enums[name] for name in ENUMS],
        sent=sent,
        received=[record(name) for name in RECEIVED],
        subject=sum("Subject", "AuthorizeRequest", "subject", whole),
        outcomes=[
            sum("Outcome", "AuthorizeResponse", "outcome", whole),
            sum("FinalOutcome", "CachedAuthorizeResponse", "outcome", whole),
        ],
        challenge=sum("Challenge", "Challenge", "kind", challenge),
        answer=sum("Answer", "ChallengeAnswer", "answer", answer),
    )


def check(contract: source.Contract) -> None:
    """Stops at a message or an enum of the contract about which nothing is decided here."""
    roots = {
        *SENT,
        *RECEIVED,
        "Challenge",
        "ChallengeAnswer",
        *("AuthorizeResponse", "AnswerChallengesRequest", "AnswerChallengesResponse", "CachedAuthorizeResponse"),
    }
    inner = {
        field.type for name in ("Challenge", "ChallengeAnswer") for field in contract.messages[name].fields if field.kind == "message"
    }
    for name in contract.messages.keys() - roots - inner:
        sys.exit(f"clients/generate/values.py: what do users see of the message {name}?")
    for name in contract.enums.keys() - {*ENUMS, "ErrorReason", "NextStep"}:
        sys.exit(f"clients/generate/values.py: what do users see of the enum {name}?")

    def outcomes(message: str) -> list[tuple[str, int, str]]:
        return [(field.name, field.number, field.type) for field in contract.messages[message].alternatives("outcome")]

    if outcomes("AuthorizeResponse") != outcomes("AnswerChallengesResponse"):
        sys.exit("clients/generate/values.py: the outcomes of Authorize and AnswerChallenges differ")
