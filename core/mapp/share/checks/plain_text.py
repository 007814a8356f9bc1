"""What an app says and contains is what a reader sees: nothing invisible, reversed or dressed up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from mapp.model.app import App
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of the text around them (CVE-2021-42574, "Trojan Source")."""
_UNSEEN: Final = frozenset(["Cc", "Cf", "Co", "Cs", "Zl", "Zp"])
_ALLOWED: Final = frozenset("\t\n\r\u200c\u200d")
"""Line breaks, and the joiners that some scripts and emoji need."""
_CODE: Final = ("main.js", "tests/properties.js")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LOOKALIKES: Final = frozenset(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d\u04bb\u043a\u043c"
    "\u0442\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
    "\u03bf\u03b9\u03c1\u03c5\u03c7\u03ba\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f"
    "\u03a1\u03a4\u03a5\u03a7\u0585\u057d\u0581\u0578\u0570"
)
"""Cyrillic, Greek and Armenian letters that look like Latin ones."""


def _objections(submission: Submission) -> Iterator[Objection]:
    release = submission.release
    if release is None:
        return
    for where, text in texts_of(release.app):
        if found := sorted({row for row in text if unseen(row)}):
            yield Objection(
                message=f"{where} contains {', '.join(map(_named, found))}",
                fix="write it with visible characters alone",
            )
        elif mixed := next((word for word in _WORD.findall(text) if _is_mixed(word)), ""):
            yield Objection(
                message=f"{where} has a word of several alphabets that looks like one: {mixed!a}",
                fix="write the word in one alphabet",
            )
    for path in _CODE:
        source = release.files.get(path, b"").decode("utf-8", "replace")
        for number, line in enumerate(source.split("\n"), 1):
            if found := sorted({row for row in line if row in TURNING or (unseen(row) and row not in "\r")}):
                yield Objection(
                    message=f"{path}:{number} contains {', '.join(map(_named, found))}",
                    fix=f"write it as an escape, such as \\u{ord(found[0]):04x}",
                )
                break


def texts_of(app: App) -> Iterator[tuple[str, str]]:
    """Yields what people and models read of an app, each with its place."""
    manifest = app.manifest
    yield "the description", manifest.description
    for row in manifest.arguments:
        yield f"the description of {row.name}", row.schema.description
    yield "the description of the output", manifest.output.description
    for code, meaning in manifest.errors:
        yield f"the meaning of {code}", meaning
    for number, phrase in enumerate(app.phrases, 1):
        yield f"tests/requests.jsonl:{number}", f"{phrase.request}\n{phrase.why}"


def unseen(letter: str) -> bool:
    """Returns whether a character shows nothing by itself, or changes how others are shown."""
    return letter not in _ALLOWED and unicodedata.category(letter) in _UNSEEN


def _is_mixed(word: str) -> bool:
    """Returns whether a word has Latin letters and others that look like them (Unicode TR 39)."""
    return any(letter.isascii() for letter in word) and not _LOOKALIKES.isdisjoint(word)


def _named(letter: str) -> str:
    return f"U+{ord(letter):04X} ({unicodedata.name(letter, 'a control character').lower()})"


CHECK = RegistryCheck(
    name="plain-text",
    reason="Text that reads one way and means another fools those who review, grant and choose.",
    stage="app",
    run=_objections,
)
