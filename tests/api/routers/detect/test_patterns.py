"""Patterns through the API, and what people say of them."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import httpx2
import psycopg

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def facts(database: Database, sample: Sample) -> set[tuple[str, frozenset[UUID]]]:
    with database.workspace(sample.workspace_id) as session:
        rows = session.rows("select kind, left_issue_id, right_issue_id from detect.pattern_constraint")
    return {(row["kind"], frozenset((row["left_issue_id"], row["right_issue_id"]))) for row in rows}


def test_members_tell_why_they_are_here_and_what_kept_them_from_the_next(
    client: Client, sample: Sample
) -> None:
    api = client(sample.credentials["viewer"])

    members = api.get(
        f"/v1/patterns/{sample.ids['pattern_id']}/members", params={"sort": "-similarity"}
    ).json()

    assert members["page"]["total"] == 7
    assert members["data"][0]["similarity"] == 1.0
    assert members["data"][0]["reason"] == {"template": "times out"}
    assert members["data"][0]["nearest_missing"] == "service"


def test_frequency_counts_every_day_of_the_workspaces_own_zone(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, pattern_id = client(fresh_sample.credentials["viewer"]), fresh_sample.ids["pattern_id"]
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update core.issue set source_created_at = "
            "(date_trunc('day', now() at time zone 'Europe/Berlin') - interval '71 hours 50 minutes') "
            "at time zone 'Europe/Berlin' where pattern_id = %s",
            (pattern_id,),
        )

    days = api.get(f"/v1/patterns/{pattern_id}/frequency", params={"days": 10}).json()
    weeks = api.get(f"/v1/patterns/{pattern_id}/frequency", params={"bucket": "week", "days": 35}).json()

    assert days["timezone"] == "Europe/Berlin"
    assert [bucket["count"] for bucket in days["data"]] == [0] * 6 + [7, 0, 0, 0]
    starts = [date.fromisoformat(bucket["start"]) for bucket in days["data"]]
    assert {later - earlier for earlier, later in pairwise(starts)} == {timedelta(days=1)}
    assert sum(bucket["count"] for bucket in weeks["data"]) == 7
    assert {date.fromisoformat(bucket["start"]).weekday() for bucket in weeks["data"]} == {0}


def test_an_old_id_leads_to_where_its_issues_went(client: Client, sample: Sample) -> None:
    api, old = client(sample.credentials["viewer"]), sample.ids["old_pattern_id"]

    moved = api.get(f"/v1/patterns/{old}")
    lineage = api.get(f"/v1/patterns/{old}/lineage").json()

    assert moved.status_code == 308
    assert moved.headers["location"] == f"/v1/patterns/{sample.ids['pattern_id']}"
    assert moved.json() == lineage
    assert lineage["current_ids"] == [str(sample.ids["pattern_id"])]
    assert lineage["steps"][0]["reason"] == "a person merged them"
    assert api.get(moved.headers["location"]).status_code == 200


def test_a_chain_of_moves_is_followed_to_its_end(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    chain = [uuid4() for _ in range(5)] + [fresh_sample.ids["pattern_id"]]
    with database.workspace(fresh_sample.workspace_id) as session:
        for hours, (old, new) in enumerate(pairwise(chain)):
            session.execute(
                "insert into detect.pattern_lineage (workspace_id, old_pattern_id, new_pattern_id, kind, "
                "issue_count, reason, at) "
                "values (%s, %s, %s, 'regrouped', 1, 'r', now() - make_interval(hours => 9 - %s))",
                (fresh_sample.workspace_id, old, new, hours),
            )

    lineage = client(fresh_sample.credentials["viewer"]).get(f"/v1/patterns/{chain[0]}/lineage").json()

    assert lineage["current_ids"] == [str(fresh_sample.ids["pattern_id"])]
    assert [step["old_pattern_id"] for step in lineage["steps"]] == [str(old) for old in chain[:-1]]


def test_a_link_becomes_a_must_with_the_patterns_centre(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, stranger = client(fresh_sample.credentials["analyst"]), fresh_sample.issues[8]
    body = {"pattern_id": str(fresh_sample.ids["pattern_id"]), "reason": "same pool"}

    first = api.post(f"/v1/issues/{stranger}/link-pattern", json=body)
    again = api.post(f"/v1/issues/{stranger}/link-pattern", json=body)

    assert (first.status_code, first.json()["constraints"], again.json()["constraints"]) == (202, 1, 0)
    assert facts(database, fresh_sample) == {("must", frozenset((stranger, fresh_sample.issues[0])))}
    assert api.get(first.headers["location"]).json()["kind"] == "patterns"


def test_an_unlink_parts_an_issue_from_the_patterns_members(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, issue = client(fresh_sample.credentials["analyst"]), fresh_sample.issues[0]

    answer = api.post(f"/v1/issues/{issue}/unlink-pattern", json={})

    assert answer.json()["constraints"] == 6
    assert facts(database, fresh_sample) == {
        ("cannot", frozenset((issue, other))) for other in fresh_sample.issues[1:7]
    }


def test_a_contradiction_is_refused_with_the_chain_that_it_contradicts(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, issue = client(fresh_sample.credentials["analyst"]), fresh_sample.issues[8]
    pattern = {"pattern_id": str(fresh_sample.ids["pattern_id"])}
    api.post(f"/v1/issues/{issue}/link-pattern", json=pattern)
    before = facts(database, fresh_sample)

    refused = api.post(f"/v1/issues/{issue}/unlink-pattern", json=pattern)

    assert (refused.status_code, refused.json()["code"]) == (409, "contradiction")
    assert refused.json()["chain"] == [
        {
            "kind": "must",
            "left_issue_id": str(min(issue, fresh_sample.issues[0])),
            "right_issue_id": str(max(issue, fresh_sample.issues[0])),
        }
    ]
    assert facts(database, fresh_sample) == before


def test_a_merge_ties_both_patterns_and_a_split_parts_them(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, ids, issues = client(fresh_sample.credentials["analyst"]), fresh_sample.ids, fresh_sample.issues

    merged = api.post(
        f"/v1/patterns/{ids['pattern_id']}/merge", json={"pattern_ids": [str(ids["other_pattern_id"])]}
    )
    split = api.post(
        f"/v1/patterns/{ids['pattern_id']}/split", json={"issue_ids": [str(i) for i in issues[4:7]]}
    )

    assert (merged.json()["constraints"], split.json()["constraints"]) == (5, 6)
    known = facts(database, fresh_sample)
    assert {("must", frozenset((issues[0], other))) for other in issues[7:]} <= known
    assert len([kind for kind, _ in known if kind == "cannot"]) == 4


def test_corrections_that_make_no_sense_are_refused(client: Client, sample: Sample) -> None:
    api, ids = client(sample.credentials["analyst"]), sample.ids
    path, members = f"/v1/patterns/{ids['pattern_id']}", [str(issue) for issue in sample.issues[:7]]

    def code(answer: httpx2.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["code"]

    assert code(api.post(f"{path}/merge", json={"pattern_ids": [str(ids["pattern_id"])]})) == (
        422,
        "no_such_pattern",
    )
    assert code(api.post(f"{path}/merge", json={"pattern_ids": [str(uuid4())]})) == (422, "no_such_pattern")
    assert code(api.post(f"{path}/split", json={"issue_ids": members})) == (422, "nothing_to_part")
    assert code(api.post(f"{path}/split", json={"issue_ids": [str(sample.issues[9])]})) == (
        422,
        "not_members",
    )
    link = {"pattern_id": str(uuid4())}
    assert code(api.post(f"/v1/issues/{members[0]}/link-pattern", json=link)) == (422, "no_such_pattern")


def test_a_confirmation_is_kept_with_the_confidence_that_was_shown(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, pattern_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["pattern_id"]

    answer = api.post(f"/v1/patterns/{pattern_id}/confirm", json={})

    assert answer.status_code == 201
    with database.workspace(fresh_sample.workspace_id) as session:
        verdicts = session.rows("select together, confidence, left_issue_id from detect.pattern_verdict")
    assert len(verdicts) == 5
    assert {(row["together"], row["confidence"], row["left_issue_id"]) for row in verdicts} == {
        (True, 0.9, fresh_sample.issues[0])
    }


def verdict(database: Database, sample: Sample) -> dict[str, object]:
    """The newest verdict of a workspace."""
    with database.workspace(sample.workspace_id) as session:
        found = session.row(
            "select together, confidence from detect.pattern_verdict order by verdict_id desc limit 1"
        )
    assert found is not None
    return found


def test_a_correction_is_kept_with_the_confidence_that_was_shown(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, ids, issues = client(fresh_sample.credentials["analyst"]), fresh_sample.ids, fresh_sample.issues
    similar = api.get(f"/v1/issues/{issues[8]}/similar?limit=50").json()["data"]
    shown = {row["id"]: row["similarity"] for row in similar}

    api.post(f"/v1/issues/{issues[8]}/link-pattern", json={"pattern_id": str(ids["pattern_id"])})
    linked = verdict(database, fresh_sample)
    api.post(f"/v1/issues/{issues[2]}/unlink-pattern", json={})
    unlinked = verdict(database, fresh_sample)
    api.post(
        f"/v1/patterns/{ids['other_pattern_id']}/split", json={"issue_ids": [str(i) for i in issues[9:11]]}
    )
    split = verdict(database, fresh_sample)

    assert linked == {"together": True, "confidence": shown[str(issues[0])]}
    assert unlinked == split == {"together": False, "confidence": 0.9}


def test_a_merge_is_kept_with_how_alike_the_two_patterns_were_called(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, ids, issues = client(fresh_sample.credentials["analyst"]), fresh_sample.ids, fresh_sample.issues
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update core.issue set title = 'Printer jam', body = null where issue_id = %s", (issues[7],)
        )

    api.post(f"/v1/patterns/{ids['pattern_id']}/merge", json={"pattern_ids": [str(ids["other_pattern_id"])]})

    merged = verdict(database, fresh_sample)
    assert merged["together"] is True
    assert merged["confidence"] == 0.0, "nothing in the two texts is alike"


def test_a_closure_note_is_shown_with_its_pattern(client: Client, fresh_sample: Sample) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), f"/v1/patterns/{fresh_sample.ids['pattern_id']}"

    note = api.post(f"{path}/closure-note", json={"note": "pool enlarged"}).json()

    assert api.get(path).json()["closure_notes"] == [note]


def test_the_api_cannot_take_a_fact_back(owner: psycopg.Connection) -> None:
    rights = owner.execute(
        """
        select t, p
        from unnest(array['detect.pattern_constraint', 'detect.pattern_verdict', 'detect.closure_note',
                          'core.issue_edit', 'predict.prediction', 'act.recommendation_progress',
                          'app.audit_log', 'raw.record']) as t,
                         unnest(array['update', 'delete', 'truncate']) as p
        where has_table_privilege('causeloop_api', t, p)
        """
    ).fetchall()

    assert rights == []
