"""What is to be found out is listed, decided once it is known, and never ranked among the fixes."""

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_what_is_open_is_listed_with_the_two_causes_and_without_a_prevented_number(
    client: Client, sample: Sample
) -> None:
    listed = client(sample.credentials["viewer"]).get("/v1/investigations", params={"status": "open"}).json()

    (row,) = listed["data"]
    assert (row["place"], row["first_cause"], row["second_cause"]) == (1, "one machine", "one release")
    assert not [name for name in row if "prevented" in name or name == "rank"]


def test_what_was_found_out_is_recorded_with_who_and_when(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = f"/v1/investigations/{fresh_sample.ids['investigation_id']}"

    done = api.patch(path, json={"status": "done", "result": "second", "note": "always 4.2"}).json()
    again = api.patch(path, json={"status": "open"}).json()

    assert (done["status"], done["result"], done["note"]) == ("done", "second", "always 4.2")
    assert (done["decided_by_name"], done["decided_at"] is not None) == ("analyst", True)
    assert (again["status"], again["result"], again["note"]) == ("open", None, "always 4.2")


@pytest.mark.parametrize(
    "body",
    [{"status": "done"}, {"status": "open", "result": "first"}, {"status": "found"}, {"result": "first"}],
)
def test_a_result_comes_with_done_and_only_with_it(
    client: Client, sample: Sample, body: dict[str, str]
) -> None:
    api = client(sample.credentials["analyst"])
    assert api.patch(f"/v1/investigations/{sample.ids['investigation_id']}", json=body).status_code == 422


def test_the_patterns_that_nothing_explains_are_named_with_what_they_share(
    client: Client, sample: Sample
) -> None:
    answer = client(sample.credentials["viewer"]).get("/v1/investigations/unexplained").json()

    assert [pattern["id"] for pattern in answer["patterns"]] == [str(sample.ids["pattern_id"])]
    assert answer["traits"] == [f"1 of 1 have the service {sample.canary}"]
    assert answer["endings"] == [f"What ended “{sample.canary}” before: restarted it (once, held 2 days)"]


def test_a_workspace_that_was_not_advised_yet_has_none(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from act.unexplained_patterns")
    answer = client(fresh_sample.credentials["viewer"]).get("/v1/investigations/unexplained").json()
    assert answer == {"patterns": [], "traits": [], "endings": [], "computed_at": None}
