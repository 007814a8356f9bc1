from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mapp.errors import IntegrityError, MappError
from mapp.git.tree import (
    MAX_FILE_SIZE,
    MAX_FILES,
    find_entry,
    list_entries,
    raw_entries,
    read_snapshot,
    replace_file,
)
from support.trees import FILE, FOLDER, LINK, PROGRAM, SUBMODULE, Forge


@pytest.fixture
def forge(world: Path) -> Forge:
    return Forge(world / "hostile.git")


def _named(name: bytes) -> Callable[[Forge], str]:
    return lambda forge: forge.tree(forge.entry(FILE, name))


def _moded(mode: bytes) -> Callable[[Forge], str]:
    return lambda forge: forge.tree(forge.entry(mode, b"main.js"))


def _pair(one: bytes, other: bytes, mode: bytes = FILE) -> Callable[[Forge], str]:
    def tree(forge: Forge) -> str:
        leads_to = forge.tree(forge.entry(FILE, b"x")) if mode == FOLDER else forge.blob()
        return forge.tree(forge.entry(FILE, one), forge.entry(mode, other, leads_to))

    return tree


def _deep(forge: Forge) -> str:
    tree = forge.tree(forge.entry(FILE, b"x"))
    for _ in range(6):
        tree = forge.tree(forge.entry(FOLDER, b"a", tree))
    return tree


def _many(forge: Forge) -> str:
    blob = forge.blob()
    return forge.tree(*(forge.entry(FILE, b"f%05d" % number, blob) for number in range(MAX_FILES + 1)))


def _bomb(forge: Forge) -> str:
    """Ten folders, each the same folder of ten folders: 10,000 files out of five objects."""
    tree = forge.tree(*(forge.entry(FILE, b"f%d" % number) for number in range(10)))
    for _ in range(3):
        tree = forge.tree(*(forge.entry(FOLDER, b"d%d" % number, tree) for number in range(10)))
    return tree


def _huge(forge: Forge) -> str:
    return forge.tree(forge.entry(FILE, b"main.js", forge.blob(bytes(MAX_FILE_SIZE + 1))))


def _false_size(forge: Forge) -> str:
    liar = forge.object(b"blob", b"x", size=1 << 30)
    return forge.tree(forge.entry(FILE, b"main.js", liar))


def _heavy(forge: Forge) -> str:
    blob = forge.blob(bytes(MAX_FILE_SIZE))
    return forge.tree(*(forge.entry(FILE, b"f%d" % number, blob) for number in range(9)))


def _cut(data: bytes) -> Callable[[Forge], str]:
    return lambda forge: forge.object(b"tree", data)


