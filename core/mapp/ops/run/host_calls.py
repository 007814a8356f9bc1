"""Answers the host calls of one run: checks manifest and grants, performs the call, and records it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from mapp.errors import Busy, MappError
from mapp.keys import KeyNeeded, key
from mapp.library.app_storage import MAX_KEY_LENGTH, Store, StoreFull
from mapp.llm.model import Model, ModelFailed
from mapp.model.app import App
from mapp.model.capabilities import names_of
from mapp.model.http import HttpGrant
from mapp.model.recording import Exchange
from mapp.model.schema import Schema
from mapp.model.validation import violations
from mapp.model.values import InvalidValue, JSONValue, canonical, parse
from mapp.ops.open_model import KEY
from mapp.ops.workspace import Workspace
from mapp.sandbox.broker.fetcher import Fetcher
from mapp.sandbox.broker.redaction import Redactor
from mapp.sandbox.host_calls import CallRefused, HostAnswer, HostCall

MAX_PROMPT_LENGTH: Final = 100_000
MAX_PROMPTED: Final = 4 * MAX_PROMPT_LENGTH
"""The limit, in characters, for all prompts and schemas of one run: a model's input costs money too."""
MODEL_SECONDS: Final = 60.0


class RunBroker:
    """Answers the host calls of one run; always call `finish` at the end.

    It holds the secrets that the app's hosts need. They never appear in its answers or in the recording.
    """

    def __init__(self, workspace: Workspace, app: App, allowed: Collection[str], *, run: str) -> None:
        """Collects the secrets, and opens the model if the app may use it.

        Raises:
            KeyNeeded: a host's secret or the model's key is missing.
            UsageError: the settings do not name a valid model.
        """
        self._workspace = workspace
        self._app = app
        self._run = run
        self._hosts = tuple(_within(grant, allowed) for grant in app.manifest.capabilities.http)
        self._allowed = frozenset(allowed)
        uses = [grant.secret for grant in self._hosts if grant.secret is not None]
        self._secrets = {use.name: key(workspace.config.config_file, use.name) for use in uses}
        self._redact = Redactor({**self._secrets, **_key_of_model(workspace, self._allowed)})
        self._fetcher: Fetcher | None = None
        self._store: Store | None = None
        # Opened now: a run that stopped halfway for lack of a key might have sent something already.
        self._model: Model | None = workspace.model() if "llm" in self._allowed else None
        self._tokens = self._prompted = 0
        self.exchanges: list[Exchange] = []
        self.retries = 0

    @property
    def may_have_changed(self) -> bool:
        """Returns whether a call of this run may have changed something outside, or cost money."""
        return any(_may_change(row) for row in self.exchanges)

    def fresh(self) -> RunBroker:
        """Returns a broker for another attempt of the same run."""
        return RunBroker(self._workspace, self._app, self._allowed, run=self._run)

    @property
    def differences(self) -> tuple[str, ...]:
        """Returns how the web answers of this run differ from what the app's recordings show."""
        if not any(row.name == "http" and not row.code for row in self.exchanges):
            return ()
        from mapp.ops.run.learned import differences_of  # imported lazily: most runs make no request

        return differences_of(self._workspace, self._app, self.exchanges)

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        """Performs a call, records call and answer, and returns the answer."""
        arguments = self._noted(call.arguments)
        try:
            values = parse(call.arguments, what="the arguments", longest=len(call.arguments) + 1)
            found: HostAnswer | CallRefused = HostAnswer(json=canonical(self._do(call.name, values, seconds)))
        except InvalidValue as error:
            found, arguments = CallRefused(code="malformed", message=error.message), "[]"
        except _Refusal as error:
            found = CallRefused(code=error.code, message=self._redact(str(error)))
        if isinstance(found, HostAnswer):
            exchange = Exchange(name=call.name, arguments=arguments, answer=found.json)
        else:
            exchange = Exchange(name=call.name, arguments=arguments, code=found.code, message=found.message)
        self.exchanges.append(exchange)
        return found

    def finish(self, *, good: bool) -> None:
        """Ends the run; what it stored is kept only if `good`."""
        if self._store is not None:
            store, self._store = self._store, None
            if good:
                store.commit()
            else:
                store.close()

    def redact(self, text: str) -> str:
        """Returns a text with this run's secrets replaced."""
        return self._redact(text)

    def _noted(self, arguments: str) -> str:
        """Returns the arguments without secrets. The result is JSON even if a secret was a number."""
        redacted = self._redact(arguments)
        if redacted == arguments:
            return arguments
        try:
            json.loads(redacted)
        except ValueError:
            return canonical([redacted])
        return redacted

    def _do(self, name: str, values: JSONValue, seconds: float) -> JSONValue:
        if not isinstance(values, list):
            raise _Refusal("malformed", "the arguments are not a list")
        match name, values:
            case "http", [document]:
                return self._fetch(document, seconds)
            case "llm", [str(prompt)]:
                return self._complete(prompt, None, seconds)
            case "llm", [str(prompt), schema]:
                return self._complete(prompt, schema, seconds)
            case "store.keys", []:
                return list(self._opened().keys())
            case "store.get", [str(item)]:
                text = self._opened().get(_key(item))
                return None if text is None else parse(text, what="the value", longest=len(text) + 1)
            case "store.set", [str(item), value]:
                self._set(_key(item), value)
                return None
            case "store.delete", [str(item)]:
                return self._opened().delete(_key(item))
        raise _Refusal("malformed", f"wrong arguments for {name}")

    def _fetch(self, document: JSONValue, seconds: float) -> JSONValue:
        from mapp.ops.run.upstreams import PatientFetcher  # imported lazily: most runs make no request

        if self._fetcher is None:
            self._fetcher = self._workspace.fetcher()
            self._patience = PatientFetcher(self._workspace, run=self._run)
        hosts, fetcher = [grant for grant in self._hosts if grant.methods], self._fetcher
        found: dict[str, Any] = self._patience.fetch(
            document, lambda: fetcher.call(document, hosts, self._secrets), seconds=seconds
        )
        self.retries = self._patience.retries
        if "fault" in found:
            raise _Refusal(found["fault"], found["message"])
        return found

    def _opened(self) -> Store:
        use = self._app.manifest.capabilities.store
        if use is None or "store" not in self._allowed:
            raise _Refusal("denied", "the store was not granted")
        if self._store is None:
            path = self._workspace.home.store(self._app.name)
            try:
                self._store = Store(path, run=self._run, max_kb=use.max_kb)
            except Busy as error:
                raise _Refusal("busy", error.message) from None
        return self._store

    def _set(self, item: str, value: JSONValue) -> None:
        try:
            self._opened().set(item, canonical(value))
        except StoreFull as error:
            raise _Refusal("full", str(error)) from None

    def _complete(self, prompt: str, document: JSONValue, seconds: float) -> JSONValue:
        use = self._app.manifest.capabilities.llm
        if use is None or "llm" not in self._allowed:
            raise _Refusal("denied", "calls to a model were not granted")
        left = use.max_tokens - self._tokens
        if left <= 0 or len(prompt) > MAX_PROMPT_LENGTH:
            raise _Refusal("budget", f"more than {use.max_tokens} tokens, or {MAX_PROMPT_LENGTH} characters")
        self._prompted += len(prompt) + (0 if document is None else len(canonical(document)))
        if self._prompted > MAX_PROMPTED:
            raise _Refusal("budget", f"more than {MAX_PROMPTED} characters asked in one run")
        schema = None if document is None else _schema(document)
        if self._model is None:
            raise _Refusal("unavailable", "no model is configured: mapp config llm anthropic:NAME")
        asked = None if schema is None else schema.to_dict()
        try:
            done = self._model.complete(
                self._redact(prompt), schema=asked, max_tokens=left, seconds=min(seconds, MODEL_SECONDS)
            )
        except ModelFailed as error:
            raise _Refusal(error.kind, str(error)) from None
        self._tokens += max(done.tokens_out, 1)
        text = self._redact(done.text)
        return text if schema is None else _fitting(text, schema)


