"""What calls do, against a server of this process: tokens, cancellation, interruption, threads."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from concurrent import futures
from datetime import datetime, timedelta, timezone

import grpc
import pytest

import flinks_gateway
from flinks_gateway import Answer, AuthorizeRequest, CachedAuthorizeRequest, Cancellation, Credentials, aio
from flinks_gateway.v1 import authorization_service_pb2 as pb
from flinks_gateway.v1 import authorization_service_pb2_grpc

REQUEST = AuthorizeRequest(
    Credentials(institution="Bank", username="canary-user", password="canary-password"), save=True
)


class Bank(authorization_service_pb2_grpc.AuthorizationServiceServicer):
    """Asks one question, which can be answered for so many seconds; hangs where the institution is `Hang`."""

    def __init__(self):
        self.lifetime = 60.0
        self.tokens, self.answers = [], []
        self.began, self.dropped = threading.Event(), threading.Event()

    def Authorize(self, request, context):  # noqa: N802
        if request.credentials.institution == "Hang":
            context.add_callback(self.dropped.set)
            self.began.set()
            self.dropped.wait(20)
        response = pb.AuthorizeResponse()
        response.challenge_round.continuation = "canary-continuation"
        response.challenge_round.request_id = "r"
        response.challenge_round.challenges.add(id="1", prompt="canary-prompt").question_and_answer.SetInParent()
        expires = datetime.now(timezone.utc) + timedelta(seconds=self.lifetime)
        response.challenge_round.expire_time.FromDatetime(expires)
        return response

    def AnswerChallenges(self, request, context):  # noqa: N802
        self.answers.append(request.answers[0].text)
        return pb.AnswerChallengesResponse(session={"request_id": request.answers[0].text})

    def CachedAuthorize(self, request, context):  # noqa: N802
        self.tokens.append(dict(context.invocation_metadata()).get("authorization"))
        return pb.CachedAuthorizeResponse(session={"request_id": request.login_id})


@pytest.fixture
def bank():
    bank = Bank()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    authorization_service_pb2_grpc.add_AuthorizationServiceServicer_to_server(bank, server)
    bank.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield bank
    server.stop(0).wait()


@pytest.fixture
def client(bank):
    with flinks_gateway.connect(bank.address, plaintext=True) as client:
        yield client


HANG = AuthorizeRequest(Credentials(institution="Hang", username="canary-user", password="canary-password"), save=True)
CACHED = CachedAuthorizeRequest("canary-login")


def in_thread(function, *arguments):
    return futures.ThreadPoolExecutor(1).submit(function, *arguments)


def test_a_token_function_is_asked_before_each_call(bank):
    tokens = iter(["one", "two"])
    with flinks_gateway.connect(bank.address, plaintext=True, bearer_token=lambda: next(tokens)) as client:
        client.cached_authorize(CACHED)
        client.cached_authorize(CACHED)
    assert bank.tokens == ["Bearer one", "Bearer two"]


@pytest.mark.parametrize("token", ["", "canary token", "canary\ntoken", "canary-tök", 4711])
def test_a_token_that_is_no_header_is_refused_without_showing_it(bank, token):
    for given in (token, lambda: token):
        with pytest.raises((TypeError, ValueError)) as refused:
            flinks_gateway.connect(bank.address, plaintext=True, bearer_token=given).cached_authorize(CACHED)
        assert "canary" not in shown(refused.value)
        assert "4711" not in shown(refused.value)
    assert bank.tokens == []


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"plaintext": True, "ca": "-----BEGIN CERTIFICATE-----"},
        {"certificate": "-----BEGIN CERTIFICATE-----"},
        {"certificate": b"/a/path", "private_key": b"canary-----BEGIN PRIVATE KEY-----"},
        {"private_key": "canary-----BEGIN PRIVATE KEY-----"},
        {"ca": "/a/path"},
        {"live_timeout": 0, "plaintext": True},
        {"dangerously_allow_plaintext_beyond_loopback": True},
    ],
)
def test_options_that_contradict_each_other_are_refused(options):
    address = "127.0.0.1:1" if options else "::1:1"
    with pytest.raises(ValueError, match=r"\w") as refused:
        flinks_gateway.connect(address, bearer_token="canary-token", **options)
    assert "canary" not in shown(refused.value)


@pytest.mark.parametrize("address", ["localhost:1", "LocalHost:1", "127.0.0.1:1", "127.255.0.9:1", "[::1]:1"])
def test_plaintext_to_loopback(address):
    flinks_gateway.connect(address, plaintext=True).close()


@pytest.mark.parametrize(
    "address",
    [
        "gateway.example:1",
        "128.0.0.1:1",
        "0.0.0.0:1",
        "[::]:1",
        "[::ffff:127.0.0.1]:1",
        "127.1:1",
        "localhost.gateway.example:1",
    ]
    + [
        "127.0.0.1",
        "127.0.0.1:1,gateway.example:1",
        "ipv4:127.0.0.1:1",
        "dns:///gateway.example:1",
        "unix:a",
        "127.0.0.1:1 ",
        "",
    ],
)
def test_plaintext_to_elsewhere_is_refused(address):
    with pytest.raises(ValueError, match=r"loopback|host:port"):
        flinks_gateway.connect(address, plaintext=True)


def shown(error):
    """The traceback with local variables of the frames that are not this test's."""
    frames = [frame for frame in traceback.walk_tb(error.__traceback__) if frame[0].f_code.co_filename != __file__]
    assert frames
    assert error.__context__ is None
    assert all("flinks_gateway" in frame.f_code.co_filename for frame, _ in frames)
    summary = traceback.StackSummary.extract(iter(frames), capture_locals=True)
    return "".join([*summary.format(), repr(error), str(error)])


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "5", timedelta(1)])
def test_a_deadline_that_is_none_is_refused_and_nothing_is_sent(bank, timeout):
    def refused_by(call):
        with pytest.raises((TypeError, ValueError)) as refused:
            call()
        assert "canary" not in shown(refused.value)

    async def asynchronous():
        async with aio.connect(bank.address, plaintext=True, bearer_token="canary") as client:
            await client.authorize(HANG, timeout=timeout)

    with flinks_gateway.connect(bank.address, plaintext=True, bearer_token="canary") as client:
        refused_by(lambda: client.authorize(HANG, timeout=timeout))
    with pytest.raises((TypeError, ValueError), match="a timeout must be"):
        asyncio.run(asynchronous())
    refused_by(lambda: flinks_gateway.connect(bank.address, plaintext=True, live_timeout=timeout))
    assert not bank.began.is_set()


