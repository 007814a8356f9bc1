"""Folders and settings; the only reader of the environment.

Flags take precedence over the environment, then the project (`.mapp.toml` in the current folder), then the
user (`config.toml` in the platform's config directory). A budget combines several limits and is merged limit
by limit, so a source that sets one limit leaves the others unchanged.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from mapp.errors import InvalidInput, Problem, UsageError
from mapp.model.budget import inherits_limits, merged_budget, parse_budget
from mapp.settings_file import AGENT_SETTINGS, agent_table, as_settings, read_document, write_document

PROJECT_FILE: Final = ".mapp.toml"
REGISTRIES: Final = "registries"
"""The table of the user's settings file that lists registries; a project's file cannot have it."""
EngineName = Literal["dukpy", "quickjs-ng"]


def _default_engine() -> EngineName:
    """Returns the newer engine, except on Macs with Intel processors, which it has no wheel for."""
    intel_mac = sys.platform == "darwin" and os.uname().machine == "x86_64"
    return "dukpy" if intel_mac else "quickjs-ng"


DEFAULT_ENGINE: Final = _default_engine()


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Every setting, resolved."""

    library: Path
    cache: Path
    config_file: Path
    keep_inputs: bool = field(default=True, metadata={"help": "whether the journal keeps inputs and outputs"})
    keep_runs: int = field(default=10_000, metadata={"help": "how many runs the journal keeps"})
    keep_days: int = field(default=90, metadata={"help": "how many days the journal keeps a run"})
    keep_removed: int = field(default=30, metadata={"help": "how many days a removed app can be restored"})
    cooldown: int = field(
        default=0,
        metadata={"help": "how many days a new version of a third-party app waits before it is taken"},
    )
    cooldown_apps: str = field(
        default="", metadata={"help": "exceptions to cooldown by app, in days: vat=0, tax=14"}
    )
    starter_registry: str = field(
        default="",
        metadata={"help": "address of a registry with newer versions of the starter apps; empty for none"},
    )
    workflow_key: str = field(
        default="",
        metadata={"help": "SSH key of an app's publishing workflow, a file; set it there, never on a desk"},
    )
    embedder: str = field(default="minilm", metadata={"help": "minilm or wordllama", "project": True})
    store: str = field(
        default="auto", metadata={"help": "dense half of the index: auto, exact or chroma", "project": True}
    )
    starter: bool = field(
        default=True, metadata={"help": "whether a new library gets the starter apps", "project": True}
    )
    engine: EngineName = field(
        default=DEFAULT_ENGINE, metadata={"help": "the JavaScript engine: quickjs-ng or dukpy"}
    )
    isolation: Literal["full", "process", "none"] = field(
        default="process", metadata={"help": "minimum isolation of a run: full, process or none"}
    )
    isolation_strangers: Literal["full", "process", "none"] = field(
        default="full", metadata={"help": "minimum isolation for third-party apps: full, process or none"}
    )
    accept: Literal["auto", "sure", "likely"] = field(
        default="auto",
        metadata={"help": "how certain a match must be to run: sure, likely, or auto (likely on a terminal)"},
    )
    llm: str = field(
        default="", metadata={"help": "model for apps that declare llm: anthropic:NAME or openai:NAME"}
    )
    llm_url: str = field(
        default="", metadata={"help": "the model's address; empty for the service's default"}
    )
    llm_price: str = field(
        default="", metadata={"help": "its price in dollars per million tokens, INPUT/OUTPUT"}
    )
    telemetry: str = field(
        default="",
        metadata={"help": "OTLP receiver that gets spans and metrics, http(s)://HOST:PORT; empty sends none"},
    )
    log: str = field(default="", metadata={"help": "file for structured logs, or stderr; empty for none"})
    coder: str = field(
        default="",
        metadata={"help": "who writes apps: anthropic:NAME, openai:NAME, local:FILE or agent:COMMAND"},
    )
    coder_url: str = field(default="", metadata={"help": "the address of the coder's model"})
    coder_price: str = field(
        default="",
        metadata={"help": "dollars per million tokens, INPUT/OUTPUT; for an agent, dollars per call"},
    )
    coder_keys: str = field(
        default="", metadata={"help": "names of the keys that an agent gets, separated by commas"}
    )
    budget_change: str = field(
        default="$2, 12 rounds, 30 min", metadata={"help": "the budget for writing or changing one app"}
    )
    merge: Literal["auto", "ask", "review"] = field(
        default="ask",
        metadata={"help": "how a change that passes is merged: auto, ask, or review (with mapp review)"},
    )
    heal: Literal["off", "propose", "merge"] = field(
        default="off",
        metadata={"help": "what happens by itself after a failure: off, propose (a branch) or merge"},
    )
    second_opinion: Literal["on", "off"] = field(
        default="on",
        metadata={"help": "whether a model works out examples and open questions a second time: on or off"},
    )
    policy: str = field(
        default="",
        metadata={"help": "what to do about failures, by class: nondeterminism=tell, upstream_down=tell"},
    )
    budget_day: str = field(
        default="$5", metadata={"help": "the budget for coders and the models of apps per day"}
    )
    budget_month: str = field(
        default="$50", metadata={"help": "the budget for coders and the models of apps per month"}
    )


