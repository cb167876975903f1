"""The value types that every client has: the contract's messages in the form that its users see.

They differ from the messages where a program reads better so, in the same way in every language:

- A response is the sum of its outcomes: `AuthorizeResponse` and `AnswerChallengesResponse` are `Outcome`,
  `CachedAuthorizeResponse` is `FinalOutcome`.
- A challenge is the sum of its kinds, each with the fields that all challenges have.
- An answer is made by a function for each of its kinds, whose arguments are what that kind must be made with.
- A saved login to refresh is a `LoginId` beside `Credentials`, as the sum `Subject`.
- An enum value newer than the client is `OTHER` where there is one, else `UNSPECIFIED`.

Whoever adds a message to the contract decides here what users see of it. A field needs nothing: whoever receives it has
it, and where it is sent it has a default (an argument with one, or a method that sets it), so that programs go on
compiling.
"""

import dataclasses
import re
import sys
from collections.abc import Callable

import contract as source

RECEIVED = ("Institution", "Login", "Link", "Session", "PendingOperation", "Image", "ChallengeRound")
"""In an order in which each needs only those before it, the challenges aside."""
ENUMS = ("Language", "DeliveryMethod", "LoginType", "Resource")
"""Those of values; the enums of errors have predicates besides."""
ERRORS = ("ErrorReason", "NextStep")
METHODS = {"Authorize": "authorize", "AnswerChallenges": "answer", "CachedAuthorize": "cached_authorize"}
"""What clients call the service's methods."""

REQUIRED = {
    "LoginId": ("login_id",),
    "Credentials": ("institution", "username", "password"),
    "AuthorizeRequest": ("subject", "save"),
    "CachedAuthorizeRequest": ("login_id",),
    # The kinds of answers.
    "text": ("text",),
    "selected_question": ("question", "text"),
    "choice": ("choice",),
    "choices": ("values",),
    "image_index": ("image_index",),
    "code_delivery": ("phone_number", "method"),
    "raw": ("key", "values"),
}
"""What is sent must be made with these; everything else has a default: empty, false, null. A name that is added here
breaks programs."""
FIXED = {
    "ChallengeAnswer": ("challenge_id",),
    "AnswerChallengesRequest": ("continuation", "answers"),
    "AuthorizeResponse": (),
    "AnswerChallengesResponse": (),
    "CachedAuthorizeResponse": (),
}
"""Messages that are no value with their fields: what they hold beside an outcome or an answer has a place by hand."""
ALWAYS_SET = {("ChallengeRound", "expire_time")}
"""Times that a gateway never leaves out. Python, TypeScript and Java, where a null is a burden to whoever reads, have no
null for them; in the other languages they are what all times are."""


@dataclasses.dataclass(frozen=True)
class Record:
    """A type with fields."""

    name: str
    doc: str
    fields: list[source.Field]
    """A field of kind `sum` is one of several records: `type` names the sum."""

    @property
    def required(self) -> list[source.Field]:
        """What it must be made with. Empty for what is received."""
        return [field for field in self.fields if field.name in REQUIRED.get(self.name, ())]

    @property
    def others(self) -> list[source.Field]:
        return [field for field in self.fields if field not in self.required]

    def absent(self, field: source.Field) -> bool:
        """Whether a field can be absent from a message, rather than empty."""
        can = field.optional or field.kind in ("message", "timestamp", "struct")
        return can and not field.repeated and field not in self.required

    def nullable(self, field: source.Field) -> bool:
        """The same for clients in which what is always set has no null."""
        return self.absent(field) and not self.always_set(field)

    def always_set(self, field: source.Field) -> bool:
        return (self.name, field.name) in ALWAYS_SET


@dataclasses.dataclass(frozen=True)
class Alternative:
    """One of a oneof's fields."""

    field: source.Field
    """What it is in the oneof."""
    record: Record
    """What users see of it. Of a kind of challenge: with the fields that all challenges have. Of an answer: what it is
    made of, beside the challenge's id; `Record.name` is then the function's."""
    own: list[source.Field]
    """The record's fields that are inside the alternative's message: those of a challenge's kind. Empty for a scalar."""


@dataclasses.dataclass(frozen=True)
class Sum:
    name: str
    doc: str
    about: str
    """What the oneof's comment says of it as a field: its first sentence. The others are about messages."""
    messages: list[str]
    """The messages with the oneof: those of both live calls have the same outcomes."""
    oneof: str
    alternatives: list[Alternative]
    common: list[source.Field]
    """What there is beside the oneof: what challenges of all kinds have, and the challenge's id of an answer."""

    @property
    def message(self) -> str:
        return self.messages[0]

    @property
    def members(self) -> list[str]:
        """The names of the records that it is one of."""
        return [each.record.name for each in self.alternatives]


@dataclasses.dataclass(frozen=True)
class Values:
    enums: list[source.Enum]
    errors: list[source.Enum]
    """`ErrorReason` and `NextStep`. Their zero is never sent: it is what is newer than the client, or was not said."""
    sent: list[Record]
    """What requests are made of, `LoginId` included."""
    received: list[Record]
    subject: Sum
    outcomes: list[Sum]
    """`Outcome` of both live calls, and `FinalOutcome`."""
    challenge: Sum
    """Its last alternative, `UnrecognizedChallenge`, is also what a newer kind of challenge becomes."""
    answer: Sum

    @property
    def kinds(self) -> list[Alternative]:
        """Of challenges."""
        return self.challenge.alternatives

    @property
    def answers(self) -> list[Alternative]:
        return self.answer.alternatives

    def is_sent(self, enum: source.Enum) -> bool:
        return holds([*self.sent, *(each.record for each in self.answers)], enum)

    def is_received(self, enum: source.Enum) -> bool:
        """An enum that is not received is one of values only to be given. Whether its zero is one of them, or is a null
        instead, is what suits the language."""
        return enum in self.errors or holds([*self.received, *(kind.record for kind in self.kinds)], enum)

    def known(self, enum: source.Enum) -> list[source.Value]:
        """The values that users see where a null stands for the "unspecified" of enums that are only given."""
        return enum.values if self.is_received(enum) else enum.said

    def is_of_answers(self, enum: source.Enum) -> bool:
        """Whether an enum is in answers and nowhere else: these have no "unspecified" to say."""
        return self.is_sent(enum) and not self.is_received(enum) and not holds(self.sent, enum)


