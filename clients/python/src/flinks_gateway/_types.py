"""The package's own requests, answers and outcomes, in place of the generated messages, which print secrets."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from ._value import secret, value


class Language(enum.Enum):
    """The language of a bank's prompts. It is part of a login: a customer has one LoginId for each."""

    EN = 1
    FR = 2


class DeliveryMethod(enum.Enum):
    """How a bank delivers a code to a phone: by text message or by a voice call."""

    TEXT = 1
    CALL = 2


class LoginType(enum.Enum):
    """Whose accounts a login opens."""

    UNSPECIFIED = 0
    """Flinks did not say."""
    PERSONAL = 1
    BUSINESS = 2
    OTHER = 3
    """Something newer than this package: see `Login.type_name`."""


class Resource(enum.Enum):
    """What a `Link` leads to."""

    UNSPECIFIED = 0
    """Not said, or something newer than this package: see `Link.rel`."""
    ACCOUNTS_DETAIL = 1
    ACCOUNTS_SUMMARY = 2
    STATEMENTS = 3
    AUTHORIZATION = 4


@value
class Credentials:
    """What a customer signs in with at their bank. Texts are sent as they are, never trimmed."""

    _: KW_ONLY
    institution: str
    """Flinks' name for the bank, exactly as Flinks spells it, such as `FlinksCapital`."""
    username: str = secret()
    """The user name or card number: 1 to 256 characters."""
    password: str = secret()
    """1 to 256 characters."""


@value
class LoginId:
    """A saved login to refresh live, with the credentials that Flinks holds."""

    login_id: str = secret()
    """`Login.login_id` of an earlier session, a UUID with hyphens."""


@value
class AuthorizeRequest:
    """Whom to sign in live, and what Flinks keeps of it."""

    subject: Credentials | LoginId
    _: KW_ONLY
    save: bool
    """Whether Flinks keeps credentials and data, so that the customer can be refreshed or reopened from cache. Has no
    default: what happens to a bank password is no default. To refresh a saved login, Flinks documents `True`."""
    language: Language | None = None
    """Of the bank's prompts; `None` leaves it to Flinks."""
    tag: str = secret(default="")
    """Free text that Flinks stores and echoes, at most 512 characters. Empty sends none."""
    schedule_refresh: bool = False
    """Turns on the nightly refresh of a login that is saved for the first time. Needs `save`."""
    with_mfa_questions: bool = False
    """Has Flinks collect all the customer's security questions, to be answered in advance. Needs `save`."""
    instance: str = ""
    """Which of the gateway's Flinks instances to use, such as `ca`. Empty is its default."""


@value
class CachedAuthorizeRequest:
    """Which saved login to reopen without asking the bank."""

    login_id: str = secret()
    """`Login.login_id` of an earlier session, or of Flinks Connect."""
    _: KW_ONLY
    tag: str = secret(default="")
    """Free text that Flinks stores and echoes, at most 512 characters. Empty sends none."""
    instance: str = ""
    """Which of the gateway's Flinks instances holds the login. Empty is its default."""


@value
class Institution:
    """A bank, as far as Flinks named it."""

    _: KW_ONLY
    name: str
    """Flinks' name, as `Credentials.institution` takes it."""
    display_name: str
    """Its name for people."""
    id: int
    """Flinks' number for it; 0 when Flinks gave none."""


@value
class Login:
    """A saved login: the reference to a customer's credentials and data at Flinks."""

    _: KW_ONLY
    login_id: str = secret()
    """Whoever has it can reopen the login: keep it like a password. Never empty."""
    username: str = secret()
    """The user name at the bank as it was typed."""
    type: LoginType
    scheduled_refresh: bool
    """Whether Flinks refreshes the login every night."""
    last_refresh_time: datetime | None
    """When the bank was last asked, in UTC, cut off at microseconds; `None` when Flinks gave nothing readable."""
    type_name: str
    """The type in Flinks' own words, such as `Personal`."""


@value
class Link:
    """A step that Flinks offers next."""

    _: KW_ONLY
    resource: Resource
    rel: str
    """What it leads to in Flinks' own words, such as `AccountsDetail`."""
    href: str
    """The path below Flinks' `…/BankingServices`."""
    example: str
    """The path with its parameters."""


@value
class Session:
    """The customer is signed in."""

    _: KW_ONLY
    request_id: str
    """Names the session towards Flinks' data endpoints. Never empty."""
    login: Login | None
    """`None` when Flinks saved none."""
    institution: Institution | None
    links: tuple[Link, ...]
    tag: str = secret()


@value
class PendingOperation:
    """Flinks goes on with the sign-in in the background. Whether it opened shows when its data is asked for at Flinks,
    with the request id; the gateway cannot wait for it."""

    _: KW_ONLY
    request_id: str
    flinks_code: str
    """How Flinks put it, such as `OPERATION_PENDING`."""
    links: tuple[Link, ...]


@value
class Image:
    """A picture to pick."""

    _: KW_ONLY
    content: bytes = secret()
    media_type: str
    """Told from the bytes, such as `image/png`. Never empty."""


@value
class QuestionAndAnswer:
    """A question to answer in the customer's own words. Takes `Answer.text`."""

    kind: ClassVar[str] = "question_and_answer"
    _: KW_ONLY
    id: str
    """The challenge's place in its round, from `1`."""
    prompt: str = secret()
    """What to show the customer, byte for byte the bank's."""


