"""The program's commands, each imported on first use, so that a start only loads what its command needs."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import typer
from typer.main import get_group_from_info
from typer.models import TyperInfo

from causeloop_pipeline.cli.output.help import CommandList

AddCommand = Callable[[typer.Typer], object]
"""Imports a command's module and adds its commands to a program."""


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
    """A command group class with these commands."""

    class LazyCommandList(CommandList):
        """A command group that imports a command only when it runs or shows its help."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options | {"commands": LazyCommands(added_by)})

    return LazyCommandList
