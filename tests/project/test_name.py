"""No text of ours installs `mapp` or `mapp-cli` from a package index: the first is another project's.

Any command, requirement or link that names either counts: in docs, messages, workflows, scripts, scaffolds.
A text may install a checkout, a file, or a commit of a repository.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pages import ROOT

LEFT_OUT = {
    ".git", ".venv", ".venv-test", ".ci-venv", ".nox", "__pycache__", "dist", "build", "site", "apps",
    ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", ".cache",
}  # fmt: skip
TEXTS = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
    ".js",
    ".json",
    ".cfg",
    ".in",
    ".sh",
    ".svg",
    ".html",
    "",
}

# `mapp`, `mapp-cli`, `mapp_cli`, with or without extras, as a whole word.
_NAME = r"""(?<![\w./@$-])["'`]?mapp(?:[-_.]cli)?(?:\[[^\]]*\])?(?![\w/*-]|\.\w|\s*@\s*(?:git\+|https?:))"""
_TOOL = (
    r"(?:\bpip3?|\bpipx|\bpip-sync|\buv)(?:\s+(?:pip|tool))?\s+"
    r"(?:--?[\w-]+\s+)*(?:install|download|wheel|add|run|inject|upgrade|compile)\b"
    r"|\buvx\b|\bpoetry\s+add\b|\bpdm\s+add\b|\bconda\s+install\b|\brequirement\w*\s*[:=]"
)
# From the tool to the end of the command; a trailing backslash continues the line.
_COMMAND = re.compile(rf"(?:{_TOOL})(?:[^\n;&|`]|\\\n)*?{_NAME}")
_REQUIREMENT = re.compile(
    r"(?<![\w./@-])mapp(?:[-_]cli)?(?:\[[\w, -]+\](?!\()|\s*(?:==|>=|<=|~=|!=)\s*[\"']?\d)"
)
_LINK = re.compile(r"pypi\.org/(?:project|simple|p|pypi)/mapp\b(?!-cli)", re.IGNORECASE)


def names_a_package(text: str) -> list[str]:
    """Returns the places of a text that would install `mapp` or `mapp-cli` from an index."""
    found = [*_COMMAND.finditer(text), *_REQUIREMENT.finditer(text), *_LINK.finditer(text)]
    return [match.group().strip() for match in found]


def texts() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in LEFT_OUT and not name.endswith(".egg-info")]
        for name in files:
            path = Path(folder, name)
            if path.suffix in TEXTS and path != Path(__file__):
                yield path


def test_no_text_installs_a_package_of_that_name() -> None:
    seen, found = 0, []
    for path in texts():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        seen += 1
        found += [f"{path.relative_to(ROOT)}: {place}" for place in names_a_package(text)]

    assert seen > 300
    assert not found, "install a commit, a checkout or a file instead"


@pytest.mark.parametrize(
    "text",
    [
        "pip install mapp",
        "pip install mapp-cli",
        "pip3 install --upgrade mapp",
        "python -m pip install --quiet mapp",
        "  - run: python -m pip install --quiet mapp\n",
        "pip install 'mapp[local]'",
        'pip install "mapp-cli[quickjs-ng]"',
        "pip install -q \\\n  mapp",
        "pip install rich mapp pytest",
        "pipx install mapp",
        "pipx run mapp list",
        "uv pip install mapp",
        "uv tool install mapp",
        "uv add mapp-cli",
        "uvx mapp list",
        "uvx --from mapp-cli mapp",
        "llama-cpp-python is not installed: pip install 'mapp[local]'",
        'requirement="mapp[quickjs-ng]"',
        "mapp==0.1.0",
        "mapp-cli>=0.1",
        "    default: mapp==0.1.0",
        "requirement: mapp",
        "[mapp](https://pypi.org/project/mapp/)",
        "run `pip install mapp` first",
        "pip install mapp.",
    ],
)
def test_an_installation_from_an_index_is_found(text: str) -> None:
    assert names_a_package(text)


@pytest.mark.parametrize(
    "text",
    [
        "pip install .",
        'pip install -c constraints.txt -e ".[test,lint]"',
        "pip install dist/mapp_cli-0.1.0-py3-none-any.whl",
        'pip install "$work"/dist/mapp_cli-*.whl',
        '.venv/bin/pip install -q . && PATH="$PWD/.venv/bin:$PATH" \\\n  mapp run "x"',
        "pip install 'mapp-cli @ git+https://git.example.org/mapp@0123'",
        "pip install git+https://git.example.org/mapp@0123",
        "pip install 'llama-cpp-python>=0.3.9'\nmapp config coder local:FILE",
        "pip install wordllama; mapp config embedder wordllama",
        "mapp install APP",
        "mapp run 'greet Ada'",
        "import mapp",
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    assert not names_a_package(text)


def test_the_distribution_has_its_own_name_and_the_command_is_mapp() -> None:
    from mapp import distribution

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == distribution.NAME == "mapp-cli"
    assert project["scripts"] == {"mapp": "mapp_cli.main:cli"}
    assert distribution.version() == project["version"]
