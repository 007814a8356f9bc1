from __future__ import annotations

from dataclasses import dataclass

import click
from click.testing import CliRunner

from mapp_cli.option_groups import option_group


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Two options of a test command."""

    width: int
    height: int


@click.command()
@click.option("--name", default="box", help="A name.")
@option_group(
    "size",
    Size,
    click.option("--width", type=int, default=1, help="The width."),
    click.option("--height", type=int, default=2, help="The height."),
)
@click.option("--last", is_flag=True, help="The last one.")
def command(name: str, size: Size, last: bool) -> None:
    """Prints what it got."""
    click.echo(f"{name} {size.width}x{size.height} {last}")


def test_the_values_arrive_as_one_object() -> None:
    assert CliRunner().invoke(command, ["--height", "5", "--last"]).output == "box 1x5 True\n"


def test_the_options_are_listed_in_the_order_of_the_source() -> None:
    assert [parameter.name for parameter in command.params] == ["name", "width", "height", "last"]