@pytest.mark.parametrize("timeout", [1e10, 1e300])
def test_a_deadline_may_be_far_away(client, timeout):
    assert client.cached_authorize(CACHED, timeout=timeout).request_id == "canary-login"


def test_a_client_that_is_closed_while_it_asks_for_a_token_keeps_it(bank):
    client = flinks_gateway.connect(bank.address, plaintext=True, bearer_token=lambda: client.close() or "canary")
    with pytest.raises(ValueError, match="closed") as refused:
        client.cached_authorize(CACHED)
    assert "canary" not in shown(refused.value)


def test_tracebacks_hold_no_secret(client):
    with pytest.raises(flinks_gateway.GatewayError) as failed:
        client.authorize(HANG, timeout=0.1)
    assert "canary" not in shown(failed.value)
    with pytest.raises(ValueError, match="password holds a lone surrogate") as refused:
        client.authorize(
            AuthorizeRequest(Credentials(institution="B", username="u", password="canary\ud800"), save=True)
        )
    assert "canary" not in shown(refused.value)
    with pytest.raises(TypeError, match="choices: must be tuple") as refused:
        client.answer("canary", [Answer.choices("1", "canary")])
    assert "canary" not in shown(refused.value)
    with pytest.raises(TypeError, match="not iterable") as refused:
        client.answer("canary", None)
    assert "canary" not in shown(refused.value)


