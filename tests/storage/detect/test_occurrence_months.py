"""Months of occurrences, and what came later, are those of the issues and of no other workspace."""

from io import BytesIO
from uuid import UUID

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA
from causeloop_pipeline.storage.core.issues import read_occurrences
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect import occurrence_months
from causeloop_pipeline.storage.detect.occurrence_months import (
    TOUCH_SCHEMA,
    OccurrenceCountError,
    count_all_occurrences,
    read_counted_occurrences,
    update_occurrences,
)
from causeloop_pipeline.storage.detect.patterns import add_members
from tests.storage.stored import members, new_id, pattern, store_issue

SELECT_CONTENTS = """
select content from detect.occurrence_month union all select content from detect.later_occurrence
"""


def store_pattern(session: Session, workspace_id: UUID, issues: int) -> str:
    """A pattern of some issues, whose occurrences are counted."""
    name = new_id()
    stored = [store_issue(session, workspace_id, f"{name} {number}") for number in range(issues)]
    add_members(session, workspace_id, pattern(name), members(name, stored))
    session.execute("delete from detect.pattern_touch")  # as a run does that has counted them
    count_all_occurrences(session, workspace_id)
    return name


def list_touches(session: Session, workspace_id: UUID, change: int) -> pl.DataFrame:
    """As many touches of each occurrence that is kept."""
    return build_touches(read_occurrences(session, workspace_id), change)


def build_touches(occurrences: pl.DataFrame, change: int) -> pl.DataFrame:
    return occurrences.with_columns(issues=pl.lit(0), occurrences=pl.lit(change)).cast(TOUCH_SCHEMA)


def read_contents(session: Session) -> list[bytes]:
    rows = session.connection.execute(SELECT_CONTENTS, binary=True).fetchall()
    return [row["content"] for row in rows]


def test_what_is_stored_holds_no_text_that_the_process_has_read_elsewhere(
    database: Database, workspace_id: UUID
) -> None:
    elsewhere = pl.Series(["a service of another workspace"]).cast(pl.Categorical)
    with database.workspace(workspace_id) as session:
        store_pattern(session, workspace_id, 2)
        update_occurrences(session, workspace_id, list_touches(session, workspace_id, 1))
        contents = read_contents(session)
    assert len(contents) == 2
    assert len(elsewhere) == 1
    for content in contents:
        assert b"another workspace" not in content
        table = pq.read_table(BytesIO(content), read_dictionary=["service"])
        assert elsewhere[0] not in table.column("service").chunk(0).dictionary.to_pylist()


@pytest.mark.parametrize("most_rows", [0, 100])
def test_what_came_later_is_added_whether_it_is_in_the_months_or_beside_them(
    database: Database, workspace_id: UUID, most_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(occurrence_months, "MAX_LATER_ROWS", most_rows)
    with database.workspace(workspace_id) as session:
        store_pattern(session, workspace_id, 3)
        once = read_occurrences(session, workspace_id)
        for _ in range(2):
            update_occurrences(session, workspace_id, build_touches(once, 1))
        update_occurrences(session, workspace_id, build_touches(once.head(1), -1))
        stored = len(read_contents(session))
        thrice = read_occurrences(session, workspace_id)
    assert stored == (1 if most_rows == 0 else 2)
    expected = pl.concat([once, once, once]).sort(OCCURRENCE_SCHEMA.names())[1:]
    assert_frame_equal(thrice.sort(OCCURRENCE_SCHEMA.names()), expected)


def test_months_of_an_earlier_version_are_read_too(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        store_pattern(session, workspace_id, 3)
        before = read_occurrences(session, workspace_id)
        content = BytesIO()
        before.write_parquet(content)
        session.execute("update detect.occurrence_month set content = %s", (content.getvalue(),))
        after = read_occurrences(session, workspace_id)
    assert_frame_equal(after, before)


def test_what_an_earlier_version_noted_beside_the_months_is_read_too(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        store_pattern(session, workspace_id, 1)
        once = read_occurrences(session, workspace_id)
        content = BytesIO()
        once.with_columns(issues=pl.lit(1, pl.Int64)).write_parquet(content)
        session.execute(
            "insert into detect.later_occurrence (workspace_id, content) values (%s, %s)",
            (workspace_id, content.getvalue()),
        )
        assert read_occurrences(session, workspace_id).height == 2


def test_an_occurrence_that_goes_and_was_never_counted_is_an_error(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        store_pattern(session, workspace_id, 1)
        update_occurrences(session, workspace_id, list_touches(session, workspace_id, -2))
        with pytest.raises(OccurrenceCountError, match="group all issues again"):
            read_counted_occurrences(session, workspace_id)
