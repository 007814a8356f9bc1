"""Text that is marked as such: quoted, after a colon, or JSON."""

import json
import re
from collections.abc import Iterator, Sequence

from mapp.errors import MappError
from mapp.model.values import JSONValue, checked
from mapp.route.read.mention import Mention, mention_at

_QUOTES = (
    re.compile(r"```(?:[a-z]{1,12}\n)?((?:[^`]|`(?!``))*)```"),
    re.compile(r'(?<![\w"])"([^"]*)"(?![\w])'),
    re.compile(r"“([^”“]*)”"),
    re.compile(r"„([^“”„]*)[“”]"),
    re.compile(r"«([^»«]*)»"),
    re.compile(r"(?<![\w`])`([^`]+)`(?!`)"),
    re.compile(r"(?<![\w'])'((?:[^']|(?<=\w)'(?=\w))*)'(?![\w'])"),
    re.compile(r"‘((?:[^‘’]|(?<=\w)’(?=\w))*)’(?!\w)"),
)


_COLON = re.compile(r"(?<![:\w/]):(?=\s)|(?<=\w):(?=\s)")


def quotations_in(text: str) -> Iterator[Mention]:
    """Yields the quoted texts; an apostrophe inside a word does not count."""
    for pattern in _QUOTES:
        for match in pattern.finditer(text):
            yield mention_at(text, "quoted", match.span(), match.group(1))


def tails_in(text: str, when: Sequence[Mention]) -> Iterator[Mention]:
    """Yields the text after the first colons, up to the end of the request."""
    for match in list(_COLON.finditer(text))[:4]:
        tail = text[match.end() :]
        start = match.end() + len(tail) - len(tail.lstrip())
        end = match.end() + len(tail.rstrip())
        if start < end and not any(mention.start < match.start() < mention.end for mention in when):
            yield mention_at(text, "tail", (start, end), text[start:end])


_DECODER = json.JSONDecoder(parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))


_MAX_LITERAL_LENGTH = 4_000


_OPEN = re.compile(r"(?<!\w)[\[{]")


def json_in(text: str) -> Iterator[Mention]:
    """Yields JSON arrays and objects, also with single quotes; tries at most eight places."""
    place = 0
    for _ in range(8):
        opening = _OPEN.search(text, place)
        if opening is None:
            return
        found = _decoded(text, opening.start())
        if found is None:
            place = opening.end()
        else:
            value, place = found
            yield mention_at(text, "json", (opening.start(), place), value)


def _decoded(text: str, start: int) -> tuple[JSONValue, int] | None:
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return _literal(text, start)


def _literal(text: str, start: int) -> tuple[JSONValue, int] | None:
    """Returns a list or object whose texts are in single quotes, and its end."""
    depth = 0
    for place in range(start, min(len(text), start + _MAX_LITERAL_LENGTH)):
        depth += (text[place] in "[{") - (text[place] in "]}")
        if depth == 0:
            written = text[start : place + 1]
            if '"' in written or "\\" in written:
                return None
            try:
                return checked(_DECODER.decode(written.replace("'", '"'))), place + 1
            except (ValueError, RecursionError, MappError):
                return None
    return None
