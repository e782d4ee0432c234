"""What will probably end a failure: what ended the same pattern, then its family, then anything here."""

from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE
from causeloop_pipeline.analysis.act.likely_endings import count_actions, rank_likely_endings, write_actions


def test_the_narrower_circle_decides_as_it_grows() -> None:
    everywhere = ["restarted"] * 8 + ["rolled back"] * 2
    assert rank_likely_endings([everywhere, []])[0] == "restarted"
    assert rank_likely_endings([everywhere, ["rolled back"]])[0] == "restarted"
    assert rank_likely_endings([everywhere, ["rolled back"] * 6])[0] == "rolled back"


def test_what_passed_by_itself_is_nothing_to_do() -> None:
    assert rank_likely_endings([[NOTHING_DONE] * 9, [NOTHING_DONE]]) == []


def test_actions_are_written_with_how_often() -> None:
    counts = count_actions(["restarted", "restarted", "replaced"])
    assert write_actions(counts, ["restarted", "replaced"]) == "restarted (2 times), replaced (once)"


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", NOTHING_DONE]), max_size=6), max_size=4))
def test_everything_that_was_ever_done_is_ranked_once(circles: list[list[str]]) -> None:
    done = {action for circle in circles for action in circle} - {NOTHING_DONE}
    ranked = rank_likely_endings(circles)
    assert set(ranked) == done
    assert len(ranked) == len(done)
