"""The identity of a failure, and the one claim and ticket of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

PYTHON_TRACE = """Traceback (most recent call last):
  File "/srv/app/orders/views.py", line {line}, in create
    charge(order)
  File "/srv/app/payments/gateway.py", line {line}, in charge
    raise GatewayTimeout(order)
payments.gateway.GatewayTimeoutError: order {order} timed out
"""


def identify(api: object, text: str) -> dict[str, object]:
    return api.post("/v1/identify", json={"text": text}).json()  # type: ignore[attr-defined,no-any-return]


def test_the_same_failure_has_the_same_identity_whoever_asks(client: Client, sample: Sample) -> None:
    analyst, viewer = client(sample.credentials["analyst"]), client(sample.credentials["viewer"])

    first = identify(analyst, "Mail relay mx-17 refused 31 messages")
    again = identify(viewer, "2026-11-30 04:00:00 ERROR Mail relay mx-99 refused 2 messages")
    other = identify(viewer, "Mail relay mx-17 accepted a forged sender")

    assert first["identity"] == again["identity"] != other["identity"]
    assert first["claim"] is None


def test_a_stack_trace_is_identified_by_its_frames_and_not_by_its_numbers(
    client: Client, sample: Sample
) -> None:
    api = client(sample.credentials["viewer"])

    first = identify(api, PYTHON_TRACE.format(line=10, order=4711))
    again = identify(api, PYTHON_TRACE.format(line=10, order=9))

    assert first["identity"] == again["identity"]


def test_two_tenants_share_no_identity(client: Client, sample: Sample, other_sample: Sample) -> None:
    ours, theirs = (client(each.credentials["viewer"]) for each in (sample, other_sample))

    assert identify(ours, "Mail relay down")["identity"] != identify(theirs, "Mail relay down")["identity"]


def test_claims_at_once_over_http_make_one_claim_and_one_ticket(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, connector_id = client(fresh_sample.credentials["analyst"]), str(fresh_sample.ids["tracker_id"])

    def claim(number: int) -> dict[str, object]:
        body = {"text": f"Payroll export {number} never finished", "connector_id": connector_id}
        response = api.post("/v1/claims", json=body)
        assert response.status_code == 200, response.text
        return response.json()  # type: ignore[no-any-return]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(claim, range(12)))

    assert len({answer["identity"] for answer in answers}) == 1
    assert sum(bool(answer["is_new_claim"]) for answer in answers) == 1
    with database.workspace(fresh_sample.workspace_id) as session:
        tickets = session.rows(
            "select t.recommendation_id from act.ticket as t "
            "join act.failure_claim as c on c.claim_id = t.recommendation_id"
        )
    assert len(tickets) == 1


def test_a_recurrence_counts_once_and_leaves_the_claim_with_its_owner(
    client: Client, fresh_sample: Sample
) -> None:
    first, second = (client(fresh_sample.credentials[role]) for role in ("analyst", "admin"))
    text, later = "Backup of volume 7 was cut short", datetime.now(UTC) + timedelta(hours=1)

    claimed = first.post("/v1/claims", json={"text": text, "ticket_url": "https://tracker.example/1"}).json()
    again = [
        second.post("/v1/claims", json={"text": text, "occurred_at": later.isoformat()}).json()
        for _ in range(2)
    ]
    identity = identify(second, "Backup of volume 9 was cut short")

    assert claimed["is_new_claim"]
    assert [answer["claim"]["recurrence_count"] for answer in again] == [1, 1]
    assert {answer["claim"]["claimed_by"] for answer in again} == {claimed["claim"]["claimed_by"]}
    assert identity["claim"]["ticket_url"] == "https://tracker.example/1"  # type: ignore[index]
    assert identity["is_known"]


def test_a_released_claim_goes_to_whoever_claims_it_next(client: Client, fresh_sample: Sample) -> None:
    first, second = (client(fresh_sample.credentials[role]) for role in ("analyst", "admin"))
    claim = first.post("/v1/claims", json={"text": "Label printer jams"}).json()["claim"]

    released = first.post(f"/v1/claims/{claim['id']}/release")
    taken = second.post("/v1/claims", json={"text": "Label printer jams"}).json()["claim"]

    assert released.status_code == 204
    assert taken["claimed_by"] != claim["claimed_by"]
    assert taken["released_at"] is None
    assert first.post(f"/v1/claims/{uuid4()}/release").status_code == 404


def test_viewers_see_who_works_on_a_failure_and_claim_none(client: Client, sample: Sample) -> None:
    response = client(sample.credentials["viewer"]).post("/v1/claims", json={"text": "Label printer jams"})

    assert response.status_code == 403
