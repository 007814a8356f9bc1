"""Runs with host calls: a real server under TLS, a planted secret, a scripted model."""

from __future__ import annotations

import base64
import io
import json
import ssl
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from mapp.config import load_config
from mapp.errors import PermissionNeeded
from mapp.keys import KeyNeeded, set_key
from mapp.llm.model import Completion, Model, ModelFailed
from mapp.model.outcome import Failed, Value
from mapp.ops.run.batch import BatchOptions, map_rows
from mapp.ops.run.execute import Execution, execute
from mapp.ops.run.replay import replay
from mapp.ops.workspace import Workspace
from mapp.sandbox.broker.fetcher import Fetcher
from support.library import library
from support.web import World, answer, says, web

SECRET = "s3cr3t+/planted=value"
ANY: dict[str, Any] = {"type": ["object", "string", "number", "array", "null"]}
HOST: dict[str, Any] = {
    "host": "api.example",
    "methods": ["GET"],
    "secret": {"name": "EXAMPLE_KEY", "header": "Authorization", "prefix": "Bearer "},
}
HOST_PLAIN: dict[str, Any] = {"host": "api.example", "methods": ["GET"], "plain": True}
WEB = ("http:api.example", "secret:EXAMPLE_KEY")


@dataclass
class Says:
    """A model with scripted answers that keeps its prompts."""

    answers: list[str]
    prompts: list[str] = field(default_factory=list)
    budgets: list[int] = field(default_factory=list)

    def complete(
        self,
        prompt: str,
        *,
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        seconds: float,
        block: str = "",
        sample: int = 0,
    ) -> Completion:
        self.prompts.append(prompt)
        self.budgets.append(max_tokens)
        if not self.answers:
            raise ModelFailed("rate_limited", "later")
        return Completion(text=self.answers.pop(0), tokens_in=1, tokens_out=10)


