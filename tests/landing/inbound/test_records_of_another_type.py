"""What two types of one tool are sent is landed as the same records, so that it counts once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.landing.map_payload import map_payload
from causeloop_pipeline.model.raw_record import RawRecord
from tests.offenders import assert_no_offenders

SHARED = {
    f"{tool}, body {number}": (tool, body)
    for tool, connector in CONNECTORS.items()
    if connector.webhook and any(event.source for event in connector.webhook.events)
    for number, body in enumerate(read_case(tool).webhook)
}


def deliver(tool: str, body: Any) -> list[RawRecord]:
    return read_delivery(CONNECTORS[tool], json.dumps(body).encode()).records


def identify(record: RawRecord) -> tuple[str, str, str, str]:
    return record.source, record.external_id, record.kind, record.payload_hash


def test_a_body_gives_the_same_records_whichever_type_receives_it():
    def find_problems(sent: tuple[str, Any]) -> Iterator[str]:
        tool, body = sent
        for record in deliver(tool, body):
            own = [identify(received) for received in deliver(record.source, body)]
            if identify(record) not in own:
                yield f"expected one of {own} as {record.source} lands, found {identify(record)}"

    assert_no_offenders(SHARED, find_problems)


def test_github_lands_alerts_and_checks_as_those_who_know_them():
    sources = {record.source for body in read_case("github").webhook for record in deliver("github", body)}
    assert sources == {"github", "github_actions", "github_security"}


def test_a_record_of_another_type_is_read_by_that_types_mappings():
    alert = next(
        body for body in read_case("github_security").webhook if "dependency" in body.get("alert", {})
    )
    mapped, own = (map_payload(CONNECTORS[tool], alert) for tool in ("github", "github_security"))
    assert [issue.fields for issue in mapped.issues] == [issue.fields for issue in own.issues]
    assert mapped.issues[0].fields["source"] == "github_security"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "created", "check_run": {"id": 1, "status": "queued", "conclusion": None}},
        {"ref": "refs/heads/main", "pusher": {"name": "octo"}, "commits": []},
        {"ref": "v2", "ref_type": "tag"},
    ],
)
def test_a_check_that_has_not_ended_and_everyday_events_are_answered_and_not_stored(body):
    delivery = read_delivery(CONNECTORS["github"], json.dumps(body).encode())
    assert (delivery.records, delivery.quarantined) == ([], [])
