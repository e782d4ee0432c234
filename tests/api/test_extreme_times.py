"""Default dates of programs and the ends of time: refused where they would be stored, a defect nowhere."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample

EXTREMES = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59.999999-12:00",
)


def list_times(contract: Contract) -> Iterator[tuple[str, str]]:
    """(path, parameter) of every filter by time that needs no id."""
    for _, _, path, operation in contract.operations:
        for parameter in operation.get("parameters", []):
            kinds = parameter["schema"].get("anyOf", [parameter["schema"]])
            if "{" not in path and any(kind.get("format") == "date-time" for kind in kinds):
                yield path, parameter["name"]


def test_a_filter_by_an_extreme_time_is_answered_or_refused(
    contract: Contract, client: Client, sample: Sample
) -> None:
    api, filters = client(sample.credentials["owner"]), list(list_times(contract))
    statuses = {
        (path, name, time): api.get(path, params={name: time}).status_code
        for path, name in filters
        for time in EXTREMES
    }

    assert len(filters) > 5
    assert {key: status for key, status in statuses.items() if status not in {200, 400, 422}} == {}


def list_writes(sample: Sample, time: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every request that stores a time."""
    ids = sample.ids
    issue = {"title": "It broke", "external_id": uuid4().hex}
    for field in ("source_created_at", "source_updated_at", "resolved_at"):
        yield "POST", "/v1/issues", issue | {field: time}
        yield "POST", "/v1/ingest/events", issue | {field: time}
    yield "PATCH", f"/v1/issues/{ids['issue_id']}", {"resolved_at": time}
    yield "POST", "/v1/ingest/changes", {"title": "checkout 4.12", "changed_at": time}
    yield "PATCH", f"/v1/patterns/{ids['pattern_id']}", {"snoozed_until": time}
    yield "POST", f"/v1/alert-rules/{ids['rule_id']}/snooze", {"until": time}
    yield "POST", "/v1/service-accounts", {"name": "robot", "expires_at": time}
    done = {"status": "implemented", "fixed_at": time}
    yield "PATCH", f"/v1/recommendations/{ids['recommendation_id']}", done


@pytest.mark.parametrize("time", EXTREMES)
def test_an_extreme_time_is_never_stored(time: str, client: Client, sample: Sample) -> None:
    api = client(sample.credentials["owner"])

    statuses = {
        (method, path, str(body)): api.request(method, path, json=body).status_code
        for method, path, body in list_writes(sample, time)
    }

    assert {key: status for key, status in statuses.items() if status != 422} == {}
