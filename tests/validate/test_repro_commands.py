"""The commands that reproduce a finding."""

from __future__ import annotations

from typing import Any

import pytest

from mapp.sandbox.executor import Executor
from mapp.validate.repro_commands import property_command, run_command, trial_command
from mapp.validate.trial import Trial
from support.apps import Draft, app


def trial(executor: Executor, draft: Draft, **more: Any) -> Trial:
    return Trial(app=draft.read(), executor=executor, **more)


def test_a_pure_app_of_the_library_is_run_with_exec(executor: Executor) -> None:
    command = run_command(trial(executor, app()), {"number": 2})

    assert command == """printf %s '{"number": 2}' | mapp exec double --input -"""


@pytest.mark.parametrize(
    ("capabilities", "folder"), [({}, "./my app"), ({"clock": True}, None), ({"random": True}, None)]
)
def test_an_app_in_a_folder_or_with_a_capability_repeats_the_trial(
    executor: Executor, capabilities: dict[str, Any], folder: str | None
) -> None:
    draft = app().stating(capabilities=capabilities)
    command = run_command(trial(executor, draft, folder=folder), {"number": 2})

    assert command.endswith("""--property total --input '{"number": 2}'""")


def test_folders_and_inputs_are_quoted_for_the_shell(executor: Executor) -> None:
    made = trial(executor, app(), folder="./my app")

    assert trial_command(made) == "mapp test './my app'"
    assert property_command(made, "prop_a", {"text": "it's"}).endswith("""'{"text": "it'"'"'s"}'""")
