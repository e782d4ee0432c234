"""The page on quality: parts in a fixed order, each rewritten by the command that measures it."""

import re
from collections.abc import Sequence
from math import isnan
from pathlib import Path

UNKNOWN = "–"
PARTS = (
    "grouping",
    "left-out",
    "stability",
    "seen-before",
    "recurrence",
    "rhythms",
    "triggers",
    "causes",
    "proof",
)
_HEAD = "# Quality\n\nWritten by commands, which each replace their own part.\n"


def write_part(path: Path, name: str, text: str) -> None:
    """Replaces one part of a page, or adds it to the page, which begins with its first part."""
    page = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    part = f"{_begin(name)}{text}<!-- /{name} -->\n"
    before, mark, rest = page.partition(_begin(name))
    if mark:
        after = rest.partition(f"<!-- /{name} -->\n")[2]
        path.write_text(f"{before}{part}{after}", encoding="utf-8")
        return
    later = [page.index(_begin(other)) for other in PARTS[PARTS.index(name) :] if _begin(other) in page]
    place = min(later, default=len(page))
    before, after = page[:place], page[place:]
    gap = "" if before.endswith("\n\n") else "\n"
    path.write_text(f"{before}{gap}{part}{chr(10) + after if after else ''}", encoding="utf-8")


def _begin(name: str) -> str:
    return f"<!-- {name} -->\n"


def show_figure(value: float | None, decimals: int = 2) -> str:
    """A figure without its leading zero; a dash for a missing one."""
    if value is None or isnan(value):
        return UNKNOWN
    return re.sub(r"^(-?)0\.", r"\1.", f"{value:.{decimals}f}").replace("-", "−")


def show_interval(low: float | None, high: float | None, decimals: int = 2) -> str:
    """An interval, or a dash."""
    if low is None or high is None:
        return UNKNOWN
    return f"{show_figure(low, decimals)} to {show_figure(high, decimals)}"


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)
