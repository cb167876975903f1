"""Signs in at Flinks' bank for tests, reopens the login, and has a wrong password refused."""

import sys

import flinks_gateway
from flinks_gateway import (
    Answer,
    AuthorizeRequest,
    CachedAuthorizeRequest,
    ChallengeRound,
    Credentials,
    GatewayError,
    PendingOperation,
    QuestionAndAnswer,
    Session,
)

ANSWERS = {
    "What city were you born in?": "Montreal",
    "What is the best country on earth?": "Canada",
    "What shape do people like most?": "Triangle",
}


def greatday(password: str) -> AuthorizeRequest:
    credentials = Credentials(institution="FlinksCapital", username="Greatday", password=password)
    return AuthorizeRequest(credentials, save=True)


def answerer(asked: ChallengeRound) -> list[Answer]:
    bank = asked.institution.name if asked.institution else "the bank"
    print(f"{bank} asked {len(asked.challenges)} question{'s' if len(asked.challenges) > 1 else ''}")
    return [
        Answer.text(challenge.id, ANSWERS[challenge.prompt])
        for challenge in asked.challenges
        if isinstance(challenge, QuestionAndAnswer)
    ]


with flinks_gateway.connect(sys.argv[1], plaintext=True) as client:
    match client.sign_in(greatday("Everyday"), answerer):
        case PendingOperation():
            sys.exit("Flinks goes on in the background")
        case Session() as session:
            print(f"signed in at {session.institution.name if session.institution else 'the bank'}")
            if session.login and client.cached_authorize(CachedAuthorizeRequest(session.login.login_id)):
                print("reopened from cache")

    try:
        client.authorize(greatday("wrong"))
    except GatewayError as error:
        if not error.is_credentials_rejected():
            raise
        print(f"refused: {error.reason.name}, {error.next_step.name}")
