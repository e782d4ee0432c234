"""The steps of a run reach the database by one connection."""

from uuid import UUID

import pytest

from causeloop_pipeline.stages.installation import Installation, open_installation
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation as TestInstallation


def find_backend(database: Database, workspace_id: UUID) -> int:
    with database.workspace(workspace_id) as session:
        row = session.row("select pg_backend_pid() as pid")
    assert row is not None
    return int(row["pid"])


@pytest.mark.usefixtures("installation")
def test_the_steps_of_a_run_share_a_connection_and_runs_do_not(workspace_id: UUID) -> None:
    backends = []
    for _ in range(2):
        with open_installation() as of_run:
            for _step in range(2):
                with of_run.keep_connection() as of_step:
                    backends.append(find_backend(of_step.database, workspace_id))
    first, same, other, same_other = backends
    assert (first, other) == (same, same_other)
    assert first != other


def test_a_connection_outside_of_a_run_is_kept_for_one_block_alone(
    installation: TestInstallation, workspace_id: UUID
) -> None:
    product = Installation()
    with product.keep_connection() as connected:
        backend = find_backend(connected.database, workspace_id)
        assert find_backend(connected.database, workspace_id) == backend
    with product.keep_connection() as connected:
        assert find_backend(connected.database, workspace_id) != backend
