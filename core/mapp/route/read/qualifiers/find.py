"""Finds the qualifiers of a text.

A qualifier has a key that is the same however it is worded: `excluding weekends`, `without the weekends` and
`not counting weekends` are all `exclude weekend`. What an app's own requests say has such keys too, so that
one can tell whether the app knows a phrase in this role.
"""

from mapp.route.read.qualifiers.asked import asked
from mapp.route.read.qualifiers.marked import marked
from mapp.route.read.qualifiers.named import named
from mapp.route.read.qualifiers.operations import further, opened, opening_of
from mapp.route.read.qualifiers.phrase import Line, Qualifier
from mapp.route.read.qualifiers.results import results, trailing


def qualifiers(line: Line) -> tuple[Qualifier, ...]:
    """Returns the qualifiers of a text, in no particular order."""
    opening = opening_of(line)
    found = [*opened(line, opening), *marked(line), *trailing(line)]
    for place, token in enumerate(line):
        if token is not None:
            found += results(line, place, token)
            found += further(line, place, token)
            found += asked(line, place, token, opening)
            found += named(line, place, token)
    return tuple(found)
