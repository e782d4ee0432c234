"""The state of the last full grouping is stored once a workspace, and marked as stale by retention."""

from uuid import UUID

import pytest

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.grouping_state import (
    GroupingState,
    mark_grouping_stale,
    read_grouping_state,
    read_pattern_index,
    read_pattern_index_head,
    store_pattern_index,
    write_grouping_state,
)

STATE = GroupingState("version 1", "input", "corrections", 7)


def test_the_state_of_a_grouping_is_read_as_it_was_written(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        assert read_grouping_state(session, workspace_id) is None
        write_grouping_state(session, workspace_id, STATE, pattern_index=[b"i" * 40], churn=None)

        state = read_grouping_state(session, workspace_id)

    assert state is not None
    assert (
        GroupingState(
            state.algorithm_version, state.input_digest, state.corrections_digest, state.issue_count
        )
        == STATE
    )
    assert (state.index_start, state.is_stale) == (b"i" * 32, False)


def test_a_stale_grouping_is_fresh_after_the_next_full_grouping(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        write_grouping_state(session, workspace_id, STATE, pattern_index=[b"first"], churn=None)
        mark_grouping_stale(session, workspace_id)
        stale = read_grouping_state(session, workspace_id)
        write_grouping_state(session, workspace_id, STATE, pattern_index=[b"second"], churn=0.0)
        fresh = read_grouping_state(session, workspace_id)

    assert stale is not None
    assert fresh is not None
    assert (stale.is_stale, fresh.is_stale) == (True, False)


def test_the_pattern_index_is_replaced_without_a_full_grouping(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        with pytest.raises(LookupError, match="never grouped"):
            read_pattern_index(session, workspace_id)
        write_grouping_state(session, workspace_id, STATE, pattern_index=[b"he", b"first"], churn=None)
        store_pattern_index(session, workspace_id, [b"head ", b"with ", b"new ", b"issues"])

        assert read_pattern_index_head(session, workspace_id) == b"head "
        assert b"".join(read_pattern_index(session, workspace_id)) == b"head with new issues"


def test_only_the_parts_of_the_pattern_index_that_changed_are_written(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        first = [b"head", b"large base", b"few new", b"last"]
        write_grouping_state(session, workspace_id, STATE, pattern_index=first, churn=None)

        assert store_pattern_index(session, workspace_id, [b"head 2", b"large base", b"more new"]) == 2
        assert b"".join(read_pattern_index(session, workspace_id)) == b"head 2large basemore new"
