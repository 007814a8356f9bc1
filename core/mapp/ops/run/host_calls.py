"""Answers what one run asks of the outside: checks manifest and grant, does it, and writes it down."""

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
from mapp.sandbox.calls import CallRefused, HostAnswer, HostCall

MAX_PROMPT_LENGTH: Final = 100_000
MAX_PROMPTED: Final = 4 * MAX_PROMPT_LENGTH
"""Characters of all prompts and schemas of one run: what is asked is paid for as well as what is answered."""
MODEL_SECONDS: Final = 60.0


class RunBroker:
    """What stands between one run and the outside; `finish` it whatever came of the run.

    It holds the secrets that the app's hosts need, and nothing that it returns or notes has them in it.
    """

    def __init__(self, workspace: Workspace, app: App, allowed: Collection[str], *, run: str) -> None:
        """Gathers the secrets, and opens the model if there will be a use for it.

        Raises:
            KeyNeeded: a host's secret or the model's key is missing.
            UsageError: the settings name no model.
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
        # Asked for now: a run that stops in the middle for want of a key may have sent something already.
        self._model: Model | None = workspace.model() if "llm" in self._allowed else None
        self._tokens = self._prompted = 0
        self.exchanges: list[Exchange] = []

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        """Returns what came of a call, and notes both."""
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
        """Ends the run: what it stored counts only if it ended well."""
        if self._store is not None:
            store, self._store = self._store, None
            if good:
                store.commit()
            else:
                store.close()

    def redact(self, text: str) -> str:
        """Returns a text without this run's secrets."""
        return self._redact(text)

    def _noted(self, arguments: str) -> str:
        """Returns the arguments without secrets; still JSON, even if a number was one."""
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
            raise _Refusal("malformed", "the arguments are no list")
        match name, values:
            case "http", [document]:
                return self._fetch(document)
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
        raise _Refusal("malformed", f"these are no arguments of {name}")

    def _fetch(self, document: JSONValue) -> JSONValue:
        if self._fetcher is None:
            self._fetcher = self._workspace.fetcher()
        hosts = [grant for grant in self._hosts if grant.methods]
        found: dict[str, Any] = self._fetcher.call(document, hosts, self._secrets)
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
            raise _Refusal("denied", "questions to a model were not granted")
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


class _Refusal(Exception):
    """A call that is refused; never leaves the broker."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _within(grant: HttpGrant, allowed: Collection[str]) -> HttpGrant:
    """Returns the granted part of a host's entry: no methods if the host or its secret was not granted."""
    place, *_ = names_of(grant)
    secret = None if grant.secret is None else f"secret:{grant.secret.name}"
    if place not in allowed or (secret is not None and secret not in allowed):
        return replace(grant, methods=(), secret=None)
    named = {method: set(names_of(replace(grant, methods=(method,)))) for method in grant.methods}
    return replace(grant, methods=tuple(method for method in grant.methods if named[method] <= {*allowed}))


def _key_of_model(workspace: Workspace, allowed: Collection[str]) -> dict[str, str]:
    """Returns the key that is sent to the model, by its name: what answers there may send it back."""
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
    """Returns the value that a model's answer is; one that does not fit is no answer."""
    inner = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        value = parse(inner, what="the answer")
    except InvalidValue:
        raise _Refusal("unfit", "the model's answer is no JSON") from None
    if violations(schema, value):
        raise _Refusal("unfit", "the model's answer does not fit the schema")
    return value
