"""Cells: issues that are the same to every machine (one template, one stack trace, one text, one burst) and
to people.

People's facts come first: what must be together is contracted, what must be apart never shares a unit, and
an issue that nobody spoke about follows the one it resembles most.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.grouping.bursts import burst_keys
from causeloop_pipeline.analysis.detect.grouping.constraints import (
    Closure,
    constraint_closure,
    constraint_rows,
)

MANY_COPIES = (
    8  # of one text are one atom: their mutual likeness needs no comparing, and is never crowded out
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """An issue that a person spoke about, in an atom that people split: later issues like it follow its
    side.
    """

    atom_key: str
    title: str
    stays: int
    row: int


@dataclass(frozen=True, slots=True)
class Cells:
    """Which cell each issue is in, which unit each cell is in, and who must stay apart."""

    cell_of_row: Ints
    unit_of_cell: Ints
    first_row: Ints  # of each cell
    key: list[str]  # of each cell's atom
    cannot: list[tuple[int, int]]  # pairs of units
    spoken: dict[int, str]  # row → another issue that a person put it with
    anchors: list[Anchor] = field(default_factory=list)


def atom_keys(table: pl.DataFrame) -> pl.Series:
    """In, canonical issues with their fingerprints; out, what they must have in common to be one atom."""
    silent = table.with_row_index("row").filter(pl.col("kind") == "structured")
    bursts = silent.select("row", burst_keys(silent.drop("row")))
    text = pl.concat_str(
        pl.col("title").fill_null("").hash(1).cast(pl.String),
        pl.col("body").fill_null("").hash(2).cast(pl.String),
    )
    own = (
        pl.when(pl.len().over("text") >= MANY_COPIES)
        .then("text")
        .otherwise(pl.col("text") + pl.col("issue_id"))
    )
    return (
        table.with_row_index("row")
        .with_columns(text.alias("text"))
        .join(bursts, on="row", how="left", maintain_order="left")
        .select(
            pl.when(pl.col("trace_key").is_not_null())
            .then("trace:" + pl.col("trace_key"))
            .when(pl.col("kind") == "machine")
            .then("template:" + pl.col("template_key"))
            .when(pl.col("kind") == "structured")
            .then("burst:" + pl.col("burst_key"))
            .otherwise("text:" + own)
            .alias("atom_key")
        )["atom_key"]
    )


def form_cells(table: pl.DataFrame, keys: pl.Series, constraints: pl.DataFrame | None) -> Cells:
    """In, canonical issues, their atom keys, people's facts; out, cells and units that obey every fact.

    Cells and units are numbered by their first issue. Raises `ContradictionError` if the facts contradict
    one another.
    """
    order = pl.DataFrame({"key": keys}).group_by("key", maintain_order=True).len().with_row_index("atom")
    atoms = (
        pl.DataFrame({"key": keys})
        .join(order, on="key", how="left", maintain_order="left")["atom"]
        .to_numpy()
    )
    names = order["key"].to_list()
    spoken = _spoken_rows(table, constraints)
    if not spoken:
        plain = np.asarray(atoms, dtype=np.int64)
        return Cells(plain, np.arange(len(names)), _first_rows(plain, len(names)), names, [], {})
    return _with_people(table, np.asarray(atoms, dtype=np.int64), names, spoken, constraints)


def _spoken_rows(table: pl.DataFrame, constraints: pl.DataFrame | None) -> dict[int, str]:
    ids = {issue for _, left, right in constraint_rows(constraints) for issue in (left, right)}
    if not ids:
        return {}
    rows = table.select("issue_id").with_row_index("row").filter(pl.col("issue_id").is_in(sorted(ids)))
    return dict(rows.select("row", "issue_id").iter_rows())


def _first_rows(codes: Ints, count: int) -> Ints:
    first = np.full(count, len(codes), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(codes)))
    return first


def _with_people(
    table: pl.DataFrame,
    atoms: Ints,
    names: list[str],
    spoken: dict[int, str],
    constraints: pl.DataFrame | None,
) -> Cells:
    closure = constraint_closure(constraints)
    core_of_row = {row: closure.find(issue) for row, issue in spoken.items()}
    sides = _sides(atoms, core_of_row, closure)
    unit_name = _unit_names(table, atoms, names, core_of_row, sides, closure, constraints)
    cells = pl.DataFrame({"atom": atoms, "unit": unit_name})
    codes = cells.group_by("atom", "unit", maintain_order=True).len().with_row_index("cell")
    cell = (
        cells.join(codes, on=["atom", "unit"], how="left", maintain_order="left")["cell"]
        .to_numpy()
        .astype(np.int64)
    )
    units = {name: at for at, name in enumerate(codes["unit"].unique(maintain_order=True).to_list())}
    apart = sorted(
        {
            (min(units[a], units[b]), max(units[a], units[b]))
            for a in units
            for b in closure.apart.get(closure.find(a), ())
            if a in closure.root and b in units
        }
    )
    unit_of_cell = np.array([units[name] for name in codes["unit"].to_list()], dtype=np.int64)
    keys = [names[atom] for atom in codes["atom"].to_list()]
    mates = _mates(spoken, constraints)
    anchors = _anchors(table, atoms, names, core_of_row, sides, constraints)
    return Cells(cell, unit_of_cell, _first_rows(cell, len(keys)), keys, apart, mates, anchors)


def _sides(atoms: Ints, core_of_row: dict[int, str], closure: Closure) -> dict[int, list[str]]:
    """Per atom that people spoke about: one core for each side of it. Joins, in `closure`, the cores that
    share a side.
    """
    present: dict[int, list[str]] = {}
    for row in sorted(core_of_row):
        present.setdefault(int(atoms[row]), []).append(core_of_row[row])
    sides: dict[int, list[str]] = {}
    for atom in sorted(present):
        found: list[str] = []
        for core in dict.fromkeys(present[atom]):
            home = next((side for side in found if not closure.are_apart(side, core)), None)
            if home is None:
                found.append(core)
            else:
                closure.join(home, core)
        sides[atom] = found
    return sides


def _unit_names(
    table: pl.DataFrame,
    atoms: Ints,
    names: list[str],
    core_of_row: dict[int, str],
    sides: dict[int, list[str]],
    closure: Closure,
    constraints: pl.DataFrame | None,
) -> list[str]:
    """Per row, the name of its unit: the core of its side, or its atom's key where nobody spoke."""
    default = [
        closure.find(sides[atom][0]) if atom in sides else f"\x00{name}" for atom, name in enumerate(names)
    ]
    chosen = [default[atom] for atom in atoms.tolist()]
    divided = sorted(atom for atom, cores in sides.items() if len({closure.find(core) for core in cores}) > 1)
    anchors = _anchors(table, atoms, names, core_of_row, sides, constraints)
    for atom in divided:
        rows = np.flatnonzero(atoms == atom)
        own = [anchor for anchor in anchors if anchor.atom_key == names[atom]]
        titles = table["title"].gather(rows).fill_null("").to_list()
        nearest = {title: own[nearest_anchor(title, own)].row for title in sorted(set(titles))}
        for row, title in zip(rows.tolist(), titles, strict=True):
            chosen[row] = closure.find(core_of_row[nearest[title]])
    for row, core in core_of_row.items():
        chosen[row] = closure.find(core)
    return chosen


