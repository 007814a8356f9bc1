"""What happens after a heal is merged: stand-by, evidence, promotion and revert."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from mapp.git.repository import Repository
from mapp.library import branches, read
from mapp.library.commit_app import message
from mapp.library.landing import Committed
from mapp.library.load_to_run import in_canary
from mapp.library.paths import CANARY
from mapp.library.rejections import patch_id, rejected
from mapp.model.canary import REPLAYS, RUNS
from mapp.model.incident import Incident
from mapp.model.recording import Exchange
from mapp.observe.canaries import Canaries
from mapp.observe.incidents import Incidents
from mapp.ops.heal.canary import settle, stand_by
from mapp.ops.heal.evidence import open_canary, was_harmless
from mapp.ops.heal.heal import is_healed
from mapp.ops.heal.revert import revert, reverted_heals
from mapp.ops.run.batch import MAX_NOTED, map_rows
from mapp.ops.run.execute import Execution, execute
from mapp.ops.run.permissions import Quarantined
from mapp.ops.workspace import Workspace
from support.apps import Draft, app
from support.library import FORCED, SOMEBODY, Built, fsck, git
from support.rates import CAREFUL, rates, recording
from support.rates import answer as rate
from support.terminal import mapp
from support.web import answer, says, web

THROWING = "function main(input) {{\n  if ({}) throw new TypeError('x');\n  return input.number * 2;\n}}\n"
GOOD = THROWING.format("input.number === 13")
HEALED = "function main(input) {\n  return input.number * 2;\n}\n"
CONSTANT = "function main(input) {\n  return 4;\n}\n"
FAILING = THROWING.format("input.number > 5")
TRIPLE = HEALED.replace("* 2", "* 3")
FINGERPRINT = "v1:abc"


def _draft(source: str, version: str = "1.0.0") -> Draft:
    return app("double").version(version).source(source)


@pytest.fixture
def built() -> Iterator[Built]:
    built = Built()
    said: list[str] = []
    built.workspace.tell = said.append
    built.workspace.stand_by = stand_by
    built.home.apps.mkdir(parents=True, exist_ok=True)
    built.put(_draft(GOOD))
    with contextlib.closing(built.workspace):
        yield built


def _said(built: Built) -> list[str]:
    said: Any = built.workspace.tell
    found: list[str] = said.__self__
    return found


def _heal(built: Built, source: str, *, expected: float = 26.0, incident: str = "i1") -> Committed:
    """Merges a heal as `mapp heal` does, whatever the gate would say about it."""
    trailers = {
        "Mapp-Operation": "heal",
        "Mapp-Incident": incident,
        "Mapp-Fingerprint": FINGERPRINT,
        **FORCED,
    }
    row = json.dumps({"input": {"number": 13}, "output": expected}) + "\n"
    draft = _draft(source, "1.0.1").file("tests/regressions.jsonl", row)
    branches.begin(built.home, "double", f"heal/{incident}")
    branches.grow(built.home, "double", f"heal/{incident}", draft.files, message("fix", trailers), SOMEBODY)
    return branches.merge(
        built.home, "double", f"heal/{incident}", message("double: 1.0.1", trailers), SOMEBODY
    )


def _merge(built: Built, draft: Draft) -> Committed:
    trailers = {"Mapp-Operation": "heal", "Mapp-Incident": "i1", **FORCED}
    branches.begin(built.home, draft.name, "heal/i1")
    branches.grow(built.home, draft.name, "heal/i1", draft.files, message("fix", trailers), SOMEBODY)
    return branches.merge(built.home, draft.name, "heal/i1", message(draft.name, trailers), SOMEBODY)


def _run(built: Built, number: float) -> Execution:
    return execute(built.workspace, "double", {"number": number})


def _incident(built: Built, **more: Any) -> Incident:
    known: dict[str, Any] = {
        "id": "i1",
        "app": "double",
        "failure": "code_bug",
        "fingerprint": FINGERPRINT,
        "version": "1.0.0",
        "commit": "c",
        "tree": "t",
        "first": 1.0,
        "last": 1.0,
        "run": "r",
    }
    incident = Incident(**{**known, **more})
    Incidents(built.home.journal).put(incident)
    return incident


def _newest(built: Built) -> Any:
    return next(read.history(built.home, "double"))


def test_a_merged_heal_opens_a_canary_and_nothing_else_does(built: Built) -> None:
    first = built.put(_draft(GOOD, "1.0.0").file("README.md", "x")).commit
    assert not in_canary(built.home, "double", first)

    healed = _heal(built, HEALED)

    assert in_canary(built.home, "double", healed.commit)
    found = open_canary(built.workspace, "double")
    assert found is not None and (found.commit.id, found.before) == (healed.commit, first)
    git(built.repository("double"), "pack-refs", "--all")
    assert in_canary(built.home, "double", healed.commit)
    later = built.put(_draft(HEALED, "1.0.2"))
    assert not in_canary(built.home, "double", later.commit)
    assert open_canary(built.workspace, "double") is None
    fsck(built.home.root)


def test_a_good_heal_of_a_rarely_used_app_is_promoted_by_replay_without_a_live_run(built: Built) -> None:
    for number in range(REPLAYS):
        _run(built, number)
    healed = _heal(built, HEALED)

    found = settle(built.workspace, "double")

    assert found is not None and (found.state, found.why) == (
        "promoted",
        "10 recorded runs were replayed well",
    )
    assert Canaries(built.home.journal).ended(healed.commit) == ("promoted", found.why)
    assert not in_canary(built.home, "double", healed.commit)
    assert settle(built.workspace, "double") is None
    assert _newest(built).id == healed.commit


@pytest.mark.parametrize("source", [CONSTANT, FAILING])
def test_a_bad_heal_is_reverted_by_replay_without_a_live_run(built: Built, source: str) -> None:
    first = _newest(built)
    incident = _incident(built)
    for number in (7, 8):
        _run(built, number)
    healed = _heal(built, source)
    assert is_healed(built.workspace, incident)

    found = settle(built.workspace, "double")

    assert found is not None and found.state == "reverted"
    newest = _newest(built)
    assert (newest.tree, newest.parents) == (first.tree, (healed.commit,))
    trailers = newest.trailers
    assert (trailers["Mapp-Operation"], trailers["Mapp-Reverts"]) == ("rollback", healed.commit)
    assert (trailers["Mapp-Incident"], trailers["Mapp-Fingerprint"]) == ("i1", FINGERPRINT)
    assert trailers["Mapp-Reason"] == found.why
    assert any("is back at 1.0.0" in row for row in _said(built))
    assert [row.source for row in reverted_heals(built.workspace, "double")] == [source]
    again = Incidents(built.home.journal).get("i1")
    assert (again.state, json.loads(again.expected)) == ("open", {"output": 26.0})
    assert not in_canary(built.home, "double", newest.id)
    assert not is_healed(built.workspace, again)
    assert patch_id(source.encode()) in rejected(built.home, "double", FINGERPRINT)
    fsck(built.home.root)


def test_the_tests_judge_a_heal_even_if_no_run_was_recorded(built: Built) -> None:
    _heal(built, TRIPLE)

    found = settle(built.workspace, "double")

    assert found is not None and found.state == "reverted"
    assert found.worst is not None and found.worst.run == "tests/examples.jsonl:1"


def test_the_run_that_hits_a_bad_heal_is_answered_by_the_version_on_stand_by(built: Built) -> None:
    first = _newest(built)
    _heal(built, FAILING)

    hit = _run(built, 9)

    assert (hit.to_dict()["output"], hit.version, hit.commit) == (18, "1.0.0", first.id)
    assert any("1.0.1 failed" in row and "1.0.0 answered instead" in row for row in _said(built))
    runs = [(row.version, row.outcome) for row in built.workspace.journal.runs(app="double")]
    assert runs == [("1.0.0", "ok"), ("1.0.1", "threw")]
    assert _newest(built).trailers["Mapp-Operation"] == "heal", "one fault is not enough"
    assert _run(built, 8).to_dict()["output"] == 16
    assert _newest(built).trailers["Mapp-Operation"] == "rollback"


def test_a_wrong_answer_is_noticed_because_both_versions_run(built: Built) -> None:
    _heal(built, "function main(input) {\n  return input.number > 5 ? 4 : input.number * 2;\n}\n")

    outputs = [_run(built, number).to_dict()["output"] for number in (1, 8, 9, 9)]

    assert outputs == [2, 4, 4, 18]
    assert _newest(built).trailers["Mapp-Operation"] == "rollback"


def _map(built: Built, numbers: Iterable[float]) -> list[dict[str, Any]]:
    rows = "".join(json.dumps({"number": number}) + "\n" for number in numbers).encode()
    said: list[str] = []
    map_rows(built.workspace, "double", io.BytesIO(rows), said.append)
    return [json.loads(line) for line in said]


def test_rows_that_hit_a_bad_heal_are_answered_by_the_version_on_stand_by(built: Built) -> None:
    _heal(built, FAILING)

    found = _map(built, range(1, 31))

    assert [row["output"] for row in found[:12]] == [2 * number for number in range(1, 13)]
    assert (found[12]["outcome"], "output" in found[12]) == ("threw", False), "both versions fail for 13"
    assert [row.get("version") for row in found[3:7]] == [None, None, "1.0.0", "1.0.0"]
    assert _newest(built).trailers["Mapp-Operation"] == "rollback"
    told = [row for row in _said(built) if "answered instead" in row]
    assert len(told) == 1, "once for all rows"
    assert [row["outcome"] for row in _map(built, [9])] == ["ok"]


def test_rows_with_wrong_answers_judge_a_heal_that_never_fails(built: Built) -> None:
    _heal(built, "function main(input) {\n  return input.number > 5 ? 4 : input.number * 2;\n}\n")

    found = _map(built, range(1, 11))

    assert {row["outcome"] for row in found} == {"ok"}
    assert _newest(built).trailers["Mapp-Operation"] == "rollback"


def test_rows_that_go_well_count_as_runs_of_the_healed_version(built: Built) -> None:
    healed = _heal(built, HEALED)

    _map(built, [number for number in range(100) if number != 13])

    assert Canaries(built.home.journal).ended(healed.commit) == ("promoted", f"{RUNS} runs went well")
    assert len(list(built.workspace.journal.runs(app="double"))) == MAX_NOTED


def test_a_good_heal_is_promoted_after_its_runs(built: Built) -> None:
    built.workspace.clock = lambda: 1_700_000_000.0
    for number in range(RUNS):
        _run(built, number if number != 13 else 1)
    healed = _heal(built, HEALED)
    states = []
    for number in range(RUNS):
        states.append(in_canary(built.home, "double", healed.commit))
        _run(built, 13 if number % 2 else number)

    assert all(states) and not in_canary(built.home, "double", healed.commit)
    ended = Canaries(built.home.journal).ended(healed.commit)
    assert ended is not None and ended[0] == "promoted"


def test_answers_that_differ_as_the_persons_test_states_are_not_held_against_the_heal(built: Built) -> None:
    built.put(_draft("function main(input) { return input.number === 2 ? 4 : input.number; }\n"))
    _heal(built, HEALED)

    for number in (5, 6, 7):
        _run(built, number)

    canary = open_canary(built.workspace, "double")
    assert canary is not None
    found = Canaries(built.home.journal).evidence(canary.commit.id)
    assert {row.finding for row in found} == {"meant"}


RENAMED = json.dumps({"base": "USD", "quotes": {"CHF": 0.5}}).encode()
READS_BOTH = CAREFUL.replace("body.rates && body.rates.CHF", "(body.rates ?? body.quotes ?? {}).CHF")
MAKES_UP = READS_BOTH.replace(
    'if (answer.status !== 200) throw new Error("unavailable");', "if (answer.status !== 200) return 0;"
)


@pytest.mark.parametrize(
    ("source", "status", "findings"),
    [(READS_BOTH, "200 OK", ["meant"] * 3), (MAKES_UP, "503 Service Unavailable", ["changed"] * 2)],
)
def test_an_output_in_place_of_an_error_is_meant_if_the_service_answered(
    world: Any, monkeypatch: pytest.MonkeyPatch, source: str, status: str, findings: list[str]
) -> None:
    http = {"http": [{"host": "api.example", "methods": ["GET"], "plain": True}]}

    def draft(source: str) -> Draft:
        return rates(source.replace("https://rates.example", "http://api.example")).stating(capabilities=http)

    built = Built()
    built.home.apps.mkdir(parents=True, exist_ok=True)
    built.put(draft(CAREFUL))
    _incident(built, app="rates", failure="upstream_changed")
    call = rate("USD", body=RENAMED.decode())
    call["arguments"][0]["url"] = call["answer"]["url"] = "http://api.example/latest?base=USD"
    row = {"input": {"amount": 10, "base": "USD"}, "valid": "output", "recording": "heal-1"}
    healed = draft(source).version("1.0.1").file("tests/regressions.jsonl", json.dumps(row) + "\n")
    merged = _merge(built, healed.file("tests/recordings/heal-1.json", recording(call)))

    for amount in range(1, 4):
        with web(says(answer(RENAMED, status=status))) as (outside, _):
            monkeypatch.setattr(Workspace, "fetcher", lambda self, served=outside: served.fetcher())
            mapp("exec", "rates", f"amount={amount}", "base=USD", "--grant", "http:api.example+plain")

    assert [row.finding for row in Canaries(built.home.journal).evidence(merged.commit)] == findings
    taken_back = [row.commit for row in reverted_heals(built.workspace, "rates")]
    assert taken_back == ([] if source == READS_BOTH else [merged.commit])
    (incident,) = (row for row in Incidents(built.home.journal).all("rates") if row.id == "i1")
    assert (incident.state, incident.expected) == ("open", "")


def test_an_answer_that_something_else_in_the_heal_changes_is_held_against_it(built: Built) -> None:
    old = (
        "function main(input) {\n  const factor = input.number < 0 ? 2 : 2;\n"
        "  return input.number * factor - (input.number > 10 ? 1 : 0);\n}\n"
    )
    built.put(_draft(old))
    healed = _heal(built, old.replace("? 1", "? 0").replace("? 2", "? 3"))

    for number in (20, -4):
        _run(built, number)

    found = Canaries(built.home.journal).evidence(healed.commit)
    assert [row.finding for row in found if row.source == "live"] == ["meant", "changed"]


def test_an_answer_that_breaks_a_predicate_of_the_app_was_no_answer(built: Built) -> None:
    law = "function prop_even(input, output) { return Number.isInteger(output / 2); }\n"
    odd = _draft("function main(input) { return input.number === 7 ? 15 : input.number * 2; }\n")
    built.put(odd.file("tests/properties.js", law))
    draft = _draft(HEALED, "1.0.1").file("tests/properties.js", law)
    _merge(built, draft)

    _run(built, 7)

    canary = open_canary(built.workspace, "double")
    assert canary is not None
    assert [row.finding for row in Canaries(built.home.journal).evidence(canary.commit.id)] == ["better"]


def test_a_run_of_one_of_the_worst_classes_reverts_at_once(built: Built) -> None:
    _heal(built, HEALED)
    run = _run(built, 3).run
    incident = _incident(built, id="i2", failure="security", fingerprint="v1:other", run=run)
    Incidents(built.home.journal).seen(replace(incident, runs=1))

    found = settle(built.workspace, "double")

    assert found is not None and (found.state, "security" in found.why) == ("reverted", True)


def test_a_heal_in_quarantine_is_taken_back_before_the_next_run(built: Built) -> None:
    built.workspace.settle = settle
    built.workspace.later = lambda work: None  # the process is killed before it settles the canary
    _heal(built, HEALED)
    run = _run(built, 3).run
    healed = read.load(built.home, "double")
    incident = _incident(
        built, id="i2", failure="security", fingerprint="v1:other", run=run, commit=healed.commit
    )
    Incidents(built.home.journal).seen(replace(incident, runs=1))

    done = _run(built, 4)

    assert (done.version, done.to_dict()["outcome"]) == ("1.0.0", "ok")
    assert _newest(built).trailers["Mapp-Reverts"] == healed.commit


def test_a_version_in_quarantine_that_is_no_canary_stays_there(built: Built) -> None:
    built.workspace.settle = settle
    run = _run(built, 3).run
    commit = read.load(built.home, "double").commit
    _incident(built, id="i2", failure="security", fingerprint="v1:other", run=run, commit=commit)
    with pytest.raises(Quarantined):
        _run(built, 4)


def test_failures_of_the_world_say_nothing(built: Built) -> None:
    _heal(built, FAILING)
    incidents = Incidents(built.home.journal)
    for number in (8, 9, 10):
        assert _run(built, number).version == "1.0.0"
        failed = next(iter(built.workspace.journal.runs(app="double", failed=True)))
        known = _incident(built, id=f"i{number}", fingerprint=f"v1:{number}", last=9e9)
        incidents.seen(replace(known, failure="upstream_down", fingerprint=f"v1:0{number}", run=failed.id))

    assert open_canary(built.workspace, "double") is not None


def test_a_run_whose_secret_was_redacted_is_not_compared(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_KEY_EXAMPLE", "a-key-of-mine")
    text = {"text": {"type": "string"}}
    said = "function main(input) {{ return input.text.length{}; }}\n"
    old = app("size").stating(input=text, output={"type": "integer"}).source(said.format(""))
    built.put(old.file("tests/examples.jsonl", "").file("tests/requests.jsonl", ""))
    new = app("size").version("1.0.1").stating(input=text, output={"type": "integer"})
    new.source(said.format(" + 0")).file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")
    execute(built.workspace, "size", {"text": "my a-key-of-mine"})
    _merge(built, new)

    execute(built.workspace, "size", {"text": "my a-key-of-mine"})

    canary = open_canary(built.workspace, "size")
    assert canary is not None
    assert Canaries(built.home.journal).evidence(canary.commit.id) == []


def test_show_says_that_the_version_before_is_on_stand_by(built: Built) -> None:
    assert mapp("show", "double", "--json").json["canary"] is None
    _heal(built, HEALED)

    found = mapp("show", "double", "--json").json["canary"]

    assert (found["state"], found["why"].startswith("0 of 20 runs")) == ("inconclusive", True)
    assert "the version before is on stand-by\n  0 of 20 runs" in mapp("show", "double").out


def test_a_canary_ends_when_a_person_changes_the_app(built: Built) -> None:
    _heal(built, FAILING)
    built.put(_draft(FAILING, "1.0.2"))

    assert _run(built, 9).to_dict()["outcome"] == "threw"
    assert settle(built.workspace, "double") is None


def test_two_processes_that_decide_at_once_revert_once(built: Built) -> None:
    _heal(built, TRIPLE)
    canary = open_canary(built.workspace, "double")
    assert canary is not None
    decision = settle(built.workspace, "double")
    assert decision is not None and decision.state == "reverted"
    before = _newest(built).id

    assert revert(canary, decision) is None
    assert _newest(built).id == before


def test_a_revert_that_was_killed_before_its_landing_is_decided_again(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    _incident(built, state="closed")
    _heal(built, TRIPLE)
    with monkeypatch.context() as patch:
        patch.setattr("mapp.ops.heal.revert.put", _killed)
        with pytest.raises(KeyboardInterrupt):
            settle(built.workspace, "double")
    assert Incidents(built.home.journal).get("i1").state == "open"

    found = settle(built.workspace, "double")

    assert found is not None and found.state == "reverted"
    assert _newest(built).trailers["Mapp-Operation"] == "rollback"


def _killed(*words: Any, **options: Any) -> Any:
    raise KeyboardInterrupt


def test_an_app_with_a_store_is_answered_by_the_version_before_once_its_writes_are_put_back(
    world: Any,
) -> None:
    store = {"store": {"max_kb": 1}}
    count = "function main(input, host) {\n  const n = (host.store.get('n') || 0) + 1;\n"
    count += "  host.store.set('n', n);\n"
    built = Built()
    built.home.apps.mkdir(parents=True, exist_ok=True)
    old = app("count").stating(capabilities=store).source(count + "  return n;\n}\n")
    built.put(old.file("tests/examples.jsonl", ""))
    bad = app("count").version("1.0.1").stating(capabilities=store).file("tests/examples.jsonl", "")
    bad.source(count + "  throw new TypeError('no');\n}\n")
    _merge(built, bad)

    answers = [mapp("exec", "count", "number=1", "--grant", "store", "--json").json for _ in range(3)]

    assert [row["output"] for row in answers] == [1, 2, 3]


def test_a_run_that_wrote_to_the_web_is_not_repeated_on_the_version_before() -> None:
    def web(method: str, code: str = "") -> Exchange:
        asked = json.dumps([{"url": "https://example.com/x", "method": method}])
        return Exchange(name="http", arguments=asked, code=code)

    stored = Exchange(name="store.set", arguments='["a",1]')
    assert was_harmless([web("GET"), web("head"), stored])
    assert was_harmless([Exchange(name="http", arguments='[{"url":"https://example.com"}]')])
    assert not was_harmless([web("GET"), web("POST")])
    assert not was_harmless([web("GET", "timeout")])


def test_the_ref_is_written_before_main_moves(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str | None] = []
    move = Repository.move_ref

    def noting(self: Repository, ref: str, old: str | None, new: str) -> None:
        moved.append(self.tip(CANARY))
        move(self, ref, old, new)

    monkeypatch.setattr(Repository, "move_ref", noting)
    healed = _heal(built, HEALED)

    assert healed.commit in moved


def test_without_kept_inputs_a_canary_still_stands_by_and_keeps_no_values(built: Built) -> None:
    built.workspace.config = replace(built.workspace.config, keep_inputs=False)
    _heal(built, FAILING)

    assert _run(built, 9).to_dict()["output"] == 18
    canary = open_canary(built.workspace, "double")
    assert canary is not None
    rows = Canaries(built.home.journal).evidence(canary.commit.id)
    assert [(row.finding, row.detail) for row in rows] == [("worse", "")]
