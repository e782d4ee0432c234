"""What must stay true after a fix is attached, shown on the fix, and withdrawn."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Client
from tests.api.sample import Sample


def test_an_expectation_is_attached_shown_and_withdrawn(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = f"/v1/recommendations/{fresh_sample.ids['recommendation_id']}"
    before = len(api.get(path).json()["expectations"])
    body = {"kind": "at_most", "pattern_id": str(fresh_sample.ids["pattern_id"]), "most": 2}

    attached = api.post(f"{path}/expectations", json=body | {"until": "2030-01-01"})
    assert attached.status_code == 201
    (newest,) = [row for row in attached.json()["expectations"] if row["kind"] == "at_most"]
    assert (newest["kind"], newest["most"], newest["until"]) == ("at_most", 2, "2030-01-01")
    assert (newest["status"], newest["text"]) == ("open", None)
    assert newest["made_by_name"]

    left = api.delete(f"{path}/expectations/{newest['id']}").json()["expectations"]
    assert len(left) == before
    assert api.delete(f"{path}/expectations/{newest['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "at_most"}, "incomplete_change"),
        ({"most": 1}, "incomplete_change"),
        ({"kind": "job_passes"}, "incomplete_change"),
        ({"job": "nightly"}, "incomplete_change"),
        ({"pattern_id": None}, "incomplete_change"),
        ({"pattern_id": str(uuid4())}, "no_such_pattern"),
    ],
)
def test_what_does_not_go_together_is_refused(
    change: dict[str, Any], code: str, client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = f"/v1/recommendations/{fresh_sample.ids['recommendation_id']}/expectations"
    body = {"kind": "no_occurrence", "pattern_id": str(fresh_sample.ids["pattern_id"])} | change
    answer = api.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (
        api.post(
            path.replace(str(fresh_sample.ids["recommendation_id"]), str(uuid4())),
            json={"kind": "job_passes", "job": "nightly"},
        ).status_code
        == 404
    )