HOSTILE: dict[str, Callable[[Forge], str]] = {
    "a symbolic link": _moded(LINK),
    "a submodule": _moded(SUBMODULE),
    "an executable": _moded(PROGRAM),
    "a group-writable file": _moded(b"100664"),
    "a padded mode": _moded(b"0100644"),
    "a padded folder": _pair(b"a", b"b", b"040000"),
    "a mode that is not a number": _moded(b"file"),
    "an empty mode": _moded(b""),
    "the parent folder": _named(b".."),
    "the folder itself": _named(b"."),
    "git's own folder": _named(b".git"),
    "git's own folder in capitals": _named(b".GIT"),
    "git's own folder on FAT": _named(b"git~1"),
    "git's own folder on HFS": _named(b".g\xe2\x80\x8cit"),
    "git's modules": _named(b".gitmodules"),
    "an NTFS stream": _named(b"main.js:x"),
    "a name that ends in a dot": _named(b"main.js."),
    "a name that ends in a space": _named(b"main.js "),
    "a device": _named(b"CON"),
    "a device in small letters": _named(b"nul"),
    "a device with an extension": _named(b"aux.js"),
    "a device with two extensions": _named(b"Prn.tar.gz"),
    "a serial port": _named(b"COM1"),
    "a printer port": _named(b"lpt9.txt"),
    "a console": _named(b"CONIN$"),
    "a folder that is a device": lambda forge: forge.tree(
        forge.entry(FOLDER, b"aux", forge.tree(forge.entry(FILE, b"x")))
    ),
    "a folder that ends in a dot": lambda forge: forge.tree(
        forge.entry(FOLDER, b"tests.", forge.tree(forge.entry(FILE, b"x")))
    ),
    "git's own folder on NTFS": _named(b".git::$INDEX_ALLOCATION"),
    "git's own folder with a dot": _named(b".git."),
    "git's modules on FAT": _named(b"gitmod~1"),
    "a character that HFS ignores": _named("main\u200d.js".encode()),
    "a delete character": _named(b"main\x7f.js"),
    "a path in a name": _named(b"../main.js"),
    "a backslash": _named(b"..\\main.js"),
    "an absolute path": _named(b"/etc"),
    "an empty name": _named(b""),
    "a space": _named(b"main js"),
    "a line break": _named(b"main.js\n"),
    "an escape sequence": _named(b"\x1b[2J"),
    "text that is not ASCII": _named("ä.js".encode()),
    "bytes that are not text": _named(b"\xff\xfe"),
    "a very long name": _named(b"a" * 101),
    "a hidden file": _named(b".env"),
    "a leading hyphen": _named(b"-rf"),
    "the same file twice": _pair(b"main.js", b"main.js"),
    "a file and a folder of one name": _pair(b"tests", b"tests", FOLDER),
    "names that collide on a Mac": _pair(b"MAIN.js", b"main.js"),
    "files out of order": _pair(b"mapp.toml", b"main.js"),
    "a folder sorted as a file": _pair(b"a0", b"a", FOLDER),
    "folders nested too deep": _deep,
    "too many files": _many,
    "a bomb of folders": _bomb,
    "a huge file": _huge,
    "a file that claims to be huge": _false_size,
    "too much altogether": _heavy,
    "nothing after the mode": _cut(b"100644"),
    "nothing after the name": _cut(b"100644 main.js"),
    "nothing after the zero": _cut(b"100644 main.js\0"),
    "half an id": _cut(b"100644 main.js\0" + b"\1" * 19),
    "an id of a missing object": _cut(b"100644 main.js\0" + b"\1" * 20),
    "bytes that are not a tree": _cut(b"\0" * 50),
    "a folder that is a file": lambda forge: forge.tree(forge.entry(FOLDER, b"tests")),
    "a file that is a folder": lambda forge: forge.tree(forge.entry(FILE, b"main.js", forge.tree())),
    "a file that is a commit": lambda forge: forge.tree(forge.entry(FILE, b"main.js", forge.commit)),
    "a folder that is a commit": lambda forge: forge.tree(forge.entry(FOLDER, b"a", forge.commit)),
    "a root that is a file": lambda forge: forge.blob(),
    "a root that is not there": lambda forge: "01" * 20,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_whole_tree_is_refused_if_it_contains(what: str, forge: Forge) -> None:
    commit = forge.commit_of(HOSTILE[what](forge))

    with pytest.raises(IntegrityError) as caught:
        read_snapshot(forge.reopened(), commit, only=frozenset(["main.js"]))

    assert caught.value.exit_code == 6
    assert caught.value.message.isprintable(), "untrusted text reached the message unescaped"


def test_every_file_of_a_plain_tree_is_read(forge: Forge) -> None:
    inner = forge.tree(forge.entry(FILE, b"examples.jsonl"), forge.entry(FILE, b"properties.js"))
    names = [b".gitattributes", b".gitignore", b"LICENSE", b"main.js"]
    tree = forge.tree(*(forge.entry(FILE, name) for name in names), forge.entry(FOLDER, b"tests", inner))

    found = read_snapshot(forge.reopened(), forge.commit_of(tree))

    assert list(found.files) == [*map(bytes.decode, names), "tests/examples.jsonl", "tests/properties.js"]
    assert set(found.files.values()) == {b"x\n"}


def test_names_that_only_resemble_devices_are_read(forge: Forge) -> None:
    names = [b"CONSOLE.md", b"auxiliary.js", b"com", b"com10.js", b"lpt.txt", b"nullable.js", b"x.aux"]
    tree = forge.tree(*(forge.entry(FILE, name) for name in names))

    assert list(read_snapshot(forge.reopened(), forge.commit_of(tree)).files) == [*map(bytes.decode, names)]


def test_folders_sort_as_if_their_names_ended_in_a_slash(forge: Forge) -> None:
    inner = forge.tree(forge.entry(FILE, b"x"))
    tree = forge.tree(
        forge.entry(FILE, b"a-b"),
        forge.entry(FILE, b"a.b"),
        forge.entry(FOLDER, b"a", inner),
        forge.entry(FILE, b"a0"),
    )

    assert [row.path for row in list_entries(forge.reopened(), tree)] == ["a-b", "a.b", "a/x", "a0"]


def test_a_file_of_exactly_the_maximum_size_is_read(forge: Forge) -> None:
    tree = forge.tree(forge.entry(FILE, b"main.js", forge.blob(bytes(MAX_FILE_SIZE))))

    assert len(read_snapshot(forge.reopened(), forge.commit_of(tree)).files["main.js"]) == MAX_FILE_SIZE


@pytest.mark.parametrize("damage", ["flipped", "truncated", "emptied", "swapped"])
def test_an_object_that_does_not_match_its_id_is_refused(forge: Forge, damage: str) -> None:
    blob = forge.blob(b"function main() { return 1; }\n" * 50)
    commit = forge.commit_of(forge.tree(forge.entry(FILE, b"main.js", blob)))
    path = forge.path / "objects" / blob[:2] / blob[2:]
    data = path.read_bytes()
    other = forge.blob(b"function main() { return 2; }\n" * 50)
    swapped = (forge.path / "objects" / other[:2] / other[2:]).read_bytes()
    damaged = {
        "flipped": data[:20] + bytes([data[20] ^ 1]) + data[21:],
        "truncated": data[:15],
        "emptied": b"",
    }
    path.write_bytes(damaged.get(damage, swapped))

    with pytest.raises(IntegrityError):
        read_snapshot(forge.reopened(), commit)


@pytest.mark.parametrize(
    "revision", ["no-such", "", "0" * 40, "main^{tree}", "-1", "../x", "@{u}", "main:main.js", "\0"]
)
def test_an_invalid_revision_is_not_found(forge: Forge, revision: str) -> None:
    with pytest.raises(MappError) as caught:
        forge.repository.resolve(revision)

    assert caught.value.code == "MAPP-0200"


def test_one_file_is_replaced_and_everything_else_stays_as_it_is(forge: Forge) -> None:
    inner = forge.tree(forge.entry(FILE, b"old.toml"))
    odd = b"caf\xe9"  # not UTF-8
    tree = forge.tree(
        forge.entry(PROGRAM, b"build.sh"),
        forge.entry(LINK, odd),
        forge.entry(FOLDER, b"ve", inner),
    )
    repository = forge.repository
    one = replace_file(repository, tree, "ve/new.toml", b"new\n")
    names = {name: mode for mode, name, _ in raw_entries(repository, one, "")}
    assert list(names.values()) == [PROGRAM, LINK, FOLDER]
    found = find_entry(repository, one, "ve")
    assert found is not None
    assert [name for _, name, _ in raw_entries(repository, found[1], "ve")] == ["new.toml", "old.toml"]
    assert replace_file(repository, one, "ve/new.toml", b"new\n") == one


def test_missing_folders_are_made_in_gits_order(forge: Forge) -> None:
    tree = forge.tree(forge.entry(FILE, b"apps.md"))
    found = replace_file(forge.repository, tree, "apps/va/vat.toml", b"x")
    assert [name for _, name, _ in raw_entries(forge.repository, found, "")] == ["apps.md", "apps"]


@pytest.mark.parametrize("path", ["note/vat.toml", "apps"])
def test_a_file_does_not_replace_a_folder_nor_a_folder_a_file(forge: Forge, path: str) -> None:
    inner = forge.tree(forge.entry(FILE, b"x"))
    tree = forge.tree(forge.entry(FOLDER, b"apps", inner), forge.entry(FILE, b"note"))
    with pytest.raises(IntegrityError, match="is in the way"):
        replace_file(forge.repository, tree, path, b"x")


@pytest.mark.parametrize("names", [(b"apps", b"apps"), (b"Apps", b"apps")])
def test_two_entries_that_a_file_system_may_confuse_are_refused(
    forge: Forge, names: tuple[bytes, ...]
) -> None:
    tree = forge.tree(*(forge.entry(FILE, name) for name in names))
    with pytest.raises(IntegrityError, match="is there twice"):
        find_entry(forge.repository, tree, "apps")


def test_an_entry_is_found_among_others_of_any_kind(forge: Forge) -> None:
    blob = forge.blob()
    tree = forge.tree(forge.entry(SUBMODULE, b".odd"), forge.entry(FILE, b"policy.toml", blob))
    assert find_entry(forge.repository, tree, "policy.toml") == (FILE, blob)
    assert find_entry(forge.repository, tree, "apps") is None
