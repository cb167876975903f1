"""What `connect` is told, checked and turned into what gRPC is told. Shared by both clients."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import grpc

from ._value import Sealed
from ._version import __version__

LIVE_TIMEOUT = 250.0
CACHED_TIMEOUT = 35.0
YEAR = 31_536_000.0
ADDRESS = re.compile(r"(?P<host>\[[^\[\]/@,]+\]|[^\[\]:/@,%?#\s]+):(?P<port>[0-9]{1,5})")
TOKEN = re.compile(r"[\x21-\x7e]+")
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

Pem = str | bytes
Token = str | Callable[[], str]
CallMetadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Settings:
    target: str
    credentials: grpc.ChannelCredentials | None
    """`None` is clear text."""
    options: tuple[tuple[str, str | int], ...]
    metadata: Callable[[], CallMetadata]
    """Asked before each call."""


def settings(
    address: str,
    *,
    ca: Pem | None,
    certificate: Pem | None,
    private_key: Sealed[Pem | None],
    bearer_token: Sealed[Token | None],
    plaintext: bool,
    beyond_loopback: bool,
    timeouts: tuple[float, float],
) -> Settings:
    """Raises `ValueError` or `TypeError` for what contradicts itself, before anything is connected."""
    parts = ADDRESS.fullmatch(address)
    if parts is None or int(parts["port"]) > 65535:
        raise ValueError("address must be host:port, with an IPv6 address in brackets")
    for timeout in timeouts:
        seconds(timeout)
    if plaintext and (ca is not None or certificate is not None or private_key.open() is not None):
        raise ValueError("ca, certificate and private_key are for TLS: they contradict plaintext")
    if beyond_loopback and not plaintext:
        raise ValueError("dangerously_allow_plaintext_beyond_loopback needs plaintext")
    if plaintext and not beyond_loopback and not _is_loopback(parts["host"]):
        raise ValueError(
            "plaintext is for loopback addresses (localhost, 127.0.0.0/8, ::1): passwords would travel in the clear"
        )
    if (certificate is None) != (private_key.open() is None):
        raise ValueError("certificate and private_key go together")
    return Settings(
        target=f"dns:///{address}",
        credentials=None if plaintext else _credentials(ca, certificate, private_key),
        options=_options(plaintext=plaintext),
        metadata=_metadata(bearer_token),
    )


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
        root_certificates=_system_authorities() if ca is None else _pem("ca", Sealed(ca), "CERTIFICATE").open(),
        private_key=_pem("private_key", private_key, "PRIVATE KEY").open(),
        certificate_chain=_pem("certificate", Sealed(certificate), "CERTIFICATE").open(),
    )


def _pem(name: str, given: Sealed[Pem] | Sealed[Pem | None], label: str) -> Sealed[bytes | None]:
    """Catches paths that are given in place of what they lead to; gRPC would only fail to connect."""
    if given.open() is None:
        return Sealed(None)
    pem = Sealed(_bytes(given.open()))
    if f"{label}-----".encode() not in (pem.open() or b""):
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
