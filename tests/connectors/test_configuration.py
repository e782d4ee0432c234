import json
import re
from typing import Any

import pytest

from causeloop_pipeline.connectors.configuration import fill_defaults, find_problems
from causeloop_pipeline.connectors.registry import CONNECTORS

JIRA = CONNECTORS["jira"]
GITHUB = CONNECTORS["github"]
CUSTOM = CONNECTORS["custom_api"]
TOKEN = {"email": "ada@example.com", "api_token": "planted-secret"}


def fields(connector, config, credentials):
    return [problem.field for problem in find_problems(connector, config, credentials)]


def test_a_complete_form_has_no_problems():
    assert fields(JIRA, {"site": "acme"}, TOKEN) == []
    assert fields(GITHUB, {"repositories": ["acme/shop"]}, {"token": "t"}) == []
    assert fields(CUSTOM, {"base_url": "https://tickets.example.com"}, {}) == []


def test_what_is_missing_is_named_in_the_order_of_the_form():
    assert fields(JIRA, {}, {}) == ["config.site", "credentials.email", "credentials.api_token"]
    assert fields(JIRA, {"site": ""}, TOKEN | {"email": ""}) == ["config.site", "credentials.email"]


def test_what_is_unknown_is_named():
    assert fields(JIRA, {"site": "acme", "sight": "x"}, TOKEN | {"token": "y"}) == [
        "config.sight",
        "credentials.token",
    ]


@pytest.mark.parametrize(
    ("connector", "config"),
    [
        (JIRA, {"site": "acme.atlassian.net/#"}),
        (JIRA, {"site": "evil.example?"}),
        (JIRA, {"site": 7}),
        (JIRA, {"site": ["acme"]}),
        (JIRA, {"site": "acme\n"}),
        (JIRA, {"site": "acme", "base_url": "file:///etc"}),
        (GITHUB, {"repositories": "acme/shop"}),
        (GITHUB, {"repositories": ["acme/shop", "acme"]}),
        (GITHUB, {"repositories": [7]}),
        (CUSTOM, {"base_url": "https://x.example", "size": "100"}),
        (CUSTOM, {"base_url": "https://x.example", "size": True}),
        (CUSTOM, {"base_url": "https://x.example", "pages": "spiral"}),
        (CUSTOM, {"base_url": "https://x.example", "fields": ["title"]}),
        (CUSTOM, {"base_url": "https://x.example", "auth_name": "X-Key\r\nEvil: 1"}),
    ],
)
def test_what_does_not_fit_is_named(connector, config):
    (problem,) = find_problems(connector, config, TOKEN if connector is JIRA else {"token": "t"})
    assert problem.field.startswith("config.")
    assert problem.message


def test_a_problem_never_repeats_a_credential():
    credentials: Any = {"email": "ada@example.com", "api_token": ["planted-secret"]}
    problems = find_problems(JIRA, {"site": "acme"}, credentials)
    assert [problem.field for problem in problems] == ["credentials.api_token"]
    assert "planted-secret" not in repr(problems)


def test_what_is_left_empty_takes_its_default():
    assert fill_defaults(JIRA, {"site": "acme", "filter": None})["timezone"] == "UTC"
    assert fill_defaults(JIRA, {"site": "acme", "filter": "project = A"})["filter"] == "project = A"


def test_no_form_has_a_field_twice():
    twice = {
        name: form
        for name, connector in CONNECTORS.items()
        for form in (
            [field.name for field in connector.fields],
            [field.name for field in connector.credentials],
        )
        if len(form) != len(set(form))
    }
    assert twice == {}


def test_a_server_of_ones_own_needs_no_account_of_the_vendors_cloud():
    prefect = CONNECTORS["prefect"]
    assert fields(prefect, {"base_url": "https://prefect.acme.example/api"}, {}) == []
    assert fields(prefect, {}, {}) == ["config.account", "config.workspace"]


def test_the_payload_that_prefect_fills_becomes_json():
    webhook = CONNECTORS["prefect"].webhook
    assert webhook is not None
    payload = re.search(r"\{\"flow_run.*", webhook.setup)
    assert payload is not None
    filled = re.sub(r"\{\{.*?\}\}", '{"id": "x"}', payload[0])
    assert json.loads(filled) == {"flow_run": {"id": "x"}, "flow": {"id": "x"}}
