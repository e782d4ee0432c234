"""A crash that makes up half of an export is not plumbing: its frames tell its copies."""

import polars as pl

from bench.data.issue_streams import make_word
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import FrameRarity, FrameRows
from tests.support.failure_texts import issue_frame

DOMINANT, OTHERS, COPIES = 60, 30, 3


def write_crash(name: str, thread: int) -> dict[str, str]:
    frames = (f"free_{name}", f"close_{name}", f"stop_{name}", "run_loop", "main")
    body = "\n".join(f"#{depth} 0x{thread:08x} in {frame} ()" for depth, frame in enumerate(frames))
    return {"title": f"crash in free_{name}()", "body": body}


def draw_crashes() -> tuple[pl.DataFrame, list[str]]:
    names = ["dominant"] * DOMINANT + [
        make_word(1_000 + 37 * (at // COPIES)) for at in range(OTHERS * COPIES)
    ]
    return issue_frame([write_crash(name, at) for at, name in enumerate(names)]), names


def test_only_what_many_different_stacks_hold_is_common() -> None:
    issues, _ = draw_crashes()
    frames = FrameRows.of(issues)
    rarity = FrameRarity.of(frames)
    assert rarity.stacks == 1 + OTHERS
    of_dominant = frames.code[frames.row == 0]
    assert (rarity.measure(of_dominant) > 0).tolist() == [True, True, True, False, False]


def test_the_copies_of_the_commonest_crash_are_one_group() -> None:
    issues, names = draw_crashes()
    members = group_issues(issues, fingerprint_issues(issues), options=EVERY_GROUP).members
    name_of = dict(zip(issues["issue_id"], names, strict=True))
    groups = members.group_by("pattern_id").agg(pl.col("issue_id"))["issue_id"].to_list()
    largest = max(groups, key=len)
    assert {name_of[issue] for issue in largest} == {"dominant"}
    assert len(largest) == DOMINANT
