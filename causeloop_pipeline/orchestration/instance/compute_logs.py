"""The text in a step's stdout and stderr tabs: the output of steps is not stored."""

from collections.abc import Sequence

from causeloop_pipeline.orchestration.dagster_internals.compute_logs import (
    ComputeIOType,
    NoOpComputeLogManager,
)

REASON = (
    b"Causeloop stores no output of steps: a library may print what customers wrote. "
    b"Errors with their place in the code, counts and warnings are among the run's events; "
    b"the logs of the processes are in the folder logs/ of the state folder.\n"
)


class UnstoredComputeLogManager(NoOpComputeLogManager):
    """Stores nothing, and says so where an operator looks for the output."""

    def get_log_data_for_type(
        self,
        log_key: Sequence[str],  # noqa: ARG002
        io_type: ComputeIOType,  # noqa: ARG002
        offset: int,
        max_bytes: int | None,
    ) -> tuple[bytes | None, int]:
        """Why there is no output, shown in its place."""
        end = len(REASON) if max_bytes is None else min(len(REASON), offset + max_bytes)
        return REASON[offset:end] or None, max(offset, end)
