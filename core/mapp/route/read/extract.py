"""Extracts all typed values of a request: numbers, money, quantities, dates, texts, lists, JSON, names.

`mentions(text)` keeps alternatives: `4111 1111 1111 1111` is one identifier and also four numbers; the schema
of the argument decides. Every pattern is linear in the length of the text.
"""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from mapp.model.values import JSONValue
from mapp.route.read.dates import moments
from mapp.route.read.identifiers import SOLID, identifiers_in
from mapp.route.read.mention import Mention, MentionKind, mention_at
from mapp.route.read.moment import Moment
from mapp.route.read.names import names_in
from mapp.route.read.number import json_number
from mapp.route.read.quantities import amounts_in, lists_in
from mapp.route.read.quotes import json_in, quotations_in, tails_in
from mapp.route.read.tokens import MAX_SCANNED, Token, tokenise

__all__ = ["Mention", "mentions"]

MAX_MENTIONS = 600


def mentions(
    text: str, tokens: Sequence[Token] | None = None, today: datetime.date | None = None
) -> tuple[Mention, ...]:
    """Returns every mention of the first 20,000 characters, by place and longest first; they may overlap.

    Dates that depend on `today` have no value without it.
    """
    text = text[:MAX_SCANNED]
    tokens = tokenise(text) if tokens is None else tokens
    when = [_of_moment(text, moment) for moment in moments(text, today)]
    identifiers = list(identifiers_in(text))
    solid = [mention.span for mention in identifiers if mention.unit in SOLID]
    amounts = [mention for mention in amounts_in(text, tokens, when) if not _inside(mention, solid)]
    found = [
        *when,
        *amounts,
        *lists_in(text, amounts),
        *quotations_in(text),
        *tails_in(text, when),
        *json_in(text),
        *identifiers,
    ]
    # A date that may not be known here is also a name or plain words: `merry Christmas`.
    solid += [mention.span for mention in when if mention.value is not None or mention.ambiguous]
    found += [mention for mention in names_in(text, tokens) if not _inside(mention, solid)]
    unique = {(mention.kind, mention.start, mention.end, mention.unit): mention for mention in found}
    return tuple(sorted(unique.values(), key=lambda mention: (mention.start, -mention.end)))[:MAX_MENTIONS]


def _inside(mention: Mention, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= mention.start and mention.end <= end for start, end in spans)


def _of_moment(text: str, moment: Moment) -> Mention:
    value: JSONValue
    value = moment.value if isinstance(moment.value, str | None) else json_number(moment.value)
    kind: MentionKind = moment.kind  # type: ignore[assignment]  # dates.py names four of the kinds
    unit = "second" if kind == "duration" else None
    mention = mention_at(text, kind, (moment.start, moment.end), value, unit, ambiguous=moment.ambiguous)
    return replace(mention, relative=moment.relative, soft=moment.soft) if moment.relative else mention
