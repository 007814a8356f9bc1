"""Numbers with percent signs, currencies or units, and lists of numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from mapp.model.values import JSONValue
from mapp.route.read.compounds import compounds_in
from mapp.route.read.lexicon import CURRENCY_CODES, CURRENCY_SYMBOLS, CURRENCY_WORDS, WEAK_CURRENCY_WORDS
from mapp.route.read.mention import NUMERIC, Mention, MentionKind, mention_at, outermost
from mapp.route.read.number import Number, json_number
from mapp.route.read.numbers import numbers
from mapp.route.read.quotes import quotations_in
from mapp.route.read.shared_units import common_unit, counted_in
from mapp.route.read.tokens import Token, word_set
from mapp.route.read.unit_words import unit_after
from mapp.route.read.units import BY_NAME, NAMES, SYMBOLS, Unit

_PERCENT = re.compile(r"\s?(?:%|‰)|[\s-]?(?:percent(?:age)?|per\s?cent|pct)(?:\spoints?)?\b", re.IGNORECASE)


_CODE_BEFORE = re.compile(r"(?<![A-Za-z])([A-Z]{2,3}\$|[A-Z]{3})\s?$")


_LOWER_CODES = word_set("usd eur gbp jpy chf cad aud nzd cny inr btc")


_TIME_WORDS = word_set("second minute hour day week month year decade century")


def amounts_in(text: str, tokens: Sequence[Token], when: Sequence[Mention]) -> Iterator[Mention]:
    """Yields each number alone, and again with the percent sign, currency or unit next to it."""
    taken = [mention.span for mention in when if mention.kind != "duration" and not mention.soft]
    closing = _quotation_ends(text)
    found = numbers(text, tokens)
    for number in found:
        value = json_number(number.value)
        if value is None:
            continue
        inside = any(start <= number.start and number.end <= end for start, end in taken)
        kind: MentionKind = "ordinal" if number.ordinal else "number"
        span = (number.start, number.end)
        soft = number.soft or inside
        bare = mention_at(text, kind, span, value, number=span, soft=soft)
        bare = replace(bare, parts=number.parts, loose=number.loose)
        yield bare
        if not inside:
            yield from _counted(text, bare, number, closing)
        if bare.text.endswith("K") and text[number.end - 2].isdigit() and isinstance(value, int | float):
            yield mention_at(text, "quantity", span, value / 1000, "kelvin", number=span)
    yield from compounds_in(text, found, taken, closing)
    yield from _articles(text, tokens)


def _quotation_ends(text: str) -> frozenset[int]:
    if not any(mark in text for mark in "'\"’”"):
        return frozenset()
    return frozenset(mention.end for mention in quotations_in(text))


_OFF = re.compile(
    r"[\s-](?:off\b|price\b|the\s(?:usual\s|normal\s|list\s|original\s)?price\b)", re.IGNORECASE
)
_EQUALS = re.compile(r"\s?=\s?[€$£¥₹₽₩₺฿]?\s?\d")
"""After `1 €`: what follows is a rate, so the one does not have to be used."""
_CHANGED_BY = re.compile(r"\bby\s$", re.IGNORECASE)


def _counted(text: str, bare: Mention, number: Number, closing: frozenset[int]) -> Iterator[Mention]:
    span = (bare.start, bare.end)
    if match := _PERCENT.match(text, bare.end):
        yield mention_at(text, "percent", (bare.start, match.end()), bare.value, "percent", number=span)
        return
    if (share := _share(text, number)) is not None:
        yield mention_at(text, "percent", span, share, "percent", number=span)
        return
    if (money := _currency(text, bare)) is not None:
        start, end, code, weak = money
        negative = text[start] in "-−" and start < bare.start and isinstance(bare.value, int | float)
        value = -bare.value if negative and isinstance(bare.value, int | float) else bare.value
        soft = bare.soft or (bare.value == 1 and _EQUALS.match(text, end) is not None)
        money_mention = mention_at(text, "currency", (start, end), value, code, number=span, soft=soft)
        yield replace(money_mention, parts=bare.parts)
        if not weak:
            return
    if not number.ordinal and (unit := unit_after(text, bare.end, closing)) is not None:
        name, end = unit
        place = (bare.start, end)
        amount = mention_at(text, "quantity", place, bare.value, name, number=span, soft=number.soft)
        yield replace(amount, parts=bare.parts)


def _share(text: str, number: Number) -> int | float | None:
    """Returns the percentage that a fraction stands for next to a price: `half off`, `a third off`."""
    if not 0 < number.value < 1 or (text[number.start].isdigit() and "." in text[number.start : number.end]):
        return None
    worded = text[number.start].isalpha()
    by = worded and _CHANGED_BY.search(text[max(0, number.start - 6) : number.start])
    of = re.compile(r"\s(?:of|the|a)\b").match(text, number.end)
    if _OFF.match(text, number.end) or (by and not of):
        return json_number(round(number.value * 100, 12).normalize())
    return None


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


_ONE_OF = frozenset({"a", "an", "next", "last", "past", "upcoming", "coming"})


def _articles(text: str, tokens: Sequence[Token]) -> Iterator[Mention]:
    """Yields `a week`, `an hour` and `the next month` as soft quantities of one, and `a pound` next to
    another unit of mass: `how many ounces in a pound`.
    """
    known = [_unit_noun(tokens, place) for place in range(len(tokens))]
    for place, (article, noun) in enumerate(pairwise(tokens)):
        unit = known[place + 1]
        timed = article.lower in _ONE_OF and noun.lower in _TIME_WORDS and noun.lower in BY_NAME
        if not timed and (unit is None or not _stands_for_one(tokens, known, place)):
            continue
        span = (article.start, article.end)
        name = unit.name if unit is not None else noun.lower
        yield mention_at(text, "quantity", (article.start, noun.end), 1, name, number=span, soft=True)


def _unit_noun(tokens: Sequence[Token], place: int) -> Unit | None:
    token = tokens[place]
    if place and (longer := NAMES.get(f"{tokens[place - 1].lower} {token.lower}")) is not None:
        return longer
    return NAMES.get(token.lower) if len(token.lower) > 2 else SYMBOLS.get(token.text)


def _stands_for_one(tokens: Sequence[Token], known: Sequence[Unit | None], place: int) -> bool:
    """Returns whether the word before a unit means one of it: `in a mile`, `per pound`, `in the gallon`."""
    word, unit = tokens[place].lower, known[place + 1]
    before = known[place - 1] if place else None
    if word == "per":
        return before is not None and unit is not None and before.dimension == unit.dimension
    if word not in ("a", "an") and not (word == "the" and place and tokens[place - 1].lower == "in"):
        return False
    others = (other for at, other in enumerate(known) if at != place + 1 and other is not None)
    return any(_convertible(other, unit) for other in others)


def _convertible(other: Unit, unit: Unit | None) -> bool:
    if unit is None or unit.dimension == "share":
        return False
    return other.name != unit.name and other.dimension == unit.dimension


_BETWEEN = re.compile(r"\s*(?:[,;|/&]\s*(?:and\s+|&\s*)?|\band\s+|\s)\s*", re.IGNORECASE)


_COMMA = re.compile(r"\s*[,;|]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)


def lists_in(text: str, amounts: Sequence[Mention]) -> Iterator[Mention]:
    """Yields the runs of two or more numbers that commas, spaces or `and` join."""
    chain: list[Mention] = []
    for mention in _flat(text, amounts):
        if chain and not _BETWEEN.fullmatch(text, chain[-1].end, mention.start):
            yield from _list_of(text, chain)
            chain = []
        chain.append(mention)
    yield from _list_of(text, chain)


def _flat(text: str, amounts: Sequence[Mention]) -> list[Mention]:
    """Returns the numbers that do not overlap: the longest reading of each group of digits, of `1 234` its
    parts unless another such number follows after a comma.
    """
    loose = outermost([m for m in amounts if m.kind == "number" and m.loose and " " in m.text], NUMERIC)
    grouped = {
        mention
        for one, other in pairwise(loose)
        if _COMMA.fullmatch(text, one.end, other.start)
        for mention in (one, other)
    }
    kept = [m for m in amounts if m.kind != "number" or not m.loose or m in grouped]
    return outermost(kept, NUMERIC)


def _list_of(text: str, chain: Sequence[Mention]) -> Iterator[Mention]:
    if len(chain) < 2:
        return
    units = {mention.unit for mention in chain if mention.unit is not None}
    unit = units.pop() if len(units) == 1 else None
    values: list[JSONValue] = [mention.value for mention in chain]
    if all(mention.kind == "quantity" for mention in chain) and (shared := common_unit(chain)) is not None:
        amounts = [counted_in(shared, mention) for mention in chain]
        values = [None if amount is None else json_number(amount) for amount in amounts]
        unit = shared
    if None not in values:
        yield mention_at(text, "list", (chain[0].start, chain[-1].end), values, unit)