@pytest.mark.parametrize("request_", [None, {}, "canary", CACHED])
def test_what_is_no_request_is_a_type_error(client, request_):
    with pytest.raises(TypeError):
        client.authorize(request_)
    with pytest.raises(TypeError):
        client.cached_authorize(request_ if request_ is not CACHED else REQUEST)


def test_clear_text_goes_through_no_proxy(bank, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        named = f"127.0.0.1:{proxy.getsockname()[1]}"
        for name in ("grpc_proxy", "https_proxy", "http_proxy"):
            monkeypatch.setenv(name, f"http://{named}")
        monkeypatch.setenv("GRPC_ADDRESS_HTTP_PROXY", named)
        monkeypatch.setenv("GRPC_ADDRESS_HTTP_PROXY_ENABLED_ADDRESSES", "127.0.0.0/8")
        with flinks_gateway.connect(bank.address, plaintext=True) as client:
            assert client.cached_authorize(CACHED, timeout=5).request_id == "canary-login"


def test_a_cancellation_cancels_from_another_thread(bank, client):
    cancellation = Cancellation()
    call = in_thread(lambda: client.authorize(HANG, cancellation=cancellation))
    assert bank.began.wait(5)
    cancellation.cancel()
    assert call.exception(5).code is grpc.StatusCode.CANCELLED
    assert bank.dropped.wait(5)
    with pytest.raises(flinks_gateway.GatewayError, match="before anything was sent"):
        client.cached_authorize(CACHED, cancellation=cancellation)
    assert bank.tokens == []


def test_a_cancellation_that_comes_while_a_call_begins_is_not_lost(client):
    class Interrupted(Cancellation):
        def _add(self, call):
            self.cancel()
            super()._add(call)

    with pytest.raises(flinks_gateway.GatewayError) as failed:
        client.authorize(HANG, timeout=5, cancellation=Interrupted())
    assert failed.value.code is grpc.StatusCode.CANCELLED


def test_closing_cancels_and_then_refuses(bank, client):
    call = in_thread(client.authorize, HANG)
    assert bank.began.wait(5)
    client.close()
    client.close()
    assert call.exception(5).is_outcome_unknown()
    assert bank.dropped.wait(5)
    with pytest.raises(ValueError, match="closed"):
        client.authorize(HANG)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_cancels_the_call(bank, client):
    main = threading.get_ident()

    def interrupt():
        # Not before the call has begun on this side too: gRPC does not take an interruption there.
        while "code" not in {frame.f_code.co_name for frame, _ in traceback.walk_stack(sys._current_frames()[main])}:
            time.sleep(0.01)
        assert bank.began.wait(5)
        os.kill(os.getpid(), signal.SIGINT)

    in_thread(interrupt)
    with pytest.raises(KeyboardInterrupt):
        client.authorize(HANG)
    assert bank.dropped.wait(5)


def test_threads_share_a_client(client):
    with futures.ThreadPoolExecutor(8) as pool:
        sessions = pool.map(lambda n: client.cached_authorize(CachedAuthorizeRequest(str(n))), range(200))
        assert [session.request_id for session in sessions] == [str(n) for n in range(200)]


def test_late_answers_are_not_sent(bank, client):
    bank.lifetime = 0.1

    def answerer(asked):
        time.sleep(0.2)
        return [Answer.text("1", "late")]

    with pytest.raises(flinks_gateway.GatewayError) as late:
        client.sign_in(REQUEST, answerer)
    assert late.value.is_session_expired()
    assert late.value.request_id == "r"
    assert bank.answers == []


def test_what_the_answerer_raises_is_raised_unchanged(client):
    error = LookupError()

    def answerer(asked):
        raise error

    with pytest.raises(LookupError) as raised:
        client.sign_in(REQUEST, answerer)
    assert raised.value is error


def awaited(bank, use):
    async def run():
        async with aio.connect(bank.address, plaintext=True) as client:
            return await asyncio.wait_for(use(client), 10)

    return asyncio.run(run())


def test_aio_interrupts_the_answerer_at_expiry(bank):
    bank.lifetime = 0.2
    interrupted = []

    async def answerer(asked):
        try:
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            interrupted.append(asked)
            raise

    with pytest.raises(flinks_gateway.GatewayError) as late:
        awaited(bank, lambda client: client.sign_in(REQUEST, answerer))
    assert late.value.is_session_expired()
    assert len(interrupted) == 1
    assert bank.answers == []


def test_aio_raises_unchanged_what_the_answerer_raises(bank):
    error = asyncio.TimeoutError()

    async def answerer(asked):
        raise error

    with pytest.raises(asyncio.TimeoutError) as raised:
        awaited(bank, lambda client: client.sign_in(REQUEST, answerer))
    assert raised.value is error


def test_aio_takes_functions_of_both_colours(bank):
    async def later(challenge):
        await asyncio.sleep(0)
        return Answer.text(challenge.id, "async")

    for function in (later, lambda challenge: Answer.text(challenge.id, "plain")):
        answerer = aio.by_kind(question_and_answer=function)
        awaited(bank, lambda client, answerer=answerer: client.sign_in(REQUEST, answerer))
    awaited(bank, lambda client: client.sign_in(REQUEST, lambda asked: [Answer.text("1", "bare")]))
    assert bank.answers == ["async", "plain", "bare"]


def test_aio_cancelling_the_task_cancels_call_and_answerer(bank):
    async def cancelled(client, start, begun):
        task = asyncio.ensure_future(start(client))
        while not begun():
            await asyncio.sleep(0.01)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()

    awaited(bank, lambda client: cancelled(client, lambda c: c.authorize(HANG), bank.began.is_set))
    assert bank.dropped.wait(5)

    states = []

    async def answerer(asked):
        states.append("asked")
        try:
            await asyncio.sleep(20)
        finally:
            states.append("ended")

    awaited(bank, lambda client: cancelled(client, lambda c: c.sign_in(REQUEST, answerer), lambda: states))
    assert states == ["asked", "ended"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="told apart since 3.11")
def test_aio_closing_is_an_error_of_the_call_and_no_cancellation(bank):
    async def closed(client):
        call = asyncio.ensure_future(client.authorize(HANG))
        while not bank.began.is_set():
            await asyncio.sleep(0.01)
        await client.close()
        return await call

    with pytest.raises(flinks_gateway.GatewayError) as error:
        awaited(bank, closed)
    assert error.value.code is grpc.StatusCode.CANCELLED
    assert bank.dropped.wait(5)


def test_aio_tasks_print_no_secret(bank):
    async def tasks(client):
        before = asyncio.all_tasks()
        call = asyncio.ensure_future(client.authorize(REQUEST))
        seen = set()
        while not call.done():
            seen |= asyncio.all_tasks() - before
            await asyncio.sleep(0)
        return repr(seen)

    printed = awaited(bank, tasks)
    assert "result=" in printed
    assert "result=b" not in printed
    assert "canary" not in printed


@pytest.mark.parametrize("implementation", ["upb", "python"])
def test_a_reply_that_is_no_text_is_an_error_of_the_call(implementation):
    program = """if True:
        import flinks_gateway, grpc
        from flinks_gateway import _methods, _value
        reply = _value.Sealed(b"\\x12\\x09\\x0a\\x07canary\\xff")
        details = ("grpc-status-details-bin", b"\\x12\\x01\\xff")
        for ended in [(grpc.StatusCode.OK, "", (), reply), (grpc.StatusCode.ABORTED, "", [details])]:
            try:
                _methods.AUTHORIZE.ended(*ended)
            except flinks_gateway.GatewayError as error:
                print(error.code, error.__context__)
    """
    environment = {**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": implementation}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.split() == ["StatusCode.INTERNAL", "None", "StatusCode.ABORTED", "None"], done.stderr


def test_stubs_of_ones_own_share_the_process():
    from google.protobuf import descriptor_pool

    pool = descriptor_pool.Default()
    serialized = pool.FindFileByName("flinks/gateway/v1/session.proto").serialized_pb
    assert pool.AddSerializedFile(serialized).name == "flinks/gateway/v1/session.proto"
