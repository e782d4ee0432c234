"""Atoms and merge units: what grouping starts from, with every user constraint already applied.

An atom holds issues that grouping never takes apart: they share an atom key (one template, one text, one
burst, one storm, or one stack trace where the workspace shows that this means one cause), and no user
correction separates them. A merge unit holds the atoms that must-links
tie together; groups are merged from whole units. What a user takes out (the left issue of a cannot-link)
leaves alone: issues that no user corrected stay where they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Ints
from causeloop_pipeline.analysis.detect.grouping.bursts import find_burst_keys
from causeloop_pipeline.analysis.detect.grouping.constraints import (
    Closure,
    build_closure,
    sort_constraints,
)
from causeloop_pipeline.analysis.detect.grouping.repeated_errors import find_repeated_errors
from causeloop_pipeline.analysis.detect.grouping.storms import find_storm_keys

TEXT_KEYS = ("text:", "phrase:", "copy:", "error:")
MIN_COPIES_OF_ONE_TEXT = 8  # then the copies are one atom: comparing them would crowd out other neighbours
MAX_PHRASE_CHARACTERS = 40  # so few may stand for anything ("dead issue"): copies of them are less sure


@dataclass(frozen=True, slots=True)
class SplitReference:
    """An issue that stayed when users split its key: later issues of that key follow it."""

    atom_key: str
    title: str
    stays: int  # how many cannot-links took another issue away from this one
    row: int


@dataclass(frozen=True, slots=True)
class Atoms:
    """The atom of each issue, the merge unit of each atom, and the units that must stay apart."""

    atom_of_row: Ints
    unit_of_atom: Ints
    first_row: Ints  # of each atom
    keys: list[str]  # of each atom
    cannot_link: list[tuple[int, int]]  # pairs of units
    linked_to: dict[int, str]  # row → another issue that a user linked it with
    split_references: list[SplitReference] = field(default_factory=list)
    taken_out_units: frozenset[int] = frozenset()  # units with an issue that a user took out of a group
    copy_similarity: float = 0.0  # how likely two copies of one stack trace share their cause
    measured: Mapping[str, float] = field(default_factory=dict)  # of templates and bursts, the similarity

    @property
    def are_texts(self) -> Bools:
        """Which atoms hold what people write, to be compared with one another."""
        return np.array([key.startswith(TEXT_KEYS) for key in self.keys], dtype=bool)

    @property
    def unit_count(self) -> int:
        """How many merge units there are."""
        return int(self.unit_of_atom.max(initial=-1)) + 1


def build_atom_keys(table: pl.DataFrame) -> pl.Series:
    """Names what issues must have in common to be one atom.

    In: canonical issues with their fingerprints. Out: `atom_key` per row, in order:
    `storm:…`, `template:…`, `burst:…`, `phrase:…` (copies of a few words of people), `error:…` (an error of
    one place that comes again) or `text:…`.
    """
    storms = find_storm_keys(table)
    no_text = table.with_row_index("row").filter(pl.col("kind") == "structured")
    bursts = no_text.select("row", find_burst_keys(no_text.drop("row")))
    text_hash = pl.concat_str(
        pl.col("title").fill_null("").hash(1).cast(pl.String),
        pl.col("body").fill_null("").hash(2).cast(pl.String),
    )
    is_repeated = pl.len().over("text") >= MIN_COPIES_OF_ONE_TEXT
    characters = pl.sum_horizontal(pl.col("title", "body").str.strip_chars().str.len_chars())
    text_key = (
        pl.when(is_repeated & (characters <= MAX_PHRASE_CHARACTERS))
        .then("phrase:" + pl.col("text"))
        .when(is_repeated)
        .then("text:" + pl.col("text"))
        .otherwise(pl.coalesce("error_key", "text:" + pl.col("text") + pl.col("issue_id")))
    )
    return (
        table.with_row_index("row")
        .with_columns(
            text_hash.alias("text"), storms.alias("storm_key"), find_repeated_errors(table).alias("error_key")
        )
        .join(bursts, on="row", how="left", maintain_order="left")
        .select(
            pl.when(pl.col("storm_key").is_not_null())
            .then("storm:" + pl.col("storm_key"))
            .when(pl.col("kind") == "machine")
            .then("template:" + pl.col("template_key"))
            .when(pl.col("kind") == "structured")
            .then("burst:" + pl.col("burst_key"))
            .otherwise(text_key)
            .alias("atom_key")
        )["atom_key"]
    )


def form_atoms(table: pl.DataFrame, keys: pl.Series, constraints: pl.DataFrame | None) -> Atoms:
    """Forms atoms and merge units that respect every user constraint.

    In: canonical issues, their `build_atom_keys`, `CONSTRAINT_SCHEMA` or None. Out: atoms and units, numbered
    by their first issue. Raises `ContradictionError` if the constraints contradict one another.
    """
    codes = pl.DataFrame({"key": keys}).group_by("key", maintain_order=True).len().with_row_index("code")
    coded = pl.DataFrame({"key": keys}).join(codes, on="key", how="left", maintain_order="left")
    code_of_row = np.asarray(coded["code"].to_numpy(), dtype=np.int64)
    distinct_keys = codes["key"].to_list()

    constrained = _find_constrained_rows(table, constraints)
    if constrained:
        keyed = _KeyedIssues(table, code_of_row, distinct_keys)
        return _form_constrained_atoms(keyed, constrained, constraints)
    return Atoms(
        atom_of_row=code_of_row,
        unit_of_atom=np.arange(len(distinct_keys)),
        first_row=_first_rows(code_of_row, len(distinct_keys)),
        keys=distinct_keys,
        cannot_link=[],
        linked_to={},
    )


@dataclass(frozen=True, slots=True)
class _KeyedIssues:
    """Canonical issues and the atom key of each."""

    table: pl.DataFrame
    code_of_row: Ints  # index into keys
    keys: list[str]


@dataclass(frozen=True, slots=True)
class _Corrections:
    """What users decided: the must-link group of each issue they corrected, and the sides of its atom key."""

    closure: Closure
    core_of_row: dict[int, str]  # row → the issue that stands for its must-link group
    sides: dict[int, list[str]]  # code of an atom key → one such issue per side


def _find_constrained_rows(table: pl.DataFrame, constraints: pl.DataFrame | None) -> dict[int, str]:
    """Row → issue id of the issues that a constraint names."""
    ids = {issue for _, left, right in sort_constraints(constraints) for issue in (left, right)}
    if not ids:
        return {}
    rows = table.select("issue_id").with_row_index("row").filter(pl.col("issue_id").is_in(sorted(ids)))
    return dict(rows.select("row", "issue_id").iter_rows())


def _first_rows(codes: Ints, count: int) -> Ints:
    """Per code, the first row that has it."""
    first = np.full(count, len(codes), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(codes)))
    return first


def _form_constrained_atoms(
    keyed: _KeyedIssues, constrained: dict[int, str], constraints: pl.DataFrame | None
) -> Atoms:
    closure = build_closure(constraints)
    core_of_row = {row: closure.find(issue) for row, issue in constrained.items()}
    left_issues = {left for kind, left, _ in sort_constraints(constraints) if kind == "cannot"}
    taken_out = {row for row, issue in constrained.items() if issue in left_issues}
    sides = _split_into_sides(keyed.code_of_row, core_of_row, closure, taken_out)
    corrections = _Corrections(closure, core_of_row, sides)
    references = _find_split_references(keyed, corrections, constraints)
    unit_names = _name_units(keyed, corrections)

    rows = pl.DataFrame({"code": keyed.code_of_row, "unit": unit_names})
    atoms = rows.group_by("code", "unit", maintain_order=True).len().with_row_index("atom")
    numbered = rows.join(atoms, on=["code", "unit"], how="left", maintain_order="left")
    atom_of_row = numbered["atom"].to_numpy().astype(np.int64)

    distinct_units = atoms["unit"].unique(maintain_order=True).to_list()
    unit_numbers = {name: number for number, name in enumerate(distinct_units)}
    unit_of_atom = np.array([unit_numbers[name] for name in atoms["unit"].to_list()], dtype=np.int64)
    return Atoms(
        atom_of_row=atom_of_row,
        unit_of_atom=unit_of_atom,
        first_row=_first_rows(atom_of_row, atoms.height),
        keys=[keyed.keys[code] for code in atoms["code"].to_list()],
        cannot_link=_cannot_link_units(unit_numbers, closure),
        linked_to=_find_linked_issues(constrained, constraints),
        split_references=references,
        taken_out_units=frozenset(unit_of_atom[atom_of_row[sorted(taken_out)]].tolist()),
    )


def _cannot_link_units(unit_numbers: dict[str, int], closure: Closure) -> list[tuple[int, int]]:
    """Pairs of units that a cannot-link keeps apart, in order."""
    pairs = {
        (min(number, unit_numbers[other]), max(number, unit_numbers[other]))
        for name, number in unit_numbers.items()
        for other in closure.apart.get(closure.find(name), ())
        if name in closure.root and other in unit_numbers
    }
    return sorted(pairs)


def _split_into_sides(
    code_of_row: Ints, core_of_row: dict[int, str], closure: Closure, taken_out: set[int]
) -> dict[int, list[str]]:
    """Per corrected atom key, one must-link group for each side that users split it into: where the others
    stay first ("" if that side holds no corrected issue), then each that users took out.

    Joins, in `closure`, the must-link groups that stay.
    """
    rows: dict[int, dict[str, list[int]]] = {}
    for row in sorted(core_of_row):
        rows.setdefault(int(code_of_row[row]), {}).setdefault(core_of_row[row], []).append(row)

    sides: dict[int, list[str]] = {}
    for code, rows_of_core in sorted(rows.items()):
        is_out = {core: taken_out.issuperset(own) for core, own in rows_of_core.items()}
        home, left = "", []
        for core in sorted(rows_of_core, key=is_out.__getitem__):
            if not home and not is_out[core]:
                home = core
            elif home and not closure.are_apart(home, core):
                closure.join(home, core)
            else:
                left.append(core)
        sides[code] = [home, *left]
    return sides


def _name_units(keyed: _KeyedIssues, corrections: _Corrections) -> list[str]:
    """Per row, the name of its unit: its must-link group, or its atom key where no issue was corrected."""
    closure, sides = corrections.closure, corrections.sides
    default = [
        closure.find(sides[code][0]) if code in sides and sides[code][0] else f"\x00{key}"
        for code, key in enumerate(keyed.keys)
    ]
    names = [default[code] for code in keyed.code_of_row.tolist()]

    for row, core in corrections.core_of_row.items():
        names[row] = closure.find(core)
    return names


def _find_split_references(
    keyed: _KeyedIssues, corrections: _Corrections, constraints: pl.DataFrame | None
) -> list[SplitReference]:
    """Of keys that users split: the issues that stayed, which later ones of the key follow, by row."""
    stays: dict[str, int] = {}
    for kind, _, right in sort_constraints(constraints):
        stays[right] = stays.get(right, 0) + (kind == "cannot")
    core_of_row, sides, closure = corrections.core_of_row, corrections.sides, corrections.closure
    rows: list[int] = []
    for code, (home, *taken_out) in sides.items():
        of_code = np.flatnonzero(keyed.code_of_row == code).tolist() if taken_out else []
        own = [row for row in of_code if row in core_of_row]
        uncorrected = [row for row in of_code if row not in core_of_row]
        staying = [row for row in own if home and closure.find(core_of_row[row]) == closure.find(home)]
        rows += staying or uncorrected[:1]
    rows.sort()
    ids = keyed.table["issue_id"].gather(rows).to_list()
    titles = keyed.table["title"].gather(rows).fill_null("").to_list()
    return [
        SplitReference(keyed.keys[int(keyed.code_of_row[row])], title, stays.get(issue, 0), row)
        for row, issue, title in zip(rows, ids, titles, strict=True)
    ]


def find_nearest_split_reference(title: str, references: Sequence[SplitReference]) -> int:
    """Finds the reference that a title resembles most.

    In: a title, one or more references. Out: the place of the one with the same title, else with the largest
    share of words in common; ties go to the issue that stayed when another was taken out.
    """
    words = set(title.split())

    def resemblance(place: int) -> tuple[bool, float, int, int]:
        reference = references[place]
        other_words = set(reference.title.split())
        common = len(words & other_words) / max(len(words | other_words), 1)
        return reference.title == title, common, reference.stays, -reference.row

    return max(range(len(references)), key=resemblance)


def _find_linked_issues(constrained: dict[int, str], constraints: pl.DataFrame | None) -> dict[int, str]:
    """Row → the issue that a user linked it with."""
    partner: dict[str, str] = {}
    for kind, left, right in sort_constraints(constraints):
        if kind == "must":
            partner.setdefault(left, right)
            partner.setdefault(right, left)
    return {row: partner[issue] for row, issue in sorted(constrained.items()) if issue in partner}
