"""Advisories: a maintainer publishes one, and libraries refuse all that is made from a bad version."""

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import IntegrityError, MappError, NotFound, UsageError
from mapp.library.load_to_run import load_to_run
from mapp.ops.share import update
from mapp.ops.share.advise import Advice, Advised, advise
from mapp.ops.share.audit import audit
from mapp.ops.share.install import Options
from mapp.ops.share.registry_place import RegistryPlace
from mapp.ops.share.submit import pushed
from mapp.share.advisories import read_advisories
from mapp.share.index_branch import INDEX
from mapp.share.registry import Registry
from mapp.share.remote import Access
from support.apps import app
from support.library import library
from support.sharing import Author, SharedWorld

BAD = Advice(app="vat", severity="malicious", summary="It sends its input away.")


@pytest.fixture
def shared(tmp_path: Path, examined_at_once: None) -> SharedWorld:
    """Returns a registry that lists `vat` 1.0.0 and 1.1.0 and `tax` 1.0.0; `vat` 1.0.0 is installed."""
    found = SharedWorld(tmp_path / "served")
    author, other = found.author("vat"), found.author("tax")
    author.release(app("vat"))
    author.release(app("vat").file("README.md", "new\n"), "1.1.0")
    other.release(app("tax"))
    found.list(author.entry, other.entry)
    found.use()
    found.install("vat@1.0.0")
    return found


def published(shared: SharedWorld, advice: Advice = BAD, *, dry_run: bool = False) -> Advised:
    """Publishes an advisory in the registry."""
    place = RegistryPlace(name="team", url=shared.url, access=Access(allow_plain=True))
    return advise(shared.workspace, place, advice, dry_run=dry_run)


def look(shared: SharedWorld) -> dict[str, set[str]]:
    """Returns what an audit finds: app -> rules."""
    found: dict[str, set[str]] = {}
    for row in audit(shared.workspace):
        found.setdefault(row.app, set()).add(row.rule)
    return found


def ensure_refused(shared: SharedWorld, name: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        load_to_run(shared.workspace.home, name)
    assert refused.value.code == "MAPP-0657"


def test_one_commit_adds_one_file_and_the_index_has_it(shared: SharedWorld) -> None:
    before = shared.builder.now
    advice = replace(BAD, severity="high", versions=("<1.1.0",), fixed="1.1.0", replacement="tax")
    done = published(shared, advice)
    main, index = shared.builder.now, shared.builder.repository.tip(INDEX)
    info = main.repository.info(main.commit)
    assert (info.parents, done.commit) == ((before.commit,), main.commit)
    assert info.message.startswith("advisory vat-") and "high severity" in info.message
    assert [str(row.version) for row in done.affected] == ["1.0.0"]
    for commit in (main.commit, str(index)):
        rows, faults = read_advisories(main.repository, commit)
        assert (rows, faults) == ((done.advisory,), ())
    assert main.entry("vat") == before.entry("vat"), "entries stay as they are"
    assert done.advisory.contents == (), "only a malicious content is refused wherever it comes from"


def test_the_same_advisory_is_not_published_twice_and_another_gets_another_number(
    shared: SharedWorld,
) -> None:
    first = published(shared)
    again = published(shared)
    assert (again.changed, again.advisory) == (False, first.advisory)
    other = published(shared, replace(BAD, summary="It also reads the store."))
    assert other.advisory.id == first.advisory.id.removesuffix("1") + "2"


def test_a_dry_run_changes_nothing(shared: SharedWorld) -> None:
    before = shared.builder.now.commit
    done = published(shared, dry_run=True)
    assert done.changed and done.commit == ""
    assert shared.builder.now.commit == before


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"app": "nothing"}, NotFound, "does not list nothing"),
        ({"versions": ("1.0.0", "2.0.0")}, NotFound, "lists no version =2.0.0"),
        ({"versions": (">1.1.0",)}, NotFound, "lists no version >1.1.0"),
        ({"versions": ("~1",)}, UsageError, "is not a range|not"),
        ({"fixed": "3.0.0", "versions": ("1.0.0",)}, NotFound, "does not list version 3.0.0"),
        ({"fixed": "1.1.0"}, UsageError, "which is said to be fixed"),
        ({"replacement": "nothing"}, NotFound, "does not list nothing"),
        ({"replacement": "vat"}, NotFound, "does not list vat beside vat"),
        ({"summary": "two\nlines"}, UsageError, "one line"),
        ({"summary": " "}, UsageError, "one line"),
    ],
)
def test_what_the_registry_does_not_know_is_refused(
    shared: SharedWorld, changed: dict[str, object], error: type[MappError], said: str
) -> None:
    before = shared.builder.now.commit
    with pytest.raises(error, match=said):
        published(shared, replace(BAD, **changed))  # type: ignore[arg-type]
    assert shared.builder.now.commit == before


