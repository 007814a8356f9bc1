"""Numbers with percent signs, currencies or units, and lists of numbers."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mapp.route.read.lexicon import CURRENCY_CODES, CURRENCY_SYMBOLS, CURRENCY_WORDS, WEAK_CURRENCY_WORDS
from mapp.route.read.mention import NUMERIC, Mention, MentionKind, mention_at, outermost
from mapp.route.read.numbers import Number, json_number, numbers
from mapp.route.read.tokens import Token, word_set
from mapp.route.read.units import BY_NAME, unit_called

_PERCENT = re.compile(r"\s?(?:%|‰)|[\s-]?(?:percent(?:age)?|per\s?cent|pct)(?:\spoints?)?\b", re.IGNORECASE)


_UNIT_WORD = re.compile(r"[°µμ]?[A-Za-zΩ]+(?:[²³]|\^?[234](?!\d))?|°|%")


_OVER_UNIT = re.compile(r"/([A-Za-z]+(?:[²³]|\^?[234](?!\d))?)|\s(?:per|an)\s([a-z]+)(?![a-z])")


_AFTER_IN = re.compile(r"\s?in(?=\s?(?:$|[,.;:?!)]|to\b|into\b|as\b|wide\b|long\b|tall\b|x\b|by\b))")


_CODE_BEFORE = re.compile(r"(?<![A-Za-z])([A-Z]{2,3}\$|[A-Z]{3})\s?$")


_LOWER_CODES = word_set("usd eur gbp jpy chf cad aud nzd cny inr btc")


_SHORT = {"second": "s", "hour": "h", "hr": "h", "sec": "s", "minute": "min", "h": "h", "s": "s"}


_TIME_WORDS = word_set("second minute hour day week month year decade century")


def amounts_in(text: str, tokens: Sequence[Token], when: Sequence[Mention]) -> Iterator[Mention]:
    """Yields each number alone, and again with the percent sign, currency or unit next to it."""
    taken = [mention.span for mention in when if mention.kind != "duration" and not mention.soft]
    for number in numbers(text, tokens):
        value = json_number(number.value)
        if value is None:
            continue
        inside = any(start <= number.start and number.end <= end for start, end in taken)
        kind: MentionKind = "ordinal" if number.ordinal else "number"
        span = (number.start, number.end)
        soft = number.soft or inside
        bare = mention_at(text, kind, span, value, number=span, soft=soft)
        yield bare
        if not inside:
            yield from _counted(text, bare, number)
        if bare.text.endswith("K") and text[number.end - 2].isdigit() and isinstance(value, int | float):
            yield mention_at(text, "quantity", span, value / 1000, "kelvin", number=span)
    yield from _articles(text, tokens)


def _counted(text: str, bare: Mention, number: Number) -> Iterator[Mention]:
    span = (bare.start, bare.end)
    if match := _PERCENT.match(text, bare.end):
        yield mention_at(text, "percent", (bare.start, match.end()), bare.value, "percent", number=span)
        return
    if (money := _currency(text, bare)) is not None:
        start, end, code, weak = money
        negative = text[start] in "-−" and start < bare.start and isinstance(bare.value, int | float)
        value = -bare.value if negative and isinstance(bare.value, int | float) else bare.value
        yield mention_at(text, "currency", (start, end), value, code, number=span, soft=bare.soft)
        if not weak:
            return
    if not number.ordinal and (unit := _unit_after(text, bare.end)) is not None:
        name, end = unit
        yield mention_at(text, "quantity", (bare.start, end), bare.value, name, number=span, soft=number.soft)


def _currency(text: str, bare: Mention) -> tuple[int, int, str, bool] | None:
    """Returns start, end and code of the money, and whether the word may be another unit (pounds)."""
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
    """Returns the unit that follows a number and where it ends: `km`, ` square metres`, `-foot`, ` miles per
    hour`.
    """
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
    for article, noun in pairwise(tokens):
        if article.lower in _ONE_OF and noun.lower in _TIME_WORDS and noun.lower in BY_NAME:
            span = (article.start, article.end)
            yield mention_at(
                text, "quantity", (article.start, noun.end), 1, noun.lower, number=span, soft=True
            )


_BETWEEN = re.compile(r"\s*(?:[,;|/&]\s*(?:and\s+|&\s*)?|\band\s+|\s)\s*", re.IGNORECASE)


_COMMA = re.compile(r"\s*[,;|]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)


def lists_in(text: str, amounts: Sequence[Mention]) -> Iterator[Mention]:
    """Yields the runs of two or more numbers that commas, spaces or `and` join."""
    chain: list[Mention] = []
    for mention in _flat(amounts):
        if chain and not _BETWEEN.fullmatch(text, chain[-1].end, mention.start):
            yield from _list_of(text, chain)
            chain = []
        chain.append(mention)
    yield from _list_of(text, chain)


def _flat(amounts: Sequence[Mention]) -> list[Mention]:
    """Returns the numbers that do not overlap: the longest reading of each group of digits."""
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
    yield mention_at(
        text, "list", (chain[0].start, chain[-1].end), [mention.value for mention in chain], unit
    )