def holds(records: list[Record], enum: source.Enum) -> bool:
    return any(field.type == enum.name for record in records for field in record.fields)


def unknown(enum: source.Enum) -> source.Value:
    """What stands for a value newer than the client."""
    names = {value.name: value for value in enum.values}
    return names.get("OTHER", names["UNSPECIFIED"])


def split(challenge: Sum) -> Record:
    """For languages whose sums have no fields of their own: a challenge as what all have, and the sum `ChallengeKind`."""
    return Record(challenge.name, challenge.doc, [*challenge.common, of_sum(challenge, "ChallengeKind")])


def of_sum(sum: Sum, type: str) -> source.Field:
    """A field that holds one of a sum's records."""
    return source.Field(
        name=sum.oneof, kind="sum", type=type, number=0, repeated=False, optional=False, secret=False, oneof="", doc=sum.about
    )


def answered(kind: Alternative) -> str:
    """The comment of a challenge's kind, with answers under their full names: `ChallengeAnswer.text`."""
    return re.sub("`([a-z_]+)`", r"`ChallengeAnswer.\1`", kind.field.doc)


def read(contract: source.Contract) -> Values:
    messages = contract.messages
    check(contract)

    def record(name: str) -> Record:
        return Record(name, messages[name].doc, messages[name].common)

    def whole(field: source.Field) -> Alternative:
        return Alternative(field, record(field.type), [])

    def subject_of(field: source.Field) -> Alternative:
        """A scalar is a record of its own, named after it."""
        made = record(field.type) if field.type else Record(source.camel(field.name), field.doc, [field])
        return Alternative(field, made, [])

    def kind(field: source.Field) -> Alternative:
        own = messages[field.type].fields
        return Alternative(field, Record(field.type, messages[field.type].doc, messages["Challenge"].common + own), own)

    def answer(field: source.Field) -> Alternative:
        own = messages[field.type].fields if field.kind == "message" else []
        return Alternative(field, Record(field.name, field.doc, own or [field]), own)

    def sum(name: str, oneof: str, alternative: Callable[[source.Field], Alternative], *of: str) -> Sum:
        first = messages[of[0]]
        about = first.oneofs[oneof].split(". ")[0].removesuffix(".") + "."
        made = [alternative(field) for field in first.alternatives(oneof)]
        return Sum(name, first.doc, about, list(of), oneof, made, first.common)

    subject = sum("Subject", "subject", subject_of, "AuthorizeRequest")
    request = record("AuthorizeRequest")
    request.fields.insert(0, of_sum(subject, subject.name))
    return Values(
        enums=[contract.enums[name] for name in ENUMS],
        errors=[contract.enums[name] for name in ERRORS],
        sent=[*(each.record for each in subject.alternatives), request, record("CachedAuthorizeRequest")],
        received=[record(name) for name in RECEIVED],
        subject=dataclasses.replace(subject, doc=subject.about),
        outcomes=[
            sum("Outcome", "outcome", whole, "AuthorizeResponse", "AnswerChallengesResponse"),
            sum("FinalOutcome", "outcome", whole, "CachedAuthorizeResponse"),
        ],
        challenge=sum("Challenge", "kind", kind, "Challenge"),
        answer=sum("Answer", "answer", answer, "ChallengeAnswer"),
    )


def check(contract: source.Contract) -> None:
    """Stops at what the contract has and nothing is decided about here."""
    messages = contract.messages

    def stop(question: str) -> None:
        sys.exit(f"clients/generate/values.py: {question}")

    def outcomes(message: str) -> list[tuple[str, int, str]]:
        return [(field.name, field.number, field.type) for field in messages[message].alternatives("outcome")]

    inner = {field.type for name in ("Challenge", "ChallengeAnswer") for field in messages[name].fields if field.kind == "message"}
    for name in messages.keys() - {*REQUIRED, *RECEIVED, *FIXED, "Challenge"} - inner:
        stop(f"what do users see of the message {name}?")
    for name in contract.enums.keys() - {*ENUMS, *ERRORS}:
        stop(f"what do users see of the enum {name}?")
    for name, fields in FIXED.items():
        for field in messages[name].common:
            if field.name not in fields:
                stop(f"what do users see of {name}.{field.name}?")
    answers = messages["ChallengeAnswer"].alternatives("answer")
    for field in answers:
        if field.name not in REQUIRED:
            stop(f"what must the answer {field.name} be made with?")
    for name in messages.keys() & {*REQUIRED, *(field.type for field in answers)}:
        for field in messages[name].common:
            if field.kind not in ("string", "bool", "int32", "enum"):
                stop(f"no client is given a {field.kind} yet, as {name}.{field.name}")
    if outcomes("AuthorizeResponse") != outcomes("AnswerChallengesResponse"):
        stop("the outcomes of Authorize and AnswerChallenges differ")
