import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.inbound.signature import SignatureError
from causeloop_pipeline.landing.inbound.webhook import WebhookDelivery, read_delivery, verify_delivery
from causeloop_pipeline.model.raw_record import NORMALIZED, NORMALIZED_CONDITION
from tests.landing.messages.sent import FIELDS, KUBERNETES, NODE_RUN, PAIRS, QUIET, SENSU, SLACK, Sent
from tests.landing.messages.sent_by_jobs import FIELDS_OF_JOBS, PAIRS_OF_JOBS
from tests.offenders import assert_no_offenders, compare

TOOL = CONNECTORS["custom_api"]
SECRET = "the-secret"


def deliver(sent: Any, **config: Any) -> WebhookDelivery:
    return read_delivery(TOOL, json.dumps(sent).encode(), config=config)


def read_one(sent: Sent, **config: Any) -> dict[str, Any]:
    (record,) = deliver(sent, **config).records
    return record.payload


def test_a_message_of_any_form_fills_the_fields_that_it_names():
    def find_problems(case: tuple[Sent, dict[str, str]]) -> Iterator[str]:
        sent, expected = case
        payload = read_one(sent)
        for name, value in expected.items():
            yield from compare(value, payload.get(name), name)

    assert_no_offenders(FIELDS | FIELDS_OF_JOBS, find_problems)


def test_a_title_of_which_nothing_is_left_without_its_time_stays_as_it_is():
    assert read_one({"title": "12:30:15 error: !!!"})["title"] == "12:30:15 error: !!!"


def test_what_is_over_ends_what_failed_under_the_same_id():
    def find_problems(pair: tuple[Sent, Sent]) -> Iterator[str]:
        (failed,), (over,) = (deliver(sent).records for sent in pair)
        yield from compare(failed.external_id, over.external_id, "id")
        yield from compare(["open", "resolved"], [failed.payload["status"], over.payload["status"]], "status")
        yield from compare({NORMALIZED_CONDITION}, {failed.kind, over.kind}, "kinds")

    assert_no_offenders(PAIRS | PAIRS_OF_JOBS, find_problems)


def test_what_is_of_no_failure_is_counted_with_its_level():
    def find_problems(sent: Sent) -> Iterator[str]:
        delivery = deliver(sent)
        yield from compare(0, len(delivery.records) + len(delivery.quarantined), "records")
        yield from compare(1, sum(delivery.no_failures.values()), "no failures")

    assert_no_offenders(QUIET, find_problems)


def test_each_message_of_a_failure_begins_another_one_and_a_repeated_alarm_does_not():
    failed, alarm = read_one({"text": "Backup of db-1 failed"}), read_one({"text": "web01 is down"})
    assert datetime.fromisoformat(failed["source_created_at"])
    assert "source_created_at" not in alarm


def test_a_message_without_a_time_is_of_when_it_arrives_so_that_a_quick_second_failure_counts():
    first, second = (read_one({"text": "web01 is down"})["source_updated_at"] for _ in range(2))
    assert datetime.fromisoformat(first) < datetime.fromisoformat(second)
    assert read_one({"text": "web01 is up"})["resolved_at"]
    own = {"external_id": "backup", "title": "backup: disk full", "status": "open"}
    assert "source_updated_at" in read_one(own, identifies="condition")
    assert "source_updated_at" not in read_one(own)


def test_a_run_with_an_id_of_its_own_is_one_failure_however_often_it_is_sent():
    first, again = (deliver(NODE_RUN).records[0] for _ in range(2))
    assert first.kind == NORMALIZED
    assert first.payload_hash == again.payload_hash


