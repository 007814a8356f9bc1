"""Our texts stay in plain English: phrases that read like a translation do not come back."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
DIALECT: Final = re.compile(
    r"""\b(
        who(so)?ever | by\ whomever | what\ lies | came\ of | comes?\ of\ it | all\ the\ same | for\ ever
      | mend(s|ed|ing)? | (is|are|was|were)\ told | nobody\ (said|was) | otherwise\ than | on\ trial
      | by\ heart | milliards? | widen(s|ed|ing) | what\ came | tells?\ of | came\ about
      | (?<!there\ )is\ no\ (?!longer|more)[a-z]+
      | stands?\ (still|three\ times) | said\ beforehand | to\ have\ it\ all | goes\ on\ with | anew
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
TEXTS: Final = (".py", ".md", ".toml", ".yml", ".yaml", ".js", ".html")
EXCEPTIONS: Final = (
    "tests/docs/test_language.py",
    "tests/corpus/",
    "tests/author/prompts/",
    "core/mapp/starter/apps/",  # what people ask, and apps whose verdicts are keyed by their content
    "core/mapp/route/data/",
    "LICENSE",
)


def texts() -> list[str]:
    """Returns the tracked text files that people read."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [
        name
        for name in listed.splitlines()
        if name.endswith(TEXTS) and not name.startswith(EXCEPTIONS) and (ROOT / name).is_file()
    ]


@pytest.mark.parametrize(
    "phrase", ["whoever wants it", "what came of a run", "it is no app", "the reader is told why", "mended"]
)
def test_the_list_recognises_the_old_phrases(phrase: str) -> None:
    assert DIALECT.search(phrase)


@pytest.mark.parametrize("phrase", ["there is no app of that name", "is no longer needed", "recommended"])
def test_the_list_leaves_plain_english_alone(phrase: str) -> None:
    assert not DIALECT.search(phrase)


def test_no_text_of_ours_uses_the_old_phrases() -> None:
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in texts()
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1)
        if DIALECT.search(line)
    ]
    assert not found, "\n".join(found)
