"""What must not run: each registry's part is replaced, and a damaged file blocks everything."""

import pytest

from mapp.config import load_config
from mapp.errors import IntegrityError
from mapp.library.blocked import Block, ensure_not_blocked, read_blocks, replace_blocks
from mapp.library.paths import Home

BAD = "sha256:" + "a" * 64
ONE = Block(content=BAD, advisory="vat-1", summary="Leaks.", registry="https://one.example.com/r.git")
TWO = Block(content=BAD, advisory="x-9", summary="Leaks too.", registry="https://two.example.com/r.git")


@pytest.fixture
def home() -> Home:
    """Returns the paths of an empty library."""
    return Home(root=load_config().library)


def test_a_registry_replaces_only_its_own_part(home: Home) -> None:
    replace_blocks(home, ONE.registry, (ONE,))
    replace_blocks(home, TWO.registry, (TWO,))
    assert read_blocks(home) == (ONE, TWO)
    replace_blocks(home, ONE.registry, ())
    assert read_blocks(home) == (TWO,)


def test_only_the_named_content_is_blocked(home: Home) -> None:
    ensure_not_blocked(home, "vat", BAD)
    replace_blocks(home, ONE.registry, (ONE,))
    with pytest.raises(IntegrityError, match="is malicious, says the advisory vat-1: Leaks") as refused:
        ensure_not_blocked(home, "vat", BAD)
    assert refused.value.code == "MAPP-0657"
    ensure_not_blocked(home, "vat", "sha256:" + "b" * 64)


@pytest.mark.parametrize("text", ["[", '[{"content": 1}]', '"x"', "[1]"])
def test_a_damaged_file_is_an_error_and_the_next_audit_replaces_it(home: Home, text: str) -> None:
    home.root.mkdir(parents=True)
    home.blocked_file.write_text(text)
    with pytest.raises(IntegrityError):
        ensure_not_blocked(home, "vat", BAD)
    replace_blocks(home, ONE.registry, ())
    ensure_not_blocked(home, "vat", BAD)