def _anchors(
    table: pl.DataFrame,
    atoms: Ints,
    names: list[str],
    core_of_row: dict[int, str],
    sides: dict[int, list[str]],
    constraints: pl.DataFrame | None,
) -> list[Anchor]:
    stays: dict[str, int] = {}
    for kind, _, right in constraint_rows(constraints):
        stays[right] = stays.get(right, 0) + (kind == "cannot")
    rows = [row for row in sorted(core_of_row) if len(sides[int(atoms[row])]) > 1]
    ids, titles = (
        table["issue_id"].gather(rows).to_list(),
        table["title"].gather(rows).fill_null("").to_list(),
    )
    return [
        Anchor(names[int(atoms[row])], title, stays.get(issue, 0), row)
        for row, issue, title in zip(rows, ids, titles, strict=True)
    ]


def nearest_anchor(title: str, anchors: Sequence[Anchor]) -> int:
    """Which anchor a title resembles most: words in common; ties follow the issue that stayed when one was
    taken out.
    """
    words = set(title.split())

    def likeness(place: int) -> tuple[bool, float, int, int]:
        anchor = anchors[place]
        theirs = set(anchor.title.split())
        common = len(words & theirs) / max(len(words | theirs), 1)
        return anchor.title == title, common, anchor.stays, -anchor.row

    return max(range(len(anchors)), key=likeness)


def _mates(spoken: dict[int, str], constraints: pl.DataFrame | None) -> dict[int, str]:
    """Row → the issue that a person put it with."""
    with_whom: dict[str, str] = {}
    for kind, left, right in constraint_rows(constraints):
        if kind == "must":
            with_whom.setdefault(left, right)
            with_whom.setdefault(right, left)
    return {row: with_whom[issue] for row, issue in sorted(spoken.items()) if issue in with_whom}
