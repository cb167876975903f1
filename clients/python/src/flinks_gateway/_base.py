"""What both clients share: `connect`, with its options checked and turned into what gRPC is told, and the calls."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import grpc

from ._methods import Method, Request
from ._value import Sealed, opened
from ._version import __version__

YEAR = 31_536_000.0
ADDRESS = re.compile(r"(?P<host>\[[^\[\]/@,]+\]|[^\[\]:/@,%?#\s]+):(?P<port>[0-9]{1,5})")
TOKEN = re.compile(r"[\x21-\x7e]+")
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

Pem = str | bytes
CallMetadata = tuple[tuple[str, str], ...]


class Base:
    """A client, but for how it waits."""

    __slots__ = ("__weakref__", "_address", "_channel", "_closed", "_metadata", "_timeouts")

    def __init__(
        self,
        address: str,
        *,
        ca: Pem | None = None,
        certificate: Pem | None = None,
        private_key: Pem | None = None,
        bearer_token: str | Callable[[], str] | None = None,
        plaintext: bool = False,
        dangerously_allow_plaintext_beyond_loopback: bool = False,
        live_timeout: float = 250.0,
        cached_timeout: float = 35.0,
    ) -> None:
        """A client of the gateway at `address`, which is `host:port`. The connection is made by the first call.

        Speaks TLS and trusts the system's certificate authorities, or those of `ca` instead. `certificate` and
        `private_key` are the client's own, for mTLS. All three are PEM, not paths.

        `bearer_token` is sent as `authorization: Bearer …` with each call; a function is asked before each call, from
        the thread that calls, so that tokens can rotate; by `aio` on the event loop, which it must not block.

        `plaintext` is for loopback addresses only, unless `dangerously_allow_plaintext_beyond_loopback`: for a mesh
        that encrypts on its own.

        `live_timeout` is the deadline, in seconds, of `authorize` and `answer`, each; `cached_timeout` that of
        `cached_authorize`. Every call can be given another.

        Raises `ValueError` or `TypeError` for options that contradict each other.
        """
        # Rebound at once: a traceback that prints local variables must not find them.
        key, token = Sealed(private_key), Sealed(bearer_token)
        del private_key, bearer_token
        self._address = address
        parts = ADDRESS.fullmatch(address)
        if parts is None or int(parts["port"]) > 65535:
            raise ValueError("address must be host:port, with an IPv6 address in brackets")
        if plaintext and (ca is not None or certificate is not None or key.open() is not None):
            raise ValueError("ca, certificate and private_key are for TLS: they contradict plaintext")
        if dangerously_allow_plaintext_beyond_loopback and not plaintext:
            raise ValueError("dangerously_allow_plaintext_beyond_loopback needs plaintext")
        if plaintext and not dangerously_allow_plaintext_beyond_loopback and not _is_loopback(parts["host"]):
            raise ValueError(
                "plaintext is for loopback addresses (localhost, 127.0.0.0/8, ::1): passwords would travel in the clear"
            )
        if (certificate is None) != (key.open() is None):
            raise ValueError("certificate and private_key go together")
        self._timeouts = {False: seconds(live_timeout), True: seconds(cached_timeout)}
        self._metadata = _metadata(token)
        self._closed = False
        target, options = f"dns:///{address}", _options(plaintext=plaintext)
        if plaintext:
            self._channel = grpc.insecure_channel(target, options)
        else:
            self._channel = grpc.secure_channel(target, _credentials(ca, certificate, key), options)

    def __repr__(self) -> str:
        return f"<{type(self).__module__.removesuffix('._client')}.Client of {self._address}>"

    def _begin(self, method: Method[Request, Any], request: Request, timeout: float | None) -> Any:
        """A call that has begun, as a future of gRPC."""
        invoke: grpc.UnaryUnaryMultiCallable[Sealed[bytes], Sealed[bytes]] = self._channel.unary_unary(
            method.path, request_serializer=opened, response_deserializer=Sealed
        )
        limit = self._timeouts[method.cached] if timeout is None else seconds(timeout)
        body, metadata = method.body(request), Sealed(self._metadata())
        # Asked last: gRPC refuses calls on a closed channel from frames that show the metadata.
        if self._closed:
            raise ValueError("the client is closed")
        # A future, not the blocking call: that one could not be cancelled, and would show the metadata in tracebacks.
        return invoke.future(body, limit, metadata.open())

    def _close(self) -> None:
        self._closed = True
        self._channel.close()


def seconds(timeout: float) -> float:
    """A deadline that gRPC takes for what it is: it would send a call that has no time, and then give it up, and count
    dates beyond its own for past."""
    if not isinstance(timeout, (int, float)):
        raise TypeError(f"a timeout must be a number of seconds, not {type(timeout).__name__}")
    if not 0 < timeout < float("inf"):
        raise ValueError("a timeout must be a number of seconds above 0")
    return min(timeout, YEAR)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host.lower() == "localhost"
    return any(address in network for network in LOOPBACK)


def _options(*, plaintext: bool) -> tuple[tuple[str, str | int], ...]:
    return (
        ("grpc.primary_user_agent", f"flinks-gateway-python/{__version__}"),
        ("grpc.service_config", resources.files("flinks_gateway").joinpath("service_config.json").read_text()),
        # Not from DNS: nobody else may add a retry policy.
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        # Ping however long the bank takes: gRPC's default stops after two pings without data.
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.max_receive_message_length", 32 << 20),
        # An error that names 25 fields outgrows the default of 8 KiB.
        ("grpc.max_metadata_size", 64 << 10),
        # Clear text stays on the way that was checked, whatever the environment says of proxies: of those that are told
        # the name, and of those that are told the address.
        *((("grpc.enable_http_proxy", 0), ("grpc.address_http_proxy_enabled_addresses", "")) if plaintext else ()),
    )


def _credentials(ca: Pem | None, certificate: Pem | None, private_key: Sealed[Pem | None]) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        root_certificates=_pem("ca", Sealed(ca), "CERTIFICATE").open() or _system_authorities(),
        private_key=_pem("private_key", private_key, "PRIVATE KEY").open(),
        certificate_chain=_pem("certificate", Sealed(certificate), "CERTIFICATE").open(),
    )


def _pem(name: str, given: Sealed[Pem | None], label: str) -> Sealed[bytes | None]:
    """Catches paths that are given in place of what they lead to; gRPC would only fail to connect."""
    pem = Sealed(_bytes(given.open()))
    if given.open() is not None and f"{label}-----".encode() not in (pem.open() or b""):
        raise ValueError(f"{name} must hold PEM (-----BEGIN … {label}-----)")
    return pem


def _bytes(text: Pem | None) -> bytes | None:
    return text.encode(errors="replace") if isinstance(text, str) else text


def _system_authorities() -> bytes:
    """gRPC would trust the list that it is shipped with, not the system's."""
    context = ssl.create_default_context()
    directory = ssl.get_default_verify_paths().capath
    if not context.get_ca_certs() and directory:
        # OpenSSL reads such a directory only as it needs a certificate, and so lists none of it.
        for path in sorted(Path(directory).glob("*.[0-9]")):
            context.load_verify_locations(path)
    found = context.get_ca_certs(binary_form=True)
    if not found:
        raise ValueError("the system has no certificate authorities: give ca")
    return "".join(map(ssl.DER_cert_to_PEM_cert, found)).encode()


def _metadata(bearer_token: Sealed[Any]) -> Callable[[], CallMetadata]:
    if bearer_token.open() is None:
        return lambda: ()
    if callable(bearer_token.open()):
        return lambda: _authorization(Sealed(bearer_token.open()()))
    return Sealed(_authorization(bearer_token)).open


def _authorization(token: Sealed[Any]) -> CallMetadata:
    """gRPC would refuse a token that is no header with an error that shows it."""
    if not isinstance(token.open(), str):
        raise TypeError("bearer_token must be a str, or a function that gives one")
    if not TOKEN.fullmatch(token.open()):
        raise ValueError("bearer_token must be visible ASCII, at least one character")
    return (("authorization", f"Bearer {token.open()}"),)
