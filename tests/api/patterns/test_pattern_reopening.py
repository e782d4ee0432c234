"""Reopening a pattern: its closure notes stay on record and no longer count, for the pipeline too."""

from causeloop_pipeline.storage.act.proofs import read_closure_notes
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_a_resolved_pattern_is_open_again_and_the_next_run_does_not_count_its_notes(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = client(fresh_sample.credentials["analyst"])
    path = f"/v1/patterns/{fresh_sample.ids['pattern_id']}"
    analyst.post(f"{path}/closure-note", json={"note": "pool enlarged"})
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update detect.pattern set status = 'resolved', resolved_at = now()")
        assert read_closure_notes(session, fresh_sample.workspace_id).height == 1

    reopened = analyst.post(f"{path}/reopen").json()

    assert (reopened["status"], reopened["resolved_at"]) == ("active", None)
    assert reopened["reopened_at"] is not None
    (note,) = reopened["closure_notes"]
    assert (note["note"], note["made_by_name"]) == ("pool enlarged", "analyst")
    assert note["withdrawn_at"] is not None
    with database.workspace(fresh_sample.workspace_id) as session:
        assert read_closure_notes(session, fresh_sample.workspace_id).height == 0
    entries = client(fresh_sample.credentials["admin"]).get("/v1/audit?action=pattern.reopened").json()
    assert len(entries["data"]) == 1


def test_an_open_pattern_without_notes_stays_as_it_is(client: Client, sample: Sample) -> None:
    analyst = client(sample.credentials["analyst"])
    path = f"/v1/patterns/{sample.ids['other_pattern_id']}"
    before = analyst.get(path).json()

    assert analyst.post(f"{path}/reopen").json() == before
