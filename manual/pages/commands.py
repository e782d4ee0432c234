"""The page of the command line: what `--help` prints, command by command."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from causeloop_pipeline.cli import app

HEAD = """# Command line

What `causeloop COMMAND --help` prints. Results go to standard output, messages to standard error; a
command that fails says what to do and ends with an exit code other than 0.
"""
PLAIN = {"COLUMNS": "96", "NO_COLOR": "1", "TERM": "dumb"}


def write_commands() -> str:
    """The page."""
    parts = [
        f"\n## causeloop {' '.join(words)}\n\n```text\n{_read_help(words)}\n```\n"
        for words in list_commands(get_command(app))
    ]
    return HEAD + "".join(parts)


def list_commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of each command that does something, in the order of the help."""
    subcommands = getattr(command, "commands", {})
    if not subcommands:
        yield words
    for name, subcommand in subcommands.items():
        yield from list_commands(subcommand, (*words, name))


def _read_help(words: tuple[str, ...]) -> str:
    printed = CliRunner().invoke(app, [*words, "--help"], env=PLAIN, prog_name="causeloop")
    return printed.stdout.strip()
