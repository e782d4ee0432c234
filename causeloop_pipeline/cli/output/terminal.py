"""The terminal: tables on stdout, progress on stderr, a failure as one clear message."""

import contextlib
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import polars as pl
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from causeloop_pipeline.cli.output.result_table import ResultTable
from causeloop_pipeline.model.json_columns import encode_json_columns, is_json_type
from causeloop_pipeline.settings import copy_environment

PIPED_WIDTH = 140
FAILED, USAGE, UNREACHABLE = 1, 2, 4
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def stdout() -> Console:
    """The console of results; piped output is not limited to a terminal's width, unless COLUMNS says so."""
    console = Console()
    if console.is_terminal or copy_environment().get("COLUMNS"):
        return console
    return Console(width=PIPED_WIDTH)


def stderr() -> Console:
    """The console of progress and failures."""
    return Console(stderr=True)


def quiet_libraries() -> None:
    """Silence the log messages of Prophet and its compiler."""
    for name in ("prophet", "prophet.plot", "cmdstanpy"):
        logging.getLogger(name).disabled = True  # cmdstanpy sets its level itself, on its import


def announce(console: Console, text: str) -> None:
    """Print a line as it is; errors of the output (a full disk, a closed pipe) are ignored."""
    with contextlib.suppress(OSError):
        console.print(text, highlight=False, markup=False)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Print an error and exit with a code other than zero."""
    stderr().print(Text("error: ", style="bold red") + strip_controls(message))
    raise typer.Exit(code)


def strip_controls(value: object) -> Text:
    """Untrusted text without markup or control sequences."""
    return Text(CONTROL_CHARACTERS.sub("�", "" if value is None else str(value)))


def format_count(number: int, noun: str) -> str:
    """A number and its noun, which ends in s unless the number is one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def build_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()
) -> ResultTable:
    """A table of plain values."""
    return ResultTable(
        strip_controls(title), columns, [[strip_controls(value) for value in row] for row in rows], right
    )


def print_json_lines(record: str, frame: pl.DataFrame) -> None:
    """Print JSON lines; `record` names their kind. Nested values are included, without nulls."""
    nested = {name for name, dtype in frame.schema.items() if is_json_type(dtype)}
    for row in encode_json_columns(frame).iter_rows(named=True):
        values = {
            name: json.loads(value) if name in nested and value else value for name, value in row.items()
        }
        typer.echo(json.dumps({"record": record, **values}, default=_encode_value, ensure_ascii=False))


@contextlib.contextmanager
def open_progress(total: int, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A bar on stderr; calling it with a stage's name ends the stage before."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn(), console=stderr(), transient=True, disable=quiet) as bar:
        task = bar.add_task("reading", total=total)

        def advance(stage: str) -> None:
            is_started = bar.tasks[0].description != "reading"
            bar.update(task, description=stage, advance=1 if is_started else 0)

        yield advance


def _encode_value(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
