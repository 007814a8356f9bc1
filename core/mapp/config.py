"""Where things lie and how mapp behaves: the only reader of the environment.

Flags beat the environment, which beats the project (`.mapp.toml` beside the work), which beats the user
(`config.toml` in the platform's config directory).
"""

from __future__ import annotations

import os
import shlex
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal

from mapp.errors import InvalidInput, Problem, UsageError
from mapp.model.budget import parse_budget
from mapp.plain_files import read_plain

PROJECT_FILE: Final = ".mapp.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Every setting, resolved."""

    library: Path
    cache: Path
    config_file: Path
    keep_inputs: bool = field(default=True, metadata={"help": "whether the journal keeps inputs and outputs"})
    keep_runs: int = field(default=10_000, metadata={"help": "how many runs the journal keeps"})
    keep_days: int = field(default=90, metadata={"help": "for how many days the journal keeps a run"})
    embedder: str = field(default="minilm", metadata={"help": "minilm or wordllama"})
    store: str = field(default="auto", metadata={"help": "dense half of the index: auto, exact or chroma"})
    starter: bool = field(default=True, metadata={"help": "whether a new library gets the starter apps"})
    engine: Literal["dukpy", "quickjs-ng"] = field(
        default="dukpy", metadata={"help": "what runs scripts: dukpy, or quickjs-ng (an extra to install)"}
    )
    isolation: Literal["full", "process", "none"] = field(
        default="process", metadata={"help": "least isolation to run with: full, process or none"}
    )
    isolation_strangers: Literal["full", "process", "none"] = field(
        default="full", metadata={"help": "least isolation for apps that others wrote: full, process or none"}
    )
    llm: str = field(
        default="", metadata={"help": "model for apps that declare llm: anthropic:NAME or openai:NAME"}
    )
    llm_url: str = field(default="", metadata={"help": "where that model is; empty for the service's own"})
    coder: str = field(
        default="",
        metadata={"help": "who writes apps: anthropic:NAME, openai:NAME, local:FILE or agent:COMMAND"},
    )
    coder_url: str = field(default="", metadata={"help": "where the coder's model is"})
    coder_price: str = field(
        default="", metadata={"help": "READ/WRITTEN dollars per million tokens; of an agent, dollars a call"}
    )
    coder_keys: str = field(
        default="", metadata={"help": "names of the keys that an agent gets, with commas"}
    )
    budget_change: str = field(
        default="$2, 12 rounds, 30 min", metadata={"help": "what writing or changing one app may cost"}
    )
    merge: Literal["auto", "ask", "review"] = field(
        default="ask",
        metadata={"help": "when a proven change goes to main: auto, ask, or review (with mapp review)"},
    )
    budget_day: str = field(default="$5", metadata={"help": "what coders may cost on one day"})
    budget_month: str = field(default="$50", metadata={"help": "what coders may cost in one month"})


_CHOICES: Final = {
    "embedder": ("minilm", "wordllama"),
    "store": ("auto", "exact", "chroma"),
    "engine": ("dukpy", "quickjs-ng"),
    "isolation": ("full", "process", "none"),
    "isolation_strangers": ("full", "process", "none"),
    "merge": ("auto", "ask", "review"),
}
_BUDGETS: Final = ("budget_change", "budget_day", "budget_month")
_TEXTS: Final = ("llm", "llm_url", "coder", "coder_url", "coder_price", "coder_keys", *_BUDGETS)
AGENT_TABLE: Final = '[coder.agent] command = ["my-agent", "{brief}"]'
LONGEST_TEXT: Final = 300
LONGEST_COMMAND: Final = 2_000
_PERSONAL: Final = ("isolation", "isolation_strangers", *_TEXTS)
"""What a project's file may not set: a stranger would say where keys and money go, or lower a wall."""
SETTINGS: Final = tuple(item.name for item in fields(Config) if "help" in item.metadata)


