"""The mutants that one operator makes of a source."""

from __future__ import annotations

from collections.abc import Collection

from mapp.validate.mutation.mutants import all_mutants
from mapp.validate.mutation.operators import BY_ID


def made(source: str, operator: str, codes: Collection[str] = ()) -> list[str]:
    """Returns the changed sources; `codes` are the errors that the app declares."""
    return [mutant.source for mutant in all_mutants(source, codes, (BY_ID[operator],))]
