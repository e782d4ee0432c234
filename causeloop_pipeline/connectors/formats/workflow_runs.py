"""Which workflow runs tell of failures: those that failed, those that succeeded, and later attempts."""

from causeloop_pipeline.connectors.spec import Record, RecordSchema

FAILED_CONCLUSIONS = ("failure", "timed_out", "startup_failure")


def has_failed(run: Record) -> bool:
    """A failed run, or a later attempt of one, which shows how it ended."""
    return run.get("conclusion") in FAILED_CONCLUSIONS or (run.get("run_attempt") or 1) > 1


def has_ended(run: Record) -> bool:
    """The same, or a success, which ends the failures of its workflow."""
    return has_failed(run) or run.get("conclusion") == "success"


RUN_RECORD = RecordSchema(key="run/{repository.full_name}/{id}", kind="run", keep=has_ended)
"""The type github reads it too, and lands it as github_actions does."""