def _may_change(exchange: Exchange) -> bool:
    """Returns whether a call may change something that stays: what a failed run stores is discarded."""
    if exchange.name != "http":
        return exchange.name == "llm"
    try:
        [asked] = json.loads(exchange.arguments)
        return str(asked.get("method") or "GET").upper() not in ("GET", "HEAD", "OPTIONS")
    except (ValueError, AttributeError):
        return True


class _Refusal(Exception):
    """A refused call; never leaves the broker."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _within(grant: HttpGrant, allowed: Collection[str]) -> HttpGrant:
    """Returns the granted part of a host's entry: no methods if the host or its secret is not granted."""
    place, *_ = names_of(grant)
    secret = None if grant.secret is None else f"secret:{grant.secret.name}"
    if place not in allowed or (secret is not None and secret not in allowed):
        return replace(grant, methods=(), secret=None)
    named = {method: set(names_of(replace(grant, methods=(method,)))) for method in grant.methods}
    return replace(grant, methods=tuple(method for method in grant.methods if named[method] <= {*allowed}))


def _key_of_model(workspace: Workspace, allowed: Collection[str]) -> dict[str, str]:
    """Returns the model's key by its name: a server could send it back, so it is redacted too."""
    if "llm" in allowed:
        with contextlib.suppress(KeyNeeded):
            return {KEY: key(workspace.config.config_file, KEY)}
    return {}


def _key(text: str) -> str:
    if not 0 < len(text) <= MAX_KEY_LENGTH:
        raise _Refusal("malformed", f"a key has 1 to {MAX_KEY_LENGTH} characters")
    return text


def _schema(document: JSONValue) -> Schema:
    try:
        return Schema.from_dict(document)
    except MappError as error:
        raise _Refusal("malformed", str(error)[:500]) from None


def _fitting(text: str, schema: Schema) -> JSONValue:
    """Parses a model's answer; refuses one that does not match the schema."""
    inner = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        value = parse(inner, what="the answer")
    except InvalidValue:
        raise _Refusal("unfit", "the model's answer is not JSON") from None
    if violations(schema, value):
        raise _Refusal("unfit", "the model's answer does not match the schema")
    return value
