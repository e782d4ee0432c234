"""The program's commands, each imported when it is first looked up: a start costs what its command needs."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import typer
from typer.main import get_group_from_info
from typer.models import TyperInfo

from causeloop_pipeline.cli.output.help import CommandList

AddCommand = Callable[[typer.Typer], object]
"""Imports a command and adds it to a program, perhaps with others of its module."""


class LazyCommands(Mapping[str, Any]):
    """Commands by their names, in the order of the help."""

    def __init__(self, added_by: Mapping[str, AddCommand]) -> None:
        self._added_by = added_by
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The command of a name."""
        if name not in self._known:
            program = typer.Typer()
            self._added_by[name](program)
            group = get_group_from_info(
                TyperInfo(program),
                pretty_exceptions_short=True,
                suggest_commands=True,
                rich_markup_mode=None,
            )
            self._known |= group.commands
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        """All names; nothing is imported."""
        return iter(self._added_by)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._added_by)


def list_lazily(added_by: Mapping[str, AddCommand]) -> type[CommandList]:
    """The class of a program that has these commands."""

    class LazyCommandList(CommandList):
        """A program that imports a command when it is run, or its help is shown."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options | {"commands": LazyCommands(added_by)})

    return LazyCommandList
