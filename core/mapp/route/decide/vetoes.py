"""Vetoes: hard rules that stop a run even if the recogniser is sure.

Each rule looks for something in the request that the call would ignore: a number, a unit, a negation, the
opposite job, a second job. Words that the app's own requests use never cause a veto.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mapp.model.manifest import Manifest
from mapp.model.request import Request
from mapp.model.values import JSONValue
from mapp.route.fill.ambiguous_numbers import ambiguous_numbers
from mapp.route.fill.ambiguous_units import ambiguous_units
from mapp.route.fill.cues import NO_CUES, Cues
from mapp.route.fill.fill import Filling
from mapp.route.fill.ignored_units import ignored_units
from mapp.route.fill.mixed_units import mixed_units
from mapp.route.fill.people_candidates import uncounted_groups
from mapp.route.fill.slots import slots_of
from mapp.route.read.lexicon import HARMLESS_NEGATIONS, NEGATIONS, OPPOSITES, SECOND_REQUEST
from mapp.route.read.mention import NUMERIC, Mention
from mapp.route.read.parsed_request import ParsedRequest, read
from mapp.route.read.tokens import Token, form, stem, tokenise


@dataclass(frozen=True, kw_only=True, slots=True)
class Veto:
    """One reason not to run: the rule's name, and an explanation."""

    name: str
    reason: str


def vetoes(request: Request, manifest: Manifest, filling: Filling, cues: Cues = NO_CUES) -> tuple[Veto, ...]:
    """Returns every reason not to run the app with these arguments; empty if there is none."""
    reading = read(request.text, request.attachment)
    free = _free(reading, filling)
    found = [
        *_missing(filling, cues),
        *_left_over(manifest, filling, cues),
        *_units(reading, manifest, filling, cues),
        *_ambiguous(reading, filling),
        *_ambiguous_amounts(reading, manifest, filling),
        *_negations(free, cues),
        *_opposites(free, _own_forms(manifest, cues), _core(manifest, cues)),
        *_second_request(free, cues),
    ]
    return tuple({veto.reason: veto for veto in found}.values())


def _free(reading: ParsedRequest, filling: Filling) -> list[Token]:
    """Returns the tokens that are part of no value: outside quotes and outside the arguments' spans."""
    spans = [(start, end) for _, start, end in filling.spans]
    spans += [mention.span for mention in reading.quoted]
    spans += [mention.span for mention in reading.mentions if mention.kind == "json"]
    return [
        token
        for token in reading.tokens
        if not any(start <= token.start and token.end <= end for start, end in spans)
    ]


def _wording(manifest: Manifest) -> Iterator[str]:
    """Yields every word of the app's description of itself, in lower case."""
    texts = [manifest.name, manifest.description]
    for argument in manifest.arguments:
        texts += [argument.name, argument.schema.description]
        texts += [str(value) for value in argument.schema.enum or ()]
        texts += [word for _, words in argument.words for word in words]
    for text in texts:
        yield from (token.lower for token in tokenise(text))


def _own_forms(manifest: Manifest, cues: Cues) -> frozenset[str]:
    """Returns the words that the app or its own requests use, in the form in which they use them."""
    return frozenset(form(word) for word in _wording(manifest)) | frozenset(cues.forms)


def _core(manifest: Manifest, cues: Cues) -> frozenset[str]:
    """Returns the stems of the words for the app's job: its own, and those in a quarter of its requests."""
    shared = (word for word, count in cues.words.items() if count >= 0.25 * cues.requests)
    return frozenset(stem(word) for word in _wording(manifest)) | frozenset(shared)


# Something missing, something left over


def _missing(filling: Filling, cues: Cues) -> Iterator[Veto]:
    if not filling.arguments and cues.requests and not cues.bare:
        yield Veto(name="missing-argument", reason="the request has no argument at all")
    for name in filling.missing:
        yield Veto(name="missing-argument", reason=f"missing: {name}")


def _left_over(manifest: Manifest, filling: Filling, cues: Cues) -> Iterator[Veto]:
    said = f"{manifest.name} {manifest.description}".lower()
    values = _scalars(filling.arguments)
    for mention in filling.unused:
        repeated = any(type(mention.value) is type(value) and mention.value == value for value in values)
        if repeated or mention.soft or mention.ambiguous or mention.text.lower() in cues.leftovers:
            continue
        if mention.kind in NUMERIC and mention.text.lower() in said.split():
            continue
        yield Veto(
            name=f"{_noun(mention)}-left-over",
            reason=f"no argument uses the {_noun(mention)} “{mention.text[:60]}”",
        )


def _noun(mention: Mention) -> str:
    if mention.kind in ("number", "ordinal", "quantity"):
        return "number"
    return {"percent": "percentage", "currency": "amount", "quoted": "quotation"}.get(
        mention.kind, mention.kind
    )


def _scalars(value: JSONValue) -> list[JSONValue]:
    match value:
        case dict():
            return [scalar for inner in value.values() for scalar in _scalars(inner)]
        case list():
            return [scalar for inner in value for scalar in _scalars(inner)]
        case _:
            return [value]


