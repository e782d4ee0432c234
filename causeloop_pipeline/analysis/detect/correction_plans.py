"""Plans what a person's correction adds to the constraints in force, and which of them it replaces.

The newest correction counts: a link or merge replaces the unlinks that it contradicts, an unlink or split
cuts the links across it. Everybody else stays: what was linked through an issue that leaves is linked again,
and what was kept apart from a group that is cut stays apart from both of its parts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.detect.grouping.constraints import CANNOT, MUST, Closure, Constraint
from causeloop_pipeline.model.pattern import CENTRAL_MEMBERS


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """The constraints that a correction adds (left: who leaves), and those in force that it replaces."""

    added: list[Constraint]
    replaced: list[Constraint]


def plan_union(
    in_force: Sequence[Constraint], pairs: Iterable[tuple[str, str]], patterns: Sequence[Collection[str]]
) -> CorrectionPlan:
    """Link pairs of issues of some patterns, replacing constraints that keep them apart."""
    links = [(MUST, left, right) for left, right in pairs]
    closure = _join_links([*in_force, *links])
    pattern_of_issue = {issue: place for place, members in enumerate(patterns) for issue in members}
    replaced = [
        row
        for row in in_force
        if row[0] == CANNOT
        and (
            closure.find(row[1]) == closure.find(row[2])
            or (row[1] in pattern_of_issue and row[2] in pattern_of_issue)
        )
    ]
    return CorrectionPlan(_select_new(links, in_force), replaced)


def plan_link(
    in_force: Sequence[Constraint], issue: str, own_pattern: Sequence[str], pattern: Sequence[str]
) -> CorrectionPlan:
    """Take one issue out of its pattern, if it has one, and into another, whose central issues come first."""
    pairs = [(issue, other) for other in pattern[:CENTRAL_MEMBERS]]
    tied = _join_links(in_force)
    if all(tied.find(issue) == tied.find(other) for _, other in pairs):
        return CorrectionPlan([], [])
    if not own_pattern:
        return plan_union(in_force, pairs, [[issue], pattern])
    out = plan_separation(in_force, [issue], own_pattern)
    between = [*(row for row in in_force if row not in set(out.replaced)), *out.added]
    into = plan_union(between, pairs, [[issue], pattern])
    existing, gone = set(in_force), set(into.replaced)
    added = [row for row in [*out.added, *into.added] if row not in gone]
    return CorrectionPlan(added, [row for row in [*out.replaced, *into.replaced] if row in existing])


def plan_separation(
    in_force: Sequence[Constraint], leaving: Sequence[str], staying: Sequence[str]
) -> CorrectionPlan:
    """Take issues out of a pattern, which its central issues represent; those that leave stay together."""
    out = set(leaving)
    tied = _join_links(in_force)
    groups_cut = {tied.find(issue) for issue in leaving}
    replaced = [row for row in in_force if row[0] == MUST and (row[1] in out) != (row[2] in out)]
    remaining = [row for row in in_force if row not in set(replaced)]

    links = [(MUST, leaving[0], other) for other in leaving[1:]]
    ends: dict[str, list[str]] = {}
    for _, left, right in replaced:
        end = right if left in out else left
        ends.setdefault(tied.find(end), []).append(end)
    for issues in ends.values():
        first, *others = dict.fromkeys(issues)
        links += [(MUST, first, other) for other in others]

    apart = [(CANNOT, leaving[0], other) for other in staying]
    apart += [(CANNOT, issue, staying[0]) for issue in leaving[1:]]
    central = set(staying)
    taken_out_before = dict.fromkeys(
        left for kind, left, right in remaining if kind == CANNOT and right in central and left not in out
    )
    apart += [(CANNOT, leaving[0], other) for other in taken_out_before if other not in central]
    apart += _keep_apart(remaining, tied, groups_cut, leaving[0], out)
    return CorrectionPlan(_select_new([*links, *apart], remaining), replaced)


def _keep_apart(
    remaining: Sequence[Constraint], tied: Closure, groups_cut: Collection[str], leaving: str, out: set[str]
) -> list[Constraint]:
    """Keep both parts of a split group apart from what the group was kept apart from."""
    rest = _join_links(remaining)
    parts: dict[str, set[str]] = {}
    for issue in list(tied.root):
        if tied.find(issue) in groups_cut:
            parts.setdefault(tied.find(issue), set()).add(leaving if issue in out else rest.find(issue))
    rows: list[Constraint] = []
    for kind, left, right in remaining:
        if kind != CANNOT:
            continue
        rows += [(CANNOT, part, right) for part in sorted(parts.get(tied.find(left), ()))]
        rows += [(CANNOT, left, part) for part in sorted(parts.get(tied.find(right), ()))]
    return rows


def _join_links(constraints: Iterable[Constraint]) -> Closure:
    """The sets of issues that links tie together, whatever is apart."""
    closure = Closure()
    for kind, left, right in constraints:
        if kind == MUST:
            closure.join(left, right)
    return closure


def _select_new(rows: Iterable[Constraint], in_force: Iterable[Constraint]) -> list[Constraint]:
    """The distinct constraints that are not in force yet and do not link an issue to itself."""
    existing = {(kind, frozenset((left, right))) for kind, left, right in in_force}
    new: list[Constraint] = []
    for kind, left, right in rows:
        pair = (kind, frozenset((left, right)))
        if left != right and pair not in existing:
            existing.add(pair)
            new.append((kind, left, right))
    return new
