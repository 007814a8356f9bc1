"""What an app may do beyond computing, as its manifest declares it and as a person grants it.

The name of a capability is what is granted: `clock`, `random`, `store`, `llm`, `http:api.example.com` (reads:
GET, HEAD and OPTIONS), `http:api.example.com+POST` (one more for each method that changes something),
`secret:EXAMPLE_KEY`. A port that is not the scheme's own is part of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mapp.model.table_reader import TableReader

if TYPE_CHECKING:  # few apps reach the web, and every run imports this module
    from mapp.model.http import HttpGrant, SecretUse

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that one and the same grant covers."""

QUIET: Final = ("clock", "random")
"""What reaches nothing outside: adding an app grants it."""

MAX_HOSTS: Final = 16
MAX_STORE_KB: Final = 4096
MAX_TOKENS: Final = 100_000

_SECRET_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreUse:
    """A small key-value store of the app alone: at most `max_kb` KiB of keys and values as JSON."""

    max_kb: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelUse:
    """Questions to a language model: at most `max_tokens` of answers in one run."""

    max_tokens: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What an app may do beyond computing."""

    clock: bool = False
    random: bool = False
    http: tuple[HttpGrant, ...] = ()
    store: StoreUse | None = None
    llm: ModelUse | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Returns the names of what is declared, e.g. `("clock", "http:api.example.com")`."""
        plain = [name for name in ("clock", "random") if getattr(self, name)]
        hosts = [name for grant in self.http for name in names_of(grant)]
        rest = [name for name in ("store", "llm") if getattr(self, name) is not None]
        return tuple(dict.fromkeys([*plain, *hosts, *rest]))

    @property
    def calls(self) -> tuple[str, ...]:
        """Returns which parts of the host API leave the sandbox: some of `http`, `store` and `llm`."""
        return tuple(name for name in ("http", "store", "llm") if getattr(self, name))

    def to_dict(self) -> dict[str, Any]:
        """Returns the `[capabilities]` table; `read_capabilities` is its inverse."""
        document: dict[str, Any] = {name: True for name in ("clock", "random") if getattr(self, name)}
        if self.http:
            document["http"] = [grant.to_dict() for grant in self.http]
        if self.store is not None:
            document["store"] = {"max_kb": self.store.max_kb}
        if self.llm is not None:
            document["llm"] = {"max_tokens": self.llm.max_tokens}
        return document


NOTHING: Final = Capabilities()


def names_of(grant: HttpGrant) -> Iterator[str]:
    """Yields the names that a person has to grant before an app may use an entry of `http`."""
    place = f"http:{grant.host}" + (f":{grant.port}" if grant.port is not None else "")
    place += "+plain" if grant.plain else ""
    yield place
    for method in grant.methods:
        if method not in READING:
            yield f"{place}+{method}"
    if grant.secret is not None:
        yield f"secret:{grant.secret.name}"


def is_secret_name(text: str) -> bool:
    """Returns whether a text can name a secret: `EXAMPLE_KEY`."""
    return _SECRET_NAME.match(text) is not None


def read_capabilities(door: TableReader) -> Capabilities:
    """Returns what a `[capabilities]` table declares; what is wrong with it the door gathers."""
    door.only("clock", "random", "http", "store", "llm")
    return Capabilities(
        clock=door.get("clock", bool, False),
        random=door.get("random", bool, False),
        http=_hosts(door) if "http" in door.document else (),
        store=_store(door.inner("store")) if "store" in door.document else None,
        llm=_llm(door.inner("llm")) if "llm" in door.document else None,
    )


def _store(door: TableReader) -> StoreUse:
    door.only("max_kb")
    return StoreUse(max_kb=door.number("max_kb", 1, MAX_STORE_KB))


def _llm(door: TableReader) -> ModelUse:
    door.only("max_tokens")
    return ModelUse(max_tokens=door.number("max_tokens", 1, MAX_TOKENS))


def _hosts(door: TableReader) -> tuple[HttpGrant, ...]:
    grants: list[HttpGrant] = []
    for row in door.rows("http", MAX_HOSTS):
        grant = _host(row)
        if (grant.host, grant.port) in {(other.host, other.port) for other in grants}:
            row.refuse("host", "stands in two entries")
        grants.append(grant)
    return tuple(grants)


def _host(door: TableReader) -> HttpGrant:
    from mapp.model.http import HttpGrant

    door.only("host", "port", "methods", "plain", "secret")
    before = len(door.problems)
    grant = HttpGrant(
        host=door.line("host", 253),
        port=door.get("port", int, 0) if "port" in door.document else None,
        methods=door.texts("methods", 7),
        plain=door.get("plain", bool, False),
        secret=_secret(door.inner("secret")) if "secret" in door.document else None,
    )
    if len(door.problems) == before:
        door.problems.extend(grant.problems(door.path))
        _refuse_other_spelling(door, grant)
    return grant


def _refuse_other_spelling(door: TableReader, grant: HttpGrant) -> None:
    """What is granted is a text: each host, port and method has one spelling only."""
    from mapp.model.hosts import normal_host

    try:
        usual = normal_host(grant.host)
    except ValueError:
        return  # said already
    if usual != grant.host:
        door.refuse("host", f"must be written {usual}")
    if grant.port == (80 if grant.plain else 443):
        door.refuse("port", "is the usual one and must be left out")
    if len(set(grant.methods)) != len(grant.methods):
        door.refuse("methods", "names one twice")


def _secret(door: TableReader) -> SecretUse:
    from mapp.model.http import SecretUse

    door.only("name", "header", "prefix")
    name = door.line("name", 64)
    if name and not is_secret_name(name):
        door.refuse("name", "must be capital letters, digits and underscores, such as EXAMPLE_KEY")
    return SecretUse(name=name, header=door.line("header", 100), prefix=door.get("prefix", str, ""))
