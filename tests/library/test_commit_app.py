from __future__ import annotations

import pytest

from mapp.errors import Busy, IntegrityError, InvalidApp, NotFound
from mapp.library import read
from mapp.library.commit_app import message, put, remove
from mapp.library.lockfile import read_lock
from support.apps import app
from support.library import FORCED, fsck, git, library, proposal, state
from support.processes import end, holder, kill, writer
from support.verdicts import passing


def test_a_new_app_has_one_commit_a_tag_and_a_pin() -> None:
    built = library().app("double").build()

    pinned = read_lock(built.home.lock_file)["double"]

    assert git(built.repository("double"), "rev-parse", "main", "v1.0.0").split() == [pinned.commit] * 2
    assert git(built.repository("double"), "rev-parse", "main^{tree}") == pinned.tree
    assert (pinned.source, pinned.version, pinned.granted) == ("local", "1.0.0", ())
    fsck(built.home.root)


def test_the_same_content_again_changes_nothing() -> None:
    built = library().app("double").build()
    before = built.state()

    again = built.put(app("double"))

    assert not again.changed
    assert built.state() == before


def test_a_new_version_is_a_new_commit_with_its_own_tag() -> None:
    built = library().app("double").build()
    first = git(built.repository("double"), "rev-parse", "main")

    second = built.put(app("double").version("1.0.1"))

    assert [row.id for row in read.history(built.home, "double")] == [second.commit, first]
    assert git(built.repository("double"), "tag").split() == ["v1.0.0", "v1.0.1"]
    assert git(built.repository("double"), "rev-parse", "v1.0.0") == first


def test_a_refused_write_changes_nothing() -> None:
    built = library().app("double").build()
    before = built.state()

    def refuse(_: object) -> None:
        raise NotFound("no")

    with pytest.raises(NotFound):
        built.put(app("double").version("2.0.0"), check=refuse)

    after = {
        name: value for name, value in built.state().items() if not name.startswith("apps/double.git/objects")
    }
    assert after == {
        name: value for name, value in before.items() if not name.startswith("apps/double.git/objects")
    }


def test_a_released_version_cannot_be_reused_after_a_rollback() -> None:
    built = library().app("double").build()
    second = app("double").version("1.1.0")
    built.put(second)
    built.put(app("double"))
    other = app("double").version("1.1.0").file("README.md", "other\n")
    before = git(built.repository("double"), "rev-parse", "main")

    with pytest.raises(InvalidApp) as caught:
        built.put(other, verdict=passing(other))

    assert (caught.value.code, "mapp bump" in caught.value.hint) == ("MAPP-0821", True)
    assert git(built.repository("double"), "rev-parse", "main") == before
    assert built.put(second, verdict=passing(second)).changed


def test_no_concurrent_write_is_lost() -> None:
    built = library().app("double").build()
    writers = [writer(name, 10) for name in "abcdef"]
    for process in writers:
        end(process)

    told = git(built.repository("double"), "log", "--first-parent", "--format=%s", "main").split("\n")

    assert sorted(told[:-1]) == sorted(f"{name} {number}" for name in "abcdef" for number in range(10))
    assert read_lock(built.home.lock_file)["double"].commit == git(
        built.repository("double"), "rev-parse", "main"
    )
    fsck(built.home.root)


def test_concurrent_creations_of_one_app_both_end_up_in_its_history() -> None:
    built = library().build()
    for process in [writer(name, 1) for name in "abc"]:
        end(process)

    assert len(list(read.history(built.home, "double"))) == 3


def test_git_locks_of_a_killed_writer_are_swept_by_the_next() -> None:
    built = library().app("double").build()
    process = holder(built.home.holds, "double")
    kill(process)
    stale = built.repository("double") / "refs" / "heads" / "main.lock"
    stale.write_bytes(b"")

    built.put(app("double").version("1.0.1"))

    assert not stale.exists()
    assert git(built.repository("double"), "tag").split() == ["v1.0.0", "v1.0.1"]


def test_the_lock_of_a_running_git_is_respected() -> None:
    built = library().app("double").build()
    living = built.repository("double") / "refs" / "heads" / "main.lock"
    living.write_bytes(b"")
    before = git(built.repository("double"), "rev-parse", "main")

    with pytest.raises(Busy) as caught:
        built.put(app("double").version("1.0.1"))

    assert caught.value.exit_code == 9 and "main.lock" in caught.value.hint
    assert living.exists()
    assert git(built.repository("double"), "rev-parse", "main") == before


def test_a_removed_app_is_kept_with_its_history() -> None:
    built = library().app("double").app("other").build()
    commit = git(built.repository("double"), "rev-parse", "main")

    kept = remove(built.home, "double")

    assert read.names(built.home) == ("other",)
    assert set(read_lock(built.home.lock_file)) == {"other"}
    assert git(kept, "rev-parse", "main") == commit
    with pytest.raises(NotFound):
        remove(built.home, "double")


def test_a_removed_app_returns_when_its_repository_is_moved_back() -> None:
    built = library().app("double").build()
    before = read.load(built.home, "double")

    remove(built.home, "double").rename(built.repository("double"))

    assert read.load(built.home, "double") == before


def test_a_damaged_lock_file_stops_a_write_before_git_changes() -> None:
    built = library().app("double").build()
    built.home.lock_file.write_text("lock = 1\n[[app]\n")
    before = state(built.home.root)

    with pytest.raises(IntegrityError) as caught:
        built.put(app("double").version("1.0.1"))

    assert (caught.value.code, caught.value.exit_code) == ("MAPP-0630", 6)
    assert "doctor --repair" in caught.value.hint
    assert state(built.home.root) == before


def test_line_breaks_in_trailer_values_become_spaces() -> None:
    text = message(
        "double: 1.0.0", {"Mapp-Operation": "add", "Mapp-Note": "a\nMapp-Verdict: passed", "Mapp-No": ""}
    )

    assert text == "double: 1.0.0\n\nMapp-Operation: add\nMapp-Note: a Mapp-Verdict: passed\n"


def test_a_commit_has_the_given_author_and_time() -> None:
    built = library().build()
    draft = app("double")
    put(built.home, proposal(draft, message("double", FORCED)))

    assert git(built.repository("double"), "log", "--format=%an <%ae> %at %cn %ct") == (
        "Ada <ada@example.com> 1700000000 Ada 1700000000"
    )
