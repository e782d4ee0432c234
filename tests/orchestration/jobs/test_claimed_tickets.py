"""The ticket of a claimed failure is opened once, and written again when the failure recurs."""

from uuid import UUID, uuid4

import psycopg

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.tickets import open_and_refresh
from causeloop_pipeline.storage.database.session import Database
from tests.orchestration.jobs.conftest import GitHub
from tests.support.pushing import connect, push


def test_the_ticket_of_a_claimed_failure_is_opened_once_and_written_again_when_it_recurs(
    github: GitHub, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    claim_id, connector_id = uuid4(), connect(resources, workspace_id, github[1].url)
    with psycopg.connect(resources.settings.require("database_url"), autocommit=True) as owner:
        owner.execute("alter table act.failure_claim no force row level security")
        owner.execute(
            "insert into act.failure_claim (workspace_id, claim_id, identity, title, claimed_by, "
            "last_seen_at) "
            "values (%s, %s, 'cf_0123456789ab0123456789ab', 'Label printer jams', 'user:1', now())",
            (workspace_id, claim_id),
        )
        push(database, workspace_id, claim_id, connector_id)
        open_and_refresh(resources)
        owner.execute("update act.failure_claim set recurrence_count = 3 where claim_id = %s", (claim_id,))
        owner.execute("alter table act.failure_claim force row level security")
    with database.workspace(workspace_id) as session:
        session.execute("update act.ticket set is_edit_due = true where recommendation_id = %s", (claim_id,))
    open_and_refresh(resources)

    (issue,) = github[0].issues
    assert issue["title"] == "Label printer jams"
    assert "Reported 4 times" in issue["body"]
    assert "cf_0123456789ab0123456789ab" in issue["body"]
    assert not open_and_refresh(resources)["unchanged"]
