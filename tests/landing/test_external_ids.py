"""The id by which all channels of a tool know a record."""

from typing import Any

import pytest

from causeloop_pipeline.connectors.spec import RecordSchema
from causeloop_pipeline.landing.extract import RecordSchemaError, read_external_id

NAMED = RecordSchema(key="name", key_pattern=r"/alerts/([^/]+)$")


def test_an_id_at_the_end_of_a_name_is_the_one_that_webhooks_send_alone() -> None:
    assert read_external_id(NAMED, {"name": "projects/shop/alerts/0.abc"}) == "0.abc"


def test_a_name_without_the_expected_end_is_an_id_itself() -> None:
    assert read_external_id(NAMED, {"name": "0.abc"}) == "0.abc"


def test_a_record_without_the_name_has_no_id() -> None:
    with pytest.raises(RecordSchemaError, match="the id is missing"):
        read_external_id(NAMED, {"title": "Latency"})


def test_an_id_whose_name_begins_with_a_sign_is_read_as_any_other() -> None:
    """LogScale names it @id: every event once had the same id, the name itself."""
    assert read_external_id(RecordSchema(key="@id"), {"@id": "ev-1"}) == "ev-1"
    with pytest.raises(RecordSchemaError, match="the id is missing"):
        read_external_id(RecordSchema(key="@id"), {"id": "ev-1"})


@pytest.mark.parametrize(
    ("record", "external_id"),
    [({"id": "7", "url": "u"}, "check/7"), ({"id": "", "url": "u"}, "check/u"), ({"url": "u"}, "check/u")],
)
def test_the_first_of_several_places_that_holds_an_id_names_the_record(
    record: dict[str, Any], external_id: str
) -> None:
    assert read_external_id(RecordSchema(key="check/{id|url}"), record) == external_id


def test_a_record_with_none_of_several_places_has_no_id() -> None:
    with pytest.raises(RecordSchemaError, match=r"nothing usable at 'id\|url'"):
        read_external_id(RecordSchema(key="check/{id|url}"), {"name": "shop"})