def _units(reading: ParsedRequest, manifest: Manifest, filling: Filling, cues: Cues) -> Iterator[Veto]:
    spans = [(name, (start, end)) for name, start, end in filling.spans]
    slots = {slot.key: slot for slot in slots_of(manifest)}
    measures = {sort for sorts in cues.sorts.values() for sort in sorts}
    for name, sort, mention in ignored_units(reading, tuple(slots.values()), spans):
        slot = slots[name]
        seen = cues.sorts.get(name, ()) if sort in ("percent", "currency") else measures
        if sort in seen or (sort == "currency" and not slot.unit):
            continue
        if not slot.declared_unit and (stem(mention.unit or "") in slot.hints or mention.unit == slot.unit):
            continue
        yield Veto(name="unit-left-over", reason=f"{name} does not have the unit of “{mention.text}”")


def _ambiguous(reading: ParsedRequest, filling: Filling) -> Iterator[Veto]:
    for mention in reading.mentions:
        taken = any(start <= mention.start and mention.end <= end for _, start, end in filling.spans)
        longer = any(
            other is not mention
            and other.kind in ("date", "date-time")
            and other.start <= mention.start < other.end
            for other in reading.mentions
        )
        if mention.kind == "date" and mention.ambiguous and not taken and not longer:
            yield Veto(name="ambiguous-date", reason=f"“{mention.text}” can mean several dates")


def _ambiguous_amounts(reading: ParsedRequest, manifest: Manifest, filling: Filling) -> Iterator[Veto]:
    """Yields numbers and units with several meanings, and amounts whose units do not fit together."""
    slots = slots_of(manifest)
    spans = [(name, (start, end)) for name, start, end in filling.spans]
    for mention, one_value, other_value in ambiguous_numbers(reading, slots, spans):
        reason = f"“{mention.text}” can mean {one_value} or {other_value}"
        yield Veto(name="ambiguous-number", reason=reason)
    for text, meant in ambiguous_units(reading, slots, spans):
        yield Veto(name="ambiguous-unit", reason=f"“{text}” can mean {' or '.join(meant)}")
    for group in uncounted_groups(reading, slots, spans):
        yield Veto(name="uncounted-group", reason=f"the request does not say how many “{group}” are")
    for one, other in mixed_units(reading, slots, spans):
        reason = f"“{one.text}” and “{other.text}” are in different units"
        yield Veto(name="mixed-units", reason=reason)


# Words that turn the meaning


def _negations(free: Sequence[Token], cues: Cues) -> Iterator[Veto]:
    for place, token in enumerate(free):
        if token.lower not in NEGATIONS:
            continue
        before = free[place - 1] if place else None
        after = free[place + 1] if place + 1 < len(free) else None
        pairs = [
            f"{before.stem} {token.stem}" if before else "",
            f"{token.stem} {after.stem}" if after else "",
        ]
        harmless = after is not None and f"{token.lower} {after.lower}" in HARMLESS_NEGATIONS
        usual = cues.words.get(token.stem, 0) > 1 or any(pair in cues.words for pair in pairs)
        if not harmless and not usual:
            yield Veto(
                name="negation",
                reason=f"the request says “{token.text}”, which no argument takes into account",
            )


_OPPOSITES = {stem(a): stem(b) for pair in OPPOSITES for a, b in (pair, pair[::-1]) if " " not in a + b}
_REVERSING = ("un", "de", "dis", "non", "anti")
_UNDOING = frozenset(stem(word) for word in ("undo", "reverse", "invert", "inverse", "opposite"))


def _opposites(free: Sequence[Token], own: frozenset[str], core: frozenset[str]) -> Iterator[Veto]:
    """Yields words that reverse the app's job: the opposite of one of its words, a prefix, `undo`."""
    for place, token in enumerate(free):
        undone = (_OPPOSITES.get(other.stem) in core for other in free[place + 1 : place + 4])
        if token.stem in _UNDOING and token.stem not in own and not any(undone):
            yield Veto(name="opposite", reason=f"the request asks to {token.lower} something")
        if form(token.lower) in own or token.lower in own:
            continue
        bare = next(
            (token.lower.removeprefix(prefix) for prefix in _REVERSING if token.lower.startswith(prefix)), ""
        )
        if _OPPOSITES.get(token.stem, "") in core:
            yield Veto(name="opposite", reason=f"the request says “{token.text}”, the app does the opposite")
        elif len(bare) > 3 and stem(bare) in core:
            yield Veto(name="opposite", reason=f"“{token.text}” undoes what the app does")


def _second_request(free: Sequence[Token], cues: Cues) -> Iterator[Veto]:
    said = " ".join(token.lower for token in free)
    for phrase in SECOND_REQUEST:
        first, _, second = phrase.partition(" ")
        known = f"{stem(first)} {stem(second)}" in cues.words if second else first in cues.words
        if f" {phrase} " in f" {said} " and not known:
            yield Veto(name="second-request", reason=f"“{phrase}” asks for a second thing")
