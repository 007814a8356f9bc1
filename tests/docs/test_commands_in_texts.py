"""Every mapp command in a message, an explanation or a page exists, with its options."""

from __future__ import annotations

import ast
import itertools
import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import mapp
import mapp_cli
from mapp.config import SETTINGS, parse_setting
from mapp_cli.group import all_commands

FOLDERS = [Path(package.__path__[0]) for package in (mapp, mapp_cli)]
COMMANDS = dict(all_commands())
FILLED_IN = "FILLED-IN"
SUGGESTION = re.compile(r"(?<![\w./'-])mapp ([a-z][a-z-]*)((?: (?!mapp )[^\s,;()`]+)*)")


def _texts(tree: ast.AST) -> Iterator[str]:
    """Yields the strings of a module except docstrings, with a word in place of each interpolated value."""
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if node not in docstrings and node not in inside:
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(str(p.value) if isinstance(p, ast.Constant) else FILLED_IN for p in parts)


def _suggested() -> Iterator[tuple[str, list[str]]]:
    for folder in FOLDERS:
        for path in folder.rglob("*.py"):
            for text in _texts(ast.parse(path.read_text(encoding="utf-8"))):
                for name, rest in SUGGESTION.findall(text):
                    yield name, [word.rstrip(".:") for word in rest.split()]


SENTENCE_WORDS = {
    *(
        "accepts",
        "asks",
        "can",
        "cannot",
        "changed",
        "changes",
        "checks",
        "could",
        "created",
        "decided",
        "or",
    ),
    *("creates", "decides", "did", "does", "has", "is", "itself", "keeps", "knows"),
    *("made", "may", "moved", "must", "needs", "never", "reads", "refuses", "removed"),
    *("takes", "uses", "was", "wrote", "writes"),
}
"""Words that may follow `mapp` in a sentence about it."""
ROWS = sorted({(name, tuple(rest)) for name, rest in _suggested() if name not in SENTENCE_WORDS})


def _options(command: click.Command) -> set[str]:
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    return known.union(*(_options(below) for below in inner)) | {"--help"}


def test_messages_with_commands_are_found() -> None:
    assert len(ROWS) > 20
    assert ("config", ("isolation_strangers", FILLED_IN)) in ROWS


@pytest.mark.parametrize(("name", "rest"), ROWS, ids=[" ".join([name, *rest]) for name, rest in ROWS])
def test_the_command_and_its_options_exist(name: str, rest: tuple[str, ...]) -> None:
    assert name in COMMANDS, f"mapp {name}"
    options = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert options <= _options(COMMANDS[name])


@pytest.mark.parametrize("rest", [rest for name, rest in ROWS if name == "config" and rest])
def test_a_suggested_setting_has_a_valid_value(rest: tuple[str, ...]) -> None:
    if FILLED_IN in rest[0] or rest == ("NAME", "VALUE"):
        return  # the tests of the module that fills in the value check it
    setting, *value = rest
    if setting == "unset":
        assert value[0] in SETTINGS
        return
    assert len(value) == 1, "one value, and nothing that could be read as part of it"
    if value != [FILLED_IN]:
        parse_setting(setting, value[0])


# Commands on pages, parsed as click parses them

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SPAN = re.compile(r"`(mapp [^`\n]+)`")
BEFORE = r" *(?:\$ |- run: |- |exec |ExecStart=\S*/|(?:[\d*/]+ ){5})?"
LINE = re.compile(rf"^{BEFORE}((?:MAPP_\w+=\S+ )*mapp [^\n]*(?:\\\n[^\n]*)*)", re.MULTILINE)
LANGUAGES = "sh|console|bash|yaml|cron|ini"
FENCE = re.compile(rf"^ *```(?:{LANGUAGES})(?: file=\S+)?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
CUT = frozenset({"|", "||", "&&", ";", ">", ">>", "2>", "<", "2>&1", "#"})


def _words(text: str) -> list[str] | None:
    """Returns the words of one command without redirections and pipes; None for an open quote."""
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        return None
    words = list(itertools.dropwhile(lambda word: word.startswith("MAPP_"), words))
    end = next((at for at, word in enumerate(words) if word in CUT or word.startswith("#")), len(words))
    return words[1:end]


def _on_pages() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yields every command on a page, with the page."""
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        code = [line for block in FENCE.findall(text) for line in LINE.findall(textwrap.dedent(block))]
        for said in [*code, *SPAN.findall(FENCE.sub("", text))]:
            words = _words(said)
            if words:
                yield path.relative_to(ROOT).as_posix(), tuple(words)


ON_PAGES = sorted(set(_on_pages()))


def _faults(words: tuple[str, ...]) -> str:
    """Returns what is wrong with a command, or an empty text if it is valid."""
    name, *rest = words[{"--library": 2, "--quiet": 1}.get(words[0], 0) :] or ("",)
    if name.startswith("-") or name in PLACEHOLDERS:
        return ""
    if name not in COMMANDS:
        return f"there is no command {name}"
    command: click.Command = COMMANDS[name]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        inner = command.commands.get(rest[0])
        if inner is None:
            return f"{name} has no command {rest[0]}"
        command, name, rest = inner, rest[0], rest[1:]
    rest = [word for word in rest if word not in ("…", "...")]
    try:
        context = click.Context(command, info_name=name)
        values, left, _ = command.make_parser(context).parse_args(args=list(rest))
    except click.UsageError as error:
        return "" if "--help" in rest else error.message
    arguments = [part for part in command.params if isinstance(part, click.Argument)]
    room = len(arguments) + sum(part.nargs < 0 for part in arguments) * len(rest)
    given = [values[str(part.name)] for part in arguments if values.get(str(part.name)) is not None]
    return "too many words" if len(given) + len(left) > room else ""


PLACEHOLDERS = {"COMMAND", "$@", "…", "…`"}


def test_pages_with_commands_are_found() -> None:
    assert len(ON_PAGES) > 100
    assert {place for place, _ in ON_PAGES} >= {"README.md", "docs/reference/commands.md"}
    recipes = {words for place, words in ON_PAGES if place == "docs/how-to/validate-in-ci.md"}
    assert {("ci", "--hook", "pre-receive"), ("audit",), ("ci", "--junit", "junit.xml")} <= recipes


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("teleport", "vat"), "there is no command teleport"),
        (("exec", "vat", "--fast"), "No such option"),
        (("index", "polish"), "has no command polish"),
        (("remove", "one", "two"), "too many words"),
        (("exec", "vat", "price=1", "--at", "1.0.0"), ""),
        (("--library", "here", "list"), ""),
        (("run", "what is 2 euros", "--yes"), ""),
    ],
)
def test_an_invalid_command_is_noticed(words: tuple[str, ...], fault: str) -> None:
    found = _faults(words)
    assert (fault in found) if fault else found == ""


@pytest.mark.parametrize(("place", "words"), ON_PAGES, ids=[" ".join([p, *w])[:120] for p, w in ON_PAGES])
def test_a_command_on_a_page_is_valid(place: str, words: tuple[str, ...]) -> None:
    assert _faults(words) == "", f"{place}: mapp {shlex.join(words)}"
