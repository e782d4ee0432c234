"""Pattern ids stay where most of their issues are, and an old id always resolves."""

from uuid import UUID

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.pattern_ids import Identities, founded_id, name_groups
from causeloop_pipeline.model.frames import PREVIOUS_MEMBER_SCHEMA


def named(groups: list[list[str]], previous: dict[str, str]) -> Identities:
    rows = [(issue, at) for at, group in enumerate(groups) for issue in group]
    members = pl.DataFrame(rows, schema={"issue_id": pl.String, "group": pl.UInt32}, orient="row")
    before = pl.DataFrame(list(previous.items()), schema=PREVIOUS_MEMBER_SCHEMA, orient="row")
    return name_groups([group[0] for group in groups], members, before, "workspace")


def test_a_new_pattern_is_named_after_its_founder_and_its_workspace() -> None:
    found = named([["a", "b"]], {})
    assert found.pattern_ids == [founded_id("workspace", "a")]
    assert founded_id("workspace", "a") != founded_id("other", "a")
    assert UUID(found.pattern_ids[0]).version == 5


def test_a_split_pattern_keeps_its_id_at_the_larger_part_and_records_the_other() -> None:
    found = named([["a", "b"], ["c", "d", "e"]], dict.fromkeys("abcde", "old"))
    assert found.pattern_ids[1] == "old"
    assert found.lineage.select("old_pattern_id", "new_pattern_id", "kind", "issue_count").rows() == [
        ("old", found.pattern_ids[0], "split", 2)
    ]


def test_merged_patterns_keep_the_larger_ones_id_and_the_other_resolves_to_it() -> None:
    found = named([["a", "b", "c"]], {"a": "small", "b": "large", "c": "large"})
    assert found.pattern_ids == ["large"]
    assert found.lineage.select("old_pattern_id", "new_pattern_id", "kind").rows() == [
        ("small", "large", "merged")
    ]


def test_a_fresh_id_is_never_one_that_was_used_before() -> None:
    taken = founded_id("workspace", "a")
    found = named([["a"], ["b", "c"]], {"b": taken, "c": taken})
    assert found.pattern_ids[1] == taken
    assert found.pattern_ids[0] not in {taken}


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
    found = named(list(groups.values()), previous)
    assert len(set(found.pattern_ids)) == len(groups)
    resolved = set(found.pattern_ids) | set(found.lineage["old_pattern_id"])
    assert set(previous.values()) <= resolved
    assert set(found.lineage["new_pattern_id"]) <= set(found.pattern_ids)
