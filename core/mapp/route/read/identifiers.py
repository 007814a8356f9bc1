"""Identifiers: addresses, card and account numbers, versions, colours, paths, codes."""

import re
from collections.abc import Iterator

from mapp.route.read.mention import Mention, mention_at

_CHUNK = re.compile(r"\S{2,2000}")


_CHUNK_KINDS = (
    ("url", re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("uuid", re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
    ("cidr", re.compile(r"\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}|[0-9a-fA-F:]*::?[0-9a-fA-F:.]*/\d{1,3}")),
    ("ipv4", re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")),
    ("ipv6", re.compile(r"(?=\S*:\S*:)[0-9a-fA-F:]{2,45}(?:\d{1,3}(?:\.\d{1,3}){3})?")),
    ("hex-colour", re.compile(r"#[0-9a-fA-F]{3,8}")),
    ("semver", re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")),
    (
        "path",
        re.compile(
            r"(?:\$|\$?[A-Za-z_]\w*)(?:\.\w+(?:-[A-Za-z]\w*)*|\[-?\d+\])+"
            r"|(?:\[-?\d+\])(?:\.\w+|\[-?\d+\])+|[~.]?/[\w./-]+"
        ),
    ),
    (
        "code",
        re.compile(
            r"(?=\S*\d)(?=\S*[A-Za-z])[\w-]+|\w+(?:[_/]\w+)+|\w[\w-]*/[\w-]*\w|[a-z]+(?:[A-Z][a-z]*)+"
        ),
    ),
    ("code", re.compile(r"(?=\S*[^\W\d_])\S*[%=+*&_\\|<>{}^~$@\d]\S*|[A-Za-z]*[a-z][A-Z][A-Za-z]+")),
)


_CRON_FIELD = (
    r"(?:[\d*/,?#LW-]|(?i:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))+"
)


_TAG = r"<(?:/?[A-Za-z][\w-]{0,40}(?:\s[^<>]{0,200})?/?|!--[^<>]{0,200}--)>"
_SPACED_KINDS = (
    (
        "iban",
        re.compile(
            r"(?<!\w)[A-Za-z]{2}\d{2}(?:[A-Za-z0-9]{4}|[ -][A-Z0-9]{4}|[ -](?=[A-Za-z]{0,3}\d)[A-Za-z0-9]{4}"
            r"|[ -][A-Za-z]{4}(?=[ -]\d)){2,7}"
            r"(?:[A-Za-z0-9]{1,3}|[ -][A-Z0-9]{1,3}|[ -]\d[a-z0-9]{0,2})?(?!\w)"
        ),
    ),
    ("markup", re.compile(rf"{_TAG}(?:[^<>]{{0,400}}{_TAG})*")),
    (
        "pairs",
        re.compile(
            r"(?<![\w.])[A-Za-z_][\w.-]{0,40}\s?=\s?[^,;=\n\"']{1,80}"
            r"(?:(?:[,;]\s?|\sand\s)[A-Za-z_][\w.-]{0,40}\s?=\s?[^,;=\n\"']{1,80}){0,20}"
            r"(?:[,;]\s?|\sand\s)[A-Za-z_][\w.-]{0,40}\s?=\s?[^\s,;=\"']{0,80}[^\s,;=\"'.?!](?:\s[A-Z0-9][\w-]*){0,3}"
        ),
    ),
    ("marks", re.compile(r"(?<!\S)[.\-·−_]{1,12}(?:\s{1,2}(?:[/|]\s)?[.\-·−_]{1,12})+(?!\S)")),
    ("symbols", re.compile(r"[\u2600-\u27bf\u200d\ufe0f\U0001f000-\U0001faff]+")),
    ("call", re.compile(r"(?<!\w)[A-Za-z_]\w{0,40}\([^()\n]{1,200}\)")),
    ("digits", re.compile(r"(?<![\w.-])\d(?:[ -]?\d){7,29}(?:[ -]?[xX])?(?![\w])")),
    (
        "cron",
        re.compile(
            rf"(?<!\S)(?:{_CRON_FIELD}[ ]+){{4,5}}{_CRON_FIELD}(?!\S)|@(?:hourly|daily|weekly|monthly|yearly)"
        ),
    ),
)


SOLID = frozenset({"url", "email", "uuid", "cidr", "ipv4", "ipv6", "hex-colour", "semver", "path", "cron"})
"""Kinds of identifiers whose digits are never separate numbers."""


_OPENING, _CLOSING = "([{<'\"“‘`«,;", ".,;:!?)]}>'\"”’`»"


_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def _bare(chunk: str) -> tuple[int, str]:
    """Returns a chunk without the marks around it, and how many were before it.

    Brackets stay if they belong to the chunk: `[A-Z]{2}` keeps its own, `(v1.2)` is unwrapped.
    """
    first, last, before = 0, len(chunk), -1
    while before != last - first > 0:
        before = last - first
        bare = chunk[first:last]
        if bare[-1] in _CLOSING and not bare.endswith("::") and _around(bare, bare[-1]):
            last -= 1
        elif bare[0] in _OPENING and _around(bare, bare[0]):
            first += 1
    return first, chunk[first:last]


def _around(chunk: str, mark: str) -> bool:
    """Returns whether a mark at an end is not part of a chunk: no bracket, unpaired, or around it all."""
    for opening, closing in _PAIRS.items():
        if mark in (opening, closing):
            if chunk.count(opening) != chunk.count(closing):
                return True
            return chunk[0] == opening and chunk[-1] == closing and closing not in chunk[1:-1]
    return True


def identifiers_in(text: str) -> Iterator[Mention]:
    """Yields what looks like an identifier; its `unit` is the kind."""
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        offset, bare = _bare(chunk)
        start = match.start() + offset
        for name, pattern in _CHUNK_KINDS:
            if pattern.fullmatch(bare):
                yield mention_at(text, "identifier", (start, start + len(bare)), bare, name)
                break
    for name, pattern in _SPACED_KINDS:
        for match in pattern.finditer(text):
            bare = match.group()
            if name == "cron":
                bare = re.sub(r"(?<=[^ ])[,?]+$", "", bare)
                if "*" not in bare and bare[0] != "@":
                    continue
            yield mention_at(text, "identifier", (match.start(), match.start() + len(bare)), bare, name)
