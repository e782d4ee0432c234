"""The help of commands: what each does in full, also on narrow terminals, and examples to copy."""

from importlib import metadata
from typing import Any

import typer
from typer.core import TyperGroup

SHORT_AND_LONG = {"help_option_names": ["-h", "--help"]}
"""The context settings, which every command inherits."""

UNLIMITED = 10_000


class CommandList(TyperGroup):
    """A group whose help wraps the commands' summaries, which Click would truncate."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands with the first sentence of their help."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, command.get_short_help_str(limit=UNLIMITED))
            for name, command in commands
            if command is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def show_examples(*lines: str) -> str:
    """The examples at the end of a command's help: lines to copy, never wrapped."""
    return "\n".join(("\b", "Examples:", *(f"  causeloop {line}" for line in lines)))


def print_version(is_wanted: bool) -> None:
    """Print the version and exit, if requested."""
    if is_wanted:
        typer.echo(f"causeloop {metadata.version('causeloop')}")
        raise typer.Exit
