import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.landing.inbound.ingest_event import read_event
from causeloop_pipeline.landing.inbound.product_fields import IngestError
from tests.support.polling import NOW

FULL = {
    "source": "pagerduty",
    "external_id": "evt-1",
    "title": "Payment gateway answers 504",
    "body": "upstream timed out",
    "severity": "p1",
    "status": "open",
    "service": "payments",
    "error_type": "GatewayTimeout",
    "team": "Payments",
    "environment": "production",
    "external_url": "https://status.example.com/1",
    "source_created_at": "2026-03-09T10:00:00+01:00",
    "source_updated_at": "2026-03-09T10:05:00+01:00",
    "resolved_at": "2026-03-09T11:00:00+01:00",
    "attributes": {"region": "eu-1"},
}


def pointers(payload: object) -> list[str]:
    with pytest.raises(IngestError) as refused:
        read_event(payload, NOW)
    return [error.pointer for error in refused.value.errors]


def test_a_whole_event_is_stored_with_its_times_in_utc():
    record = read_event(FULL, NOW)
    assert (record.source, record.external_id, record.channel, record.kind) == (
        "pagerduty",
        "evt-1",
        "ingest",
        "normalized",
    )
    assert str(record.source_updated_at) == "2026-03-09 09:05:00+00:00"
    assert record.payload == {name: value for name, value in FULL.items() if name != "source"} | {
        "source_created_at": "2026-03-09T09:00:00+00:00",
        "source_updated_at": "2026-03-09T09:05:00+00:00",
        "resolved_at": "2026-03-09T10:00:00+00:00",
    }


def test_a_title_is_enough():
    record = read_event({"title": " Disk full "}, NOW, channel="manual")
    assert record.payload["title"] == "Disk full"
    assert record.payload["severity"] == "p3"
    assert (record.source, record.source_updated_at, record.channel) == ("custom_api", None, "manual")


def test_an_unknown_source_becomes_custom_api():
    assert read_event({"title": "x", "source": "our-cron"}, NOW).source == "custom_api"


def test_the_same_event_twice_is_one_record_and_another_event_is_not():
    first, again = (read_event({"title": "x", "body": "b"}, NOW) for _ in range(2))
    assert first == again
    assert read_event({"title": "x", "body": "c"}, NOW).external_id != first.external_id


def test_unknown_fields_are_stored_as_attributes():
    record = read_event({"title": "x", "host": "db-3", "attributes": {"zone": 1}}, NOW)
    assert record.payload["attributes"] == {"host": "db-3", "zone": 1}


def test_every_bad_field_is_named():
    bad = {
        "title": " ",
        "severity": "urgent",
        "status": 1,
        "service": 7,
        "external_id": "x" * 513,
        "source_created_at": "yesterday",
        "resolved_at": "2999-01-01T00:00:00Z",
        "attributes": [],
        "source": 3,
    }
    assert set(pointers(bad)) == {f"/{name}" for name in bad}


@pytest.mark.parametrize("length", [0, 301, 5000])
def test_a_title_has_one_to_three_hundred_characters(length):
    assert pointers({"title": "x" * length}) == ["/title"]
    assert read_event({"title": "x" * 300}, NOW).payload["title"] == "x" * 300


@pytest.mark.parametrize("title", [" ", "\x1d", "\x85", "\u00a0", "\ufeff"])
def test_a_title_has_a_visible_character(title):
    assert pointers({"title": title}) == ["/title"]


@pytest.mark.parametrize(
    "payload", [None, [], "x", 7, {"title": "\ud800"}, {"title": "x", "attributes": {"a": "\ud800"}}]
)
def test_what_is_not_an_event_is_refused_as_a_whole(payload):
    assert pointers(payload) == [""]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*FULL, "other"]), json_values))
def test_any_event_is_taken_or_refused_with_reasons(event):
    before = repr(event)
    try:
        record = read_event(event, NOW)
    except IngestError as refused:
        reasons = [error.message for error in refused.errors]
    else:
        reasons = ["taken" if record.payload["title"] and record.external_id else ""]
    assert all(reasons)
    assert repr(event) == before


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("external_url", "javascript:alert(1)", "must begin with https://"),
        ("source_created_at", "0001-01-01T00:00:00Z", "before 1990"),
        ("resolved_at", "1989-12-31T00:00:00Z", "before 1990"),
        ("source_updated_at", "9999-12-31T00:00:00Z", "more than two years ahead"),
    ],
)
def test_impossible_times_and_addresses_are_refused_with_the_reason(name, value, reason):
    with pytest.raises(IngestError, match=reason) as refused:
        read_event({"title": "x", name: value}, NOW)
    assert [error.pointer for error in refused.value.errors] == [f"/{name}"]