_CHOICES: Final = {
    "embedder": ("minilm", "wordllama"),
    "store": ("auto", "exact", "chroma"),
    "engine": ("quickjs-ng", "dukpy"),
    "isolation": ("full", "process", "none"),
    "isolation_strangers": ("full", "process", "none"),
    "accept": ("auto", "sure", "likely"),
    "merge": ("auto", "ask", "review"),
    "heal": ("off", "propose", "merge"),
    "second_opinion": ("on", "off"),
}
CHOICES: Final = _CHOICES
"""The values of each setting that has a fixed list of them."""
_BUDGETS: Final = ("budget_change", "budget_day", "budget_month")
_TEXTS: Final = (
    "llm",
    "llm_url",
    "llm_price",
    "telemetry",
    "log",
    "coder",
    "coder_url",
    "coder_price",
    "coder_keys",
    "policy",
    "cooldown_apps",
    "starter_registry",
    "workflow_key",
    *_BUDGETS,
)
_NUMBERS: Final = ("keep_runs", "keep_days", "keep_removed", "cooldown")
MAX_TEXT_LENGTH: Final = 300
MAX_COMMAND_LENGTH: Final = 2_000
SETTINGS: Final = tuple(item.name for item in fields(Config) if "help" in item.metadata)
PROJECT_SETTINGS: Final = tuple(item.name for item in fields(Config) if item.metadata.get("project"))
"""The settings that a project's file may set. Third parties may have written that file, so settings that
spend, merge, send, delete or loosen belong to the user. A new setting does too, unless it says otherwise."""
_DEFAULTS: Final = {item.name: item.default for item in fields(Config) if item.default is not MISSING}

