"""The demo's year holds fixes that were claimed, each with the verdicts that it got from week to week."""

import re
from pathlib import Path
from uuid import UUID, uuid4

from causeloop_pipeline.cli.demo_fixes import claim_demo_fixes
from causeloop_pipeline.demo.story import list_visible_failures
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.demo.story_issues import EPOCH, NOW
from tests.storage.stored import store_pattern

CAUSES = {
    "refund-rounding": "held",
    "tls-certificate-expiring": "not_provable_yet",
    "ledger-pool-exhausted": "partly",
    "checkout-latency-release": "failed",
    "kafka-lag-payouts": None,
}

INSERT_ISSUES = """
with issue as (
    insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, service,
        source_created_at, source_updated_at, ingested_at, pattern_id)
    select %(workspace_id)s, gen_random_uuid(), f.source, f.external_id, 'failed', 'p2', 'open', f.service,
        f.at, f.at, f.at, %(pattern_id)s
    from unnest(%(sources)s::text[], %(ids)s::text[], %(services)s::text[], %(times)s::timestamptz[])
        as f (source, external_id, service, at)
    returning workspace_id, issue_id, source_created_at
)
insert into core.occurrence (workspace_id, issue_id, started_at) select * from issue
"""


def store_story(database: Database, workspace_id: UUID) -> dict[str, UUID]:
    """Five causes of a demo workspace, each grouped into one pattern."""
    failures = list_visible_failures("payments", EPOCH, NOW)
    patterns = {}
    with database.workspace(workspace_id) as session:
        for cause in CAUSES:
            own = [failure for failure in failures if failure.cause == cause]
            pattern_id = UUID(store_pattern(session, workspace_id))
            session.execute(
                INSERT_ISSUES,
                {
                    "workspace_id": workspace_id,
                    "pattern_id": pattern_id,
                    "sources": ["github_actions" if each.kind == "run" else each.source for each in own],
                    "ids": [failure.external_id for failure in own],
                    "services": [failure.service for failure in own],
                    "times": [failure.created_at for failure in own],
                },
            )
            patterns[cause] = pattern_id
    return patterns


def test_fixes_of_the_year_are_claimed_once_and_judged_as_time_passed(
    installation: Installation, database: Database, workspace_id: UUID, tmp_path: Path
) -> None:
    patterns = store_story(database, workspace_id)
    workspaces, analysts = {"payments": workspace_id}, {"payments": uuid4()}

    claimed = [
        claim_demo_fixes(database, Database(installation.owner_url), workspaces, analysts, tmp_path, now=NOW)
        for _ in range(2)
    ]
    with database.workspace(workspace_id) as session:
        proofs = session.rows("select pattern_id, verdict, earliest_proof_date, text from act.proof")
        expectations = session.rows("select pattern_id, status from act.expectation order by made_at")
        promised = session.rows("select distinct expected_loops_prevented > 1 as is_more from act.fix")
        verdicts = session.rows(
            "select v.verdict, v.decided_at > f.fixed_at as is_later, v.decided_at::date as day "
            "from act.verdict as v join act.fix as f using (workspace_id, recommendation_id, pattern_id) "
            "where v.pattern_id = %s order by v.decided_at",
            (patterns["refund-rounding"],),
        )
        (reopened,) = session.rows(
            "select pattern_id, status from detect.pattern where reopened_at is not null"
        )

    assert claimed == [4, 0]
    assert {row["pattern_id"]: row["verdict"] for row in proofs} == {
        patterns[cause]: verdict for cause, verdict in CAUSES.items() if verdict
    }
    assert all(row["earliest_proof_date"] for row in proofs if row["verdict"] in ("held", "not_provable_yet"))
    assert [row["verdict"] for row in verdicts] == ["not_provable_yet", "held"]
    assert all(row["is_later"] for row in verdicts)
    assert verdicts[-1]["day"] < EPOCH
    assert reopened == {"pattern_id": patterns["checkout-latency-release"], "status": "active"}
    assert promised == [{"is_more": True}]
    assert expectations == [
        {"pattern_id": patterns["ledger-pool-exhausted"], "status": "broken"},
        {"pattern_id": patterns["checkout-latency-release"], "status": "broken"},
        {"pattern_id": patterns["tls-certificate-expiring"], "status": "open"},
    ]
    (waiting,) = [row for row in proofs if row["pattern_id"] == patterns["tls-certificate-expiring"]]
    assert re.search(r"\d+ of the \d+ executions needed came without one", waiting["text"])
