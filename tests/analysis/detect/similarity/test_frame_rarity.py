"""Frames tell by how rare they are in the workspace; two stacks are as alike as their telling frames."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.frame_rarity import (
    FrameRarity,
    FrameRows,
    add_titles_to_copy_keys,
    compare_stacks,
    encode_frames,
    join_copy_keys,
    weigh_frames,
)

NAMES = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot")


def stack(names: list[str]) -> str:
    return "\n".join(f"#{depth} 0x00007f00 in {name} ()" for depth, name in enumerate(names))


def weigh(stacks: list[list[str]]) -> tuple[Any, list[str | None], FrameRarity]:
    texts = pl.DataFrame({"body": [stack(names) for names in stacks]})
    frames = FrameRows.of(texts)
    rarity = FrameRarity.of(frames)
    return *weigh_frames(frames, rarity, len(stacks)), rarity


OWN = [f"{first}{second}" for first in "abcdefgh" for second in "vwxyz"]


def test_a_frame_of_every_fourth_stack_tells_nothing() -> None:
    stacks = [[f"own_{at}", f"step_{at}", f"call_{at}", "test_runner"] for at in OWN]
    _, keys, rarity = weigh(stacks)
    assert rarity.measure(np.array(encode_frames(["test_runner"])))[0] == 0.0
    assert rarity.measure(np.array(encode_frames(["own_bw"])))[0] > 0.9
    assert len({key for key in keys if key}) == 40


def test_two_stacks_that_share_only_plumbing_are_not_alike() -> None:
    stacks = [[f"own_{at}", f"step_{at}", "test_runner", "main_loop"] for at in OWN]
    stacks.append(stacks[0])
    frames, keys, _ = weigh(stacks)
    same, both = compare_stacks(frames, frames, np.array([0, 0]), np.array([40, 1]))
    assert same[0] > 0.99
    assert same[1] == 0.0
    assert both.tolist() == [1.0, 1.0]
    assert keys[0] is None


def test_texts_without_a_stack_share_none() -> None:
    frames, keys, _ = weigh([["alpha", "bravo", "charlie"], []])
    same, both = compare_stacks(frames, frames, np.array([0]), np.array([1]))
    assert (same[0], both[0]) == (0.0, 0.0)
    assert keys[1] is None


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.sampled_from(NAMES), max_size=6), min_size=2, max_size=8))
def test_the_shared_part_is_symmetric_and_between_nothing_and_all(stacks: list[list[str]]) -> None:
    frames, _, _ = weigh(stacks)
    left, right = np.triu_indices(len(stacks))
    there, _ = compare_stacks(frames, frames, left, right)
    back, _ = compare_stacks(frames, frames, right, left)
    assert np.allclose(there, back, atol=1e-6)
    assert ((there >= 0.0) & (there <= 1.0)).all()


def test_copies_differ_by_titles_that_a_crash_reporter_wrote() -> None:
    keys = pl.Series(["a-b-c-d", "a-b-c-d", "a-b-c-d", "a-b-c-d", "a-b-c-f", None])
    titles = pl.Series(
        ["Crash in p() 3", "crash in p() 14", "Crash in p() 5", "Crash in s()", "Crash in p() 3", "x"]
    )
    titled = add_titles_to_copy_keys(keys, titles)
    own = ["a-b-c crash in p() #"] * 3
    assert titled.to_list() == [*own, "a-b-c crash in s()", *own[:1], None]
    assert titled.equals(join_copy_keys(keys, titles))


def test_titles_in_peoples_own_words_leave_copies_to_the_stack() -> None:
    keys = pl.Series(["a-b-c-d", "a-b-c-d", "a-b-c-d"])
    titles = pl.Series(["it hangs", "shop is down", None])
    assert add_titles_to_copy_keys(keys, titles).equals(keys)
    assert add_titles_to_copy_keys(pl.Series([None], dtype=pl.String), pl.Series(["x"])).to_list() == [None]
