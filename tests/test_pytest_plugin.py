"""The pytest plugin, in a pytest of its own in a checkout of apps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.apps import Draft, app, write_files

LAWS = """
function prop_double(input, output) { return output === input.number * 2; }
function prop_never(input, output) { return input.number < 500; }
"""


def draft(laws: str = LAWS) -> Draft:
    made = app().file("tests/properties.js", laws).example({"number": 3}, output=6)
    return made.file("tests/regressions.jsonl", '{"input": {"number": 4}, "output": 8}\n')


def checkout(folder: Path, *drafts: Draft) -> Path:
    for made in drafts:
        write_files(folder / made.name, made.files)
    return folder


def run_pytest(folder: Path, *arguments: str) -> tuple[int, str]:
    """Returns the exit code and what pytest printed."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "MAPP_CACHE": str(folder / ".cache"),
        "MAPP_HOME": str(folder / ".home"),
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_examples_predicates_and_checks_are_items(tmp_path: Path) -> None:
    folder = checkout(tmp_path, draft())
    code, shown = run_pytest(folder, "--collect-only", "-q")

    assert code == 0
    for item in (
        "double/mapp.toml::source",
        "double/mapp.toml::total",
        "double/mapp.toml::determinism",
        "double/tests/examples.jsonl::2",
        "double/tests/regressions.jsonl::1",
        "double/tests/properties.js::prop_double",
    ):
        assert item in shown, shown
    assert "mutation" not in shown


def test_a_failure_shows_the_input_and_a_command(tmp_path: Path) -> None:
    folder = checkout(tmp_path, draft().example({"number": 5}, output=11))
    code, shown = run_pytest(folder, "--mapp-inputs", "40", "-q")

    assert code == 1
    assert "2 failed" in shown, shown
    assert "gave 10 instead of 11" in shown
    assert "is false" in shown and '{"number":500}' in shown
    assert f"mapp test .{os.sep}double --property prop_never" in shown


def test_the_hypothesis_profile_sets_the_number_of_inputs(tmp_path: Path) -> None:
    folder = checkout(tmp_path, draft("function prop_few(input, output) { return true; }\n"))
    (folder / "conftest.py").write_text(
        "from hypothesis import settings\n"
        "settings.register_profile('few', max_examples=7, derandomize=True)\n"
        "from mapp.validate.checks import properties\n"
        "real = properties.tried\n"
        "def told(trial, name, arguments):\n"
        "    print('ASKED', name)\n"
        "    return real(trial, name, arguments)\n"
        "properties.tried = told\n"
    )
    _, shown = run_pytest(folder, "--hypothesis-profile", "few", "-q", "-rA")

    assert shown.count("ASKED prop_few") == 7


def test_hypothesis_searches_further_when_the_drawn_inputs_find_nothing(tmp_path: Path) -> None:
    folder = checkout(tmp_path, draft("function prop_zero(input, output) { return input.number !== 0; }\n"))
    (folder / "conftest.py").write_text(
        "from mapp.validate import trial\n"
        "real = trial.draw\n"
        "def other(manifest, count, **rest):\n"
        "    found = real(manifest, count, **rest)\n"
        "    return found._replace(inputs=tuple(row for row in found.inputs if row['number'] > 1))\n"
        "trial.draw = other\n"
    )
    code, shown = run_pytest(folder, "-q", "-k", "prop_zero")

    assert code == 1
    assert """--property prop_zero --input '{"number": 0}'""" in shown


def test_several_apps_run_in_parallel(tmp_path: Path) -> None:
    folder = checkout(tmp_path, *(app(f"double-{letter}") for letter in "abc"))
    code, shown = run_pytest(folder, "-n", "2", "--mapp-inputs", "10", "-q")

    assert code == 0, shown
    assert "failed" not in shown


def test_an_invalid_app_is_an_error_with_a_reason(tmp_path: Path) -> None:
    folder = checkout(tmp_path, draft().stating(version="one"))
    code, shown = run_pytest(folder, "-q")

    assert code == 2
    assert "mapp.toml: version" in shown


def test_nothing_is_collected_without_a_source_or_with_the_plugin_off(tmp_path: Path) -> None:
    folder = checkout(tmp_path, draft().without("main.js"))
    assert run_pytest(folder, "-q")[0] == pytest.ExitCode.NO_TESTS_COLLECTED
    write_files(folder / "double", draft().files)
    assert run_pytest(folder, "-q", "--mapp-off")[0] == pytest.ExitCode.NO_TESTS_COLLECTED
