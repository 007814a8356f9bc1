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
    ("path", re.compile(r"(?:\$|\$?[A-Za-z_]\w*)(?:\.\w+|\[-?\d+\])+|[~.]?/[\w./-]+")),
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


_SPACED_KINDS = (
    (
        "iban",
        re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?!\w)"),
    ),
    ("call", re.compile(r"(?<!\w)[A-Za-z_]\w{0,40}\([^()\n]{1,200}\)")),
    ("digits", re.compile(r"(?<![\w.])\d(?:[ -]?\d){7,29}(?:[ -]?[xX])?(?![\w])")),
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


def identifiers_in(text: str) -> Iterator[Mention]:
    """Yields what looks like an identifier; its `unit` is the kind."""
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        left = chunk.lstrip(_OPENING)
        bare = left.rstrip(_CLOSING) + (":" if left.endswith("::") else "") * 2
        start = match.start() + len(chunk) - len(left)
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