@value
class QuestionSelection:
    """The customer picks one of several questions and answers it. Takes `Answer.selected_question`."""

    kind: ClassVar[str] = "question_selection"
    _: KW_ONLY
    id: str
    prompt: str = secret()
    questions: tuple[str, ...] = secret()


@value
class MultipleChoice:
    """The customer picks exactly one choice. Takes `Answer.choice`."""

    kind: ClassVar[str] = "multiple_choice"
    _: KW_ONLY
    id: str
    prompt: str = secret()
    choices: tuple[str, ...] = secret()


@value
class MultipleSelection:
    """The customer picks one or more choices. Takes `Answer.choices`."""

    kind: ClassVar[str] = "multiple_selection"
    _: KW_ONLY
    id: str
    prompt: str = secret()
    choices: tuple[str, ...] = secret()


@value
class ImageSelection:
    """The customer picks the picture they once chose. Takes `Answer.image_index`."""

    kind: ClassVar[str] = "image_selection"
    _: KW_ONLY
    id: str
    prompt: str = secret()
    images: tuple[Image, ...]


@value
class TextOrCall:
    """The customer picks the phone that gets a code, and how; the next round asks for it. Takes
    `Answer.code_delivery`."""

    kind: ClassVar[str] = "text_or_call"
    _: KW_ONLY
    id: str
    prompt: str = secret()
    phone_numbers: tuple[str, ...] = secret()
    """Masked by the bank."""


@value
class UnrecognizedChallenge:
    """A kind that the gateway, or this package, does not know. Takes `Answer.raw`."""

    kind: ClassVar[str] = "unrecognized"
    _: KW_ONLY
    id: str
    prompt: str = secret()
    type: str = secret()
    """The kind in Flinks' own words. Empty when it is this package that does not know it."""
    iterables: tuple[str, ...] = secret()
    """The strings that came with it, often the choices."""
    raw: Mapping[str, Any] | None = secret()
    """The whole challenge as Flinks sent it. `None` when it is this package that does not know it."""


Challenge: TypeAlias = (
    QuestionAndAnswer
    | QuestionSelection
    | MultipleChoice
    | MultipleSelection
    | ImageSelection
    | TextOrCall
    | UnrecognizedChallenge
)
"""One question of a round. `match` it: a type checker tells which kind was forgotten."""


@value
class ChallengeRound:
    """The bank asks, and wants all of it answered in one `answer`."""

    _: KW_ONLY
    continuation: str = secret()
    """All that an answer needs, from any process: keep it where the customer's session is kept."""
    request_id: str
    """Flinks' name for the session that is being opened."""
    challenges: tuple[Challenge, ...]
    round: int
    """From 1; a round that asks again counts."""
    previous_answers_rejected: bool
    """Whether the bank refused the answers to the round before and asks again."""
    expire_time: datetime
    """Until when the round can be answered, in UTC."""
    institution: Institution | None
    tag: str = secret()


Outcome: TypeAlias = Session | ChallengeRound | PendingOperation
"""How a live call ended."""
FinalOutcome: TypeAlias = Session | PendingOperation
"""How a cached call ended, or a whole sign-in."""


@value
class Answer:
    """The answer to one challenge. Made with the function that fits its kind; texts are sent byte for byte."""

    challenge_id: str
    kind: str
    content: tuple[Any, ...] = secret()

    @staticmethod
    def text(challenge_id: str, text: str) -> Answer:
        """To `QuestionAndAnswer`: what the customer typed."""
        return Answer(challenge_id, "text", (text,))

    @staticmethod
    def selected_question(challenge_id: str, question: str, text: str) -> Answer:
        """To `QuestionSelection`: one of its questions, verbatim, and the answer to it."""
        return Answer(challenge_id, "selected_question", (question, text))

    @staticmethod
    def choice(challenge_id: str, choice: str) -> Answer:
        """To `MultipleChoice`: one of its choices, verbatim."""
        return Answer(challenge_id, "choice", (choice,))

    @staticmethod
    def choices(challenge_id: str, values: Iterable[str]) -> Answer:
        """To `MultipleSelection`: one or more of its choices, verbatim, each once."""
        return Answer(challenge_id, "choices", (_several(values),))

    @staticmethod
    def image_index(challenge_id: str, index: int) -> Answer:
        """To `ImageSelection`: the picture's place in `images`, from 0."""
        return Answer(challenge_id, "image_index", (index,))

    @staticmethod
    def code_delivery(challenge_id: str, phone_number: str, method: DeliveryMethod) -> Answer:
        """To `TextOrCall`: one of its phone numbers, verbatim, and how."""
        return Answer(challenge_id, "code_delivery", (phone_number, method))

    @staticmethod
    def raw(challenge_id: str, key: str, values: Iterable[str]) -> Answer:
        """To any challenge, `UnrecognizedChallenge` above all: what Flinks is sent. The key is usually the prompt."""
        return Answer(challenge_id, "raw", (key, _several(values)))


def _several(values: Iterable[str]) -> Any:
    """A lone string is left as it is, for the call to refuse: it would fall apart into letters."""
    return values if isinstance(values, str) else tuple(values)
