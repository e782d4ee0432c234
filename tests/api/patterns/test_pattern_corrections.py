"""People's corrections of patterns, and closure notes."""

from uuid import UUID, uuid4

import httpx2
import psycopg

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def read_constraints(database: Database, sample: Sample) -> set[tuple[str, frozenset[UUID]]]:
    with database.workspace(sample.workspace_id) as session:
        rows = session.rows("select kind, left_issue_id, right_issue_id from detect.constraint_in_force")
    return {(row["kind"], frozenset((row["left_issue_id"], row["right_issue_id"]))) for row in rows}


def test_a_link_becomes_constraints_with_the_central_issues(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, stranger = client(fresh_sample.credentials["analyst"]), fresh_sample.issues[8]
    body = {"pattern_id": str(fresh_sample.ids["pattern_id"]), "reason": "same pool"}

    first = api.post(f"/v1/issues/{stranger}/link-pattern", json=body)
    again = api.post(f"/v1/issues/{stranger}/link-pattern", json=body)

    assert first.status_code == 202
    assert {("must", frozenset((stranger, other))) for other in fresh_sample.issues[:7]} <= read_constraints(
        database, fresh_sample
    )
    assert (again.json()["constraints"], again.json()["correction_id"]) == (0, None)
    assert api.get(first.headers["location"]).json()["kind"] == "patterns"


def test_an_unlink_becomes_constraints_with_the_members_of_the_pattern(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, issue = client(fresh_sample.credentials["analyst"]), fresh_sample.issues[0]

    response = api.post(f"/v1/issues/{issue}/unlink-pattern", json={})

    assert response.json()["constraints"] == 6
    assert read_constraints(database, fresh_sample) == {
        ("cannot", frozenset((issue, other))) for other in fresh_sample.issues[1:7]
    }


def test_the_newest_correction_replaces_what_it_contradicts_and_withdrawing_it_brings_that_back(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, issue = client(fresh_sample.credentials["analyst"]), fresh_sample.issues[0]
    pattern = {"pattern_id": str(fresh_sample.ids["pattern_id"])}

    api.post(f"/v1/issues/{issue}/unlink-pattern", json={})
    unlinked = read_constraints(database, fresh_sample)
    link = api.post(f"/v1/issues/{issue}/link-pattern", json=pattern)
    linked = read_constraints(database, fresh_sample)
    back = api.post(f"/v1/corrections/{link.json()['correction_id']}/withdraw", json={})
    withdrawn = read_constraints(database, fresh_sample)
    again = api.post(f"/v1/corrections/{link.json()['correction_id']}/withdraw", json={})

    assert (link.status_code, back.status_code, again.status_code) == (202, 202, 404)
    assert {kind for kind, _ in unlinked} == {"cannot"}
    assert linked == {("must", frozenset((issue, other))) for other in fresh_sample.issues[1:7]}
    assert withdrawn == unlinked


def test_an_unlink_is_withdrawn_as_a_whole_from_what_the_issue_lists(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, issue = client(fresh_sample.credentials["analyst"]), fresh_sample.issues[0]
    api.post(f"/v1/issues/{issue}/unlink-pattern", json={})
    facts = api.get(f"/v1/issues/{issue}/membership").json()["facts"]
    assert {fact["act"] for fact in facts} == {"unlink"}
    (correction,) = {fact["correction_id"] for fact in facts}

    api.post(f"/v1/corrections/{correction}/withdraw", json={})

    assert read_constraints(database, fresh_sample) == set()
    assert api.get(f"/v1/issues/{issue}/membership").json()["facts"] == []


def test_a_merge_and_a_split_become_constraints(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, ids, issues = client(fresh_sample.credentials["analyst"]), fresh_sample.ids, fresh_sample.issues

    merged = api.post(
        f"/v1/patterns/{ids['pattern_id']}/merge", json={"pattern_ids": [str(ids["other_pattern_id"])]}
    )
    split = api.post(
        f"/v1/patterns/{ids['pattern_id']}/split", json={"issue_ids": [str(i) for i in issues[4:7]]}
    )

    assert (merged.status_code, split.status_code) == (202, 202)
    constraints = read_constraints(database, fresh_sample)
    assert {("must", frozenset((issues[0], other))) for other in issues[7:]} <= constraints
    leaving = set(issues[4:7])
    assert {pair & leaving for kind, pair in constraints if kind == "cannot"} == {
        frozenset({issue}) for issue in leaving
    }
    assert not [pair for kind, pair in constraints if kind == "must" and len(pair & leaving) == 1]


def read_counted_feedback(database: Database, sample: Sample) -> int:
    with database.workspace(sample.workspace_id) as session:
        return len(session.rows("select from detect.pattern_feedback where withdrawn_at is null"))


def test_a_merge_keeps_the_name_of_the_path_and_withdrawing_it_gives_back_the_former_one(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, ids = client(fresh_sample.credentials["analyst"]), fresh_sample.ids
    path = f"/v1/patterns/{ids['pattern_id']}"
    api.patch(path, json={"name": "Pool too small"})
    before = read_counted_feedback(database, fresh_sample)

    body = {"pattern_ids": [str(ids["other_pattern_id"])], "name": "Pools run dry", "reason": "One pool"}
    merged = api.post(f"{path}/merge", json=body).json()
    name = api.get(path).json()["name"]
    corrections = api.get(f"{path}/corrections").json()["data"]
    api.post(f"/v1/corrections/{merged['correction_id']}/withdraw", json={})

    assert name == "Pools run dry"
    (correction,) = [row for row in corrections if row["id"] == merged["correction_id"]]
    assert (correction["act"], correction["reason"]) == ("merge", "One pool")
    assert all(correction[name] for name in ("made_by_name", "left_issue_title", "right_issue_title"))
    assert api.get(path).json()["name"] == "Pool too small"
    assert api.get(f"{path}/corrections").json()["data"] == []
    assert read_counted_feedback(database, fresh_sample) == before


def test_a_split_is_listed_at_both_patterns_until_it_is_withdrawn(
    client: Client, fresh_sample: Sample
) -> None:
    api, ids, issues = client(fresh_sample.credentials["analyst"]), fresh_sample.ids, fresh_sample.issues
    path = f"/v1/patterns/{ids['pattern_id']}"

    split = api.post(f"{path}/split", json={"issue_ids": [str(issue) for issue in issues[4:7]]}).json()
    (listed,) = api.get(f"{path}/corrections").json()["data"]

    assert (listed["id"], listed["act"], listed["issue_count"]) == (split["correction_id"], "split", 3)
    assert client(fresh_sample.credentials["viewer"]).get(f"{path}/corrections").status_code == 200
    assert api.get(f"/v1/patterns/{uuid4()}/corrections").status_code == 404


def test_an_answer_about_a_pattern_is_taken_back_as_a_whole_and_once(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    before = read_counted_feedback(database, fresh_sample)
    path = f"/v1/patterns/{fresh_sample.ids['pattern_id']}/confirm"
    answer = api.post(path, json={"together": False}).json()
    counted = read_counted_feedback(database, fresh_sample)

    back = api.post(f"/v1/feedback/{answer['id']}/withdraw")
    again = api.post(f"/v1/feedback/{answer['id']}/withdraw")

    assert counted == before + 5
    assert (back.status_code, again.status_code) == (204, 404)
    assert read_counted_feedback(database, fresh_sample) == before


def test_invalid_corrections_are_refused(client: Client, sample: Sample) -> None:
    api, ids = client(sample.credentials["analyst"]), sample.ids
    path, members = f"/v1/patterns/{ids['pattern_id']}", [str(issue) for issue in sample.issues[:7]]

    def code(response: httpx2.Response) -> tuple[int, str]:
        return response.status_code, response.json()["code"]

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


def test_a_confirmation_is_recorded_with_the_displayed_confidence(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, pattern_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["pattern_id"]

    response = api.post(f"/v1/patterns/{pattern_id}/confirm", json={})

    assert response.status_code == 201
    with database.workspace(fresh_sample.workspace_id) as session:
        feedback = session.rows("select together, confidence, left_issue_id from detect.pattern_feedback")
    assert len(feedback) == 5
    assert {(row["together"], row["confidence"], row["left_issue_id"]) for row in feedback} == {
        (True, 0.9, fresh_sample.issues[0])
    }


def read_latest_feedback(database: Database, sample: Sample) -> dict[str, object]:
    """The latest feedback of a workspace."""
    with database.workspace(sample.workspace_id) as session:
        row = session.row(
            "select together, confidence from detect.pattern_feedback order by feedback_id desc limit 1"
        )
    assert row is not None
    return row


def test_a_correction_is_recorded_with_the_displayed_confidence(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, ids, issues = client(fresh_sample.credentials["analyst"]), fresh_sample.ids, fresh_sample.issues
    similar = api.get(f"/v1/issues/{issues[8]}/similar?limit=50").json()["data"]
    similarity = {row["id"]: row["similarity"] for row in similar}

    api.post(f"/v1/issues/{issues[8]}/link-pattern", json={"pattern_id": str(ids["pattern_id"])})
    linked = read_latest_feedback(database, fresh_sample)
    api.post(f"/v1/issues/{issues[2]}/unlink-pattern", json={})
    unlinked = read_latest_feedback(database, fresh_sample)
    api.post(
        f"/v1/patterns/{ids['other_pattern_id']}/split", json={"issue_ids": [str(i) for i in issues[9:11]]}
    )
    split = read_latest_feedback(database, fresh_sample)

    assert linked == {"together": True, "confidence": similarity[str(issues[0])]}
    assert unlinked == split == {"together": False, "confidence": 0.9}


def test_a_merge_is_recorded_with_the_similarity_of_the_patterns(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, ids, issues = client(fresh_sample.credentials["analyst"]), fresh_sample.ids, fresh_sample.issues
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update core.issue set title = 'Printer jam', body = null where issue_id = %s", (issues[7],)
        )

    api.post(f"/v1/patterns/{ids['pattern_id']}/merge", json={"pattern_ids": [str(ids["other_pattern_id"])]})

    merged = read_latest_feedback(database, fresh_sample)
    assert merged["together"] is True
    assert merged["confidence"] == 0.0, "the two texts have nothing in common"


def test_a_closure_note_is_returned_with_its_pattern(client: Client, fresh_sample: Sample) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), f"/v1/patterns/{fresh_sample.ids['pattern_id']}"

    note = api.post(f"{path}/closure-note", json={"note": "pool enlarged"}).json()

    assert api.get(path).json()["closure_notes"] == [note]


def test_the_api_role_cannot_change_recorded_facts(owner: psycopg.Connection) -> None:
    rights = owner.execute(
        """
        select t, p
        from unnest(array['detect.pattern_constraint', 'detect.pattern_feedback', 'detect.closure_note',
                          'core.issue_edit', 'predict.prediction', 'act.recommendation_progress',
                          'app.audit_log', 'raw.record']) as t,
                         unnest(array['update', 'delete', 'truncate']) as p
        where has_table_privilege('causeloop_api', t, p)
        """
    ).fetchall()

    assert rights == []
