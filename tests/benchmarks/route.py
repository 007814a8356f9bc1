"""How well requests are recognised and their arguments filled: `python -m tests.benchmarks.route`."""

from __future__ import annotations

from . import fill_bfcl, recognise_clinc

if __name__ == "__main__":
    recognise_clinc.main()
    fill_bfcl.main()
