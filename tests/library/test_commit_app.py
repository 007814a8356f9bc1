from __future__ import annotations

import pytest

from mapp.errors import Busy, IntegrityError, InvalidApp, NotFound
from mapp.library import read
from mapp.library.commit_app import message, put, remove
from mapp.library.lockfile import read_lock
from mapp.library.repair import repair
from support.apps import app
from support.judged import passing
from support.library import FORCED, fsck, git, library, proposal, state
from support.processes import end, holder, kill, writer


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


def test_a_new_version_is_a_commit_on_top_and_a_tag_of_its_own() -> None:
    built = library().app("double").build()
    first = git(built.repository("double"), "rev-parse", "main")

    second = built.put(app("double").version("1.0.1"))

    assert [row.id for row in read.history(built.home, "double")] == [second.commit, first]
    assert git(built.repository("double"), "tag").split() == ["v1.0.0", "v1.0.1"]
    assert git(built.repository("double"), "rev-parse", "v1.0.0") == first


def test_a_check_that_refuses_leaves_everything_as_it_was() -> None:
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


def test_a_released_version_is_not_given_to_other_content_after_going_back() -> None:
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


def test_of_sixty_concurrent_writes_none_is_lost() -> None:
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


def test_locks_that_a_killed_writer_left_in_git_are_swept_by_the_next() -> None:
    built = library().app("double").build()
    process = holder(built.home.holds, "double")
    kill(process)
    stale = built.repository("double") / "refs" / "heads" / "main.lock"
    stale.write_bytes(b"")

    built.put(app("double").version("1.0.1"))

    assert not stale.exists()
    assert git(built.repository("double"), "tag").split() == ["v1.0.0", "v1.0.1"]


def test_the_lock_of_a_living_git_is_respected() -> None:
    built = library().app("double").build()
    living = built.repository("double") / "refs" / "heads" / "main.lock"
    living.write_bytes(b"")
    before = git(built.repository("double"), "rev-parse", "main")

    with pytest.raises(Busy) as caught:
        built.put(app("double").version("1.0.1"))

    assert caught.value.exit_code == 9 and "main.lock" in caught.value.hint
    assert living.exists()
    assert git(built.repository("double"), "rev-parse", "main") == before


def test_a_removed_app_is_kept_aside_with_its_history() -> None:
    built = library().app("double").app("other").build()
    commit = git(built.repository("double"), "rev-parse", "main")

    kept = remove(built.home, "double")

    assert read.names(built.home) == ("other",)
    assert set(read_lock(built.home.lock_file)) == {"other"}
    assert git(kept, "rev-parse", "main") == commit
    with pytest.raises(NotFound):
        remove(built.home, "double")


def test_what_was_removed_comes_back_by_moving_its_repository() -> None:
    built = library().app("double").build()
    before = read.load(built.home, "double")

    remove(built.home, "double").rename(built.repository("double"))

    assert read.load(built.home, "double") == before


def test_repair_makes_the_lock_agree_with_git() -> None:
    built = library().app("double").app("other").build()
    good = built.home.lock_file.read_bytes()
    built.home.lock_file.unlink()
    (built.home.apps / ".new-999999999-abc").mkdir()

    assert repair(built.home) == ("double", "other")

    assert built.home.lock_file.read_bytes() == good
    assert not list(built.home.apps.glob(".new-*"))
    assert repair(built.home) == ()


def test_repair_keeps_the_pin_of_an_app_that_cannot_be_read() -> None:
    built = library().app("double").build()
    pinned = read_lock(built.home.lock_file)
    (built.repository("double") / "HEAD").unlink()

    assert repair(built.home) == ()
    assert read_lock(built.home.lock_file) == pinned


def test_a_damaged_lock_stops_a_write_before_git_moves() -> None:
    built = library().app("double").build()
    built.home.lock_file.write_text("lock = 1\n[[app]\n")
    before = state(built.home.root)

    with pytest.raises(IntegrityError) as caught:
        built.put(app("double").version("1.0.1"))

    assert (caught.value.code, caught.value.exit_code) == ("MAPP-0630", 6)
    assert "doctor --repair" in caught.value.hint
    assert state(built.home.root) == before


def test_trailers_stay_on_lines_of_their_own() -> None:
    text = message(
        "double: 1.0.0", {"Mapp-Operation": "add", "Mapp-Note": "a\nMapp-Verdict: passed", "Mapp-No": ""}
    )

    assert text == "double: 1.0.0\n\nMapp-Operation: add\nMapp-Note: a Mapp-Verdict: passed\n"


def test_a_commit_of_mapp_says_who_and_when() -> None:
    built = library().build()
    draft = app("double")
    put(built.home, proposal(draft, message("double", FORCED)))

    assert git(built.repository("double"), "log", "--format=%an <%ae> %at %cn %ct") == (
        "Ada <ada@example.com> 1700000000 Ada 1700000000"
    )