@dataclass(kw_only=True)
class Outside(Workspace):
    """A workspace whose network and model belong to the test."""

    world_outside: World | None = None
    tls: ssl.SSLContext | None = None
    answering: Model | None = None

    def fetcher(self) -> Fetcher:
        assert self.world_outside is not None
        return self.world_outside.fetcher(tls=self.tls)

    def model(self) -> Model | None:
        return self.answering


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def serving(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


def _app(body: str, **capabilities: Any) -> None:
    draft = library().app("asks").stating(capabilities=capabilities, output=ANY)
    draft.source(f"function main(input, host) {{ {body} }}").build()


def _exec(workspace: Workspace, *grants: str) -> Execution:
    try:
        return execute(workspace, "asks", {"number": 1}, grants=grants)
    finally:
        workspace.close()


def _forms(secret: str) -> list[bytes]:
    plain = secret.encode()
    return [
        *(plain, plain[::-1], base64.b64encode(plain), base64.b64encode(plain)[::-1]),
        *(
            urllib.parse.quote(secret, safe="").encode(),
            base64.b64encode(b"Bearer " + plain),
            plain.hex().encode(),
        ),
    ]


def test_a_secret_reaches_the_server_and_nothing_else(
    world: Path, serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    leaks = b" | ".join(_forms(SECRET))
    _app("return host.http({url: 'https://api.example/a?b=1'});", http=[HOST])
    set_key(load_config().config_file, "EXAMPLE_KEY", SECRET)
    with web(says(answer(leaks, "X-Echo: " + SECRET)), tls=serving) as (outside, server):
        workspace = Outside(config=load_config(), world_outside=outside, tls=trusting)
        done = _exec(workspace, *WEB)

    assert f"Bearer {SECRET}".encode() in server.requests[0]
    assert isinstance(done.outcome, Value)
    assert "[secret EXAMPLE_KEY]" in str(done.outcome.output)
    found = [str(done.to_dict()).encode()]
    found += [path.read_bytes() for path in (world / "library").rglob("*") if path.is_file()]
    for form in _forms(SECRET):
        assert not [data for data in found if form in data], form

    again = Workspace(config=load_config())
    assert replay(again, done.run).equal
    again.close()


def test_every_row_of_a_batch_has_its_own_broker() -> None:
    _app("return host.http({url: 'http://api.example/' + input.number}).body;", http=[{**HOST_PLAIN}])
    said: list[str] = []
    with web(says(answer(b"one")), says(answer(b"other"))) as (outside, server):
        workspace = Outside(config=load_config(), world_outside=outside)
        rows = b"".join(b'{"number": %d}\n' % number for number in range(6))
        options = BatchOptions(jobs=3, grants=("http:api.example+plain",))
        mapped = map_rows(workspace, "asks", io.BytesIO(rows), said.append, options=options)
        runs = list(workspace.journal.runs())
        workspace.close()

    assert (mapped.rows, mapped.failed) == (6, 0)
    assert sorted(json.loads(line)["output"] for line in said) == ["one"] + ["other"] * 5
    assert {request.split()[1] for request in server.requests} == {b"/%d" % number for number in range(6)}
    again = Workspace(config=load_config())
    assert [replay(again, run.id).equal for run in runs] == [True] * 6
    again.close()


def test_an_app_is_not_started_without_its_grant_or_its_key() -> None:
    _app("return host.http({url: 'https://api.example/'});", http=[HOST])

    with pytest.raises(PermissionNeeded) as error:
        _exec(Outside(config=load_config()))
    assert error.value.hint == "mapp grant asks http:api.example secret:EXAMPLE_KEY"
    with pytest.raises(KeyNeeded):
        _exec(Outside(config=load_config()), *WEB)


def test_an_app_can_catch_a_network_fault_by_its_code_and_it_is_recorded() -> None:
    host = {**HOST, "plain": True}
    del host["secret"]
    call = "host.http({url: 'http://api.example/'})"
    _app(f"try {{ {call} }} catch (e) {{ return [e.name, e.code]; }}", http=[host])
    workspace = Outside(config=load_config(), world_outside=World({}))
    run = _exec(workspace, "http:api.example+plain")

    assert isinstance(run.outcome, Value)
    assert run.outcome.output == ["HostError", "dns"]


def test_a_model_is_called_within_the_token_limit_of_the_run() -> None:
    body = """
        const found = [host.llm('a'), host.llm('b', {type: 'integer'})];
        try { host.llm('c') } catch (e) { return [...found, e.code]; }
    """
    _app(body, llm={"max_tokens": 15})
    model = Says(["one", "```json\n2\n```"])
    done = _exec(Outside(config=load_config(), answering=model), "llm")

    assert isinstance(done.outcome, Value)
    assert done.outcome.output == ["one", 2, "budget"]
    assert (model.prompts, model.budgets) == (["a", "b"], [15, 5])


def test_prompts_count_towards_the_limit_as_well_as_answers() -> None:
    body = """
        let asked = 0;
        try { for (;;) { host.llm('x'.repeat(99999)); asked += 1; } } catch (e) { return [asked, e.code]; }
    """
    _app(body, llm={"max_tokens": 100_000})
    model = Says(["one"] * 9)
    done = _exec(Outside(config=load_config(), answering=model), "llm")

    assert isinstance(done.outcome, Value)
    assert done.outcome.output == [4, "budget"]
    assert len(model.prompts) == 4


def test_a_secret_that_is_a_number_is_redacted_in_the_recording() -> None:
    _app(
        "try { host.http({url: 'https://api.example/', n: [1234567890]}); } catch (e) { return e.code; }",
        http=[HOST],
    )
    set_key(load_config().config_file, "EXAMPLE_KEY", "1234567890")
    workspace = Outside(config=load_config(), world_outside=World({}))
    done = execute(workspace, "asks", {"number": 1}, grants=WEB)
    _, calls = workspace.journal.run(done.run)
    workspace.close()

    assert isinstance(done.outcome, Value)
    assert calls is not None
    assert "[secret EXAMPLE_KEY]" in calls
    assert "1234567890" not in calls


@pytest.mark.parametrize(
    ("model", "call", "code"),
    [
        (None, "host.llm('a')", "unavailable"),
        (Says([]), "host.llm('a')", "rate_limited"),
        (Says(["maybe"]), "host.llm('a', {type: 'integer'})", "unfit"),
        (Says(['"x"']), "host.llm('a', {type: 'integer'})", "unfit"),
        (Says(["1"]), "host.llm('a', {$ref: 'http://x'})", "malformed"),
        (Says(["1"]), "host.llm(1)", "malformed"),
    ],
)
def test_a_model_failure_is_an_error_with_a_code(model: Model | None, call: str, code: str) -> None:
    _app(f"try {{ return {call}; }} catch (e) {{ return e.code; }}", llm={"max_tokens": 5})
    done = _exec(Outside(config=load_config(), answering=model), "llm")

    assert isinstance(done.outcome, Value)
    assert done.outcome.output == code


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("set('', 1)", "malformed"),
        ("set('k'.repeat(201), 1)", "malformed"),
        ("set(1, 1)", "malformed"),
        ("set('k', 'x'.repeat(2000))", "full"),
        ("get({})", "malformed"),
    ],
)
def test_a_store_failure_is_an_error_with_a_code(call: str, code: str) -> None:
    _app(f"try {{ host.store.{call}; }} catch (e) {{ return e.code; }}", store={"max_kb": 1})
    done = _exec(Outside(config=load_config()), "store")

    assert isinstance(done.outcome, Value)
    assert done.outcome.output == code


def test_an_uncaught_host_error_fails_the_run() -> None:
    _app("return host.llm('a');", llm={"max_tokens": 5})
    done = _exec(Outside(config=load_config()), "llm")

    assert isinstance(done.outcome, Failed)
    assert done.outcome.message.startswith("HostError: no model is configured")
