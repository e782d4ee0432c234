"""The words with which tools, queues and tables of jobs tell how a run or a test stands."""

import re
from enum import StrEnum

from causeloop_pipeline.model.vendor_words import parse_word_lists


class RunState(StrEnum):
    """How a run stands."""

    SUCCEEDED = "succeeded"
    """It ended well: the failures of its job before it are over."""
    FAILED = "failed"
    UNDER_WAY = "under_way"
    """It has not come to its end, or waits for another try."""
    NOT_RUN = "not_run"
    """Nobody wanted it to end: it was skipped or cancelled."""


WORDS = parse_word_lists("""
succeeded: success succeeded successful passed pass ok completed complete done finished processed
failed: failed failure failures fail error errored crashed dead discarded broken aborted killed exhausted lost
    timeout timed_out timedout out_of_memory node_fail boot_fail deadline upstream_failed unsuccessful
under_way: pending queued enqueued scheduled available waiting created new ready retry retrying retryable
    up_for_retry active running executing started starting processing progress in_progress claimed todo doing
    deferred blocked submitted accepted received restarting requeued awaiting_retry completing suspended
not_run: skipped skip not_run notrun cancelled canceled ignored disabled revoked
""")
STATE_OF_WORD = {word: state for state in RunState for word in WORDS[state.value]}
NEITHER = (RunState.UNDER_WAY, RunState.NOT_RUN)
"""States that are neither a failure nor the end of one."""
SUCCEEDED = WORDS[RunState.SUCCEEDED.value]
PLAIN_SUCCESSES = ("success", "succeeded", "successful", "passed", "pass")
"""Of the words of successes, those that no ticket has as its status."""
WELL = ("up", "ok", "okay", "healthy", "passing", "operational", "normal")
"""States of what is watched."""


def read_run_state(word: str) -> RunState | None:
    """How a run stands by its status; None where the word is of no run.

    What follows the first word is of who or why: `CANCELLED by 1000`, `FAILED (exit 3)`.
    """
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word.strip()).lower()).strip("_")
    first = re.split(r"_(?:by|exit|with|after)_", plain)[0]
    return STATE_OF_WORD.get(plain) or STATE_OF_WORD.get(first)
