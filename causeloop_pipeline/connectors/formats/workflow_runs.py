"""Which workflow runs are failures: those that failed, and later attempts, which show how they ended."""

from causeloop_pipeline.connectors.spec import Record, RecordSchema

FAILED_CONCLUSIONS = ("failure", "timed_out", "startup_failure")


def has_failed(run: Record) -> bool:
    """A failed run, or a later attempt of one, which shows how it ended."""
    return run.get("conclusion") in FAILED_CONCLUSIONS or (run.get("run_attempt") or 1) > 1


RUN_RECORD = RecordSchema(key="run/{repository.full_name}/{id}", kind="run", keep=has_failed)
"""The type github reads it too, and lands it as github_actions does."""