def test_a_body_of_several_messages_is_as_many_records():
    listed = [{"status": "firing", "labels": {"alertname": name}, "fingerprint": name} for name in "ab"]
    alerts = {"receiver": "x", "status": "firing", "externalURL": "https://alerts.example", "alerts": listed}
    assert [record.external_id for record in deliver(alerts).records] == ["a", "b"]
    assert len(deliver([SLACK, SENSU]).records) == 2
    lines = b"\n".join(json.dumps(sent).encode() for sent in (SENSU, KUBERNETES))
    assert len(read_delivery(TOOL, lines).records) == 2


def test_alerts_of_a_group_are_read_one_by_one_although_the_group_has_a_title():
    alerts = [
        {"status": "firing", "labels": {"alertname": "CPU", "host": name}, "annotations": {"summary": name}}
        for name in ("web01", "web02")
    ]
    group = {"title": "[FIRING:2] CPU", "message": "two", "state": "alerting", "alerts": alerts}
    assert [record.payload["title"] for record in deliver(group).records] == ["web01", "web02"]


def test_a_metric_is_no_failure_and_is_set_aside():
    metric = {
        "name": "cpu",
        "fields": {"usage_idle": 91.2},
        "tags": {"host": "web01"},
        "timestamp": 1762900000,
    }
    delivery = deliver({"metrics": [metric], "name": "cpu"})
    assert (len(delivery.records), len(delivery.quarantined)) == (0, 1)


def test_a_form_and_a_plain_text_are_read_where_they_are_sent_as_such():
    form = b"payload=" + b"%7B%22text%22%3A%22web01+is+down%22%7D"
    (record,) = read_delivery(TOOL, form).records
    assert record.payload["title"] == "web01 is down"
    text, headers = b"nightly-export failed\nexit 3", {"content-type": "text/plain; charset=utf-8"}
    (record,) = read_delivery(TOOL, text, headers=headers).records
    assert (record.payload["title"], record.payload["body"]) == ("nightly-export failed", text.decode())
    assert not read_delivery(TOOL, text).records


def test_a_persons_mapping_goes_before_the_usual_names():
    sent = {"title": "Ticket 7", "what": "Printer on fire", "where": "hall"}
    payload = read_one(sent, fields={"title": "what", "service": "where"})
    assert (payload["title"], payload["service"]) == ("Printer on fire", "hall")


def test_what_a_reason_holds_is_no_state():
    assert read_one({"text": "DNS name shop.example cannot be resolved"})["status"] == "open"
    assert (
        read_one({"text": "Import completed with errors", "status": "completed with errors"})["status"]
        == "open"
    )


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"alertStatusString": "Cleared"}, "resolved"),
        ({"monitorCondition": "Resolved"}, "resolved"),
        ({"detail": {"state": {"value": "OK"}}}, "resolved"),
        ({"startedAt": "2026-03-02T08:00:00Z", "closedTime": "2026-03-02T08:30:00Z"}, "resolved"),
        ({"endsAt": "0001-01-01T00:00:00Z", "status": "firing"}, "open"),
        ({"event_type": "query_alert_monitor"}, "open"),
    ],
)
def test_a_state_is_recognized_by_its_name_or_one_like_it(values: Sent, status: str) -> None:
    assert read_one({"title": "CPU of web01", **values})["status"] == status


def test_a_message_that_tries_the_settings_is_no_failure():
    tried = [{"title": "TEST issue", "alert_reason": "NEW"}, {"eventType": "Test", "instance": "Sonarr"}]
    assert [sum(deliver(sent).no_failures.values()) for sent in tried] == [1, 1]
    assert read_one({"title": "Test of the payment failed"})["status"] == "open"


def test_a_group_of_errors_begins_where_it_was_last_seen():
    group = {"first_seen": "2026-01-10T08:15:00Z", "last_seen": "2026-01-15T10:30:00Z", "is_resolved": False}
    assert read_one({"title": "ValueError: x", **group})["source_created_at"] == "2026-01-15T10:30:00+00:00"


def test_a_commit_says_nothing_of_the_failure():
    sent = {"project": {"name": "Shop"}, "pipeline": {"status": "failed"}, "commit": {"message": "fix typo"}}
    assert read_one(sent)["title"] == "Shop: failed"


