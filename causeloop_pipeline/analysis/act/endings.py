"""What ended a pattern's failures, by what was done, with how long it held."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LASTING = 3.0  # times the usual gap: what holds so long did more than end it for now


@dataclass(frozen=True, slots=True)
class EndingGroup:
    """What was done, how often, for how many days it held (until the pattern occurred again, or until now),
    and the issues that say so, newest first.

    `is_holding`: it has not come back since the latest of them.
    """

    action: str
    phrase: str
    count: int
    held_low: float
    held_high: float
    is_holding: bool
    issue_ids: Sequence[str]


def find_what_held(groups: Sequence[EndingGroup], usual_gap_days: float | None) -> EndingGroup | None:
    """Find what held clearly longer than the failure usually stays away.

    In: the groups of one pattern, the longest held first, and the median days between its active days, None
    if unknown. Out: the group that held longest, if that is three times the usual gap or more; else None.
    """
    if not groups or usual_gap_days is None:
        return None
    longest = groups[0]
    return longest if longest.held_high >= LASTING * max(usual_gap_days, 1.0) else None


def write_endings(groups: Sequence[EndingGroup]) -> str:
    """Write what ended it, such as “restarted the pool (7 times, held 2 to 9 days)”.

    In: the groups of one pattern. Out: one sentence part a group, joined by commas; empty for none.
    """
    return ", ".join(f"{group.phrase} ({write_holding(group)})" for group in groups)


def write_holding(group: EndingGroup) -> str:
    """Write how often and how long something held. In: a group. Out: such as “once, held 41 days so far”."""
    often = "once" if group.count == 1 else f"{group.count} times"
    low, high = write_days(group.held_low), write_days(group.held_high)
    held = high if low == high else f"{low.removesuffix(' days').removesuffix(' day')} to {high}"
    return f"{often}, held {held}{' so far' if group.is_holding else ''}"


def write_days(days: float) -> str:
    """Write a span. In: days. Out: such as “1 day”."""
    if days < 1:
        return "under 1 day"
    return "1 day" if round(days) == 1 else f"{days:.0f} days"


def compute_usual_gap(days: Sequence[int]) -> float | None:
    """Compute the median gap between active days. In: days, ascending. Out: days; None below three."""
    gaps = sorted(later - earlier for earlier, later in pairwise(days))
    return float(gaps[len(gaps) // 2]) if len(gaps) >= 2 else None
