"""What both `sign_in`s share: the functions for each kind of challenge, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from ._errors import UnansweredChallengeError
from ._types import Challenge, ChallengeRound

Functions = Mapping[str, Callable[[Any], Any] | None]


def remaining(round: ChallengeRound) -> float:
    """The seconds until a round expires; 0 or less when it has."""
    return (round.expire_time - datetime.now(timezone.utc)).total_seconds()


def paired(round: ChallengeRound, functions: Functions) -> list[tuple[Callable[[Any], Any], Challenge]]:
    """Each challenge with its function. Where one has none, the customer is asked nothing at all."""
    pairs: list[tuple[Callable[[Any], Any], Challenge]] = []
    for challenge in round.challenges:
        function = functions.get(challenge.kind)
        if function is None:
            raise UnansweredChallengeError(challenge.kind)
        pairs.append((function, challenge))
    return pairs
