"""What people said belongs together or apart: facts that every grouping obeys, and that may never contradict
one another.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from causeloop_pipeline.model.frames import CONSTRAINT_SCHEMA

MUST, CANNOT = "must", "cannot"


class UnknownConstraintError(ValueError):
    """A fact about two issues is neither `must` nor `cannot`, or names no issue."""


class ContradictionError(ValueError):
    """A fact contradicts earlier ones; `chain` holds the earlier facts that it contradicts, in order."""

    def __init__(self, message: str, chain: list[tuple[str, str, str]]) -> None:
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
        """Whether a fact, or what follows from facts, keeps these two apart."""
        return self.find(right) in self.apart.get(self.find(left), ())


def constraint_rows(constraints: pl.DataFrame | None) -> list[tuple[str, str, str]]:
    """In, a `CONSTRAINT_SCHEMA` frame or None; out, its distinct facts (kind, left, right), musts first, in the
    order of their ids.

    Raises `UnknownConstraintError` for any other kind.
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


def constraint_closure(constraints: pl.DataFrame | None) -> Closure:
    """In, a `CONSTRAINT_SCHEMA` frame; out, what follows from it. Raises `ContradictionError` if the facts
    contradict one another.
    """
    closure = Closure()
    rows = constraint_rows(constraints)
    for kind, left, right in rows:
        if kind == MUST:
            closure.join(left, right)
            continue
        if closure.find(left) == closure.find(right):
            raise _contradiction((kind, left, right), _must_chain(rows, left, right))
        closure.separate(left, right)
    return closure


def check_constraint(existing: pl.DataFrame, candidate: Mapping[str, str]) -> None:
    """Refuses a fact that contradicts earlier ones.

    In, the workspace's `CONSTRAINT_SCHEMA` frame and one new fact (`kind`, `left_issue_id`, `right_issue_id`).
    Raises `ContradictionError` with the chain of earlier facts: for a `cannot`, the musts that tie both
    together; for a `must`, musts to a pair that must stay apart, and that `cannot`.
    """
    kind, left, right = (candidate[name] for name in CONSTRAINT_SCHEMA.names())
    rows = constraint_rows(existing)
    closure = constraint_closure(existing)
    if kind == CANNOT and closure.find(left) == closure.find(right):
        raise _contradiction((kind, left, right), _must_chain(rows, left, right))
    if kind == MUST and closure.are_apart(left, right):
        raise _contradiction((kind, left, right), _cannot_chain(rows, closure, left, right))
    if kind not in (MUST, CANNOT):
        raise UnknownConstraintError(f"constraint {kind!r}: the kind is `must` or `cannot`")


def _cannot_chain(
    rows: list[tuple[str, str, str]], closure: Closure, left: str, right: str
) -> list[tuple[str, str, str]]:
    ours, theirs = closure.find(left), closure.find(right)
    for kind, a, b in rows:
        if kind != CANNOT:
            continue
        for near, far in ((a, b), (b, a)):
            if closure.find(near) == ours and closure.find(far) == theirs:
                return [*_must_chain(rows, left, near), (kind, a, b), *_must_chain(rows, far, right)]
    return []


def _must_chain(rows: Iterable[tuple[str, str, str]], start: str, end: str) -> list[tuple[str, str, str]]:
    """The shortest way from one issue to another over must-links."""
    near: dict[str, list[tuple[str, tuple[str, str, str]]]] = {}
    for row in rows:
        if row[0] == MUST:
            near.setdefault(row[1], []).append((row[2], row))
            near.setdefault(row[2], []).append((row[1], row))
    came: dict[str, tuple[str, tuple[str, str, str]] | None] = {start: None}
    queue = deque([start])
    while queue and end not in came:
        here = queue.popleft()
        for there, row in near.get(here, ()):
            if there not in came:
                came[there] = (here, row)
                queue.append(there)
    chain: list[tuple[str, str, str]] = []
    step = came.get(end)
    while step is not None:
        chain.append(step[1])
        step = came[step[0]]
    return chain[::-1]


def _contradiction(fact: tuple[str, str, str], chain: list[tuple[str, str, str]]) -> ContradictionError:
    kind, left, right = fact
    said = "; ".join(f"{a} {word} be with {b}" for word, a, b in chain) or f"{left} is {right}"
    return ContradictionError(
        f"{left} {kind} be with {right} contradicts what was said before: {said}", chain
    )