Source = Literal["flag", "environment", "project", "user", "default"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """The origin of a value: `place` is the flag, the variable or the file; empty for a default."""

    source: Source
    place: str = ""

    def __str__(self) -> str:
        return self.place or self.source


DEFAULT: Final = Origin(source="default")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The effective settings and their origins, highest precedence first; a budget may have several."""

    config: Config
    origins: Mapping[str, tuple[Origin, ...]]


def load_config(
    *, library: Path | None = None, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Config:
    """Returns the effective settings; takes and raises the same as `load_settings`."""
    return load_settings(library=library, environment=environment, folder=folder).config


def load_settings(
    *, library: Path | None = None, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Settings:
    """Returns the effective settings and the origin of each.

    Args:
        library: the `--library` flag.
        environment: replaces the process's environment, for tests.
        folder: the folder with the project file; by default the current one.

    Raises:
        InvalidInput: a settings file is invalid; lists every mistake with its path.
        UsageError: an environment variable has an invalid value.
    """
    known = dict(_process() if environment is None else environment)
    home, cache, own = (known.get(f"MAPP_{name}") for name in ("HOME", "CACHE", "CONFIG"))
    file = _config_file(known)
    places = {
        "library": (library or (Path(home) if home else _directory("data", known))).expanduser().absolute(),
        "cache": Path(cache) if cache else _directory("cache", known),
        "config_file": file,
    }
    origins = {
        "library": Origin(source="flag", place="--library") if library else _variable("MAPP_HOME", home),
        "cache": _variable("MAPP_CACHE", cache),
        "config_file": _variable("MAPP_CONFIG", own),
    }
    merged = _Merged(values=dict(_DEFAULTS), origins={name: (origin,) for name, origin in origins.items()})
    merged.put("user", _layer(file, str(file)))
    project = (folder or _here()) / PROJECT_FILE
    merged.put("project", _layer(project, str(project), allowed=PROJECT_SETTINGS))
    merged.put("environment", _Layer(rows=tuple(_in_environment(known))))
    return Settings(
        config=Config(**places, **merged.values),  # type: ignore[arg-type]  # `parse_setting` made them
        origins={item.name: merged.origins.get(item.name, (DEFAULT,)) for item in fields(Config)},
    )


def _variable(name: str, value: str | None) -> Origin:
    return Origin(source="environment", place=name) if value else DEFAULT


def _in_environment(known: Mapping[str, str]) -> Iterator[tuple[str, Any, str]]:
    for name in SETTINGS:
        variable = f"MAPP_{name.upper()}"
        if variable in known:
            yield name, parse_setting(name, known[variable]), variable


@dataclass(frozen=True, kw_only=True, slots=True)
class _Layer:
    """The settings of one source: rows of name, value and place; `tied` are those in `[coder.agent]`."""

    rows: tuple[tuple[str, Any, str], ...] = ()
    tied: frozenset[str] = frozenset()


@dataclass(kw_only=True, slots=True)
class _Merged:
    """Settings while they are merged, lowest precedence first."""

    values: dict[str, Any]
    origins: dict[str, tuple[Origin, ...]]
    tied: frozenset[str] = frozenset()

    def put(self, source: Source, layer: _Layer) -> None:
        """Applies a source of higher precedence."""
        if any(name == "coder" for name, _, _ in layer.rows):
            for name in self.tied:  # keys and price of an agent that is no longer used
                self.values[name] = _DEFAULTS[name]
                self.origins.pop(name, None)
            self.tied = layer.tied
        for name, value, place in layer.rows:
            origin: tuple[Origin, ...] = (Origin(source=source, place=place),)
            if name in _BUDGETS and value:
                lower = self.values[name]
                origin += self.origins.get(name, (DEFAULT,)) if inherits_limits(lower, value) else ()
                value = merged_budget(lower, value)
            self.values[name] = value
            self.origins[name] = origin


def parse_setting(name: str, text: str) -> Any:
    """Parses the value of a setting from text.

    Raises:
        UsageError: there is no such setting, or the text is not a valid value.
    """
    if name not in SETTINGS:
        raise unknown_setting(name)
    if name in _NUMBERS:
        if not text.isascii() or not text.isdigit():
            raise UsageError(f"{name} must be a whole number, not {text!r}", hint="0 to 999,999,999")
        if len(text) > 9:
            raise UsageError(f"{name} must be less than 1,000,000,000", hint="0 to 999,999,999")
        return int(text)
    if name in _TEXTS:
        most = MAX_COMMAND_LENGTH if name == "coder" else MAX_TEXT_LENGTH
        if len(text) > most or not text.isprintable():
            raise UsageError(f"{name} must be at most {most:,} printable characters")
        if name in _BUDGETS:
            parse_budget(text)
        if name == "cooldown_apps":
            parse_cooldowns(text)
        if name == "policy" and text:
            from mapp.model.incident import parse_policy  # imported lazily: the setting is rare

            parse_policy(text)
        return text
    if name in _CHOICES:
        if text not in _CHOICES[name]:
            raise UsageError(f"{name} must be one of {', '.join(_CHOICES[name])}, not {text!r}")
        return text
    if text.lower() not in _TRUTHS:
        raise UsageError(
            f"{name} must be true or false, not {text!r}", hint="also: yes or no, on or off, 1 or 0"
        )
    return _TRUTHS[text.lower()]


def parse_cooldowns(text: str) -> dict[str, int]:
    """Returns the days of each app in a setting such as `vat=0, tax=14`.

    >>> parse_cooldowns("vat=0, tax=14")
    {'vat': 0, 'tax': 14}

    Raises:
        UsageError: the text has another form.
    """
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        app, sign, days = (word.strip() for word in part.partition("="))
        if not sign or not app or not days.isascii() or not days.isdigit() or len(days) > 5:
            raise UsageError(f"cooldown_apps has {part!r}", hint="for example: vat=0, tax=14 (in days)")
        found[app] = int(days)
    return found


def parse_choice(name: str, text: str) -> Any:
    """Parses a value that the user is setting now; stricter than `parse_setting`.

    An unknown coder in a file or variable stops only commands that use it. Here it is an error at once.

    Raises:
        UsageError: as `parse_setting` does, or the kind of coder, model or address is unknown.
    """
    value = parse_setting(name, text)
    kinds = _KINDS.get(name, ())
    if text and kinds and not text.startswith(kinds):
        raise UsageError(
            f"{name} must begin with {' or '.join(kinds)}, not {text!r}",
            hint=f"for example: {_EXAMPLES[name]}",
        )
    return value


def unknown_setting(name: str) -> UsageError:
    """Returns the error for an unknown setting, with similar names."""
    if name in ("library", "cache", "config_file"):
        return UsageError(f"{name!r} cannot be set in a file", hint=_PLACES[name])
    near = difflib.get_close_matches(name, SETTINGS, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"settings are {', '.join(SETTINGS)}"
    return UsageError(f"there is no setting {name!r}", hint=hint)


_PLACES: Final = {
    "library": "set it with --library FOLDER or MAPP_HOME",
    "cache": "set it with MAPP_CACHE",
    "config_file": "set it with MAPP_CONFIG",
}
_URLS: Final = ("http://", "https://")
_KINDS: Final = {
    "coder": ("anthropic:", "openai:", "local:", "agent"),
    "llm": ("anthropic:", "openai:"),
    "coder_url": _URLS,
    "llm_url": _URLS,
    "telemetry": (*_URLS, "global"),
}
_EXAMPLES: Final = {
    "coder": "mapp config coder anthropic:NAME (or openai:NAME, local:FILE.gguf, agent:COMMAND)",
    "llm": "mapp config llm anthropic:NAME (or openai:NAME)",
    "coder_url": "mapp config coder_url http://127.0.0.1:8080/v1",
    "llm_url": "mapp config llm_url http://127.0.0.1:8080/v1",
    "telemetry": "mapp config telemetry http://127.0.0.1:4318",
}
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


def save_setting(path: Path, name: str, value: Any) -> Any:
    """Writes one setting into the user's file, and returns the new value.

    Other settings stay the same. In a budget, only the given limits change.
    """
    document = read_document(path)
    agent = agent_table(document)
    if name in _BUDGETS and value:
        known = document.get(name)
        value = merged_budget(known if isinstance(known, str) else "", value)
    if agent is not None and name in AGENT_SETTINGS:
        words = [word.strip() for word in str(value).split(",")]
        agent[AGENT_SETTINGS[name]] = list(filter(None, words)) if name == "coder_keys" else value
        document.pop(name, None)
    else:
        document[name] = value
    write_document(path, document)
    return value


def unset_setting(path: Path, name: str) -> bool:
    """Removes one setting from the user's file; returns whether it was there.

    Raises:
        UsageError: there is no such setting.
    """
    if name not in SETTINGS:
        raise unknown_setting(name)
    document = read_document(path)
    agent = agent_table(document)
    was_there = name in document
    document.pop(name, None)
    if agent is not None and name in AGENT_SETTINGS:
        was_there |= AGENT_SETTINGS[name] in agent
        agent.pop(AGENT_SETTINGS[name], None)
    if was_there:
        write_document(path, document)
    return was_there


def environment() -> Mapping[str, str]:
    """Returns the environment of this process; no other module reads it."""
    return os.environ


def set_default(name: str, value: str) -> None:
    """Sets an environment variable unless it is set, for libraries that have no other switch."""
    os.environ.setdefault(name, value)


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


def _here() -> Path:
    """Returns the current folder; if it was deleted, a path without a project file."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path()


def _layer(path: Path, place: str, *, allowed: tuple[str, ...] = SETTINGS) -> _Layer:
    """Reads and checks a settings file.

    Raises:
        InvalidInput: lists every mistake with its path, including settings that are not `allowed`.
    """
    problems: list[Problem] = []
    rows: list[tuple[str, Any, str]] = []
    document = read_document(path)
    for name, value in as_settings(document, problems).items():
        if name == REGISTRIES and allowed == SETTINGS:
            continue  # `mapp.share.registries` reads them
        if name in (*SETTINGS, REGISTRIES) and name not in allowed:
            problems.append(Problem(path=name, message="can be set only in your own settings file"))
            continue
        try:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            rows.append((name, parse_setting(name, text), place))
        except UsageError as error:
            problems.append(Problem(path=name, message=_with_hint(error)))
    if problems:
        raise InvalidInput(
            f"{path} is not valid", problems, hint="correct the file; to list all settings: mapp config"
        )
    agent = agent_table(document) or {}
    tied = frozenset(name for name, key in AGENT_SETTINGS.items() if key in agent)
    return _Layer(rows=tuple(rows), tied=tied)


def _with_hint(error: UsageError) -> str:
    return f"{error.message} ({error.hint})" if error.hint.startswith("did you mean") else error.message
