"""Runs a plan of the conformance suite with the installed package: `runner.py blocking|asyncio PLAN`."""

import asyncio
import base64
import dataclasses
import io
import json
import logging
import pathlib
import pprint
import reprlib
import sys
import threading
import time
import traceback
from datetime import datetime, timedelta, timezone

import flinks_gateway as fg
from flinks_gateway import aio

MILLISECOND = timedelta(milliseconds=1)
PEM = ("ca", "certificate", "private_key")


class Blocking:
    connect, by_kind = staticmethod(fg.connect), staticmethod(fg.by_kind)

    async def call(self, method, *arguments, cancel_after, **options):
        cancellation = fg.Cancellation()
        if cancel_after is not None:
            threading.Timer(cancel_after, cancellation.cancel).start()
        return method(*arguments, cancellation=cancellation, **options)

    def later(self, seconds, function):
        def answerer(asked):
            time.sleep(seconds)
            return function(asked)

        return answerer


class Asyncio:
    connect, by_kind = staticmethod(aio.connect), staticmethod(aio.by_kind)

    async def call(self, method, *arguments, cancel_after, **options):
        task = asyncio.ensure_future(method(*arguments, **options))
        if cancel_after is not None:
            asyncio.get_running_loop().call_later(cancel_after, task.cancel)
        return await task

    def later(self, seconds, function):
        async def answerer(asked):
            await asyncio.sleep(seconds)
            return function(asked)

        return answerer


async def main(api, plan):
    clients = {}
    for case in plan["cases"]:
        memory = {"round": None, "login_id": None}
        results = [await perform(api, plan["servers"], clients, memory, step) for step in case["steps"]]
        print(json.dumps({"case": case["name"], "steps": results}), flush=True)


async def perform(api, servers, clients, memory, step):
    printed, saw = [], []
    try:
        result = await run(api, servers, clients, memory, step, printed, saw)
    except (ValueError, TypeError) as error:
        result, printed = {"refused": str(error)}, [*printed, error]
    except fg.GatewayError as error:
        result, printed = {"error": error_json(error)}, [*printed, error]
    except asyncio.CancelledError as error:
        result, printed = {"cancelled": True}, [*printed, error]
    except fg.UnansweredChallengeError as error:
        result, printed = {"unanswered": error.kind}, [*printed, error]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this step's result
        traceback.print_exc()
        result = {"broken": type(error).__name__}
    if step["call"] == "sign_in":
        result["saw"] = [round_json(asked) for asked in saw]
    printed += [*saw, clients.get(step["server"])]
    result["printed"] = [form for part in parts(printed) for form in forms(part)]
    return result


async def run(api, servers, clients, memory, step, printed, saw):
    name = step["server"]
    if name not in clients:
        clients[name] = api.connect(servers[name]["address"], **options(servers[name]["connect"]))
    client = clients[name]
    if step["call"] == "connect":
        return {"connected": True}
    limits = {"timeout": seconds(step.get("timeout_ms")), "cancel_after": seconds(step.get("cancel_after_ms"))}
    if step["call"] == "answer":
        continuation = step.get("continuation") or (memory["round"] and memory["round"].continuation)
        if continuation is None:
            return {"broken": "there was no round"}
        answers = [answer(given) for given in step["answers"]]
        printed += answers
        outcome = await api.call(client.answer, continuation, answers, **limits)
    else:
        request = make_request(step["call"], step["request"], memory)
        printed.append(request)
        arguments = [request]
        if step["call"] == "sign_in":
            arguments.append(make_answerer(api, step, saw, printed))
        outcome = await api.call(getattr(client, step["call"]), *arguments, **limits)
    printed.append(outcome)
    return outcome_json(outcome, memory)


def seconds(milliseconds):
    return None if milliseconds is None else milliseconds / 1000


def options(connect):
    given = dict(connect)
    for name in PEM:
        if name in given:
            given[name] = pathlib.Path(given[name]).read_bytes()
    for name in ("live_timeout", "cached_timeout"):
        if f"{name}_ms" in given:
            given[name] = given.pop(f"{name}_ms") / 1000
    return given


def make_request(call, given, memory):
    given = dict(given)
    if given.get("login_id") == "$login_id":
        given["login_id"] = memory["login_id"]
    if call == "cached_authorize":
        return fg.CachedAuthorizeRequest(given.pop("login_id"), **given)
    if "login_id" in given:
        subject = fg.LoginId(given.pop("login_id"))
    else:
        subject = fg.Credentials(**{name: given.pop(name) for name in ("institution", "username", "password")})
    if "language" in given:
        given["language"] = fg.Language[given["language"]]
    return fg.AuthorizeRequest(subject, **given)


def make_answerer(api, step, saw, printed):
    def remember(answers):
        printed.extend(answers)
        return answers

    if "by_kind" in step:
        functions = {
            kind: lambda challenge, given=given: remember([answer({"challenge_id": challenge.id, **given})])[0]
            for kind, given in step["by_kind"].items()
        }
        answerer = api.by_kind(**functions)
        return lambda asked: (saw.append(asked), answerer(asked))[1]
    rounds = iter(step["rounds"])
    wait = api.later(
        (step.get("answer_after_ms") or 0) / 1000, lambda _: remember([answer(a) for a in next(rounds, [])])
    )
    return lambda asked: (saw.append(asked), wait(asked))[1]


