"""A viewer reads what failed and what is done about it: no member's address, no connector's configuration."""

from uuid import uuid4

import psycopg

from causeloop_pipeline.model.tenancy import Role
from tests.api.access.test_permissions import REQUIRED_ROLES, fill_path, list_protected, send
from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample

SELECT_ADDRESSES = """
select u.email from app.users as u join app.membership as m using (user_id) where m.workspace_id = %s
"""


def test_no_answer_to_a_viewer_has_an_address_of_a_member_or_the_configuration_of_a_connector(
    contract: Contract, client: Client, fresh_sample: Sample, owner: psycopg.Connection
) -> None:
    place = f"site{uuid4().hex}"
    sample = fresh_sample
    connector = {"type": "jira", "display_name": "Jira", "config": {"site": place}}
    connector["credentials"] = {"email": f"bot@{place}.example", "api_token": "t"}
    made = client(sample.credentials["admin"]).post("/v1/connectors", json=connector)
    assert made.status_code == 201, made.text
    addresses = [row[0] for row in owner.execute(SELECT_ADDRESSES, (sample.workspace_id,))]
    viewer, leaks, answered = client(sample.credentials["viewer"]), [], 0
    for name, method, path in list_protected(contract):
        if method == "GET" and REQUIRED_ROLES[name] == Role.VIEWER and name != "stream_changes":
            response = send(viewer, method, fill_path(path, (sample, sample), "own", None), None)
            answered += response.status_code == 200
            leaks += [(name, word) for word in (*addresses, place) if word in response.text]

    assert not leaks
    assert addresses
    assert answered > 30
