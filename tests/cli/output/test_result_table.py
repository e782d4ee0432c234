"""Tables on wide and narrow terminals."""

import io
from collections.abc import Sequence

from rich.console import Console

from causeloop_pipeline.cli.output.terminal import build_table, strip_controls

COLUMNS = ("pattern", "issues", "last seen", "confidence", "recurs in 30 d", "risk")
ROWS = [("Connection pool of ledger-db exhausted", 39, "2026-03-01", "0.98", "> 99 %", 81)]


def show(width: int, columns: tuple[str, ...] = COLUMNS, rows: Sequence[tuple[object, ...]] = ROWS) -> str:
    output = io.StringIO()
    Console(file=output, width=width).print(build_table("Patterns (1)", columns, rows, right=columns[1:]))
    return output.getvalue()


def test_a_wide_terminal_shows_a_table():
    assert "│ Connection pool of ledger-db exhausted │" in show(120)


def test_a_narrow_terminal_shows_a_block_of_whole_words_for_each_row():
    lines = [line.rstrip() for line in show(60).splitlines()]
    assert lines[-3:] == [
        "Connection pool of ledger-db exhausted",
        "  issues 39 · last seen 2026-03-01 · confidence 0.98 ·",
        "  recurs in 30 d > 99 % · risk 81",
    ]
    assert max(map(len, lines)) <= 60


def test_a_numbered_row_begins_with_its_name_and_long_values_have_a_line_of_their_own():
    printed = show(
        60, ("", "check", "finding", "fix"), [("wrong", "connectors", "8 of 13 have stopped", "resume " * 6)]
    )
    assert "wrong connectors\n" in printed
    assert "  finding 8 of 13 have stopped" in printed
    assert "  fix: resume resume" in printed


def test_a_table_whose_columns_have_room_stays_a_table_on_a_narrow_terminal():
    assert "│" in show(60, ("field", "value"), [("title", "a long title of many words " * 4)])


def test_texts_of_a_table_carry_no_control_characters():
    assert "\x1b" not in strip_controls("\x1b[31mred").plain