def answer(given):
    match given:
        case {"challenge_id": id, "text": text}:
            return fg.Answer.text(id, text)
        case {"challenge_id": id, "selected_question": {"question": question, "text": text}}:
            return fg.Answer.selected_question(id, question, text)
        case {"challenge_id": id, "choice": choice}:
            return fg.Answer.choice(id, choice)
        case {"challenge_id": id, "choices": choices}:
            return fg.Answer.choices(id, choices)
        case {"challenge_id": id, "image_index": index}:
            return fg.Answer.image_index(id, index)
        case {"challenge_id": id, "code_delivery": {"phone_number": number, "method": method}}:
            return fg.Answer.code_delivery(id, number, fg.DeliveryMethod[method])
        case {"challenge_id": id, "raw": {"key": key, "values": values}}:
            return fg.Answer.raw(id, key, values)
    raise KeyError(*given)


def outcome_json(outcome, memory):
    match outcome:
        case fg.Session():
            memory["login_id"] = outcome.login.login_id if outcome.login else None
            named = {"login": login_json(outcome.login), "institution": institution_json(outcome.institution)}
            return {"session": plain(outcome, "request_id", "tag") | named | {"links": links_json(outcome.links)}}
        case fg.ChallengeRound():
            memory["round"] = outcome
            return {"challenge_round": round_json(outcome)}
        case fg.PendingOperation():
            return {"pending": plain(outcome, "request_id", "flinks_code") | {"links": links_json(outcome.links)}}


def plain(value, *names):
    return {name: getattr(value, name) for name in names}


def milliseconds(at: datetime):
    return at and (at - datetime(1970, 1, 1, tzinfo=timezone.utc)) // MILLISECOND


def login_json(login):
    return login and plain(login, "login_id", "username", "scheduled_refresh", "type_name") | {
        "type": login.type.name,
        "last_refresh_time_ms": milliseconds(login.last_refresh_time),
    }


def institution_json(institution):
    return institution and plain(institution, "name", "display_name", "id")


def links_json(links):
    return [plain(link, "rel", "href", "example") | {"resource": link.resource.name} for link in links]


def round_json(asked):
    names = ("continuation", "request_id", "round", "previous_answers_rejected", "tag")
    return plain(asked, *names) | {
        "challenges": [challenge_json(challenge) for challenge in asked.challenges],
        "expire_time_ms": milliseconds(asked.expire_time),
        "institution": institution_json(asked.institution),
    }


def challenge_json(challenge):
    seen = plain(challenge, "kind", "id", "prompt")
    match challenge:
        case fg.QuestionAndAnswer():
            return seen
        case fg.QuestionSelection():
            return seen | plain(challenge, "questions")
        case fg.MultipleChoice() | fg.MultipleSelection():
            return seen | plain(challenge, "choices")
        case fg.ImageSelection():
            content = [base64.b64encode(image.content).decode() for image in challenge.images]
            types = [image.media_type for image in challenge.images]
            return seen | {"images": [{"content": c, "media_type": t} for c, t in zip(content, types, strict=True)]}
        case fg.TextOrCall():
            return seen | plain(challenge, "phone_numbers")
        case fg.UnrecognizedChallenge():
            return seen | plain(challenge, "type", "iterables", "raw")


def error_json(error):
    names = ("message", "reason_name", "retryable", "flinks_code", "http_status", "request_id", "metadata", "call_id")
    return plain(error, *names) | {
        "code": error.code.name,
        "reason": error.reason.name,
        "next_step": error.next_step.name,
        "retry_delay_ms": None if error.retry_delay is None else error.retry_delay // MILLISECOND,
        "field_violations": [plain(v, "field", "description", "reason") for v in error.field_violations],
        "predicates": [name for name in dir(error) if name.startswith("is_") and getattr(error, name)()],
    }


def parts(value):
    """The value and all it consists of that has a type of its own."""
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from parts(part)
    elif type(value).__module__.startswith("flinks_gateway") or isinstance(value, BaseException):
        yield value
        for name in getattr(type(value), "__match_args__", None) or getattr(type(value), "__slots__", ()):
            if not name.startswith("_"):
                yield from parts(getattr(value, name))


def forms(value):
    """Every way to print a value; one that refuses is printed as the refusal."""
    tries = [
        repr,
        str,
        ascii,
        format,
        lambda v: f"{v} {v!r} {v!s} {v=}",
        lambda v: "%s %r %a" % (v, v, v),  # noqa: UP031
        pprint.pformat,
        lambda v: pprint.pformat({"value": [v]}, width=1),
        reprlib.repr,
        logged,
        json.dumps,
        lambda v: json.dumps(v, default=str),
        lambda v: json.dumps(v, default=vars),
        lambda v: repr(vars(v)),
        lambda v: repr(dataclasses.asdict(v)),
    ]
    if isinstance(value, BaseException):
        tries += [traced, lambda v: repr(v.args)]
    for show in tries:
        try:
            yield show(value)
        except Exception as error:  # noqa: BLE001, PERF203 - serialisers have their own errors
            yield repr(error)


def logged(value):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    record = logging.LogRecord("client", logging.ERROR, "", 0, "%s %r", (value, value), None)
    handler.emit(record)
    return stream.getvalue()


def traced(error):
    """The traceback with the local variables of every frame, as crash reporters send it, but for this file's frames:
    they hold the plan."""
    frames, at = [], error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename != __file__:
            frames.append((at.tb_frame, at.tb_lineno))
        at = at.tb_next
    shown = traceback.StackSummary.extract(iter(frames), capture_locals=True).format()
    return "".join([*traceback.format_exception(error), *shown])


asyncio.run(
    main({"blocking": Blocking, "asyncio": Asyncio}[sys.argv[1]](), json.loads(pathlib.Path(sys.argv[2]).read_text()))
)
