"""Must type-check: every case is there."""

from typing_extensions import assert_never

from flinks_gateway import (
    Challenge,
    ChallengeRound,
    FinalOutcome,
    ImageSelection,
    MultipleChoice,
    MultipleSelection,
    Outcome,
    PendingOperation,
    QuestionAndAnswer,
    QuestionSelection,
    Session,
    TextOrCall,
    UnrecognizedChallenge,
)


def outcome(it: Outcome) -> str:
    match it:
        case Session(request_id=request_id) | PendingOperation(request_id=request_id):
            return request_id
        case ChallengeRound(continuation=continuation):
            return continuation
        case _:
            assert_never(it)


def cached(it: FinalOutcome) -> str:
    match it:
        case Session() | PendingOperation():
            return it.request_id
        case _:
            assert_never(it)


def challenge(it: Challenge) -> tuple[object, ...]:
    match it:
        case QuestionAndAnswer(prompt=prompt):
            return (prompt,)
        case QuestionSelection(questions=questions):
            return questions
        case MultipleChoice(choices=choices) | MultipleSelection(choices=choices):
            return choices
        case ImageSelection(images=images):
            return images
        case TextOrCall(phone_numbers=phone_numbers):
            return phone_numbers
        case UnrecognizedChallenge(iterables=iterables):
            return iterables
        case _:
            assert_never(it)
