"""Rows as a table, or as blocks of lines on a terminal too narrow for a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

MIN_TABLE_WIDTH, MAX_FIXED_COLUMN, MIN_WRAPPED_COLUMN, BORDER = 80, 18, 20, 3
MAX_SHORT_VALUE = 24
NUMBERING = {"", "#"}
"""Columns that make no sense without the next one."""


@dataclass(frozen=True)
class ResultTable:
    """A title, and rows of plain texts under named columns; `right` are aligned to the right."""

    title: Text
    columns: Sequence[str]
    rows: Sequence[Sequence[Text]]
    right: Sequence[str] = ()

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The table where its columns are wide enough to be read, else the blocks."""
        if self._is_readable(options.max_width):
            yield self._make_table()
            return
        yield Text("\n") + self.title
        for row in self.rows:
            yield from self._make_block(row)

    def _is_readable(self, width: int) -> bool:
        """Whether the columns of long, wrapped values have enough width left."""
        widths = [
            max([len(column), *(len(row[position]) for row in self.rows)])
            for position, column in enumerate(self.columns)
        ]
        wrapped = [needed for needed in widths if needed > MAX_FIXED_COLUMN]
        room = width - sum(widths) + sum(wrapped) - BORDER * len(widths) - 1
        return width >= MIN_TABLE_WIDTH or room >= sum(min(each, MIN_WRAPPED_COLUMN) for each in wrapped)

    def _make_table(self) -> Table:
        result = Table(title=self.title, title_justify="left", title_style="bold")
        for column in self.columns:
            result.add_column(column, justify="right" if column in self.right else "left", overflow="fold")
        for row in self.rows:
            result.add_row(*row)
        return result

    def _make_block(self, row: Sequence[Text]) -> Iterator[RenderableType]:
        """A heading line for the row, and its values below it, short ones side by side."""
        named = 2 if self.columns[0] in NUMBERING else 1
        yield Text(" ").join([*row[:named]])
        filled = [
            (column, value)
            for column, value in zip(self.columns[named:], row[named:], strict=True)
            if value.plain
        ]
        short = [Text(f"{column} ") + value for column, value in filled if len(value) <= MAX_SHORT_VALUE]
        if short:
            yield Padding(Text(" · ").join(short), (0, 0, 0, 2))
        for column, value in filled:
            if len(value) > MAX_SHORT_VALUE:
                yield Padding(Text(f"{column}: ") + value, (0, 0, 0, 2))
