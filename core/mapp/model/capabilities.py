"""Capabilities: what an app may do beyond computing. Its manifest declares them and a person grants them.

Grants are by name: `clock`, `random`, `store`, `llm`, `http:api.example.com` (GET, HEAD and OPTIONS),
`http:api.example.com+POST` (one for each method that changes something), `secret:EXAMPLE_KEY`. A port other
than the scheme's default is part of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mapp.model.table_reader import TableReader

if TYPE_CHECKING:  # few apps use the web, and every run imports this module
    from mapp.model.http import HttpGrant, SecretUse

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that a plain host grant covers."""

QUIET: Final = ("clock", "random")
"""Harmless capabilities: adding an app grants them."""

MAX_HOSTS: Final = 16
MAX_STORE_KB: Final = 4096
MAX_TOKENS: Final = 100_000

_SECRET_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreUse:
    """The app's own key-value store: at most `max_kb` KiB of keys and values as JSON."""

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
        """Returns the names of the declared capabilities, e.g. `("clock", "http:api.example.com")`."""
        plain = [name for name in ("clock", "random") if getattr(self, name)]
        hosts = [name for grant in self.http for name in names_of(grant)]
        rest = [name for name in ("store", "llm") if getattr(self, name) is not None]
        return tuple(dict.fromkeys([*plain, *hosts, *rest]))

    @property
    def calls(self) -> tuple[str, ...]:
        """Returns the used parts of the host API that leave the sandbox: `http`, `store`, `llm`."""
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
    """Yields the names that must be granted before an app may use an entry of `http`."""
    place = f"http:{grant.host}" + (f":{grant.port}" if grant.port is not None else "")
    place += "+plain" if grant.plain else ""
    yield place
    for method in grant.methods:
        if method not in READING:
            yield f"{place}+{method}"
    if grant.secret is not None:
        yield f"secret:{grant.secret.name}"


def is_secret_name(text: str) -> bool:
    """Returns whether a text is a valid name of a secret, such as `EXAMPLE_KEY`."""
    return _SECRET_NAME.match(text) is not None


def read_capabilities(table: TableReader) -> Capabilities:
    """Reads a `[capabilities]` table; the reader collects the problems."""
    table.only("clock", "random", "http", "store", "llm")
    return Capabilities(
        clock=table.get("clock", bool, False),
        random=table.get("random", bool, False),
        http=_hosts(table) if "http" in table.document else (),
        store=_store(table.inner("store")) if "store" in table.document else None,
        llm=_llm(table.inner("llm")) if "llm" in table.document else None,
    )


def _store(table: TableReader) -> StoreUse:
    table.only("max_kb")
    return StoreUse(max_kb=table.number("max_kb", 1, MAX_STORE_KB))


def _llm(table: TableReader) -> ModelUse:
    table.only("max_tokens")
    return ModelUse(max_tokens=table.number("max_tokens", 1, MAX_TOKENS))


def _hosts(table: TableReader) -> tuple[HttpGrant, ...]:
    grants: list[HttpGrant] = []
    for row in table.rows("http", MAX_HOSTS):
        grant = _host(row)
        if (grant.host, grant.port) in {(other.host, other.port) for other in grants}:
            row.refuse("host", "appears in two entries")
        grants.append(grant)
    return tuple(grants)


def _host(table: TableReader) -> HttpGrant:
    from mapp.model.http import HttpGrant

    table.only("host", "port", "methods", "plain", "secret")
    before = len(table.problems)
    grant = HttpGrant(
        host=table.line("host", 253),
        port=table.get("port", int, 0) if "port" in table.document else None,
        methods=table.texts("methods", 7),
        plain=table.get("plain", bool, False),
        secret=_secret(table.inner("secret")) if "secret" in table.document else None,
    )
    if len(table.problems) == before:
        table.problems.extend(grant.problems(table.path))
        _refuse_other_spelling(table, grant)
    return grant


def _refuse_other_spelling(table: TableReader, grant: HttpGrant) -> None:
    """Grants are compared as text, so each host, port and method must have exactly one spelling."""
    from mapp.model.hosts import normal_host

    try:
        usual = normal_host(grant.host)
    except ValueError:
        return  # reported already
    if usual != grant.host:
        table.refuse("host", f"must be written {usual}")
    if grant.port == (80 if grant.plain else 443):
        table.refuse("port", "is the default port and must be left out")
    if len(set(grant.methods)) != len(grant.methods):
        table.refuse("methods", "names a method twice")


def _secret(table: TableReader) -> SecretUse:
    from mapp.model.http import SecretUse

    table.only("name", "header", "prefix")
    name = table.line("name", 64)
    if name and not is_secret_name(name):
        table.refuse("name", "must be capital letters, digits and underscores, such as EXAMPLE_KEY")
    return SecretUse(name=name, header=table.line("header", 100), prefix=table.get("prefix", str, ""))
