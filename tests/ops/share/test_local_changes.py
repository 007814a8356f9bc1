"""Changes of this library when a newer release arrives: dropped, kept or held. The app always runs on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import AlreadyExists, IntegrityError, MappError
from mapp.git.identity import tree_id
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library.commit_app import message, put
from mapp.library.landing import REPLACED, settle
from mapp.library.pins import set_pinned
from mapp.library.read import load, names
from mapp.library.rejections import rejected
from mapp.library.verdicts import read_verdict
from mapp.model.app import read_app
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.run.execute import execute
from mapp.ops.share import local_changes, place
from mapp.ops.share import undo as undo_module
from mapp.ops.share.fsck import fsck as compare_with_lock
from mapp.ops.share.local_changes import merge_files
from mapp.ops.share.pin import unpin_app
from mapp.ops.share.undo import Undone, operations, undo
from mapp.ops.share.update import Options, Row, outdated, update
from mapp.validate.trial import Trial
from support.apps import Draft
from support.authors import Decided
from support.healing import THROWS, code, double, failure, healed
from support.library import Built, fsck, library, proposal
from support.sharing import PLAIN, SharedWorld
from support.terminal import mapp
from support.verdicts import passing, passing_on

FIXED = "function main(input, host) {\n  return input.number * 2;\n}\n"
OTHER_FIX = "function main(input, host) {\n  return input.number + input.number;\n}\n"
STILL_BROKEN = THROWS.replace("900", "950")
CASE = b'{"input": {"number": 1000}, "output": 2000}\n'
HEAL = {"Mapp-Operation": "heal", "Mapp-Fingerprint": "v1:0a", "Mapp-Verdict": "passed"}
EXPAND = {"Mapp-Operation": "expand", "Mapp-Verdict": "passed"}


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists `double` 1.0.0, which throws for large numbers and is installed."""
    found = SharedWorld(tmp_path / "served")
    author = found.author("double")
    author.release(double())
    found.list(author.entry)
    found.use()
    found.install("double")
    return found


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lets every rebased change pass, and returns the kinds of change that were judged."""
    return stand_in(monkeypatch, lambda trial, tree: passing_on(trial.app, tree))


def stand_in(monkeypatch: pytest.MonkeyPatch, judge: Callable[[Trial, str], Verdict]) -> list[str]:
    seen: list[str] = []

    def judged(trial: Trial, tree: str, _: object) -> Verdict:
        seen.append(trial.kind)
        return judge(trial, tree)

    monkeypatch.setattr(local_changes, "judged", judged)
    return seen


def heal(version: str = "1.0.1", source: str = FIXED) -> Draft:
    """Returns the app as a heal leaves it."""
    return double(source).version(version).file("tests/regressions.jsonl", CASE)


def change(draft: Draft, trailers: dict[str, str]) -> str:
    """Lands a change of this library on an app's `main`, and returns the commit."""
    built = Built()
    made = proposal(draft, message(f"{draft.name}: changed here", trailers), verdict=passing(draft))
    return put(built.home, made).commit


def publish(shared: SharedWorld, draft: Draft, version: str) -> str:
    """Publishes another version, and returns its commit."""
    author = shared.author(draft.name)
    author.entry = shared.builder.now.entry(draft.name)
    published = author.release(draft, version)
    shared.list(author.entry)
    return published.commit


def updated(shared: SharedWorld, options: Options | None = None, name: str = "double") -> Row:
    """Updates an app and returns its row; the library must be sound afterwards."""
    workspace = shared.workspace
    try:
        (row,) = update(workspace, (name,), options or Options())
    finally:
        workspace.close()
    fsck(workspace.home.root)
    return row


def undone(shared: SharedWorld) -> Undone:
    """Takes back the last operation; the library must be sound afterwards."""
    workspace = shared.workspace
    try:
        found = undo(workspace)
    finally:
        workspace.close()
    assert all(not row.problems for row in compare_with_lock(workspace.home))
    fsck(workspace.home.root)
    return found


def answers(shared: SharedWorld, number: int, name: str = "double") -> object:
    """Runs the app."""
    workspace = shared.workspace
    try:
        return execute(workspace, name, {"number": number}).to_dict().get("output")
    finally:
        workspace.close()


