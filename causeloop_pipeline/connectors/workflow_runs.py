"""Which workflow runs are failures: those that ended badly, and later attempts, which show how it went on."""

from causeloop_pipeline.connectors.spec import Record

FAILED = ("failure", "timed_out", "startup_failure")


def has_failed(run: Record) -> bool:
    """A failed run, or a later attempt of one, which shows how it ended."""
    return run.get("conclusion") in FAILED or (run.get("run_attempt") or 1) > 1
