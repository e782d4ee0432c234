"""A start of the program imports what its command needs."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
import typer
from typer.testing import CliRunner

from causeloop_pipeline.cli import COMMANDS, app
from causeloop_pipeline.cli.lazy_commands import LazyCommands, list_lazily

CODE = """
import sys
from causeloop_pipeline.cli import app
try:
    app(sys.argv[1:], prog_name="causeloop")
finally:
    print(*sys.modules)
"""


@pytest.mark.parametrize("arguments", [["--version"], ["up", "--help"], ["env", "--help"]], ids=" ".join)
def test_what_reads_no_issues_does_not_import_polars(arguments: Sequence[str]) -> None:
    command = [sys.executable, "-c", CODE, *arguments]

    started = subprocess.run(command, capture_output=True, text=True, check=True)

    imported = started.stdout.splitlines()[-1].split()
    assert "causeloop_pipeline.cli" in imported
    assert "polars" not in imported


def test_a_command_is_added_when_it_is_first_looked_up() -> None:
    added: list[str] = []

    def add(program: typer.Typer) -> None:
        added.append("both")
        program.command("one")(lambda: None)
        program.command("two")(lambda: None)

    commands = LazyCommands({"one": add, "two": add})

    assert (list(commands), len(commands), added) == (["one", "two"], 2, [])
    assert commands["one"].name == "one"
    assert commands["two"].name == "two"
    assert added == ["both"]


def test_a_word_that_is_not_a_command_is_refused_with_the_nearest_one() -> None:
    program = typer.Typer(cls=list_lazily(COMMANDS))
    program.callback()(lambda: None)

    refused = CliRunner().invoke(program, ["analyse"])

    assert refused.exit_code == 2
    assert "analyze" in refused.output
    assert CliRunner().invoke(app, ["analyse"]).exit_code == 2
