"""What both `sign_in`s share: answerers, the functions for each kind of challenge, and the clock."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, TypeAlias, TypeVar

from ._errors import UnansweredChallengeError
from ._types import Answer, Challenge, ChallengeRound

T = TypeVar("T")
MaybeAwaitable: TypeAlias = Awaitable[T] | T
Answerer: TypeAlias = Callable[[ChallengeRound], Iterable[Answer]]
"""Given a round, gives its answers, one for each challenge."""
AsyncAnswerer: TypeAlias = Callable[[ChallengeRound], MaybeAwaitable[Iterable[Answer]]]
"""Given a round, gives its answers; usually an `async` function."""
Functions = Mapping[str, Callable[[Any], Any] | None]


def remaining(round: ChallengeRound) -> float:
    """The seconds until a round expires; 0 or less when it has."""
    return (round.expire_time - datetime.now(timezone.utc)).total_seconds()


async def awaited(given: Any) -> Any:
    """What an `async` function gives, or a plain one."""
    return await given if inspect.isawaitable(given) else given


def by_kind_of(functions: Functions) -> Answerer:
    return lambda round: [function(challenge) for function, challenge in _paired(round, functions)]


def async_by_kind_of(functions: Functions) -> AsyncAnswerer:
    async def answerer(round: ChallengeRound) -> list[Answer]:
        return [await awaited(function(challenge)) for function, challenge in _paired(round, functions)]

    return answerer


def _paired(round: ChallengeRound, functions: Functions) -> list[tuple[Callable[[Any], Any], Challenge]]:
    """Each challenge with its function. Where one has none, the customer is asked nothing at all."""
    pairs: list[tuple[Callable[[Any], Any], Challenge]] = []
    for challenge in round.challenges:
        function = functions.get(challenge.kind)
        if function is None:
            raise UnansweredChallengeError(challenge.kind)
        pairs.append((function, challenge))
    return pairs
