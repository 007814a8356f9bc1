"""A brief as prompts: fixed words first, byte for byte the same; then what was found, quoted as data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from mapp.author.coder import Brief, Files, Phase

VERSION: Final = 3
"""Goes up with every change to the words or to how data is quoted; the digest tells exactly."""

SHOWN: Final[Mapping[Phase, tuple[str, ...]]] = {
    "contract": (
        "mapp.toml",
        "tests/examples.jsonl",
        "tests/properties.js",
        "tests/requests.jsonl",
        "main.js",
    ),
    "check": ("mapp.toml", "inputs.jsonl"),
    "code": ("mapp.toml", "tests/examples.jsonl", "tests/properties.js", "main.js"),
    "heal": ("mapp.toml", "tests/examples.jsonl", "tests/properties.js", "main.js"),
}
"""The files that each phase sees, in this order; the author of the code does not need the requests."""

SMALL: Final[Mapping[Phase, str]] = {"code": "small-code", "heal": "small-heal"}
"""The fixed words for small models, in the phases that they can do."""

MAX_GOAL: Final = 10_000
MAX_REPORT: Final = 8_000
MAX_FILE: Final = 40_000
MAX_OF: Final[Mapping[str, int]] = {
    "mapp.toml": 12_000,
    "tests/examples.jsonl": 8_000,
    "tests/requests.jsonl": 8_000,
    "tests/properties.js": 12_000,
}
MAX_EVIDENCE: Final = 16_000
"""In bytes, for all of the evidence about a failure together."""
MAX_NEAR: Final = 3
"""The number of candidates shown. The other limits are in bytes, and a token has at least one; of longer
texts, the beginning and the end are shown.
"""

# Characters that could deceive a reader: control characters, text reordering (UAX #9), lone surrogates.
_UNSEEN: Final = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """A prompt: `system` is fixed for a phase, `stable` for a change, `fresh` for a round."""

    system: str
    stable: str
    fresh: str

    @property
    def text(self) -> str:
        """Returns the whole prompt, for models that take one text."""
        return f"{self.system}\n{self.stable}\n{self.fresh}"

    @property
    def size(self) -> int:
        """Returns the size in bytes of UTF-8, the most tokens that a byte-level tokenizer can produce."""
        return len(self.text.encode())


@cache
def fixed_words(name: str) -> str:
    """Returns the content of `prompts/NAME.md`."""
    return (resources.files("mapp.author.prompts") / f"{name}.md").read_text(encoding="utf-8")


def fixed(phase: Phase) -> str:
    """Returns the fixed part of a phase's prompt."""
    return fixed_words(phase)


@cache
def digest(phase: Phase) -> str:
    """Returns the prompt's digest for commits: the version, and 12 digits of the hash of the fixed words.

    For code, the hash covers the words for large and for small models.
    """
    words = fixed(phase) + (fixed_words(SMALL[phase]) if phase in SMALL else "")
    return f"{phase}-{VERSION}-{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def render(brief: Brief, files: Files) -> Prompt:
    """Returns the prompt of a brief; the same arguments give the same bytes."""
    stable, fresh = _material(brief, files)
    # The stable part has its own fence, so that a new report leaves its bytes unchanged, for caching.
    first = _fence([text for _, text in stable])
    second = _fence([text for _, text in (*stable, *fresh)])
    return Prompt(
        system=fixed(brief.phase),
        stable="\n".join(_quoted(first, name, text) for name, text in stable),
        fresh="\n".join([*(_quoted(second, name, text) for name, text in fresh), task_line(brief, files)]),
    )


def task_line(brief: Brief, files: Files) -> str:
    """Returns the only line outside the quotations: app, round and files."""
    # This line contains only checked values: a name, a number, fixed paths.
    name = brief.app if re.fullmatch(r"[a-z][a-z0-9-]{0,63}", brief.app) else "the app"
    missing = [path for path in brief.may_change if path not in files]
    wanted = f"Write: {', '.join(missing)}." if missing else ""
    present = [path for path in brief.may_change if path in files]
    if present:
        wanted += f" Change what has to be changed of: {', '.join(present)}."
    if brief.expanding and brief.phase == "contract":
        wanted += " Of the .jsonl files give new rows only: those that are there stay."
    return f"App {name}, round {brief.round}. {wanted.strip()}"


def _material(brief: Brief, files: Files) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Returns the parts that stay the same over the rounds of a change, and the parts that do not."""
    stable = [("request", short(brief.goal, MAX_GOAL))]
    each = MAX_EVIDENCE // max(1, len(brief.evidence))
    stable += [(name, short(text, each)) for name, text in brief.evidence]
    near = [f"{one.name}: {one.description} {one.interface}".rstrip() for one in brief.near[:MAX_NEAR]]
    if near and brief.phase == "contract":
        stable.append(("apps that nearly do it", short("\n".join(near), MAX_GOAL)))
    fresh: list[tuple[str, str]] = []
    for path in SHOWN[brief.phase]:
        if path in files:
            text = short(files[path].decode(errors="replace"), MAX_OF.get(path, MAX_FILE))
            (fresh if path in brief.may_change else stable).append((path, text))
    if brief.report:
        fresh.append(("report on the last round", short(brief.report, MAX_REPORT)))
    return stable, fresh


def short(text: str, most: int) -> str:
    """Returns a text with invisible characters escaped, and shortened: two thirds from its head.

    >>> short("a" * 10 + "b" * 5, 6)
    'aaaa\\n[9 bytes left out]\\nbb'
    """
    text = _UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode(), text)
    data = text.encode()
    if len(data) <= most:
        return text
    head = most * 2 // 3
    first, last = (part.decode(errors="ignore") for part in (data[:head], data[head - most :]))
    return f"{first}\n[{len(data) - most:,} bytes left out]\n{last}"


def _fence(texts: list[str]) -> str:
    """Returns a word that occurs in none of the texts, so that no text can end its own quotation."""
    return next(word for word in _words(texts) if not any(word in text for text in texts))


def _words(texts: list[str]) -> Iterator[str]:
    seed = hashlib.sha256("\0".join(texts).encode(errors="replace"))
    while True:
        yield f"data-{seed.hexdigest()[:10]}"
        seed.update(b"again")


def quoted(parts: Sequence[tuple[str, str]]) -> str:
    """Returns named texts quoted as data, between fences that occur in none of them."""
    fence = _fence([text for _, text in parts])
    return "\n".join(_quoted(fence, name, text) for name, text in parts)


def _quoted(fence: str, name: str, text: str) -> str:
    return f'<{fence} name="{name}">\n{text}\n</{fence}>'
