"""A reason not to run an app."""

from dataclasses import dataclass
from typing import Final

_ASKED_ABOUT: Final = frozenset({"missing-argument", "relative-date", "uncounted-group", "mixed-units"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Veto:
    """One reason not to run: the rule's name, and an explanation."""

    name: str
    reason: str

    @property
    def turns_the_meaning(self) -> bool:
        """Returns whether the request asks for something else than the app does.

        A person can add a missing value, choose between two dates, or say that a number does not matter; no
        confirmation makes an app heed a phrase that it does not know.
        """
        return not (
            self.name in _ASKED_ABOUT
            or self.name.startswith("ambiguous-")
            or self.name.endswith("-left-over")
        )