def test_what_a_container_logged_as_json_is_read():
    payload = read_one({"log": '{"level":"error","msg":"boom"}', "kubernetes": {"container_name": "web"}})
    assert (payload["title"], payload["own_severity"], payload["service"]) == ("boom", "p2", "web")


def test_labels_in_the_lines_of_a_text_are_fields():
    lines = ":red_circle: Task Failed.\n*Dag*: send_report\n*Log Url*: https://a.example/1"
    payload = read_one({"text": lines})
    assert (payload["service"], payload["external_url"]) == ("send_report", "https://a.example/1")


BASIC = base64.b64encode(f"causeloop:{SECRET}".encode()).decode()


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"x-causeloop-token": SECRET}, "https://a.example/x"),
        ({"authorization": f"Bearer {SECRET}"}, "https://a.example/x"),
        ({"authorization": f"Basic {BASIC}"}, "https://a.example/x"),
        ({}, f"https://a.example/x?token={SECRET}"),
    ],
)
def test_a_tool_that_cannot_sign_sends_the_secret(headers: dict[str, str], url: str) -> None:
    def verify(secret: str) -> None:
        now = datetime.now(UTC)
        verify_delivery(TOOL, headers=headers, body=b"{}", secrets=[secret], now=now, url=url)

    verify(SECRET)
    with pytest.raises(SignatureError):
        verify("another connector's")


@pytest.mark.parametrize(
    "title",
    [
        "[RESOLVED] web01 is down",
        "✅ web01",
        "Recovery: web01",
        "web01 recovered",
        "[Recovered on {host:a}] CPU",
    ],
)
def test_an_end_is_recognized_by_the_line_alone(title: str) -> None:
    assert read_one({"text": title})["status"] == "resolved"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "title",
                    "text",
                    "status",
                    "attachments",
                    "blocks",
                    "fields",
                    "value",
                    "name",
                    "color",
                    "id",
                    "alerts",
                ]
            )
            | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(ANYTHING)
def test_every_message_is_a_record_counted_or_set_aside(document: Any) -> None:
    delivery = read_delivery(TOOL, json.dumps(document).encode())
    assert delivery.records or delivery.quarantined or delivery.no_failures
    for record in delivery.records:
        assert record.payload["title"].strip()


def test_a_title_that_is_only_a_state_says_whose_it_is():
    failed = {"trigger": "failure", "execution": {"id": 7, "status": "failed", "job": {"name": "nightly"}}}

    assert read_one(failed)["title"] == "nightly: failure"


def test_an_exception_as_python_writes_it_is_of_its_class():
    task = {"name": "shop.charge", "state": "FAILURE", "exception": "TimeoutError('card-gateway', 30)"}

    assert read_one(task)["error_type"] == "TimeoutError"


def test_what_an_alert_calls_its_signature_is_its_title():
    eve = {
        "timestamp": "2026-11-30T10:00:00.1+0000",
        "event_type": "alert",
        "alert": {"signature": "ET SCAN Potential SSH Scan", "severity": 2},
    }

    assert read_one(eve)["title"] == "ET SCAN Potential SSH Scan"


def test_how_a_chat_names_the_sender_is_no_key_of_the_failure():
    def write(error: str, project: str) -> Sent:
        fields = [{"title": "Project", "value": project}]
        return {"alias": "Tracker", "attachments": [{"title": error, "color": "#e52b50", "fields": fields}]}

    sent = [write("ZeroDivisionError: division by zero", "shop"), write("KeyError: amount", "desk")]
    (first,), (second,) = (deliver(message).records for message in sent)

    assert first.external_id != second.external_id


def test_a_state_without_a_word_is_set_aside():
    delivery = deliver({"status": "\r"})

    assert (delivery.records, len(delivery.quarantined)) == ([], 1)
