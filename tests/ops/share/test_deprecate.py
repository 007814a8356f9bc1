"""Deprecations: a note that everybody sees, that nothing refuses, and that can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.config import load_config
from mapp.errors import MappError, NotFound, UsageError
from mapp.ops.share.audit import audit
from mapp.ops.share.deprecate import deprecate
from mapp.ops.share.merge import merge_submissions
from mapp.ops.share.publish import Target, yank
from mapp.ops.share.registry_place import RegistryPlace
from mapp.ops.share.submit import Submitted
from mapp.ops.share.update import Options, outdated, update
from mapp.ops.workspace import Workspace
from mapp.share.remote import Access
from support.apps import app
from support.sharing import SharedWorld

WHY = "It is no longer kept."


@pytest.fixture
def shared(tmp_path: Path) -> SharedWorld:
    """Returns a registry that lists `vat` 1.0.0 and 1.1.0, and `tax`; `vat` 1.0.0 is installed."""
    found = SharedWorld(tmp_path / "served")
    author, other = found.author("vat"), found.author("tax")
    author.release(app("vat"))
    author.release(app("vat").file("README.md", "new\n"), "1.1.0")
    other.release(app("tax"))
    found.list(author.entry, other.entry)
    found.use()
    found.install("vat@1.0.0")
    return found


@pytest.fixture
def author(shared: SharedWorld) -> Iterator[Workspace]:
    """Returns the author's library, whose clock is that of the entries."""
    with_clock = Workspace(config=load_config(), clock=lambda: 1_796_047_300.0, sleep=lambda _: None)
    yield with_clock
    with_clock.close()


def deprecated(
    shared: SharedWorld, author: Workspace, version: str = "", *, direct: bool = True, **words: object
) -> Submitted:
    """Deprecates `vat`, or takes that back."""
    target = Target(registry=shared.url, direct=direct, allow_plain=True)
    words.setdefault("why", WHY)
    return deprecate(author, "vat", target, version=version, **words)[1]  # type: ignore[arg-type]


def said(shared: SharedWorld) -> dict[str, str | None]:
    """Returns why each version of `vat` is deprecated."""
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    return {str(row.version): row.deprecated for row in entry.versions}


def test_one_version_or_all_are_deprecated_and_that_is_taken_back(
    shared: SharedWorld, author: Workspace
) -> None:
    assert deprecated(shared, author, "1.0.0", use="tax").changed
    assert said(shared) == {"1.0.0": WHY, "1.1.0": None}
    assert not deprecated(shared, author, "1.0.0", use="tax").changed, "it can be repeated"
    deprecated(shared, author)
    assert said(shared) == {"1.0.0": WHY, "1.1.0": WHY}
    deprecated(shared, author, why=None)
    assert said(shared) == {"1.0.0": None, "1.1.0": None}
    main = shared.builder.now
    messages = [row.message.splitlines()[0] for row in main.repository.history(main.commit)]
    assert messages[:3] == [
        "vat undeprecate 1.0.0, undeprecate 1.1.0",
        "vat deprecate 1.0.0, deprecate 1.1.0",
        "vat deprecate 1.0.0",
    ]


def test_it_is_shown_and_nothing_is_refused(shared: SharedWorld, author: Workspace) -> None:
    deprecated(shared, author, use="tax")
    note = f"vat 1.1.0 is deprecated: {WHY}; instead: mapp install team:tax"
    (row,) = outdated(shared.workspace)
    assert (row.state, row.note) == ("available", note.replace("1.1.0", "1.0.0"))
    (finding,) = [row for row in audit(shared.workspace) if row.rule == "deprecated"]
    assert (finding.level, finding.message) == ("note", row.note)
    workspace = shared.workspace
    (moved,) = update(workspace, ["vat"], Options())
    workspace.close()
    assert (moved.state, moved.note) == ("updated", note)
    assert moved.to_dict()["note"] == note
    (again,) = shared.install("vat").rows
    assert (again.changed, again.note, again.to_dict()["note"]) == (False, note, note)
    deprecated(shared, author, why=None)
    assert [row.note for row in outdated(shared.workspace)] == [""]


def test_a_submission_waits_for_a_person_and_keeps_what_others_changed(
    shared: SharedWorld, author: Workspace
) -> None:
    done = deprecated(shared, author, "1.0.0", direct=False)
    assert done.ref == "refs/heads/submit/vat/deprecate-1.0.0"
    assert said(shared) == {"1.0.0": None, "1.1.0": None}
    yank(author, "vat", "1.1.0", "wrong", registry=shared.url, direct=True, allow_plain=True)
    place = RegistryPlace(name="team", url=shared.url, access=Access(allow_plain=True))
    (row,) = merge_submissions(author, place, unattended=True)
    assert row.status == "waiting"
    assert [result.check for result in row.objections] == ["reviewed-change"]
    (row,) = merge_submissions(author, place)
    assert row.status == "merged", row.objections
    entry = shared.builder.now.entry("vat")
    assert entry is not None
    assert [(row.deprecated, row.yanked) for row in entry.versions] == [(WHY, None), (None, "wrong")]


@pytest.mark.parametrize(
    ("version", "words", "error"),
    [
        ("2.0.0", {}, NotFound),
        ("x", {}, UsageError),
        ("", {"use": "nothing"}, NotFound),
        ("", {"use": "vat"}, NotFound),
        ("", {"why": "two\nlines"}, UsageError),
        ("", {"why": None, "use": "tax"}, UsageError),
    ],
)
def test_what_cannot_be_said_is_refused(
    shared: SharedWorld, author: Workspace, version: str, words: dict[str, object], error: type[MappError]
) -> None:
    with pytest.raises(error):
        deprecated(shared, author, version, **words)  # type: ignore[arg-type]
    assert set(said(shared).values()) == {None}