def repository(shared: SharedWorld) -> Repository:
    return Repository.open(shared.workspace.home.repository("double"))


def fates(row: Row) -> list[tuple[str, str]]:
    return [(fate.operation, fate.state) for fate in row.local]


def test_a_heal_is_dropped_when_the_release_passes_its_regression_whatever_its_code(
    shared: SharedWorld,
) -> None:
    """The author gives the fix the same version as the heal here, and does not take over its test."""
    mine = change(heal(), HEAL)
    theirs = publish(shared, double(OTHER_FIX), "1.0.1")
    row = updated(shared)
    assert (row.state, row.to, fates(row)) == ("updated", "1.0.1", [("heal", "dropped")])
    assert shared.locked("double").commit == row.commit == theirs
    assert repository(shared).tip("refs/tags/v1.0.1") == theirs
    assert repository(shared).tip(f"{REPLACED}{mine}") == mine, "what was dropped can still be read"
    assert answers(shared, 1000) == 2000
    assert updated(shared).state == "current"


def test_a_pinned_app_keeps_its_heal_and_its_release(shared: SharedWorld, gate: list[str]) -> None:
    change(heal(), HEAL)
    publish(shared, double().stating(description="Doubles a whole number."), "1.1.0")
    set_pinned(shared.workspace.home, "double", True)
    before = shared.locked("double")
    for options in (Options(), Options(local="discard"), Options(fork="twice")):
        row = updated(shared, options)
        assert (row.state, row.to, row.local) == ("pinned", "1.1.0", ())
    assert shared.locked("double") == before and gate == []
    assert names(shared.workspace.home) == ("double",)
    unpin_app(shared.workspace, "double")
    assert updated(shared).state == "updated"


