"""The issues of a pattern grouped by their text without its variable parts."""

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.api.sample_rows import insert_row


def test_issues_that_differ_in_their_values_only_are_one_group_and_can_be_listed_alone(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        for number, issue_id in enumerate(fresh_sample.issues[:7]):
            key = "gone" if number < 5 else "late"
            insert_row(
                session,
                "detect.fingerprint",
                fresh_sample,
                issue_id=issue_id,
                kind="machine",
                template=f"order <*> is {key}",
                template_key=key,
            )
    viewer = client(fresh_sample.credentials["viewer"])
    path = f"/v1/patterns/{fresh_sample.ids['pattern_id']}"

    groups = viewer.get(f"{path}/member-groups").json()["data"]
    late = viewer.get(f"{path}/members?template_key=late").json()

    assert [(row["template"], row["count"]) for row in groups] == [
        ("order <*> is gone", 5),
        ("order <*> is late", 2),
    ]
    assert {row["id"] for row in late["data"]} == {str(row) for row in fresh_sample.issues[5:7]}
    assert late["page"]["total"] == 2
