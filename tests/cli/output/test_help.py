"""The help of every command, as it is read on a narrow terminal."""

import shlex
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.output.help import show_examples

WIDTH = 60


def list_commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from list_commands(inner, (*path, name))


COMMANDS = [path for path in list_commands(get_command(app)) if path]


def read_help(path: tuple[str, ...]) -> str:
    command: Any = get_command(app)
    context = command.context_class(command, info_name="causeloop", terminal_width=WIDTH)
    for name in path:
        command = command.commands[name]
        context = command.context_class(command, info_name=name, parent=context, terminal_width=WIDTH)
    return str(command.get_help(context))


@pytest.mark.parametrize("path", [(), *COMMANDS], ids=" ".join)
def test_the_help_of_every_command_fits_a_narrow_terminal_and_is_never_cut_off(path):
    text = read_help(path)
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []
    assert "..." not in text.partition("\n\n")[2]
    for option in ("-h", "--help"):
        assert CliRunner().invoke(app, [*path, option]).exit_code == 0


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_shows_examples_and_each_can_be_given_as_it_stands(path):
    command: Any = get_command(app)
    for name in path:
        command = command.commands[name]
    if hasattr(command, "commands"):
        return
    examples = [line.strip() for line in read_help(path).splitlines() if line.startswith("    causeloop ")]
    assert examples
    for example in examples:
        words = shlex.split(example.partition(" > ")[0])[1:]
        assert tuple(words[: len(path)]) == path
        command.make_context(path[-1], words[len(path) :])


def test_examples_are_shown_line_by_line():
    assert show_examples("up", "doctor") == "\b\nExamples:\n  causeloop up\n  causeloop doctor"


def test_the_version_is_printed_without_a_command():
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"causeloop {metadata.version('causeloop')}\n")
