"""Everything typed that a request says: numbers, money, quantities, dates, quoted text, lists, JSON, identifiers, names.

`mentions(text)` keeps alternatives: `4111 1111 1111 1111` is one identifier and four numbers, and which of them is
meant depends on the schema that is to be filled. Every pattern is linear in the length of the text.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mapp.errors import MappError
from mapp.model.values import JSONValue, checked
from mapp.route.dates import Moment, moments
from mapp.route.lexicon import (
    CURRENCY_CODES,
    CURRENCY_SYMBOLS,
    CURRENCY_WORDS,
    FUNCTION_WORDS,
    WEAK_CURRENCY_WORDS,
)
from mapp.route.numbers import Number, json_number, numbers
from mapp.route.units import BY_NAME, unit_called
from mapp.route.words import MAX_SCANNED, Token, tokenise, word_set

MOST_MENTIONS = 600

Kind = Literal[
    "number", "ordinal", "percent", "currency", "quantity", "date", "date-time", "time", "duration",
    "quoted", "tail", "list", "json", "identifier", "name", "address",
]  # fmt: skip
NUMERIC: frozenset[str] = frozenset({"number", "ordinal", "percent", "currency", "quantity"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Something typed in a request: `text[start:end]`, read as `kind`.

    `unit` is the unit of a quantity (`km`), the currency (`EUR`), `percent`, or what sort of identifier it is
    (`ipv4`). `number` is the span of the bare number within. A `soft` mention may be no mention at all (`one`), an
    `ambiguous` one has several readings and no value.
    """

    kind: Kind
    start: int
    end: int
    text: str
    value: JSONValue
    unit: str | None = None
    number: tuple[int, int] | None = None
    soft: bool = False
    ambiguous: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """Returns where it starts and ends in the request."""
        return self.start, self.end


def mentions(text: str, tokens: Sequence[Token] | None = None) -> tuple[Mention, ...]:
    """Returns every mention of the first 20,000 characters, by place and longest first; they may overlap."""
    text = text[:MAX_SCANNED]
    tokens = tokenise(text) if tokens is None else tokens
    when = [_of_moment(text, moment) for moment in moments(text)]
    identifiers = list(_identifiers(text))
    solid = [mention.span for mention in identifiers if mention.unit in SOLID]
    amounts = [mention for mention in _amounts(text, tokens, when) if not _inside(mention, solid)]
    found = [
        *when,
        *amounts,
        *_lists(text, amounts),
        *_quoted(text),
        *_tails(text, when),
        *_json(text),
        *identifiers,
    ]
    solid += [mention.span for mention in when]
    found += [mention for mention in _names(text, tokens) if not _inside(mention, solid)]
    unique = {(mention.kind, mention.start, mention.end, mention.unit): mention for mention in found}
    return tuple(sorted(unique.values(), key=lambda mention: (mention.start, -mention.end)))[:MOST_MENTIONS]


def _inside(mention: Mention, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= mention.start and mention.end <= end for start, end in spans)


