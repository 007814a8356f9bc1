"""`python -m benchmarks` runs the benchmarks that take a few minutes at most."""

from __future__ import annotations

from benchmarks import cold, runs
from benchmarks.route import __main__ as route

cold.main()
runs.main()
route.main(["--only", "warm"])
