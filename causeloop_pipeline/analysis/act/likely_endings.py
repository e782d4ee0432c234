"""What will probably end a failure: what ended its kind here, and what usually ends anything here."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE

NAMED = 3
WEIGHT_OF_WIDER = 3.0  # so many endings of a narrower circle tell as much as all of the wider one


def rank_likely_endings(circles: Sequence[Sequence[str]]) -> list[str]:
    """Rank what will probably end a failure.

    In: what was done about earlier failures, in circles from the widest (all here) to the narrowest (the same
    pattern). Out: kinds of action, the likeliest first. Method: the shares in each circle, drawn towards
    those of the wider one by WEIGHT_OF_WIDER (a Dirichlet prior).
    """
    shares: dict[str, float] = {}
    for circle in circles:
        counts = count_actions(circle)
        size = sum(counts.values())
        if not size:
            continue
        weight = WEIGHT_OF_WIDER if shares else 0.0
        shares = {
            action: (counts[action] + weight * shares.get(action, 0.0)) / (size + weight)
            for action in {*counts, *shares}
        }
    return sorted(shares, key=lambda action: (-shares[action], action))


def count_actions(actions: Iterable[str]) -> Counter[str]:
    """Count what was done. In: kinds of action. Out: kind to how often, without those of nothing done."""
    return Counter(action for action in actions if action != NOTHING_DONE)


def write_actions(counts: Mapping[str, int], ranked: Sequence[str]) -> str:
    """Write what was done how often. In: counts; kinds in order. Out: such as “rolled back (7 times)”."""
    named = ((action, counts[action]) for action in ranked[:NAMED])
    return ", ".join(f"{action} ({'once' if count == 1 else f'{count} times'})" for action, count in named)
