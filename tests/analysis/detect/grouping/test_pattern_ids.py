"""Pattern ids stay where most of their issues are, and an old id always resolves."""

from uuid import UUID

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.pattern_ids import (
    PatternIds,
    assign_pattern_ids,
    derive_pattern_id,
)
from causeloop_pipeline.model.frames import PREVIOUS_MEMBER_SCHEMA


def assign_ids(groups: list[list[str]], previous: dict[str, str]) -> PatternIds:
    rows = [(issue, at) for at, group in enumerate(groups) for issue in group]
    members = pl.DataFrame(rows, schema={"issue_id": pl.String, "group": pl.UInt32}, orient="row")
    before = pl.DataFrame(list(previous.items()), schema=PREVIOUS_MEMBER_SCHEMA, orient="row")
    return assign_pattern_ids([group[0] for group in groups], members, before, "workspace")


def test_a_new_pattern_is_named_after_its_first_issue_and_its_workspace() -> None:
    ids = assign_ids([["a", "b"]], {})
    assert ids.pattern_ids == [derive_pattern_id("workspace", "a")]
    assert derive_pattern_id("workspace", "a") != derive_pattern_id("other", "a")
    assert UUID(ids.pattern_ids[0]).version == 5


def test_a_split_pattern_keeps_its_id_at_the_larger_part_and_records_the_other() -> None:
    ids = assign_ids([["a", "b"], ["c", "d", "e"]], dict.fromkeys("abcde", "old"))
    assert ids.pattern_ids[1] == "old"
    assert ids.lineage.select("old_pattern_id", "new_pattern_id", "kind", "issue_count").rows() == [
        ("old", ids.pattern_ids[0], "split", 2)
    ]


def test_merged_patterns_keep_the_larger_ones_id_and_the_other_resolves_to_it() -> None:
    ids = assign_ids([["a", "b", "c"]], {"a": "small", "b": "large", "c": "large"})
    assert ids.pattern_ids == ["large"]
    assert ids.lineage.select("old_pattern_id", "new_pattern_id", "kind").rows() == [
        ("small", "large", "merged")
    ]


def test_merged_patterns_keep_the_id_of_the_one_that_people_merged_others_into() -> None:
    members = pl.DataFrame(
        [("a", 0), ("b", 0), ("c", 0), ("d", 1)],
        schema={"issue_id": pl.String, "group": pl.UInt32},
        orient="row",
    )
    before = pl.DataFrame(
        {
            "issue_id": ["a", "b", "c", "d"],
            "pattern_id": ["chosen", "large", "large", "chosen"],
            "is_survivor": [True, False, False, True],
        }
    )

    ids = assign_pattern_ids(["a", "d"], members, before, "workspace")

    assert ids.pattern_ids[0] == "chosen"
    assert set(ids.lineage.select("old_pattern_id", "new_pattern_id").rows()) == {
        ("large", "chosen"),
        ("chosen", ids.pattern_ids[1]),
    }


def test_a_fresh_id_is_never_one_that_was_used_before() -> None:
    taken = derive_pattern_id("workspace", "a")
    ids = assign_ids([["a"], ["b", "c"]], {"b": taken, "c": taken})
    assert ids.pattern_ids[1] == taken
    assert ids.pattern_ids[0] not in {taken}


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=12),
    st.lists(st.one_of(st.none(), st.sampled_from(["p", "q", "r", "s"])), min_size=12, max_size=12),
)
def test_ids_are_distinct_and_every_old_id_lives_or_resolves(
    labels: list[int], before: list[str | None]
) -> None:
    groups: dict[int, list[str]] = {}
    for at, label in enumerate(labels):
        groups.setdefault(label, []).append(f"i{at}")
    previous = {f"i{at}": old for at, old in enumerate(before[: len(labels)]) if old is not None}
    ids = assign_ids(list(groups.values()), previous)
    assert len(set(ids.pattern_ids)) == len(groups)
    resolved = set(ids.pattern_ids) | set(ids.lineage["old_pattern_id"])
    assert set(previous.values()) <= resolved
    assert set(ids.lineage["new_pattern_id"]) <= set(ids.pattern_ids)