def test_limits_hold_for_an_app_with_a_heal(
    shared: SharedWorld, gate: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update under --locked fails, one under --offline takes only what the library has already."""
    change(heal(), HEAL)
    theirs = publish(shared, double(STILL_BROKEN), "1.0.1")
    before = shared.locked("double")
    assert getattr(updated(shared, Options(locked=True)).error, "code", "") == "MAPP-0580"
    assert getattr(updated(shared, Options(offline=True)).error, "code", "") == "MAPP-0576"
    assert shared.locked("double") == before
    assert updated(shared).state == "held", "the release is in the library now"
    monkeypatch.setattr(place, "judged", lambda trial, tree, _: passing_on(trial.app, tree))
    row = updated(shared, Options(offline=True, local="discard"))
    assert (row.state, shared.locked("double").commit) == ("updated", theirs)


def test_the_cooldown_counts_from_the_release_that_a_heal_is_built_on(shared: SharedWorld) -> None:
    """The author gives the heal's own version number to a fresh release."""
    change(heal(), HEAL)
    publish(shared, double(OTHER_FIX), "1.0.1")
    before = shared.locked("double")
    shared.workspace.home.root.mkdir(exist_ok=True)
    assert mapp("config", "cooldown", "36500").code == 0
    row = updated(shared)
    assert row.state == "waiting" and "double 1.0.1 is held back" in row.reason
    assert shared.locked("double") == before


def test_a_heal_is_kept_on_a_release_that_still_fails(shared: SharedWorld, gate: list[str]) -> None:
    mine = change(heal(), HEAL)
    publish(shared, double().stating(description="Doubles a whole number."), "1.1.0")
    row = updated(shared)
    assert (row.state, row.to, fates(row), gate) == ("updated", "1.1.0", [("heal", "kept")], ["heal"])
    kept, found = shared.locked("double"), repository(shared)
    assert (kept.version, kept.source.startswith("registry+")) == ("1.1.1", True)
    app = load(shared.workspace.home, "double")
    assert (app.source, app.manifest.description) == (FIXED, "Doubles a whole number.")
    assert [row.output for row in app.regressions] == [2000]
    commit = found.info(kept.commit)
    assert commit.parents == (found.tip("refs/tags/v1.1.0"),)
    assert commit.trailers["Mapp-Rebased"] == mine
    assert commit.trailers["Mapp-Fingerprint"] == "v1:0a"
    assert answers(shared, 1000) == 2000
    assert updated(shared).state == "current"
    publish(shared, double(OTHER_FIX), "1.1.1")
    assert fates(updated(shared)) == [("heal", "dropped")], (
        "the version here does not hide that of the author"
    )


def test_an_app_stays_as_it_is_when_both_sides_changed_the_same_lines(
    shared: SharedWorld, gate: list[str]
) -> None:
    change(heal(), HEAL)
    before = shared.locked("double")
    theirs = publish(shared, double(STILL_BROKEN), "1.0.1")
    row = updated(shared)
    assert (row.state, fates(row), gate) == ("held", [("heal", "held")], [])
    assert "main.js was changed in double 1.0.1 as well" in row.reason
    assert "mapp update double --discard" in row.reason
    assert shared.locked("double") == before
    assert answers(shared, 1000) == 2000
    assert repository(shared).tip("refs/mapp/releases/v1.0.1") == theirs
    verdict = read_verdict(repository(shared), repository(shared).tree_of(theirs))
    assert verdict is not None and verdict.passed, "the release waits here with its verdict"
    assert updated(shared).state == "held", "it can be repeated"
    row = updated(shared, Options(local="discard"))
    assert (row.state, fates(row)) == ("updated", [("heal", "dropped")])
    assert shared.locked("double").commit == theirs


def test_an_app_stays_as_it_is_when_the_gate_refuses_the_heal_on_the_new_base(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(trial: Trial, tree: str) -> Verdict:
        found = passing_on(trial.app, tree)
        return replace(found, results=(replace(found.results[0], status="failed"),))

    stand_in(monkeypatch, refused)
    change(heal(), HEAL)
    publish(shared, double().stating(description="Doubles a whole number."), "1.1.0")
    row = updated(shared)
    assert row.state == "held"
    assert "does not pass on double 1.1.0: examples" in row.reason
    assert answers(shared, 1000) == 2000


def wider(draft: Draft) -> Draft:
    """Returns the app with one more option and a test of it."""
    draft.taking(times={"type": "integer", "minimum": 1, "maximum": 3, "default": 2})
    draft.stating(output={"type": "number", "minimum": -3000, "maximum": 3000})
    draft.example({"number": 5, "times": 3}, output=15)
    return draft.source(draft.contents["main.js"].decode().replace("number * 2", "number * input.times"))


def test_an_expansion_is_kept_until_a_release_passes_its_examples(
    shared: SharedWorld, gate: list[str]
) -> None:
    change(wider(double()).version("1.1.0"), EXPAND)
    publish(shared, double().stating(description="Doubles a whole number."), "1.0.1")
    row = updated(shared)
    assert (row.state, fates(row), gate) == ("updated", [("expand", "kept")], ["expand"])
    assert shared.locked("double").version == "1.2.0", "1.1.0 was the expansion of the old version"
    publish(shared, wider(double()), "1.1.0")
    assert fates(updated(shared)) == [("expand", "dropped")]
    assert shared.locked("double").version == "1.1.0"


def test_several_changes_are_carried_one_after_the_other(shared: SharedWorld, gate: list[str]) -> None:
    """The heal is in the release; what a person added on top of it is not."""
    change(heal(), HEAL)
    change(heal("1.0.2").file("README.md", "ours\n"), {"Mapp-Operation": "add", "Mapp-Verdict": "passed"})
    publish(shared, double(OTHER_FIX), "1.0.1")
    row = updated(shared)
    assert (fates(row), gate) == ([("heal", "dropped"), ("add", "kept")], ["edit"])
    assert load(shared.workspace.home, "double").source == OTHER_FIX
    assert shared.locked("double").version == "1.0.3"


def test_what_was_taken_back_is_not_carried_over(shared: SharedWorld) -> None:
    change(heal(), HEAL)
    change(double(), {"Mapp-Operation": "rollback", "Mapp-Verdict": "passed"})
    theirs = publish(shared, double(STILL_BROKEN), "1.0.1")
    row = updated(shared)
    assert (row.state, row.local) == ("updated", ())
    assert shared.locked("double").commit == theirs


def test_a_fork_lives_on_under_its_own_name_beside_the_release(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mapp.ops.share import fork

    def examined(workspace: object, files: dict[str, bytes], **_: object) -> object:
        draft = Draft(name="twice", contents=files)
        made = read_app(draft.contents)
        return made, passing_on(made, tree_id(files))

    monkeypatch.setattr(fork, "examined", examined)
    change(heal(), HEAL)
    theirs = publish(shared, double(STILL_BROKEN), "1.0.1")
    row = updated(shared, Options(fork="twice"))
    assert (row.state, row.forked, fates(row)) == ("updated", "twice", [("heal", "dropped")])
    assert shared.locked("double").commit == theirs
    mine = shared.locked("twice")
    assert (mine.version, mine.is_third_party, mine.granted) == ("1.0.1", True, ())
    assert answers(shared, 1000, "twice") == 2000
    log = operations(shared.workspace)
    assert (log[0].kind, [step.app for step in log[0].steps]) == ("update", ["double", "twice"])
    undone(shared)
    assert names(shared.workspace.home) == ("double",)
    assert (shared.locked("double").version, answers(shared, 1000)) == ("1.0.1", 2000)
    undone(shared)
    assert shared.locked("twice") == mine
    change(heal("1.0.2"), HEAL)
    library().app("other").build()
    publish(shared, double(STILL_BROKEN.replace("950", "960")), "1.0.2")
    taken = updated(shared, Options(fork="other"))
    assert isinstance(taken.error, AlreadyExists)


def test_an_update_that_was_killed_after_main_moved_is_finished_with_the_kept_heal(
    shared: SharedWorld, gate: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    change(heal(), HEAL)
    publish(shared, double().stating(description="Doubles a whole number."), "1.1.0")
    with monkeypatch.context() as context, pytest.raises(Killed):
        context.setattr("mapp.library.landing.finish", killed)
        updated(shared)
    assert shared.locked("double").version == "1.0.1"
    assert settle(shared.workspace.home, "double")
    assert shared.locked("double").version == "1.1.1"
    assert answers(shared, 1000) == 2000
    assert updated(shared).state == "current"


@pytest.mark.parametrize("step", ["admit", "claim_release", "record_verdict"])
def test_an_update_that_was_killed_earlier_leaves_the_old_version_and_can_be_repeated(
    shared: SharedWorld, gate: list[str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    real = getattr(place, step)

    def killed(*given: object, **more: object) -> None:
        real(*given, **more)
        raise Killed

    change(heal(), HEAL)
    before = shared.locked("double")
    publish(shared, double().stating(description="Doubles a whole number."), "1.0.1")
    with monkeypatch.context() as context, pytest.raises(Killed):
        context.setattr(place, step, killed)
        updated(shared)
    assert shared.locked("double") == before
    assert answers(shared, 1000) == 2000
    assert fates(updated(shared)) == [("heal", "kept")]


def test_an_app_from_a_git_address_keeps_its_heal_too(shared: SharedWorld, gate: list[str]) -> None:
    author = shared.author("plain")
    draft = double()
    draft.name = "plain"
    author.release(draft.stating(name="plain"))
    with pytest.MonkeyPatch.context() as context:
        context.setattr(place, "judged", lambda trial, tree, _: passing_on(trial.app, tree))
        shared.install(f"git+{author.path}", options=PLAIN)
        mine = heal().stating(name="plain")
        mine.name = "plain"
        change(mine, HEAL)
        author.release(draft.stating(description="Doubles a whole number."), "1.0.1")
        row = updated(shared, name="plain")
    assert (row.state, fates(row)) == ("updated", [("heal", "kept")])
    assert shared.locked("plain").version == "1.0.2"


@pytest.mark.parametrize("fixed", [False, True])
def test_a_proposed_heal_is_rebased_or_dropped(shared: SharedWorld, gate: list[str], fixed: bool) -> None:
    """Nobody has merged it: `main` is the release, and the heal is a branch that waits."""
    built = Built()
    incident = failure(built, "double", {"number": 1000}, expected='{"output": 2000}')
    done = healed(built, incident, code(FIXED), Decided(merges=False))
    assert done.changed is not None and done.changed.change.state == "proven"
    identity, old = done.changed.change.id, done.changed.change.commit
    built.workspace.close()
    draft = double(OTHER_FIX if fixed else THROWS).stating(description="Doubles a whole number.")
    theirs = publish(shared, draft, "1.0.1")
    row = updated(shared)
    assert (row.state, fates(row)) == ("updated", [("heal", "dropped" if fixed else "kept")])
    assert shared.locked("double").commit == theirs
    after = Changes(shared.workspace.home.journal).get(identity)
    branch = repository(shared).tip(f"refs/heads/heal/{incident.id}")
    if fixed:
        assert (after.state, branch) == ("dropped", None)
        return
    assert (after.state, after.commit, after.spec.base) == ("proven", branch, theirs)
    assert branch not in (None, old)
    commits = [row.id for row in repository(shared).history(str(branch))]
    assert commits[2] == theirs, "its tests, then the fix, on the release"
    assert updated(shared).local == (), "it is up to date"


@pytest.mark.parametrize("fixed", [False, True])
def test_an_undone_update_brings_a_proposed_heal_back_and_a_second_undo_takes_it_along(
    shared: SharedWorld, gate: list[str], fixed: bool
) -> None:
    built = Built()
    incident = failure(built, "double", {"number": 1000}, expected='{"output": 2000}')
    done = healed(built, incident, code(FIXED), Decided(merges=False))
    assert done.changed is not None
    before = done.changed.change
    built.workspace.close()
    draft = double(OTHER_FIX if fixed else THROWS).stating(description="Doubles a whole number.")
    publish(shared, draft, "1.0.1")
    updated(shared)
    ends = []
    for _ in range(2):
        undone(shared)
        change = Changes(shared.workspace.home.journal).get(before.id)
        tip = repository(shared).tip(f"refs/heads/{change.branch}")
        state = Incidents(shared.workspace.home.journal).get(incident.id).state
        ends.append((change.state, change.spec.base, state))
        if tip is not None:
            files = read_snapshot(repository(shared), tip).files
            assert (tip, files["main.js"].decode()) == (change.commit, FIXED)
    release = shared.locked("double").commit
    assert ends[0] == ("proven", before.spec.base, incident.state)
    assert ends[1] == (("dropped", before.spec.base, "gone") if fixed else ("proven", release, "open"))


def test_rows_of_tests_are_merged_as_a_set_and_texts_line_by_line(shared: SharedWorld) -> None:
    manifest = double().files["mapp.toml"]
    before = {"mapp.toml": manifest, "tests/x.jsonl": b"1\n2\n", "main.js": b"a\nb\nc\nd\ne\n", "gone": b"1"}
    after = {"mapp.toml": manifest, "tests/x.jsonl": b"2\n3\n", "main.js": b"A\nb\nc\nd\ne\n"}
    there = {
        "mapp.toml": manifest,
        "tests/x.jsonl": b"0\n1\n2\n",
        "main.js": b"a\nb\nc\nd\nE\n",
        "gone": b"1",
    }
    found = merge_files(repository(shared), before, after, there)
    assert found == {
        "mapp.toml": manifest,
        "tests/x.jsonl": b"0\n2\n3\n",
        "main.js": b"A\nb\nc\nd\nE\n",
    }
    assert merge_files(repository(shared), before, {**after, "gone": b"2"}, {**there, "gone": b"3"}) == "gone"
    sides = (b"one", b"two", b"a\0\xff")
    old, ours, theirs = (
        {**files, "image": data} for files, data in zip((before, after, there), sides, strict=True)
    )
    assert merge_files(repository(shared), old, ours, theirs) == "image"


def test_an_undone_update_brings_the_app_back_with_its_heal_and_a_second_undo_the_update(
    shared: SharedWorld, gate: list[str]
) -> None:
    mine = change(heal(), HEAL)
    before = shared.locked("double")
    publish(shared, double().stating(description="Doubles a whole number."), "1.1.0")
    updated(shared)
    after = shared.locked("double")
    log = operations(shared.workspace)
    assert [row.kind for row in log] == ["update", "heal", "install"]
    assert [(step.before, step.after) for step in log[0].steps] == [(before, after)]

    undone(shared)

    assert shared.locked("double") == before and before.commit == mine
    assert repository(shared).tip("refs/tags/v1.0.1") == mine
    assert answers(shared, 1000) == 2000
    assert not rejected(shared.workspace.home, "double", "v1:0a"), "the heal was not what was taken back"
    assert [(row.state, row.to) for row in outdated(shared.workspace)] == [("available", "1.1.0")]
    undone(shared)
    assert shared.locked("double") == after
    assert answers(shared, 1000) == 2000
    undone(shared)
    row = updated(shared)
    assert (row.state, fates(row)) == ("updated", [("heal", "kept")]), "the update can be made again"


@pytest.mark.parametrize("discarded", [False, True])
def test_an_undone_update_brings_a_dropped_heal_back_although_the_release_took_its_version(
    shared: SharedWorld, discarded: bool
) -> None:
    mine = change(heal(), HEAL)
    theirs = publish(shared, double(STILL_BROKEN if discarded else OTHER_FIX), "1.0.1")
    assert updated(shared, Options(local="discard" if discarded else "keep")).commit == theirs
    undone(shared)
    assert shared.locked("double").commit == repository(shared).tip("refs/tags/v1.0.1") == mine
    assert repository(shared).tip("refs/mapp/releases/v1.0.1") == theirs
    assert load(shared.workspace.home, "double").source == FIXED
    undone(shared)
    assert shared.locked("double").commit == repository(shared).tip("refs/tags/v1.0.1") == theirs


def test_an_undo_that_was_killed_before_main_moved_can_be_repeated(
    shared: SharedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    mine = change(heal(), HEAL)
    theirs = publish(shared, double(OTHER_FIX), "1.0.1")
    updated(shared)
    for step in ("prove_here", "finish"):
        with monkeypatch.context() as context, pytest.raises(Killed):
            context.setattr(f"mapp.library.landing.{step}", killed)
            undo(shared.workspace)
        assert shared.locked("double").commit == theirs
        assert answers(shared, 1000) == 2000
    assert shared.locked("double").commit == mine, "the run finished the undo, whose main had moved"
    assert [row.kind for row in operations(shared.workspace)][:2] == ["undo", "update"]


def test_an_update_with_a_later_heal_on_top_is_not_undone(shared: SharedWorld, gate: list[str]) -> None:
    change(heal(), HEAL)
    publish(shared, double().stating(description="Doubles a whole number."), "1.1.0")
    updated(shared)
    update_id = operations(shared.workspace)[0].id
    manifest = load(shared.workspace.home, "double").manifest
    change(heal("1.1.2").stating(description=manifest.description).file("README.md", "more\n"), HEAL)
    before = shared.locked("double")
    with pytest.raises(MappError) as error:
        undo(shared.workspace, update_id)
    assert error.value.code == undo_module.CHANGED_SINCE
    assert shared.locked("double") == before


def test_a_heal_on_a_release_that_an_advisory_calls_malicious_does_not_come_back(
    shared: SharedWorld, gate: list[str]
) -> None:
    change(heal(), HEAL)
    publish(shared, double().stating(description="Doubles a whole number."), "1.1.0")
    updated(shared)
    text = 'advisory = 1\napp = "double"\nseverity = "malicious"\nsummary = "It leaks."\nfixed = "1.0.1"\n'
    shared.builder.write({"advisories/double-1.toml": text.encode()})
    shared.write_index()
    assert [row.error for row in outdated(shared.workspace)] == [None]
    with pytest.raises(IntegrityError) as error:
        undo(shared.workspace)
    assert error.value.code == "MAPP-0657" and shared.locked("double").version == "1.1.1"


def test_a_fork_needs_one_app(shared: SharedWorld) -> None:
    with pytest.raises(MappError, match="a fork is of one app"):
        list(update(shared.workspace, (), Options(fork="twice")))