def load_config(
    *, library: Path | None = None, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Config:
    """Returns the settings in force.

    Args:
        library: the `--library` flag.
        environment: instead of the process's, for tests.
        folder: where a project file is looked for; the current folder by default.

    Raises:
        InvalidInput: when a settings file is damaged, with the path of every mistake.
    """
    known = dict(_process() if environment is None else environment)
    home = known.get("MAPP_HOME")
    config = Config(
        library=library or (Path(home) if home else _directory("data", known)),
        cache=Path(known["MAPP_CACHE"]) if known.get("MAPP_CACHE") else _directory("cache", known),
        config_file=_config_file(known),
    )
    config = _with_file(config, config.config_file)
    config = _with_file(config, (folder or Path.cwd()) / PROJECT_FILE, forbidden=_PERSONAL)
    given = {name: known[f"MAPP_{name.upper()}"] for name in SETTINGS if f"MAPP_{name.upper()}" in known}
    settings = {name: parse_setting(name, text) for name, text in given.items()}
    return replace(config, **settings, library=config.library.expanduser().absolute())


def parse_setting(name: str, text: str) -> Any:
    """Returns the value of a setting that was given as text.

    Raises:
        UsageError: when there is no such setting, or the text is none of its values.
    """
    if name not in SETTINGS:
        raise UsageError(f"there is no setting {name!r}", hint=f"settings are {', '.join(SETTINGS)}")
    if name in ("keep_runs", "keep_days"):
        if not text.isascii() or not text.isdigit():
            raise UsageError(f"{name} must be a whole number, not {text!r}")
        if len(text) > 9:
            raise UsageError(f"{name} must be below a milliard")
        return int(text)
    if name in _TEXTS:
        most = LONGEST_COMMAND if name == "coder" else LONGEST_TEXT
        if len(text) > most or not text.isprintable():
            raise UsageError(f"{name} must be at most {most:,} printable characters")
        if name in _BUDGETS:
            parse_budget(text)
        return text
    if name in _CHOICES:
        if text not in _CHOICES[name]:
            raise UsageError(f"{name} must be one of {', '.join(_CHOICES[name])}, not {text!r}")
        return text
    if text.lower() not in _TRUTHS:
        raise UsageError(f"{name} must be true or false, not {text!r}")
    return _TRUTHS[text.lower()]


_TRUTHS: Final = {
    "true": True,
    "yes": True,
    "1": True,
    "on": True,
    "false": False,
    "no": False,
    "0": False,
    "off": False,
}


def save_setting(path: Path, name: str, value: Any) -> None:
    """Writes one setting into the user's file, leaving the others as they are."""
    import tomli_w

    document = _read(path)
    document[name] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, tomli_w.dumps(document).encode())


def write_whole(path: Path, data: bytes) -> None:
    """Replaces a file by a complete new one, durably: readers see the old or the new, never half."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def environment() -> Mapping[str, str]:
    """Returns the environment of this process; nobody else reads it."""
    return os.environ


_process = environment  # where an argument has the same name


def _config_file(known: Mapping[str, str]) -> Path:
    if known.get("MAPP_CONFIG"):
        return Path(known["MAPP_CONFIG"])
    return _directory("config", known) / "config.toml"


def _directory(kind: str, known: Mapping[str, str]) -> Path:
    import platformdirs

    finder = {
        "data": platformdirs.user_data_path,
        "cache": platformdirs.user_cache_path,
        "config": platformdirs.user_config_path,
    }[kind]
    return finder("mapp", appauthor=False)


def _with_file(config: Config, path: Path, *, forbidden: tuple[str, ...] = ()) -> Config:
    problems: list[Problem] = []
    settings: dict[str, Any] = {}
    for name, value in _flat(_read(path), problems).items():
        if name in forbidden:
            problems.append(Problem(path=name, message="is for your own settings file only"))
            continue
        try:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            settings[name] = parse_setting(name, text)
        except UsageError as error:
            problems.append(Problem(path=name, message=error.message))
    if problems:
        raise InvalidInput(
            f"{path} is not valid", problems, hint="correct the file; all settings: mapp config"
        )
    return replace(config, **settings)


def _flat(document: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Returns a settings file without its one table: `[coder.agent]`, with `command`, `keys` and `price`."""
    coder = document.get("coder")
    if not isinstance(coder, dict):
        return document
    plain = {name: value for name, value in document.items() if name != "coder"}
    agent = coder.get("agent")
    if (
        set(coder) != {"agent"}
        or not isinstance(agent, dict)
        or not set(agent) <= {"command", "keys", "price"}
    ):
        problems.append(Problem(path="coder", message=f"is a text, or a table such as {AGENT_TABLE}"))
        return plain
    command, keys, price = agent.get("command"), agent.get("keys", []), agent.get("price")
    if isinstance(command, str):
        command = _split(command)
    if not _words(command) or not command:
        problems.append(Problem(path="coder.agent.command", message="is a list of texts, the program first"))
        return plain
    if not _words(keys):
        problems.append(Problem(path="coder.agent.keys", message="is a list of names of keys"))
        return plain
    plain["coder"] = f"agent:{shlex.join(command)}"
    if keys:
        plain["coder_keys"] = ",".join(keys)
    if price is not None:
        plain["coder_price"] = str(price)
    return plain


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # a quote that does not end
        return []


def _words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _read(path: Path) -> dict[str, Any]:
    if str(path) == os.devnull:  # how people say "no settings"
        return {}
    try:
        return tomllib.loads(read_plain(path, follow=True).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None
