from __future__ import annotations

from support.library import library
from support.terminal import mapp


def test_a_sound_library_passes_and_the_json_names_the_isolation() -> None:
    library().app("double").build()
    mapp("index", "rebuild")

    found = mapp("doctor", "--json")

    assert [row for row in found.json["findings"] if row["state"] == "failed"] == []
    assert found.code == 0
    assert found.json["isolation"] in ("full", "process", "none")
    assert found.json["demanded"] == {"own": "process", "strangers": "full"}


def test_a_damaged_app_ends_in_exit_code_1() -> None:
    built = library().app("double").build()
    (built.repository("double") / "HEAD").unlink()

    found = mapp("doctor")

    assert found.code == 1
    assert any(line.startswith("failed") and "double" in line for line in found.out.splitlines())


def test_repair_rebuilds_a_damaged_lock() -> None:
    built = library().app("double").build()
    good = built.home.lock_file.read_bytes()
    built.home.lock_file.write_text("<<<<<<< HEAD\n")

    refused = mapp("remove", "double")
    assert refused.code == 6 and "mapp doctor --repair" in refused.err
    assert mapp("exec", "double", "number=1").out == "2\n"

    mapp("doctor", "--repair")
    assert built.home.lock_file.read_bytes() == good


def test_repair_says_when_there_was_nothing_to_repair() -> None:
    library().app("double").build()

    assert "all pins were correct" in mapp("doctor", "--repair").err
