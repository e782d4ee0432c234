"""New issues whose key leads to a group, but not surely enough to be linked: each stays by itself."""

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.assignment.assign_by_key import NewIssuePlacement
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.links import LinkRule
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex

WeakLinks = dict[int, tuple[str, float]]
"""Row of a new issue → an earlier issue that may have its cause, and how likely."""


def part_weak_keys(placement: NewIssuePlacement, index: PatternIndex, rule: LinkRule) -> WeakLinks:
    """Takes new issues out of groups that their key alone does not prove.

    In: new issues placed by key, the index, the rule. Out: for each of them an issue of the group that it was
    taken out of, or of the group that a copied title leads to. Sets `placement.group` and `placement.keys`:
    what people write is compared as texts instead.
    """
    similarity = _measure_keys(placement, index)
    group = placement.group
    weak = [
        row
        for row in np.flatnonzero((group >= 0) & (similarity < rule.threshold)).tolist()
        if row not in placement.linked_to and not placement.keys[row].startswith("text:")
    ]
    groups = sorted({int(group[row]) for row in weak})
    issue_of_group = dict(index.group_summaries.rows_of(groups)[["group", "first_issue"]].iter_rows())
    issues, kinds = placement.table["issue_id"].to_list(), placement.table["kind"].to_list()
    staying = set(np.unique(np.delete(group, weak)).tolist())
    links: WeakLinks = {}
    for row in weak:
        own = int(group[row])
        is_text = kinds[row] == "human"
        if own in issue_of_group:
            links[row] = (issue_of_group[own], float(similarity[row]))
        issue_of_group.setdefault(own, issues[row])
        if is_text:
            placement.keys[row] = "text:"
            group[row] = -1
        elif row in links or own in staying:
            group[row] = placement.next_group
        staying.add(own)
    return links


def _measure_keys(placement: NewIssuePlacement, index: PatternIndex) -> Floats:
    """Per new issue, how likely the issues of its key have one cause."""
    of_kind = {**ATOM_SIMILARITY, "copy": index.copy_similarity}
    own = placement.table["template_probability"].to_list()
    kinds = [key.partition(":")[0] for key in placement.keys]
    return np.array(
        [
            own[row] if kind == "template" and own[row] is not None else of_kind[kind]
            for row, kind in enumerate(kinds)
        ],
        dtype=np.float64,
    )
