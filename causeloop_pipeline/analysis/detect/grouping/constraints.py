"""User constraints: must-links and cannot-links between issues, which every grouping respects and which never
contradict one another.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from causeloop_pipeline.model.frames import CONSTRAINT_SCHEMA
from causeloop_pipeline.model.pattern import ConstraintKind

MUST, CANNOT = ConstraintKind.MUST.value, ConstraintKind.CANNOT.value

Constraint = tuple[str, str, str]
"""kind (`must` or `cannot`), left issue, right issue"""


class UnknownConstraintError(ValueError):
    """A constraint is neither `must` nor `cannot`, or names no issue."""


class ContradictionError(ValueError):
    """A constraint contradicts others; `chain` holds those others, in order."""

    def __init__(self, message: str, chain: list[Constraint]) -> None:
        super().__init__(message)
        self.chain = chain


@dataclass(slots=True)
class Closure:
    """Must-links as sets of issues, cannot-links between those sets."""

    root: dict[str, str] = field(default_factory=dict)
    apart: dict[str, set[str]] = field(default_factory=dict)

    def find(self, issue_id: str) -> str:
        """The issue that stands for all that must be with this one: the smallest id of them."""
        path = []
        while self.root.get(issue_id, issue_id) != issue_id:
            path.append(issue_id)
            issue_id = self.root[issue_id]
        self.root.update(dict.fromkeys(path, issue_id))
        return issue_id

    def join(self, left: str, right: str) -> None:
        """Both must be together from now on."""
        low, high = sorted((self.find(left), self.find(right)))
        self.root.setdefault(low, low)
        if low == high:
            return
        self.root[high] = low
        for other in self.apart.pop(high, set()):
            self.apart[other].discard(high)
            self.separate(low, other)

    def separate(self, left: str, right: str) -> None:
        """Both must be apart from now on."""
        a, b = self.find(left), self.find(right)
        self.root.setdefault(a, a)
        self.root.setdefault(b, b)
        self.apart.setdefault(a, set()).add(b)
        self.apart.setdefault(b, set()).add(a)

    def are_apart(self, left: str, right: str) -> bool:
        """Whether a constraint, or what follows from constraints, keeps these two apart."""
        return self.find(right) in self.apart.get(self.find(left), ())


def sort_constraints(constraints: pl.DataFrame | None) -> list[Constraint]:
    """Lists the distinct constraints in a fixed order.

    In: `CONSTRAINT_SCHEMA` or None. Out: must-links, then cannot-links, each by issue ids. Raises
    `UnknownConstraintError` for any other kind.
    """
    if constraints is None:
        return []
    rows = sorted(
        set(constraints.select(CONSTRAINT_SCHEMA.names()).iter_rows()), key=lambda row: tuple(map(str, row))
    )
    for kind, left, right in rows:
        if kind not in (MUST, CANNOT) or left is None or right is None:
            raise UnknownConstraintError(
                f"constraint {kind!r} of {left!r} and {right!r}: it must be `must` or `cannot`, of two issues"
            )
    return [row for row in rows if row[0] == MUST] + [row for row in rows if row[0] == CANNOT]


def build_closure(constraints: pl.DataFrame | None) -> Closure:
    """Works out what follows from constraints.

    In: `CONSTRAINT_SCHEMA` or None. Out: sets of issues that must be together, and which sets must be apart.
    Raises `ContradictionError` with the must-links that tie together what a cannot-link separates, and
    `UnknownConstraintError`.
    """
    closure = Closure()
    rows = sort_constraints(constraints)
    for kind, left, right in rows:
        if kind == MUST:
            closure.join(left, right)
            continue
        if closure.find(left) == closure.find(right):
            raise _contradiction((kind, left, right), _shortest_must_chain(rows, left, right))
        closure.separate(left, right)
    return closure


def _shortest_must_chain(rows: Iterable[Constraint], start: str, end: str) -> list[Constraint]:
    """The fewest must-links that lead from one issue to another."""
    links: dict[str, list[tuple[str, Constraint]]] = {}
    for row in rows:
        if row[0] == MUST:
            links.setdefault(row[1], []).append((row[2], row))
            links.setdefault(row[2], []).append((row[1], row))

    reached_by: dict[str, tuple[str, Constraint] | None] = {start: None}
    queue = deque([start])
    while queue and end not in reached_by:
        issue = queue.popleft()
        for other, row in links.get(issue, ()):
            if other not in reached_by:
                reached_by[other] = (issue, row)
                queue.append(other)

    chain: list[Constraint] = []
    step = reached_by.get(end)
    while step is not None:
        chain.append(step[1])
        step = reached_by[step[0]]
    return chain[::-1]


def _contradiction(constraint: Constraint, chain: list[Constraint]) -> ContradictionError:
    kind, left, right = constraint
    others = "; ".join(f"{a} {word} be with {b}" for word, a, b in chain) or f"{left} is {right}"
    return ContradictionError(
        f"{left} {kind} be with {right} contradicts earlier corrections: {others}", chain
    )