def test_audit_says_what_is_wrong_and_what_to_use_instead(shared: SharedWorld) -> None:
    published(shared, replace(BAD, severity="medium", versions=("1.0.0",), fixed="1.1.0", replacement="tax"))
    (row,) = audit(shared.workspace)
    assert (row.rule, row.level) == ("advisory", "warning")
    assert row.hint == "mapp update vat; instead: mapp install team:tax"


def test_a_malicious_version_is_refused_and_its_fix_runs_after_the_update(shared: SharedWorld) -> None:
    published(shared, replace(BAD, versions=("<1.1.0",), fixed="1.1.0"))
    assert look(shared) == {"vat": {"malicious"}}
    ensure_refused(shared, "vat")
    workspace = shared.workspace
    (row,) = update.update(workspace, ["vat"], update.Options())
    workspace.close()
    assert row.state == "updated", row.reason
    assert str(load_to_run(workspace.home, "vat").manifest.version) == "1.1.0"


def changed_and_forked(shared: SharedWorld) -> SharedWorld:
    """Changes `vat` in this library, and forks it as `mine` while it updates."""
    library().build().put(app("vat").version("1.0.1").file("NOTES.md", "mine\n"))
    workspace = shared.workspace
    (row,) = update.update(workspace, ["vat"], update.Options(fork="mine"))
    workspace.close()
    assert (row.state, row.forked) == ("updated", "mine"), row.reason
    return shared


def test_a_fork_of_a_malicious_release_is_refused_too(shared: SharedWorld) -> None:
    changed_and_forked(shared)
    published(shared, replace(BAD, versions=("1.0.0",)))
    assert load_to_run(shared.workspace.home, "mine").name == "mine", "nobody has looked at the registry yet"
    assert look(shared) == {"mine": {"malicious"}}
    ensure_refused(shared, "mine")
    assert load_to_run(shared.workspace.home, "vat").name == "vat", "1.1.0 is not malicious"


def test_a_fork_of_a_good_release_is_not_blamed_for_a_later_one(shared: SharedWorld) -> None:
    changed_and_forked(shared)
    published(shared, replace(BAD, versions=("1.1.0",)))
    assert look(shared) == {"vat": {"malicious"}}
    assert load_to_run(shared.workspace.home, "mine").name == "mine"


def test_a_change_of_a_fork_does_not_free_it(shared: SharedWorld) -> None:
    changed_and_forked(shared)
    published(shared, replace(BAD, versions=("1.0.0",)))
    look(shared)
    library().build().put(app("mine").version("1.0.2").file("NOTES.md", "cleaned\n"))
    ensure_refused(shared, "mine")
    look(shared)
    ensure_refused(shared, "mine")


def test_a_malicious_app_cannot_be_forked(shared: SharedWorld) -> None:
    library().build().put(app("vat").version("1.0.1").file("NOTES.md", "mine\n"))
    published(shared, replace(BAD, versions=("1.0.0",)))
    workspace = shared.workspace
    (row,) = update.update(workspace, ["vat"], update.Options(fork="mine"))
    workspace.close()
    assert row.error is not None and row.error.code == "MAPP-0657"
    assert not workspace.home.repository("mine").exists()


def test_a_malicious_release_is_refused_from_a_git_address_and_under_another_name(
    shared: SharedWorld, tmp_path: Path
) -> None:
    author = Author(path=shared.folder / "vat.git", url=f"{shared.base}/vat.git")
    published(shared)
    look(shared)
    with pytest.raises(IntegrityError, match="is malicious") as refused:
        shared.install(f"git+{author.url}@v1.1.0", options=Options(allow_plain=True, dry_run=True))
    assert refused.value.code == "MAPP-0657"


def test_an_app_from_a_git_address_is_known_by_its_commit(shared: SharedWorld, without_gate: None) -> None:
    other = SharedWorld(shared.folder.parent / "other", base=str(shared.folder.parent / "other"))
    author = other.author("sum")
    author.release(app("sum"))
    shared.install(f"git+{author.url}")
    shared.list(author.entry)
    published(shared, replace(BAD, app="sum", severity="high"))
    assert look(shared) == {"sum": {"advisory"}}, "a lesser advisory lists no contents, so the commit counts"


def test_two_maintainers_at_once_both_publish(shared: SharedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    raced: list[object] = []

    def late(*words: object) -> bool:
        if not raced:
            raced.append(words)
            published(shared, replace(BAD, summary="Another one."))
        return pushed(*words)  # type: ignore[arg-type]

    monkeypatch.setattr("mapp.ops.share.advise.pushed", late)
    published(shared)
    main = shared.builder.now
    assert isinstance(main, Registry)
    rows = read_advisories(main.repository, main.commit)[0]
    assert {row.summary for row in rows} == {BAD.summary, "Another one."}
