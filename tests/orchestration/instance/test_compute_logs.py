"""What an operator reads in the stdout and stderr tabs of a step."""

import pytest
from dagster import DagsterInstance
from dagster._core.storage.compute_log_manager import ComputeIOType


def test_the_tabs_say_why_there_is_no_output(stored: DagsterInstance) -> None:
    displayed = stored.compute_log_manager.get_log_data(["run", "compute_logs", "step"])

    for text in (displayed.stdout, displayed.stderr):
        assert text
        assert "stores no output of steps" in text.decode()


@pytest.mark.parametrize("size", [1, 50, 1_000_000])
def test_the_reason_is_read_once_however_it_is_paged(stored: DagsterInstance, size: int) -> None:
    manager, parts, offset = stored.compute_log_manager, [], 0
    for _ in range(1_000):
        part, offset = manager.get_log_data_for_type(["step"], ComputeIOType.STDOUT, offset, size)
        if part is None:
            break
        parts.append(part)

    assert b"".join(parts).endswith(b"state folder.\n")
    assert b"".join(parts).count(b"Causeloop") == 1
