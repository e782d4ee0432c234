"""A record of any tool in the product's fields, by the mapping of a form."""

import pytest

from causeloop_pipeline.connectors.pulls import list_entries, open_entries
from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.field_mapping import ProductFieldError, build_product_payload

TASK = {
    "display_name": "Orders(day=2026-11-30)",
    "status": {"id": "1", "link": "https://t.example/status1", "name": "failed"},
    "keywords": [{"name": "orders"}, {"name": "nightly"}],
    "builderid": 7,
    "number": 12,
    "started": "2026-11-30.08:15:10",
}


def test_an_object_gives_its_name_and_a_template_what_it_makes_of_the_record() -> None:
    mapping = {
        "title": "display_name",
        "status": "status",
        "team": "keywords",
        "external_url": "https://ci.example/#/builders/{builderid}/builds/{number}",
        "error_type": "{absent}",
        "source_created_at": "started",
    }
    payload = build_product_payload(TASK, mapping, TimeFormat.EPOCH_SECONDS)
    assert payload["status"] == "failed"
    assert payload["team"] == "orders, nightly"
    assert payload["external_url"] == "https://ci.example/#/builders/7/builds/12"
    assert payload["source_created_at"] == "2026-11-30T08:15:10+00:00"
    assert "error_type" not in payload


def test_an_object_is_not_an_id() -> None:
    with pytest.raises(ProductFieldError, match="external_id: expected a text, found a dict"):
        build_product_payload(TASK, {"title": "display_name", "external_id": "status"}, TimeFormat.ISO)


def test_an_object_of_records_is_a_list_of_them_each_with_its_key() -> None:
    answer = {"response": {"Orders_1": {"status": "FAILED"}, "Orders_2": {"status": "DONE"}}, "took": 3}
    assert list_entries(answer, "response") == [
        {"_key": "Orders_1", "status": "FAILED"},
        {"_key": "Orders_2", "status": "DONE"},
    ]
    assert list_entries({"response": {}}, "response") == []
    assert list_entries(answer, "") is None
    assert list_entries(answer, "took") is None


def test_the_records_of_a_list_of_lists_are_those_of_all_of_them() -> None:
    groups = [{"alerts": [{"id": 1}, {"id": 2}]}, {"alerts": None}, {}, {"alerts": [{"id": 3}]}]
    assert [record["id"] for record in open_entries(groups, "alerts")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("record", "place", "status"),
    [
        ({"is_resolved": True}, "is_resolved", "resolved"),
        ({"is_resolved": False}, "is_resolved", "open"),
        ({"check": {"failed": True}}, "check.failed", "open"),
        ({"up": True}, "up", "resolved"),
        ({"muted": True}, "muted", "True"),
    ],
)
def test_a_yes_or_no_is_the_status_that_its_name_makes_of_it(
    record: dict[str, object], place: str, status: str
) -> None:
    mapping = {"title": "name", "status": place}
    payload = build_product_payload({"name": "x", **record}, mapping, TimeFormat.ISO)
    assert payload["status"] == status
