"""Must not type-check: each line marked so is an error, and no other."""

from typing_extensions import assert_never

from flinks_gateway import (
    AuthorizeRequest,
    Challenge,
    ChallengeRound,
    FinalOutcome,
    ImageSelection,
    LoginId,
    MultipleChoice,
    MultipleSelection,
    Outcome,
    PendingOperation,
    QuestionAndAnswer,
    QuestionSelection,
    Session,
    TextOrCall,
)


def outcome(it: Outcome) -> str:
    match it:
        case Session() | ChallengeRound():
            return it.request_id
        case _:
            assert_never(it)  # ERROR: PendingOperation


def cached(it: FinalOutcome) -> str:
    match it:
        case PendingOperation():
            return it.request_id
        case _:
            assert_never(it)  # ERROR: Session


def challenge(it: Challenge) -> str:
    match it:
        case QuestionAndAnswer() | QuestionSelection() | MultipleChoice() | MultipleSelection():
            return it.id
        case ImageSelection() | TextOrCall():
            return it.prompt
        case _:
            assert_never(it)  # ERROR: UnrecognizedChallenge


def misuse(session: Session) -> None:
    AuthorizeRequest(LoginId("x"))  # ERROR: save has no default
    session.tag = "x"  # ERROR: frozen
