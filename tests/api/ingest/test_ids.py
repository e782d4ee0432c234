"""Ids that Python computes are the ids that the database computes."""

from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from api.ingest.queries import compute_change_id, compute_issue_id

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
SELECT_IDS = "select core.issue_id(%(w)s, %(s)s, %(e)s), core.change_id(%(w)s, %(s)s, %(e)s)"


@hypothesis_settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(workspace_id=st.uuids(), source=TEXTS, external_id=TEXTS)
def test_issue_and_change_ids_of_python_and_sql_are_equal(
    owner: psycopg.Connection, workspace_id: UUID, source: str, external_id: str
) -> None:
    parameters = {"w": workspace_id, "s": source, "e": external_id}

    row = owner.execute(SELECT_IDS, parameters).fetchone()

    assert row == (
        compute_issue_id(workspace_id, source, external_id),
        compute_change_id(workspace_id, source, external_id),
    )
