"""How often what may fail was used is attached by day, replaced, and refused where it makes no sense."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Client
from tests.api.sample import Sample

DAY = "2026-10-01"


def body(**changes: Any) -> dict[str, Any]:
    return {"unit": "executions", "service": "checkout", "counts": [{"day": DAY, "count": 40}]} | changes


def test_counts_are_attached_listed_and_replaced(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    pattern = {"service": None, "pattern_id": str(fresh_sample.ids["pattern_id"])}
    two_days = [{"day": DAY, "count": 41}, {"day": "2026-10-02", "count": 0}]
    answers = [api.post("/v1/exposure", json=sent) for sent in (body(), body(), body(counts=two_days))]
    assert [answer.json() for answer in answers] == [{"days": 1}, {"days": 0}, {"days": 2}]
    assert api.post("/v1/exposure", json=body(**pattern)).json() == {"days": 1}

    of_service = api.get("/v1/exposure", params={"service": "checkout"}).json()["data"]
    assert [(row["day"], row["count"]) for row in of_service] == [("2026-10-02", 0), (DAY, 41)]
    assert of_service[0]["attached_by_name"]
    of_pattern = api.get("/v1/exposure", params={"pattern_id": pattern["pattern_id"]}).json()["data"]
    assert [(row["service"], row["count"]) for row in of_pattern] == [(None, 40)]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"service": None}, 422, "incomplete_change"),
        ({"pattern_id": str(uuid4())}, 422, "incomplete_change"),
        ({"service": None, "pattern_id": str(uuid4())}, 404, "not_found"),
        ({"counts": [{"day": DAY, "count": 1}] * 2}, 422, "incomplete_change"),
        (
            {"counts": [{"day": str((datetime.now(UTC) + timedelta(days=2)).date()), "count": 1}]},
            422,
            "day_in_the_future",
        ),
        ({"counts": [{"day": DAY, "count": -1}]}, 422, "invalid"),
        ({"counts": []}, 422, "invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(
    changes: dict[str, Any], status: int, code: str, client: Client, fresh_sample: Sample
) -> None:
    answer = client(fresh_sample.credentials["analyst"]).post("/v1/exposure", json=body(**changes))
    assert answer.status_code == status
    assert code == "invalid" or answer.json()["code"] == code


def test_a_viewer_attaches_nothing(client: Client, fresh_sample: Sample) -> None:
    assert client(fresh_sample.credentials["viewer"]).post("/v1/exposure", json=body()).status_code == 403
