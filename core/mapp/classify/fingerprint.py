"""Fingerprints: failures with one cause have the same one, whatever the input, the line and the names.

Nothing that an app or a server says is part of one, except in a normal form: of an engine's message the
sentence without its names, of a source line its tokens without names and values.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from mapp.classify.facts import Call, Facts
from mapp.model.incident import RULE, FailureClass
from mapp.model.values import canonical

_TOKEN: Final = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)"""
    r"""|(?P<number>\d[\w.]*)|(?P<word>[A-Za-z_$][\w$]*)|(?P<sign>[^\s\w])""",
    re.DOTALL,
)
_KEYWORDS: Final = frozenset(
    [
        *("await", "break", "case", "catch", "class", "const", "continue", "default", "delete", "do", "else"),
        *("extends", "false", "finally", "for", "function", "if", "in", "instanceof", "let", "new", "null"),
        *("of", "return", "static", "super", "switch", "this", "throw", "true", "try", "typeof", "undefined"),
        *("var", "void", "while", "yield"),
    ]
)
_FRAME: Final = re.compile(r"main\.js:(\d+)")
_ERROR_NAME: Final = re.compile(r"([A-Z][a-z]+)?Error\Z|string\Z|number\Z|object\Z|undefined\Z|boolean\Z")
_ENGINE_SENTENCES: Final = (
    "cannot read property",
    "cannot set property",
    "is not a function",
    "is not defined",
    "is not iterable",
    "is not initialized",
    "is read-only",
    "not an object",
    "invalid array length",
    "maximum call stack size exceeded",
    "stack overflow",
    "invalid regular expression",
    "unexpected token",
    "division by zero",
    "invalid date",
    "not a constructor",
    "cannot convert",
    "malformed uri",
)


_UPSTREAM: Final = frozenset(
    ["credential", "rate_limited", "quota", "ambiguous", "upstream_down", "upstream_changed"]
)


def fingerprint(facts: Facts, failure: FailureClass) -> str:
    """Returns the fingerprint of a failure: `v1:` and 16 hexadecimal digits."""
    parts = [facts.app, failure, *_cause(facts, failure)]
    digest = hashlib.sha256(canonical([*parts]).encode()).hexdigest()
    return f"{RULE}:{digest[:16]}"


def site_of(source: str, stack: str, name: str, message: str) -> str:
    """Returns where and how a script threw, in a normal form: name and kind of the error, and the line.

    `stack` calls the script `main.js`. All of these texts are the script's own.
    """
    kind = name if _ERROR_NAME.match(name) else "custom"
    lower = message.lower()
    sentence = next((text for text in _ENGINE_SENTENCES if text in lower), "")
    lines = source.split("\n")
    frame = _FRAME.search(stack)
    number = int(frame[1][:9]) if frame else 0
    line = normal_line(lines[number - 1]) if 0 < number <= len(lines) else ""
    return " | ".join(part for part in (kind, sentence, line) if part)


def normal_line(line: str) -> str:
    """Returns a line of JavaScript without names, values, comments and spaces.

    >>> normal_line("  return rates[code].value * 1.25; // gross")
    'return i [ i ] . i * 0 ;'
    """
    return " ".join(_normal_tokens(line))[:200]


def _normal_tokens(line: str) -> Iterable[str]:
    for match in _TOKEN.finditer(line):
        if match["text"]:
            yield "s"
        elif match["number"]:
            yield "0"
        elif match["word"]:
            yield match["word"] if match["word"] in _KEYWORDS else "i"
        elif match["sign"]:
            yield match["sign"]


def _cause(facts: Facts, failure: FailureClass) -> list[str]:
    """Returns what tells two failures of one class and app apart."""
    noted = _noted(facts)
    if failure in _UPSTREAM:
        changed = [line for call in noted for line in call.differences]
        return [text for call in noted[-1:] for text in (call.host, _how(call))] + changed[:3]
    if failure in ("permission", "security"):
        return [facts.refused, *sorted({f"{call.name} {call.code} {call.host}" for call in noted})[:1]]
    if failure in ("host_fault", "nondeterminism", "resource"):
        return [facts.outcome]
    places = sorted({_place(row) for row in facts.problems})[:3]
    return [facts.outcome, facts.site, *places, *sorted(facts.broken)]


def _noted(facts: Facts) -> list[Call]:
    return [call for call in facts.trouble if call.code or call.status >= 300 or call.differences]


def _how(call: Call) -> str:
    if call.code:
        return call.code
    return "5xx" if call.status >= 500 else str(call.status)


def _place(path: str) -> str:
    """Returns the path of a problem without the indexes of lists."""
    return re.sub(r"\[\d+\]", "[]", path)
