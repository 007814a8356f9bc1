"""The mutation score: which share of small faults, seeded into an app's source, its tests notice."""

from mapp.validate.mutation.check import THRESHOLD, check_mutation

__all__ = ["THRESHOLD", "check_mutation"]
