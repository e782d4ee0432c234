"""Why an issue is in its pattern."""

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_a_membership_names_the_reason_the_nearest_other_pattern_and_what_was_missing(
    client: Client, sample: Sample
) -> None:
    issue_id, api = sample.issues[3], client(sample.credentials["viewer"])

    membership = api.get(f"/v1/issues/{issue_id}/membership").json()
    (member,) = [
        row
        for row in api.get(f"/v1/patterns/{sample.ids['pattern_id']}/members").json()["data"]
        if row["id"] == str(issue_id)
    ]

    assert membership["state"] == "member"
    assert membership["pattern"]["id"] == str(sample.ids["pattern_id"])
    assert membership["nearest_pattern"]["id"] == str(sample.ids["other_pattern_id"])
    assert membership["nearest_missing"] == "service"
    assert {name: membership[name] for name in ("similarity", "confidence", "reason")} == {
        name: member[name] for name in ("similarity", "confidence", "reason")
    }


def test_the_membership_names_whether_a_rule_similarity_or_a_person_decided(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, issue_id = client(fresh_sample.credentials["viewer"]), fresh_sample.issues[0]
    decided_by = []
    for kind in ("template", "trace", "terms", "dimensions", "person"):
        with database.workspace(fresh_sample.workspace_id) as session:
            session.execute(
                "update detect.pattern_member set reason = jsonb_build_object('kind', %s::text) "
                "where issue_id = %s",
                (kind, issue_id),
            )
        decided_by.append(api.get(f"/v1/issues/{issue_id}/membership").json()["decided_by"])

    assert decided_by == ["rule", "rule", "similarity", "similarity", "person"]


def test_corrections_are_listed_from_the_side_of_the_issue(client: Client, fresh_sample: Sample) -> None:
    api, issues = client(fresh_sample.credentials["analyst"]), fresh_sample.issues
    pattern_id = str(fresh_sample.ids["pattern_id"])
    link = {"pattern_id": pattern_id, "reason": "same pool"}
    api.post(f"/v1/issues/{issues[8]}/link-pattern", json=link)

    for issue_id, other in ((issues[8], issues[0]), (issues[0], issues[8])):
        facts = api.get(f"/v1/issues/{issue_id}/membership").json()["facts"]
        (fact,) = [fact for fact in facts if fact["issue_id"] == str(other) and fact["kind"] == "must"]
        assert (fact["kind"], fact["issue_id"], fact["reason"]) == ("must", str(other), "same pool")
        assert fact["made_by"].startswith("service_account:")
        assert fact["issue_title"].startswith("Checkout times out")


def test_an_issue_without_a_pattern_is_waiting_or_alone(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, issue_id = client(fresh_sample.credentials["viewer"]), fresh_sample.issues[0]
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from detect.pattern_member where issue_id = %s", (issue_id,))
    waiting = api.get(f"/v1/issues/{issue_id}/membership").json()
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "insert into detect.fingerprint (workspace_id, issue_id, kind, template, issue_changed_at, "
            "grouped_changed_at) select workspace_id, issue_id, 'machine', 'times out after <*> s', "
            "changed_at, changed_at from core.issue where issue_id = %s",
            (issue_id,),
        )
    alone = api.get(f"/v1/issues/{issue_id}/membership").json()

    assert (waiting["state"], waiting["pattern"], waiting["facts"]) == ("waiting", None, [])
    assert (alone["state"], alone["template"]) == ("alone", "times out after <*> s")


def test_a_correction_bears_the_name_of_the_person_who_made_it(client: Client, fresh_sample: Sample) -> None:
    issue, pattern = fresh_sample.issues[2], fresh_sample.ids["other_pattern_id"]
    analyst = client(fresh_sample.credentials["analyst"])
    analyst.post(f"/v1/issues/{issue}/link-pattern", json={"pattern_id": str(pattern)})

    facts = analyst.get(f"/v1/issues/{issue}/membership").json()["facts"]

    assert {fact["made_by_name"] for fact in facts} == {"analyst"}
