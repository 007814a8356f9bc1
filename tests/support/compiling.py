"""Apps that a scripted coder writes: wrong, right, wider, and chosen instead."""

from __future__ import annotations

import json
from pathlib import Path

from mapp.author.coder import Watch
from mapp.author.coders.scripted import ScriptedCoder
from mapp.model.change_spec import CompileSpec, Near
from mapp.ops.check.gate import Options
from mapp.ops.compile.approval import Changed
from mapp.ops.compile.compile import compile_app
from support.authors import RIGHT, Decided, contract, quiet
from support.library import Built

FEW = Options(inputs=30)


REQUEST = "multiply a number by three"


def compiled(
    built: Built, coder: ScriptedCoder, person: Decided | None = None, watch: Watch = quiet
) -> Changed:
    return compile_app(
        built.workspace,
        REQUEST,
        person=person or Decided(),
        watch=watch,
        name="triple",
        coder=coder,
        options=FEW,
    )


PLUS = """\
[input.plus]
type = "integer"
minimum = 0
maximum = 5
default = 0

[output]"""


LOOSE = """
function meta_twice_the_input_is_twice_the_output(input, run) {
  if (Math.abs(input.number) > 500) return true;
  return run({ number: input.number * 2 }).output === run({ number: input.number }).output * 2;
}
function meta_the_opposite_input_has_the_opposite_output(input, run) {
  return run({ number: -input.number }).output === 0 - run({ number: input.number }).output;
}
"""


MORE = """
function meta_plus_adds_that_much(input, run) {
  const bare = run({ number: input.number, plus: 0 });
  const more = run({ number: input.number, plus: input.plus });
  return more.output - bare.output === input.plus;
}
"""


def loose() -> dict[str, str]:
    """Returns a contract whose laws leave room for more arguments."""
    return {**contract(), "tests/properties.js": LOOSE}


TRIPLES = Near(
    name="triple", description="Multiplies a whole number by three.", interface="(number) -> integer"
)


def chooses(kind: str, app: str = "", **files: str) -> dict[str, str]:
    """Returns an answer that begins with a choice."""
    return {"choice.json": json.dumps({"choice": kind, "app": app, "reason": "as it  should\nbe"}), **files}


def asked_with_triple_near(built: Built, coder: ScriptedCoder, request: str, *, new: bool = False) -> Changed:
    compiled(built, ScriptedCoder(answers=[loose(), {"main.js": RIGHT}]))
    return compile_app(
        built.workspace,
        request,
        person=Decided(),
        watch=quiet,
        spec=CompileSpec(near=(TRIPLES,), new=new),
        coder=coder,
        options=FEW,
    )


def in_folder(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
