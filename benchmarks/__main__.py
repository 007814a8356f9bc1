"""`python -m benchmarks` runs the benchmarks that take a few minutes at most."""

from __future__ import annotations

from benchmarks import cold, routing, runs

for benchmark in (cold.main, runs.main, routing.main):
    benchmark()
