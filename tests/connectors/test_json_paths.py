"""Paths lead through keys with dots and spaces, as vendors have them."""

import pytest

from causeloop_pipeline.connectors.json_paths import MissingValueError, fill, find_value

BODY = {
    "public_alert.alert_created_v1": {"id": "a1"},
    "values": {"Incident Number": "INC7"},
    "items": [{"id": 3}],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (r"public_alert\.alert_created_v1.id", "a1"),
        ("values.Incident Number", "INC7"),
        ("items.0.id", 3),
        ("public_alert.alert_created_v1.id", None),
        ("items.7.id", None),
        ("", BODY),
    ],
)
def test_a_path_finds_its_value(path, value):
    assert find_value(BODY, path) == value


def test_a_template_is_filled_from_a_key_with_a_space():
    assert fill("incident/{values.Incident Number}", lambda path: find_value(BODY, path)) == "incident/INC7"


def test_a_template_with_a_missing_value_names_it():
    with pytest.raises(MissingValueError, match=r"values\.Number"):
        fill("{values.Number}", lambda path: find_value(BODY, path))


def test_a_name_that_may_lack_is_filled_with_nothing():
    assert fill("{suite}/{column|}{schema|}", {"suite": "orders", "column|": "id"}.get) == "orders/id"


def test_quoted_json_in_a_template_is_not_a_placeholder():
    assert fill('{"size": {size}}', {"size": 5}.get) == '{"size": 5}'
