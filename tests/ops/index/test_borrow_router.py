"""The router stays open from one request to the next, and never answers for a library that has changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mapp.errors import Busy
from mapp.index import generations
from mapp.model.request import Request
from mapp.ops.index import borrow_router as borrowing
from mapp.ops.index import refresh
from mapp.ops.index.borrow_router import borrow_router
from mapp.route import per_app_table
from mapp.route import router as routing
from mapp.route.recognise import classifier
from support.apps import app
from support.library import Built, library

KNIT = "knit a scarf"


@pytest.fixture
def built() -> Iterator[Built]:
    found = library().app("double").build()
    yield found
    found.workspace.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The generation of every router that is opened."""
    found: list[str] = []
    real = routing.Router.__init__

    def note(self: routing.Router, index: object, **options: bool) -> None:
        found.append(index.generation)  # type: ignore[attr-defined]
        real(self, index, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(routing.Router, "__init__", note)
    return found


def candidates(built: Built, text: str = KNIT) -> list[str]:
    with closing(borrow_router(built.workspace)) as router:
        decision, _ = router.decide(Request(text=text))
    return sorted(candidate.app for candidate in decision.candidates)


def in_another_process(built: Built, code: str) -> None:
    """Runs Python code with `workspace` open on the same library."""
    start = (
        "import sys; from pathlib import Path; from mapp.config import load_config;"
        " from mapp.ops.workspace import Workspace;"
        " workspace = Workspace(config=load_config(library=Path(sys.argv[1])));"
    )
    subprocess.run(
        [sys.executable, "-c", f"{start} {code}", str(built.home.root)],
        check=True,
        timeout=120,
        capture_output=True,
    )


def open_files(built: Built) -> list[str]:
    """The open files of a library's index, by the descriptors and mappings of this process."""
    found = [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    maps = [line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()]
    place = f"{built.home.index.resolve()}/gen-"
    return [path for path in (*found, *maps) if path.startswith(place)]


def test_requests_share_one_router_while_nothing_changes(built: Built, opened: list[str]) -> None:
    assert [candidates(built) for _ in range(3)] == [["double"]] * 3
    assert len(opened) == 1
    embedder = built.workspace.embedder
    assert candidates(built) == ["double"]
    assert built.workspace.embedder is embedder


def test_an_app_that_another_process_adds_or_removes_is_heeded(built: Built, opened: list[str]) -> None:
    assert candidates(built) == ["double"]
    built.put(app("knit").stating(description="Plans how to knit a scarf."))
    assert candidates(built) == ["double", "knit"]
    in_another_process(built, "from mapp.library.commit_app import remove; remove(workspace.home, 'knit')")
    assert candidates(built) == ["double"]
    assert len(opened) == len(set(opened)) == 3


def test_an_index_that_another_process_rebuilds_or_deletes_is_opened_again(
    built: Built, opened: list[str]
) -> None:
    assert candidates(built) == ["double"]
    in_another_process(built, "from mapp.ops.index.refresh import rebuild; rebuild(workspace, fresh=True)")
    assert candidates(built) == ["double"]
    shutil.rmtree(built.home.index)
    assert candidates(built) == ["double"]
    assert len(opened) == len(set(opened)) == 3


def test_a_damaged_or_missing_file_of_the_generation_is_found(built: Built, opened: list[str]) -> None:
    assert candidates(built) == ["double"]
    current = generations.current(built.home.index)
    assert current is not None
    (current / "catalogue.sqlite").write_bytes(b"damaged")
    assert candidates(built) == ["double"]
    current = generations.current(built.home.index)
    assert current is not None
    shutil.rmtree(current)
    assert candidates(built) == ["double"]
    assert len(opened) == len(set(opened)) == 3


def test_a_library_that_is_removed_has_no_apps(built: Built) -> None:
    assert candidates(built) == ["double"]
    shutil.rmtree(built.home.root)
    assert candidates(built) == []


def test_an_index_from_before_an_additional_file_was_introduced_is_rebuilt(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert candidates(built) == ["double"]
    built.workspace.close()
    current = generations.current(built.home.index)
    assert current is not None
    seal = current / "seal.json"
    seal.write_text(seal.read_text().replace(f'"{per_app_table.FILE}",\n', ""))
    assert candidates(built) == ["double"]
    assert generations.current(built.home.index) != current


def test_closing_leaves_no_file_open(built: Built) -> None:
    assert candidates(built) == ["double"]
    assert open_files(built) != []
    built.put(app("knit"))
    candidates(built)
    generation = generations.current(built.home.index)
    assert generation is not None
    assert {Path(path).parent.name for path in open_files(built)} == {generation.name}
    built.workspace.close()
    assert open_files(built) == []


def test_a_router_in_use_stays_open_until_it_is_returned(built: Built) -> None:
    router = borrow_router(built.workspace)
    other = borrow_router(built.workspace)
    built.put(app("knit"))
    assert candidates(built) == ["double", "knit"]
    built.workspace.close()
    router.close()
    router.close()
    decision, _ = other.decide(Request(text=KNIT))
    assert [candidate.app for candidate in decision.candidates] == ["double"]
    other.close()
    assert open_files(built) == []


def test_a_generation_that_is_deleted_while_it_is_opened_is_not_used(
    built: Built, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = refresh.open_with_stamps

    def slow(*given: object, **options: object) -> object:
        found = real(*given, **options)  # type: ignore[arg-type]
        monkeypatch.setattr(borrowing, "open_with_stamps", real)
        refresh.rebuild(built.workspace, fresh=True)
        return found

    monkeypatch.setattr(borrowing, "open_with_stamps", slow)
    assert candidates(built) == ["double"]
    assert len(opened) == 2
    assert candidates(built) == ["double"]
    assert len(opened) == 2


def test_a_router_that_cannot_be_opened_leaves_nothing_open(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates(built)
    built.workspace.close()

    def fail(*_: object, **__: object) -> None:
        raise ValueError("damaged")

    with monkeypatch.context() as patch, pytest.raises(ValueError, match="damaged"):
        patch.setattr(classifier, "load", fail)
        borrow_router(built.workspace)
    assert open_files(built) == []
    assert candidates(built) == ["double"]


def test_many_threads_decide_while_apps_are_added(built: Built) -> None:
    candidates(built)
    failed: list[BaseException] = []
    stop = threading.Event()

    def decide() -> None:
        try:
            while not stop.is_set():
                assert "double" in candidates(built)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=decide) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(2):
        built.put(app(f"knit-{number}"))
        assert f"knit-{number}" in candidates(built)
    stop.set()
    for thread in threads:
        thread.join(60)
    assert failed == []
    built.workspace.close()
    assert open_files(built) == []


def test_a_generation_that_is_replaced_just_after_it_was_opened_is_not_kept(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = borrowing._router_of

    def slow(*given: object) -> object:
        found = real(*given)  # type: ignore[arg-type]
        refresh.rebuild(built.workspace, fresh=True)
        monkeypatch.setattr(borrowing, "_router_of", real)
        return found

    monkeypatch.setattr(borrowing, "_router_of", slow)
    assert candidates(built) == ["double"]
    first = built.workspace.kept_router._open
    assert candidates(built) == ["double"]
    assert built.workspace.kept_router._open is not first


def test_a_router_that_never_stays_current_long_enough_is_an_error(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "fingerprint", lambda _: None)

    def fail(*_: object, **__: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(classifier, "load", fail)
    with pytest.raises(Busy, match="keep rebuilding"):
        borrow_router(built.workspace)
