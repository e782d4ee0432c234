"""The table of what real tools have shown, in `docs/connectors.md`: a row a tool, new with each run."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.realtools.checks import CHECKS
from tests.realtools.real_tool import Outcome

BEGIN, END = "<!-- realtools -->", "<!-- /realtools -->"
HEADS = ("tool", "type", "way", "version", "day", "minutes", *CHECKS, "what did not pass")
PASSED, FAILED, NOT_RUN = "✓", "✗", ""


def write_rows(path: Path, outcomes: Iterable[tuple[str, Outcome]], day: date) -> None:
    """Put the rows of some runs between the marks, beside those of the other tools."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = {row[0:3:2]: row for row in read_rows(table)}
    rows |= {(outcome.title, outcome.way): build_row(of_type, outcome, day) for of_type, outcome in outcomes}
    lines = [HEADS, ("---",) * len(HEADS), *(rows[key] for key in sorted(rows))]
    path.write_text(f"{before}{BEGIN}\n{render(lines)}{END}{after}", encoding="utf-8")


def read_rows(table: str) -> list[tuple[str, ...]]:
    """The cells of each row, without the heads."""
    lines = [line for line in table.strip().splitlines() if line.startswith("|")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines[2:]]


def build_row(of_type: str, outcome: Outcome, day: date) -> tuple[str, ...]:
    """One run as cells."""
    marks = [
        PASSED if name in outcome.passed else FAILED if name in outcome.failed else NOT_RUN for name in CHECKS
    ]
    reasons = "; ".join(f"{name}: {why}" for name, why in outcome.failed.items()) or outcome.missing
    minutes = f"{outcome.minutes:.1f}" if outcome.passed else ""
    words = f"`{of_type}`" if of_type else ""
    return (
        outcome.title,
        words,
        outcome.way,
        outcome.version,
        day.isoformat(),
        minutes,
        *marks,
        _clean(reasons),
    )


def render(lines: Iterable[tuple[str, ...]]) -> str:
    """Markdown."""
    return "".join("|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|\n" for line in lines)


def _clean(text: str) -> str:
    return " ".join(text.replace("|", "/").replace("<", "‹").replace(">", "›").split())[:300]
