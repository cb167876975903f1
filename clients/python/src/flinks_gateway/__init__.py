"""Signs a bank's customer in through flinks-gateway.

    with flinks_gateway.connect("gateway.example:443") as client:
        session = client.sign_in(request, answerer)

`flinks_gateway.aio` is the same for asyncio. `flinks_gateway.v1` has the stubs that are generated from the contract.
"""

from . import _types
from ._by_kind import by_kind
from ._client import Cancellation, Client, connect
from ._errors import FieldViolation, GatewayError, UnansweredChallengeError
from ._reasons import ErrorReason, NextStep
from ._sign_in import Answerer
from ._types import *  # noqa: F403
from ._version import __version__

__all__ = [
    "Answerer",
    "Cancellation",
    "Client",
    "ErrorReason",
    "FieldViolation",
    "GatewayError",
    "NextStep",
    "UnansweredChallengeError",
    "__version__",
    "by_kind",
    "connect",
]
__all__ += _types.__all__
