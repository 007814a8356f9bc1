"""The real client against a server on loopback that speaks the Messages API, correctly or not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from mapp.author.coder import Brief, Files, Progress, Proposal
from mapp.author.coders.anthropic import AnthropicCoder
from mapp.author.errors import BadAnswer, CoderFailed, CoderRefused, NoCredentials, OverBudget, Unavailable
from mapp.author.prices import parse_price
from mapp.author.prompt import fixed
from mapp.model.budget import Budget
from support.messages_api import (
    SAID,
    USAGE,
    body_of,
    event,
    events,
    pings_for_ever,
    refuses,
    silent,
    streams,
    submits,
)
from support.web import Behaviour, Server

KEY = "sk-planted-0123456789"
PRICE = parse_price("3/15")
BRIEF = Brief(app="vat", phase="code", goal="add 20% VAT")
WORKSPACE: Files = {"mapp.toml": b"manifest = 1\n", "main.js": b"old"}
SOURCE = "function main(input) { return 1; }\n"
GOOD = events(submits({"main.js": SOURCE}))
READ = sum(USAGE.values())
COST = USAGE["input_tokens"] * 3 + 80 * 3 + 125 * 3 + SAID * 15
"""In micro-dollars: 800 tokens at a tenth, 100 at five quarters of the price of reading."""


def coder(server: Server, **options: object) -> AnthropicCoder:
    made = {"model": "m", "key": KEY, "price": PRICE, "url": f"http://127.0.0.1:{server.port}", **options}
    return AnthropicCoder(**made)  # type: ignore[arg-type]


def ask(
    *behaviours: Behaviour, budget: Budget | None = None, watch: Callable[[Progress], None] = lambda _: None
) -> tuple[Proposal, Server]:
    with Server(*behaviours) as server:
        return coder(server).propose(BRIEF, WORKSPACE, budget or Budget(), watch), server


def failure(*behaviours: Behaviour, budget: Budget | None = None) -> tuple[CoderFailed, Server]:
    with Server(*behaviours) as server, pytest.raises(CoderFailed) as error:
        coder(server).propose(BRIEF, WORKSPACE, budget or Budget(), lambda _: None)
    assert KEY not in str(error.value) + error.value.hint
    return error.value, server


def test_the_submission_is_the_proposal_and_every_token_is_counted() -> None:
    answered, server = ask(streams(GOOD))

    assert answered.files == {"main.js": SOURCE.encode()}
    assert answered.reason == "as asked"
    spend = answered.spend
    assert (spend.tokens_in, spend.cached_in, spend.written_in) == (READ, 800, 100)
    assert (spend.tokens_out, spend.calls, spend.cost_micros) == (SAID, 1, COST)
    assert (spend.model, server.connections) == ("m", 1)


def test_the_fixed_part_comes_first_and_is_marked_for_the_cache() -> None:
    _, server = ask(streams(GOOD))
    sent = body_of(server.requests[0])

    assert sent["system"] == [{"type": "text", "text": fixed("code"), "cache_control": {"type": "ephemeral"}}]
    stable, fresh = sent["messages"][0]["content"]
    assert stable["cache_control"] == {"type": "ephemeral"} and "cache_control" not in fresh
    assert "manifest = 1" in stable["text"] and "old" in fresh["text"]
    assert sent["tools"][0]["input_schema"]["properties"]["files"]["required"] == ["main.js"]
    assert sent["stream"] is True
    assert KEY not in json.dumps(sent)


def test_the_part_before_the_stable_part_is_the_same_in_every_round() -> None:
    heads = []
    for number, files in ((1, {}), (2, {"mapp.toml": b"old", "tests/examples.jsonl": b"{}"})):
        answered = streams(events(submits({"mapp.toml": "manifest = 1"})))
        with Server(answered) as server:
            brief = Brief(app="vat", phase="contract", goal="add 20% VAT", round=number)
            coder(server).propose(brief, files, Budget(), lambda _: None)
        sent = body_of(server.requests[0])
        heads.append((sent["tools"], sent["tool_choice"], sent["system"], sent["messages"][0]["content"][0]))

    assert heads[0] == heads[1]


def test_progress_is_reported_while_it_writes() -> None:
    told: list[Progress] = []
    long = submits({"main.js": SOURCE * 200})
    ask(streams(events(long, pieces=50)), watch=told.append)

    written = [progress.tokens_out for progress in told if progress.doing == "writing"]
    assert len(written) > 5 and written == sorted(written) and written[-1] > 1000


@pytest.mark.parametrize(
    "first", [refuses(429, "rate_limit_error", "Retry-After: 0.01"), refuses(529, "overloaded_error")]
)
def test_a_busy_service_is_retried_and_only_the_answer_is_paid_for(first: Behaviour) -> None:
    answered, server = ask(first, streams(GOOD))

    assert server.connections == 2
    assert (answered.spend.calls, answered.spend.cost_micros) == (2, COST)


def test_a_service_that_stays_busy_fails_the_call_and_costs_nothing() -> None:
    error, server = failure(refuses(429, "rate_limit_error", "Retry-After: 0.01"))

    assert isinstance(error, Unavailable)
    assert (server.connections, error.spend.calls, error.spend.tokens, error.spend.cost_micros) == (
        3,
        3,
        0,
        0,
    )


def test_a_wait_that_is_longer_than_the_budget_ends_with_the_budget() -> None:
    error, server = failure(refuses(429, "rate_limit_error", "Retry-After: 50"), budget=Budget(seconds=1.0))

    assert isinstance(error, OverBudget)
    assert (server.connections, error.spend.calls, error.spend.cost_micros) == (1, 1, 0)
    assert error.spend.seconds < 20


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (refuses(401, "authentication_error", message=KEY), NoCredentials),
        (refuses(403, "permission_error", message=KEY), NoCredentials),
        (refuses(404, "not_found_error"), BadAnswer),
        (refuses(400, "invalid_request_error"), BadAnswer),
        (refuses(413, "request_too_large"), Unavailable),
    ],
)
def test_a_rejected_request_has_a_kind_and_costs_nothing(
    behaviour: Behaviour, kind: type[CoderFailed]
) -> None:
    error, server = failure(behaviour)

    assert isinstance(error, kind)
    assert (server.connections, error.spend.cost_micros) == (1, 0)


def worst(budget: Budget | None = None) -> int:
    made = AnthropicCoder(model="m", key=KEY, price=PRICE)
    return made.max_cost(BRIEF, WORKSPACE, budget or Budget()).cost_micros


@pytest.mark.parametrize("after", [1, 4, len(GOOD) - 1])
@pytest.mark.parametrize("ends", [True, False])
def test_a_cut_stream_is_a_failure_and_counts_at_its_maximum(after: int, ends: bool) -> None:
    behaviour = streams(GOOD[:after]) if ends else streams(GOOD, cut_after=after)
    error, server = failure(behaviour)

    assert isinstance(error, Unavailable)
    assert server.connections == 1
    assert error.spend.tokens_in == READ
    assert error.spend.tokens_out == 16_000
    assert COST < error.spend.cost_micros <= worst()


def test_a_connection_that_breaks_before_the_answer_counts_at_its_maximum_and_is_not_retried() -> None:
    error, server = failure(lambda connection: None)

    assert isinstance(error, Unavailable)
    assert server.connections == 1
    assert error.spend.cost_micros == worst()


def test_without_a_server_nothing_is_spent() -> None:
    with Server() as server:
        pass
    with pytest.raises(Unavailable) as error:
        coder(server).propose(BRIEF, WORKSPACE, Budget(), lambda _: None)

    assert (error.value.spend.tokens, error.value.spend.cost_micros) == (0, 0)


def test_an_error_in_the_middle_of_a_stream_is_reported() -> None:
    overloaded = event({"type": "error", "error": {"type": "overloaded_error", "message": "x"}})
    error, _ = failure(streams([*GOOD[:4], overloaded]))

    assert isinstance(error, Unavailable)
    assert error.spend.tokens_in == READ


def test_a_refusal_is_paid_for() -> None:
    error, _ = failure(streams(events("", stop="refusal", words="I would rather not")))

    assert isinstance(error, CoderRefused)
    assert error.spend.cost_micros == COST


def test_an_answer_that_is_too_long_is_a_bad_answer_and_is_paid_for() -> None:
    half = submits({"main.js": SOURCE})[:30]
    error, _ = failure(streams(events(half, stop="max_tokens")))

    assert isinstance(error, BadAnswer) and "did not fit" in error.message
    assert error.spend.cost_micros == COST


@pytest.mark.parametrize(
    "submitted",
    [
        '{"plan": "x", "files": {"main.js": ',
        "[]",
        "{}",
        '{"files": {"main.js": 7}}',
        "[" * 100_000,
        '{"files":[]}',
    ],
)
def test_a_malformed_submission_is_a_bad_answer_and_is_paid_for(submitted: str) -> None:
    error, _ = failure(streams(events(submitted)))

    assert isinstance(error, BadAnswer)
    assert error.spend.cost_micros == COST


def test_text_instead_of_the_tool_is_a_bad_answer() -> None:
    error, _ = failure(streams(events("", stop="end_turn", words="Here you are: …")))

    assert isinstance(error, BadAnswer) and "submitted nothing" in error.message


@pytest.mark.parametrize("behaviour", [silent, pings_for_ever([]), pings_for_ever(GOOD[:4])])
def test_a_slow_service_is_stopped_by_the_budget_and_counts_at_its_maximum(behaviour: Behaviour) -> None:
    error, server = failure(behaviour, budget=Budget(seconds=1.0))

    assert isinstance(error, OverBudget)
    assert server.connections == 1
    assert error.spend.tokens_out == 16_000
    assert COST < error.spend.cost_micros <= worst()


def test_the_length_of_an_answer_is_limited_by_the_money_left() -> None:
    tight = Budget(micros=40_000)
    _, server = ask(streams(GOOD), budget=tight)

    allowed = body_of(server.requests[0])["max_tokens"]
    assert 1_000 <= allowed < 40_000 / 15
    assert worst(tight) <= 40_000


def test_with_too_small_a_budget_the_service_is_not_called() -> None:
    for budget in (Budget(micros=1_000), Budget(tokens=3_000), Budget(rounds=0), Budget(seconds=0.0)):
        error, server = failure(streams(GOOD), budget=budget)
        assert isinstance(error, OverBudget)
        assert (server.connections, error.spend.calls) == (0, 0)


def test_the_environment_changes_neither_the_place_nor_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(streams(GOOD)) as other, Server(streams(GOOD)) as server:
        for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
            monkeypatch.setenv(name, "sk-of-the-environment")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{other.port}")
        coder(server).propose(BRIEF, WORKSPACE, Budget(), lambda _: None)
        monkeypatch.setattr("mapp.author.coders.anthropic.SERVICE", f"http://127.0.0.1:{server.port}")
        coder(server, url="").propose(BRIEF, WORKSPACE, Budget(), lambda _: None)

    assert (server.connections, other.connections) == (2, 0)
    for sent in server.requests:
        assert KEY.encode() in sent and b"of-the-environment" not in sent


def test_without_a_key_the_service_is_not_called() -> None:
    with Server() as server, pytest.raises(NoCredentials):
        coder(server, key="").propose(BRIEF, WORKSPACE, Budget(), lambda _: None)
    assert server.connections == 0


def test_the_watcher_can_stop_the_call() -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with Server(pings_for_ever(GOOD[:4])) as server, pytest.raises(KeyboardInterrupt):
        coder(server).propose(BRIEF, WORKSPACE, Budget(), stop)
