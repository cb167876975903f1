"""Values: immutable, compared by their fields, and silent about their secrets however they are printed."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Callable[[Any], Any]:
        return lambda decorated: decorated


T = TypeVar("T")
REDACTED = "[redacted]"


def secret(*, default: Any = dataclasses.MISSING) -> Any:
    """A field that is printed as `[redacted]`: one that the contract marks `debug_redact`."""
    return dataclasses.field(default=default, metadata={"secret": True})


@dataclass_transform(frozen_default=True, field_specifiers=(secret,))
def value(cls: type[T]) -> type[T]:
    """Makes a frozen dataclass with slots whose only printed form redacts.

    It is then no dataclass to those who look: serializers that write out whatever is one (orjson, msgspec, `asdict`)
    would put secrets into logs. They refuse it instead, as `json` and `vars` do.
    """
    made = dataclasses.dataclass(frozen=True, slots=True, repr=False)(cls)
    fields = {field.name: "secret" in field.metadata for field in dataclasses.fields(made)}  # type: ignore[arg-type]

    def show(self: Any) -> str:
        shown = (f"{name}={REDACTED if hidden else repr(getattr(self, name))}" for name, hidden in fields.items())
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def reduce(self: Any) -> tuple[Any, ...]:
        return functools.partial(self.__class__, **{name: getattr(self, name) for name in fields}), ()

    for name, method in (("__repr__", show), ("__reduce__", reduce)):
        setattr(made, name, method)
    for name in ("__dataclass_fields__", "__dataclass_params__"):
        delattr(made, name)
    return made


def several(values: Iterable[T]) -> Any:
    """A lone string is left as it is, for the call to refuse: it would fall apart into letters."""
    return values if isinstance(values, str) else tuple(values)


class Sealed(Generic[T]):
    """Holds a secret where a traceback that prints local variables would otherwise find it bare."""

    __slots__ = ("open",)

    def __init__(self, secret: T) -> None:
        self.open: Callable[[], T] = lambda: secret

    def __repr__(self) -> str:
        return REDACTED


def opened(sealed: Sealed[bytes]) -> bytes:
    """How gRPC opens a request that it sends."""
    return sealed.open()
