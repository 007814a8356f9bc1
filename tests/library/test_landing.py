"""Landing: `main` moves in one transaction, an interrupted one is finished, and no other move is accepted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import IntegrityError
from mapp.git.repository import MAIN, Repository
from mapp.library import landing, read
from mapp.library.commit_app import remove
from mapp.library.landing import LANDING, Landing, read_landing, settle
from mapp.library.load_to_run import load_to_run
from mapp.library.lockfile import read_entry, read_lock, write_lock
from mapp.library.repair import repair
from support.apps import app
from support.library import SOMEBODY, Built, git, library
from support.terminal import mapp
from support.verdicts import passing

OTHER = "function main(input) { return input.number * 2 + 0; }"
HINT = "mapp relock double"


@pytest.fixture
def built() -> Built:
    return library().app("double").app("other").build()


def tip(built: Built, name: str = "double") -> str:
    return git(built.repository(name), "rev-parse", "main")


def locked(built: Built, name: str = "double") -> str | None:
    entry = read_lock(built.home.lock_file).get(name)
    return None if entry is None else entry.commit


def committed_by_git(built: Built, world: Path, text: str = OTHER, version: str = "1.0.1") -> str:
    """Commits another source and version in a clone, pushes it to main, and returns the commit."""
    clone = world / "clone"
    if not clone.exists():
        git(world, "clone", "-q", str(built.repository("double")), str(clone))
    (clone / "main.js").write_text(text)
    manifest = (clone / "mapp.toml").read_text()
    (clone / "mapp.toml").write_text(manifest.replace('version = "1.0.0"', f'version = "{version}"'))
    git(clone, "-c", "user.name=Ada", "-c", "user.email=a@example.com", "commit", "-qam", "by hand")
    git(clone, "push", "-q", "origin", "HEAD:main")
    return git(clone, "rev-parse", "HEAD")


def killed_before(
    monkeypatch: pytest.MonkeyPatch, name: str, work: Callable[[], object], *, place: object = landing
) -> None:
    """Runs work that is killed right before a step."""

    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(place, name, kill)
        with pytest.raises(Killed):
            work()


def test_a_landing_records_the_old_commit_and_the_source(built: Built) -> None:
    first = tip(built)
    repository = Repository.open(built.repository("double"))
    assert read_landing(repository) == Landing(old=None, new=first, source="local")

    built.put(app("double").version("1.0.1"))

    assert read_landing(repository) == Landing(old=first, new=tip(built), source="local")
    git(built.repository("double"), "fsck", "--strict")
    shown = git(built.repository("double"), "cat-file", "-p", LANDING)
    assert f"object {tip(built)}" in shown
    assert f"Mapp-Old: {first}" in shown


@pytest.mark.parametrize("words", [("exec", "double", "number=21"), ("add", "new"), ("rollback", "double")])
def test_a_landing_killed_after_main_moved_is_finished_by_the_next_command(
    words: tuple[str, ...], built: Built, monkeypatch: pytest.MonkeyPatch, world: Path
) -> None:
    first = tip(built)
    new = app("double").version("1.0.1")
    killed_before(monkeypatch, "finish", lambda: built.put(new, verdict=passing(new)))
    assert (tip(built) == first, locked(built)) == (False, first)
    landed = tip(built)
    app("double").version("1.0.2").write(world / "work" / "new")

    assert mapp(*words).code == 0

    assert locked(built) == tip(built)
    assert git(built.repository("double"), "rev-parse", "v1.0.1") == landed
    assert repair(built.home) == ()


def test_a_landing_killed_before_main_moved_changes_nothing(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tip(built)
    new = app("double").version("1.0.1").source(OTHER)
    killed_before(monkeypatch, "move_ref", lambda: built.put(new, verdict=passing(new)), place=Repository)
    assert (tip(built), locked(built)) == (first, first)
    intent = read_landing(Repository.open(built.repository("double")))
    assert intent is not None
    assert intent.old == first

    assert mapp("exec", "double", "number=21").out == "42\n"
    assert repair(built.home) == ()
    built.home.lock_file.unlink()
    assert mapp("exec", "double", "number=21").out == "42\n"
    assert locked(built) == first
    built.put(new)
    assert locked(built) == tip(built) != first


def _pushed(built: Built, world: Path) -> None:
    committed_by_git(built, world)


def _merged_branch(built: Built, world: Path) -> None:
    """Moves main by hand to a tree with a passing verdict that never landed."""
    new = app("double").version("1.0.1").source(OTHER)
    repository = Repository.open(built.repository("double"))
    from mapp.library.verdicts import record_verdict

    verdict = passing(new)
    record_verdict(repository, verdict, SOMEBODY)
    first = repository.tip()
    assert first is not None
    commit = repository.commit(dict(new.files), "by hand\n", SOMEBODY, parents=(first,))
    assert tip(built) == commit


def _put_back(built: Built, world: Path) -> None:
    """Moves main back to a version that once landed."""
    first = tip(built)
    built.put(app("double").version("1.0.1").source(OTHER))
    git(built.repository("double"), "update-ref", MAIN, first)


def _packed(built: Built, world: Path) -> None:
    committed_by_git(built, world)
    git(built.repository("double"), "pack-refs", "--all")
    git(built.repository("double"), "gc", "-q")


MOVES = [_pushed, _merged_branch, _put_back, _packed]


@pytest.mark.parametrize("keep_lock", [True, False])
@pytest.mark.parametrize("move", MOVES)
def test_an_unexplained_main_is_refused_by_every_command_that_runs_or_writes(
    move: Callable[[Built, Path], None], keep_lock: bool, built: Built, world: Path
) -> None:
    move(built, world)
    before = locked(built)
    if not keep_lock:
        built.home.lock_file.unlink()
    found = tip(built)
    (world / "rows.jsonl").write_text('{"number": 1}\n')
    app("double").version("1.0.9").write(world / "new")

    for words in (
        ("exec", "double", "number=1"),
        ("map", "double", "--input", str(world / "rows.jsonl")),
        ("add", str(world / "new")),
    ):
        done = mapp(*words)
        assert (done.code, "MAPP-0631" in done.err) == (6, True), (words, done.err)
        assert HINT in done.err
    assert mapp("exec", "other", "number=1").out == "2\n"
    row = next(row for row in mapp("doctor", "--json").json["findings"] if row["what"] == "lock")
    assert row["state"] == "failed"
    assert HINT in row["detail"]

    assert mapp("doctor", "--repair").code == 1
    assert mapp("exec", "double", "number=1").code == 6
    assert tip(built) == found
    assert locked(built) == (before if keep_lock else None)
    assert locked(built, "other") == tip(built, "other")


@pytest.mark.parametrize("killed", [False, True])
def test_add_with_force_replaces_a_main_that_git_moved(
    killed: bool, built: Built, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = committed_by_git(built, world)
    new = app("double").version("1.0.2")
    if killed:
        work = lambda: built.put(new, verdict=passing(new), force=True)  # noqa: E731
        killed_before(monkeypatch, "finish", work)
    else:
        assert mapp("add", str(new.write(world / "new")), "--force").code == 0

    assert mapp("exec", "double", "number=21").out == "42\n"
    assert locked(built) == tip(built)
    assert git(built.repository("double"), "rev-parse", "main^") == commit


def test_the_message_has_the_command_that_restores_main(built: Built, world: Path) -> None:
    committed_by_git(built, world)
    told = mapp("exec", "double", "number=1").err
    command = told[told.index("git -C") :].replace("\n", " ").split()[:6]

    subprocess.run([word.strip() for word in command], check=True)

    assert mapp("exec", "double", "number=21").out == "42\n"


def test_the_command_that_restores_main_can_be_pasted_whatever_the_name_of_the_library(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAPP_HOME", str(world / "my $(touch pwned) library"))
    built = library().app("double").build()
    first = tip(built)
    committed_by_git(built, world)

    with pytest.raises(IntegrityError) as caught:
        load_to_run(built.home, "double")
    subprocess.run(["sh", "-c", caught.value.hint.partition("to undo: ")[2]], check=True)

    assert tip(built) == first
    assert not (world / "work/pwned").exists()


def test_relock_accepts_a_main_that_passes_the_gate(built: Built, world: Path) -> None:
    commit = committed_by_git(built, world)

    found = mapp("relock", "double", "--json")

    assert found.code == 0, found.err
    assert (found.json["to"], found.json["changed"], found.json["version"]) == (commit, True, "1.0.1")
    assert found.json["verdict"]["passed"] is True
    assert mapp("exec", "double", "number=21").out == "42\n"
    assert git(built.repository("double"), "rev-parse", "v1.0.1") == commit
    assert mapp("verdict", "double", "--json").json["passed"] is True
    again = mapp("relock", "double", "--json")
    assert (again.code, again.json["changed"]) == (0, False)
    built.home.lock_file.unlink()
    assert mapp("exec", "double", "number=21").out == "42\n"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("function main(input) { return input.number * 3; }", "1.0.1"),
        (OTHER, "1.0.0"),
        ("function main(", "1.0.1"),
    ],
)
def test_relock_refuses_a_main_that_fails_the_gate(
    text: str, version: str, built: Built, world: Path
) -> None:
    before = locked(built)
    committed_by_git(built, world, text, version)

    found = mapp("relock", "double")

    assert found.code == 8, found.err
    assert locked(built) == before
    assert mapp("exec", "double", "number=1").code == 6


def test_a_deleted_lock_is_rebuilt_from_the_landings_with_the_source_of_each_app(built: Built) -> None:
    commit = built.put(app("double").version("1.0.1"), source="starter").commit
    before = read_lock(built.home.lock_file)["other"]
    built.home.lock_file.unlink()

    assert mapp("exec", "double", "number=21").out == "42\n"
    assert [(name, row.source) for name, row in read_lock(built.home.lock_file).items()] == [
        ("double", "starter")
    ]
    assert repair(built.home) == ("other",)

    known = read_lock(built.home.lock_file)
    assert (known["double"].commit, known["other"]) == (commit, before)


def test_an_old_copy_of_the_lock_file_is_not_mistaken_for_a_landing(built: Built) -> None:
    old = built.home.lock_file.read_bytes()
    for version in ("1.0.1", "1.0.2"):
        built.put(app("double").version(version))
    built.home.lock_file.write_bytes(old)

    assert mapp("exec", "double", "number=1").code == 6
    assert mapp("exec", "other", "number=1").code == 0
    assert mapp("relock", "double").code == 0
    assert mapp("exec", "double", "number=21").out == "42\n"


def test_a_killed_remove_leaves_no_grants_to_the_next_app_of_that_name(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mapp.library import commit_app

    entry = read_lock(built.home.lock_file)["double"]
    granted = replace(entry, granted=("http",))
    write_lock(built.home.lock_file, {**read_lock(built.home.lock_file), "double": granted})
    killed_before(monkeypatch, "unpin", lambda: remove(built.home, "double"), place=commit_app)
    assert locked(built) == entry.commit

    built.put(app("double"))

    assert read_lock(built.home.lock_file)["double"].granted == ()


def test_a_removed_app_that_is_moved_back_has_landed(built: Built) -> None:
    remove(built.home, "double").rename(built.repository("double"))

    assert mapp("exec", "double", "number=21").out == "42\n"
    assert locked(built) == tip(built)


def test_a_repository_copied_into_the_library_is_refused_until_relocked(built: Built, world: Path) -> None:
    git(world, "clone", "-q", "--bare", str(built.repository("double")), str(world / "copied.git"))
    remove(built.home, "double")
    (world / "copied.git").rename(built.repository("double"))

    assert mapp("exec", "double", "number=1").code == 6
    assert mapp("relock", "double").code == 0
    assert mapp("exec", "double", "number=21").out == "42\n"


def test_a_mirror_of_a_repository_keeps_its_landing(built: Built, world: Path) -> None:
    git(world, "clone", "-q", "--mirror", str(built.repository("double")), str(world / "copied.git"))
    remove(built.home, "double")
    (world / "copied.git").rename(built.repository("double"))

    assert mapp("exec", "double", "number=21").out == "42\n"


@pytest.mark.parametrize("target", ["a commit", "a blob", "another ref"])
def test_an_invalid_landing_explains_nothing(target: str, built: Built, world: Path) -> None:
    repository = built.repository("double")
    commit = committed_by_git(built, world)
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=b"x")
    if target == "another ref":
        git(repository, "symbolic-ref", LANDING, MAIN)
    else:
        git(repository, "update-ref", LANDING, {"a commit": commit, "a blob": blob}[target])

    with pytest.raises(IntegrityError):
        settle(built.home, "double")
    assert mapp("exec", "double", "number=1").code == 6


@pytest.mark.skipif(os.geteuid() == 0, reason="the system administrator may write everywhere")
def test_an_explained_app_runs_from_a_read_only_library(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = app("double").version("1.0.1")
    killed_before(monkeypatch, "finish", lambda: built.put(new, verdict=passing(new)))
    built.home.root.chmod(0o500)
    try:
        assert mapp("exec", "double", "number=21").out == "42\n"
    finally:
        built.home.root.chmod(0o700)


def test_reading_one_entry_agrees_with_reading_the_whole_lock_file(built: Built) -> None:
    path = built.home.lock_file
    whole = read_lock(path)
    assert {name: read_entry(path, name) for name in whole} == whole
    assert read_entry(path, "missing") is None
    text = path.read_text()
    odd = text.replace('name = "double"', "name   =  'double'")
    path.write_text(odd)
    assert {name: read_entry(path, name) for name in whole} == read_lock(path) == whole
    path.write_text(text + text[text.index("[[app]]") :].replace('commit = "', 'commit = "0'))
    assert read_entry(path, "double") == read_lock(path)["double"]
    path.write_text(text.replace("[[app]]", '[[other]]\nx = """\n[[app]]\nname = "double"\n"""\n[[app]]', 1))
    assert read_entry(path, "double") == whole["double"]
    path.write_text("lock = 1\n[[app]\n")
    with pytest.raises(IntegrityError):
        read_entry(path, "double")


def test_a_run_reads_one_lock_entry_without_loading_other_modules(built: Built) -> None:
    script = f"""
import sys
from pathlib import Path
from mapp.library.load_to_run import load_to_run
from mapp.library.paths import Home
print(load_to_run(Home(root=Path({str(built.home.root)!r})), "double").name)
print(*[name for name in ("pygit2", "mapp.library.landing", "filelock", "tomli_w") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["double"]


def test_abandoned_git_locks_on_notes_and_landings_are_swept(built: Built) -> None:
    repository = built.repository("double")
    stale = [
        repository / name
        for name in (
            "refs/notes/mapp/verdicts.lock",
            "refs/mapp/landing.lock",
            "packed-refs.lock",
            "config.lock",
            "HEAD.lock",
            "shallow.lock",
        )
    ]
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    new = app("double").version("1.0.1")
    assert mapp("add", str(new.write(Path.cwd() / "one"))).code == 9, "a living git may hold them"
    assert all(path.exists() for path in stale)

    for path in stale:
        os.utime(path, (time.time() - 7200, time.time() - 7200))

    assert mapp("add", str(Path.cwd() / "one")).code == 0
    assert not any(path.exists() for path in stale)
    assert read.load(built.home, "double").commit == locked(built)
