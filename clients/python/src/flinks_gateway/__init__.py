"""Signs a bank's customer in through flinks-gateway.

    with flinks_gateway.connect("gateway.example:443") as client:
        session = client.sign_in(request, answerer)

`flinks_gateway.aio` is the same for asyncio. `flinks_gateway.v1` has the stubs that are generated from the contract.
"""

from ._client import Answerer, Cancellation, Client, by_kind, connect
from ._errors import FieldViolation, GatewayError, UnansweredChallengeError
from ._reasons import ErrorReason, NextStep
from ._types import (
    Answer,
    AuthorizeRequest,
    CachedAuthorizeRequest,
    Challenge,
    ChallengeRound,
    Credentials,
    DeliveryMethod,
    FinalOutcome,
    Image,
    ImageSelection,
    Institution,
    Language,
    Link,
    Login,
    LoginId,
    LoginType,
    MultipleChoice,
    MultipleSelection,
    Outcome,
    PendingOperation,
    QuestionAndAnswer,
    QuestionSelection,
    Resource,
    Session,
    TextOrCall,
    UnrecognizedChallenge,
)
from ._version import __version__

__all__ = [
    "Answer",
    "Answerer",
    "AuthorizeRequest",
    "CachedAuthorizeRequest",
    "Cancellation",
    "Challenge",
    "ChallengeRound",
    "Client",
    "Credentials",
    "DeliveryMethod",
    "ErrorReason",
    "FieldViolation",
    "FinalOutcome",
    "GatewayError",
    "Image",
    "ImageSelection",
    "Institution",
    "Language",
    "Link",
    "Login",
    "LoginId",
    "LoginType",
    "MultipleChoice",
    "MultipleSelection",
    "NextStep",
    "Outcome",
    "PendingOperation",
    "QuestionAndAnswer",
    "QuestionSelection",
    "Resource",
    "Session",
    "TextOrCall",
    "UnansweredChallengeError",
    "UnrecognizedChallenge",
    "__version__",
    "by_kind",
    "connect",
]