def outermost(found: Sequence[Mention], kinds: frozenset[str]) -> list[Mention]:
    """Returns the mentions of these kinds that no other mention of these kinds contains."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda mention: (mention.start, -mention.end)):
        if mention.kind in kinds and (not kept or mention.end > kept[-1].end):
            kept.append(mention)
    return kept


# Dates and times


def _of_moment(text: str, moment: Moment) -> Mention:
    value: JSONValue
    value = moment.value if isinstance(moment.value, str | None) else json_number(moment.value)
    kind: Kind = moment.kind  # type: ignore[assignment]  # dates.py names four of the kinds
    unit = "second" if kind == "duration" else None
    return _mention(text, kind, moment.start, moment.end, value, unit, ambiguous=moment.ambiguous)


def _mention(
    text: str,
    kind: Kind,
    start: int,
    end: int,
    value: JSONValue,
    unit: str | None = None,
    *,
    number: tuple[int, int] | None = None,
    soft: bool = False,
    ambiguous: bool = False,
) -> Mention:
    return Mention(
        kind=kind, start=start, end=end, text=text[start:end], value=value, unit=unit, number=number, soft=soft,
        ambiguous=ambiguous,
    )  # fmt: skip


# Numbers with what they count

_PERCENT = re.compile(r"\s?(?:%|‰)|[\s-]?(?:percent(?:age)?|per\s?cent|pct)(?:\spoints?)?\b", re.IGNORECASE)
_UNIT_WORD = re.compile(r"[°µμ]?[A-Za-zΩ]+(?:[²³]|\^?[234](?!\d))?|°|%")
_OVER_UNIT = re.compile(r"/([A-Za-z]+(?:[²³]|\^?[234](?!\d))?)|\s(?:per|an)\s([a-z]+)(?![a-z])")
_AFTER_IN = re.compile(r"\s?in(?=\s?(?:$|[,.;:?!)]|to\b|into\b|as\b|wide\b|long\b|tall\b|x\b|by\b))")
_CODE_BEFORE = re.compile(r"(?<![A-Za-z])([A-Z]{2,3}\$|[A-Z]{3})\s?$")
_LOWER_CODES = word_set("usd eur gbp jpy chf cad aud nzd cny inr btc")
_SHORT = {"second": "s", "hour": "h", "hr": "h", "sec": "s", "minute": "min", "h": "h", "s": "s"}
_TIME_WORDS = word_set("second minute hour day week month year decade century")


def _amounts(text: str, tokens: Sequence[Token], when: Sequence[Mention]) -> Iterator[Mention]:
    """Yields each number as it stands, and again with the percent sign, the currency or the unit beside it."""
    taken = [mention.span for mention in when if mention.kind != "duration"]
    for number in numbers(text, tokens):
        value = json_number(number.value)
        if value is None:
            continue
        inside = any(start <= number.start and number.end <= end for start, end in taken)
        kind: Kind = "ordinal" if number.ordinal else "number"
        span = (number.start, number.end)
        soft = number.soft or inside
        bare = _mention(text, kind, *span, value, number=span, soft=soft)
        yield bare
        if not inside:
            yield from _counted(text, bare, number)
        if bare.text.endswith("K") and text[number.end - 2].isdigit() and isinstance(value, int | float):
            yield _mention(text, "quantity", *span, value / 1000, "kelvin", number=span)
    yield from _articles(text, tokens)


def _counted(text: str, bare: Mention, number: Number) -> Iterator[Mention]:
    span = (bare.start, bare.end)
    if match := _PERCENT.match(text, bare.end):
        yield _mention(text, "percent", bare.start, match.end(), bare.value, "percent", number=span)
        return
    if (money := _currency(text, bare)) is not None:
        start, end, code, weak = money
        negative = text[start] in "-−" and start < bare.start and isinstance(bare.value, int | float)
        value = -bare.value if negative and isinstance(bare.value, int | float) else bare.value
        yield _mention(text, "currency", start, end, value, code, number=span, soft=bare.soft)
        if not weak:
            return
    if not number.ordinal and (unit := _unit_after(text, bare.end)) is not None:
        name, end = unit
        yield _mention(text, "quantity", bare.start, end, bare.value, name, number=span, soft=number.soft)


def _currency(text: str, bare: Mention) -> tuple[int, int, str, bool] | None:
    """Returns start, end and code of the money, and whether the word might as well be another unit (pounds)."""
    before = text[max(0, bare.start - 5) : bare.start]
    mark = before.rstrip()[-1:]
    if mark in CURRENCY_SYMBOLS:
        start = _before_sign(text, text.rindex(mark, 0, bare.start))
        end = bare.end + (
            len(found.group()) if (found := re.compile(r"\s?(?:USD|CAD|AUD)\b").match(text, bare.end)) else 0
        )
        return start, end, CURRENCY_SYMBOLS[mark], False
    if (match := _CODE_BEFORE.search(before)) and match.group(1) in CURRENCY_CODES:
        return bare.start - len(match.group()), bare.end, match.group(1), False
    after = re.compile(r"\s?([€$£¥₹₽₩₺฿])|\s?([A-Z]{3})\b|[\s-]?([A-Za-z]{3,8})\b").match(text, bare.end)
    if after is None:
        return None
    symbol, code, word = after.groups()
    word = (word or code or "").lower()
    if symbol:
        return bare.start, after.end(), CURRENCY_SYMBOLS[symbol], False
    if code in CURRENCY_CODES or word in _LOWER_CODES:
        return bare.start, after.end(), word.upper(), False
    if word in CURRENCY_WORDS:
        return bare.start, after.end(), CURRENCY_WORDS[word], word in WEAK_CURRENCY_WORDS
    return None


def _before_sign(text: str, start: int) -> int:
    return start - 1 if start and text[start - 1] in "-−" else start


def _unit_after(text: str, place: int) -> tuple[str, int] | None:
    """Returns the unit that follows a number and where it ends: `km`, ` square metres`, `-foot`, ` miles per hour`."""
    if match := _AFTER_IN.match(text, place):
        return "in", match.end()
    gap = 1 if text[place : place + 1] in (" ", "-", "\u00a0") else 0
    match = _UNIT_WORD.match(text, place + gap)
    if match is None or match.group() == "%":
        return None
    if longer := _unit_of_words(text, match):
        return longer
    unit = unit_called(match.group())
    if over := _OVER_UNIT.match(text, match.end()):
        return _ratio(match, over, unit.name if unit else None)
    return (unit.name, match.end()) if unit else None


def _unit_of_words(text: str, first: re.Match[str]) -> tuple[str, int] | None:
    """Returns a unit of two or three words, such as `square feet`, `degrees Celsius` or `light years`."""
    rest = re.compile(r"\s?([A-Za-z]+)(?:\s([A-Za-z]+))?").match(text, first.end())
    if rest is None:
        return None
    two = f"{first.group()} {rest.group(1)}"
    unit = unit_called(two)
    return (
        (unit.name, rest.end(1)) if unit and " " in two and unit_called(first.group()) is not unit else None
    )


def _ratio(above: re.Match[str], below: re.Match[str], unit: str | None) -> tuple[str, int] | None:
    known = unit_called(f"{above.group()}{below.group()}")
    if known:
        return known.name, below.end()
    word = (below.group(1) or below.group(2)).lower()
    short = _SHORT.get(word.removesuffix("s") if len(word) > 2 else word)
    speed = unit and short and unit_called(f"{unit}/{short}")
    if speed:
        return speed.name, below.end()
    if below.group(1) and len(above.group()) <= 4:
        return f"{above.group()}{below.group()}", below.end()
    return (unit, above.end()) if unit else None


_ONE_OF = frozenset({"a", "an", "next", "last", "past", "upcoming", "coming"})


def _articles(text: str, tokens: Sequence[Token]) -> Iterator[Mention]:
    """Yields `a week`, `an hour` and `the next month` as soft quantities of one."""
    for article, noun in zip(tokens, tokens[1:], strict=False):
        if article.lower in _ONE_OF and noun.lower in _TIME_WORDS and noun.lower in BY_NAME:
            span = (article.start, article.end)
            yield _mention(text, "quantity", article.start, noun.end, 1, noun.lower, number=span, soft=True)


# Lists of numbers

_BETWEEN = re.compile(r"\s*(?:[,;|/&]\s*(?:and\s+|&\s*)?|\band\s+|\s)\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*[,;|]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)


def _lists(text: str, amounts: Sequence[Mention]) -> Iterator[Mention]:
    chain: list[Mention] = []
    for mention in _flat(amounts):
        if chain and not _BETWEEN.fullmatch(text, chain[-1].end, mention.start):
            yield from _list_of(text, chain)
            chain = []
        chain.append(mention)
    yield from _list_of(text, chain)


def _flat(amounts: Sequence[Mention]) -> list[Mention]:
    """Returns the numbers of the text side by side: the longest reading of each digit group that is no group of groups."""
    spaced = [
        mention
        for mention in amounts
        if not (mention.kind == "number" and re.search(r"[\s/]\d", mention.text))
    ]
    return outermost(spaced, NUMERIC)


def _list_of(text: str, chain: Sequence[Mention]) -> Iterator[Mention]:
    if len(chain) < 2:
        return
    units = {mention.unit for mention in chain if mention.unit is not None}
    unit = units.pop() if len(units) == 1 else None
    yield _mention(text, "list", chain[0].start, chain[-1].end, [mention.value for mention in chain], unit)


# Text that is marked as text

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


def _quoted(text: str) -> Iterator[Mention]:
    for pattern in _QUOTES:
        for match in pattern.finditer(text):
            yield _mention(text, "quoted", match.start(), match.end(), match.group(1))


def _tails(text: str, when: Sequence[Mention]) -> Iterator[Mention]:
    """Yields the text after the first colons, up to the end of the request."""
    for match in list(_COLON.finditer(text))[:4]:
        tail = text[match.end() :]
        start = match.end() + len(tail) - len(tail.lstrip())
        end = match.end() + len(tail.rstrip())
        if start < end and not any(mention.start < match.start() < mention.end for mention in when):
            yield _mention(text, "tail", start, end, text[start:end])


_DECODER = json.JSONDecoder(parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
_LONGEST_LITERAL = 4_000
_OPEN = re.compile(r"(?<!\w)[\[{]")


def _json(text: str) -> Iterator[Mention]:
    """Yields arrays and objects in JSON, or in the like with single quotes; at most eight places are tried."""
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
            yield _mention(text, "json", opening.start(), place, value)


def _decoded(text: str, start: int) -> tuple[JSONValue, int] | None:
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return _literal(text, start)


def _literal(text: str, start: int) -> tuple[JSONValue, int] | None:
    """Returns a list or object whose texts stand in single quotes, and where it ends."""
    depth = 0
    for place in range(start, min(len(text), start + _LONGEST_LITERAL)):
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


# Identifiers

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
"""Identifiers whose digits are never numbers of their own."""

_OPENING, _CLOSING = "([{<'\"“‘`«,;", ".,;:!?)]}>'\"”’`»"


def _identifiers(text: str) -> Iterator[Mention]:
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        left = chunk.lstrip(_OPENING)
        bare = left.rstrip(_CLOSING) + (":" if left.endswith("::") else "") * 2
        start = match.start() + len(chunk) - len(left)
        for name, pattern in _CHUNK_KINDS:
            if pattern.fullmatch(bare):
                yield _mention(text, "identifier", start, start + len(bare), bare, name)
                break
    for name, pattern in _SPACED_KINDS:
        for match in pattern.finditer(text):
            if name != "cron" or "*" in match.group() or match.group()[0] == "@":
                yield _mention(text, "identifier", match.start(), match.end(), match.group(), name)


# Names: runs of capitalised words

_TITLES = word_set("mr mrs ms dr prof st mt ft jr sr") | frozenset("abcdefghijklmnopqrstuvwxyz")
_INNER = frozenset({"of", "the", "de", "la", "von", "van", "du", "del"})
_ACRONYMS = word_set("id ids api url uri uuid ip http https json xml csv sql pin ok am pm")


def _names(text: str, tokens: Sequence[Token]) -> Iterator[Mention]:
    """Yields runs of capitalised words, and pairs of them joined by a comma or by `and`."""
    runs = list(_name_runs(text, tokens))
    for run in runs:
        yield _name(text, tokens, run, soft=_opens_sentence(text, tokens, run))
    for run in runs:
        house = tokens[run[0] - 1] if run[0] else None
        if house and house.text.isdigit() and len(house.text) <= 5 and house.end + 1 == tokens[run[0]].start:
            yield _mention(
                text, "address", house.start, tokens[run[1]].end, text[house.start : tokens[run[1]].end]
            )
    for left, right in zip(runs, runs[1:], strict=False):
        between = [token.lower for token in tokens[left[1] + 1 : right[0]]]
        if between == [","] or between == ["and"] or between == ["&"]:
            yield _name(
                text,
                tokens,
                (left[0], right[1]),
                soft=between != [","] or _opens_sentence(text, tokens, left),
            )


def _name(text: str, tokens: Sequence[Token], run: tuple[int, int], *, soft: bool) -> Mention:
    start, end = tokens[run[0]].start, tokens[run[1]].end
    if text[start:end].endswith(("'s", "’s")):
        end -= 2
    return _mention(text, "name", start, end, text[start:end], soft=soft)


def _name_runs(text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(tokens):
        if not _capital(text, tokens, place):
            place += 1
            continue
        last = _end_of_name(text, tokens, place)
        words = [token.lower for token in tokens[place : last + 1]]
        if not all(word in _ACRONYMS or word in FUNCTION_WORDS for word in words):
            yield place, last
        place = last + 1


def _capital(text: str, tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    glued = text[token.start - 1 : token.start] + text[token.end : token.end + 1]
    if not token.text[0].isupper() or token.lower.split("'")[0] in ("i", "what", "who"):
        return False
    return not any(mark.isdigit() or mark in "_/=%" for mark in glued)


def _end_of_name(text: str, tokens: Sequence[Token], first: int) -> int:
    last = first
    while last + 1 < len(tokens) and last - first < 12:
        if _capital(text, tokens, last + 1) and not tokens[last].lower.endswith("'s"):
            last += 1
        elif last + 2 < len(tokens) and _capital(text, tokens, last + 2) and _joins(tokens, last + 1):
            last += 2
        else:
            break
    if _initial_dot(tokens, last):
        return last + 1
    return last + 2 if _hyphened(tokens, last) else last


def _hyphened(tokens: Sequence[Token], last: int) -> bool:
    """Whether a hyphen ties a small word to the name: `Gluten-free`."""
    ends = [token.end for token in tokens[last : last + 2]]
    return [token.start for token in tokens[last + 1 : last + 3]] == ends and tokens[last + 1].text == "-"


def _joins(tokens: Sequence[Token], place: int) -> bool:
    """Whether the token holds a name together: `of`, a hyphen or apostrophe within a word, the dot of an initial."""
    before, token, after = tokens[place - 1 : place + 2]
    glued = token.start == before.end
    if token.text == ".":
        return glued and ((after.start == token.end and len(before.text) <= 2) or before.lower in _TITLES)
    return token.lower in _INNER or (token.text in "-'’&" and glued and after.start == token.end)


def _initial_dot(tokens: Sequence[Token], last: int) -> bool:
    """Whether the dot after the last word belongs to it: `Washington, D.C.`"""
    if last + 1 >= len(tokens) or last < 2 or tokens[last + 1].text != ".":
        return False
    return (
        len(tokens[last].text) == 1
        and tokens[last - 1].text == "."
        and tokens[last + 1].start == tokens[last].end
    )


def _opens_sentence(text: str, tokens: Sequence[Token], run: tuple[int, int]) -> bool:
    """Whether the capital may be due to the place alone: one word that opens a sentence or a quotation."""
    first, last = run
    before = text[: tokens[first].start].rstrip()
    opens = not before or before[-1] in ".?!:\n\"'“"
    return (first == last and (opens or tokens[first].lower in FUNCTION_WORDS)) or (
        opens and tokens[first].lower in FUNCTION_WORDS
    )
