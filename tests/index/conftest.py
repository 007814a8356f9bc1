"""The shelf that the tests of the index begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    found = Shelf(tmp_path)
    found.put("sort-lines", "Sorts lines.", "sort these lines", "put them in order", "order alphabetically")
    found.put("vat", "Adds value-added tax to a price.", "add vat to 20 euros", "price with tax", "gross")
    found.put("rot13", "Rotates letters by thirteen.", "rot13 of hello", "rotate letters by thirteen places")
    return found
