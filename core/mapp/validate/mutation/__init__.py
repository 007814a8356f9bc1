"""The mutation score: the share of small faults seeded into an app's source that its tests notice."""

from mapp.validate.mutation.check import THRESHOLD, check_mutation

__all__ = ["THRESHOLD", "check_mutation"]
