"""How well requests are recognised and their arguments filled: `python -m benchmarks.route`."""

from __future__ import annotations

from benchmarks import fill_bfcl, recognise_clinc

if __name__ == "__main__":
    recognise_clinc.main()
    fill_bfcl.main()
