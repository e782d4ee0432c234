"""Who receives credentials follows from type and configuration, and a part of a host stays in its place."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from causeloop_pipeline.connectors.auth import GitHubApp, OAuth2, ServiceAccount, list_ways
from causeloop_pipeline.connectors.configuration import find_problems
from causeloop_pipeline.connectors.json_paths import PLACEHOLDER
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.origin import write_origin
from causeloop_pipeline.egress.receivers import find_receivers, find_token_url
from tests.support.credential_trials import configure
from tests.support.other_hosts import SPELLINGS, THIEF

AUTHORITY = re.compile(r"https?://([^/]*)")
OUT_OF_PLACE = (
    "{}/",
    "{}#",
    "{}?x",
    "x@{}",
    "{}:443",
    "{}\\",
    "//{}",
    "{}%2f",
    "{} ",
    "{}\t",
    "{}\r\n",
    "a。{}",
    ".{}",
)


def list_host_templates(tool: Connector) -> Iterator[str]:
    """The templates of hosts of a type, such as {account}.acme.example."""
    addresses = [tool.base_url or "", *(getattr(choice, "token_url", "") for choice in list_ways(tool.auth))]
    for address in addresses:
        if (match := AUTHORITY.match(address)) and "{" in match[1]:
            yield match[1]


def list_host_fields() -> Iterator[tuple[str, str, str]]:
    """Type, field and the template of the host that the field is a part of."""
    for name, tool in CONNECTORS.items():
        for template in list_host_templates(tool):
            yield from ((name, field, template) for field in PLACEHOLDER.findall(template))


def is_end(template: str, field: str) -> bool:
    """Whether a host ends with the field, and more stands before it."""
    host = template.partition(":")[0]
    return host.endswith(f"{{{field}}}") and host != f"{{{field}}}"


def is_accepted(tool: Connector, field: str, value: Any) -> bool:
    problems = find_problems(tool, {field: value}, {})
    return not any(problem.field == f"config.{field}" for problem in problems)


def test_no_field_of_a_host_takes_what_leaves_its_place() -> None:
    offenders = []
    for name, field, template in list_host_fields():
        is_whole = re.fullmatch(r"\{\w+\}(:\d+)?", template)
        for value in (form.format(THIEF) for form in OUT_OF_PLACE):
            is_port = is_whole and value == f"{THIEF}:443"
            if is_accepted(CONNECTORS[name], field, value) and not is_port:
                offenders.append(f"{name}.{field} takes {value!r}")

    assert offenders == []
    assert len(list(list_host_fields())) > 50


def test_what_ends_a_host_is_chosen_or_ends_in_the_vendors_own_domain() -> None:
    """In accounts.zoho.{tld} whoever names the end names the host."""
    offenders = [
        f"{name}.{field} of {template} takes {value}"
        for name, field, template in list_host_fields()
        if is_end(template, field)
        for value in (THIEF, f"{THIEF}.", f"api.{THIEF}", f"x{THIEF}")
        if is_accepted(CONNECTORS[name], field, value)
    ]

    assert offenders == []


def test_a_field_whose_values_are_the_vendors_own_hosts_takes_no_other_one() -> None:
    """api.[a-z0-9.]*sumologic.com took api.notsumologic.com."""
    for value in ("api.notsumologic.com", "api.sumologic.com.thief.example", "api.x.y.sumologic.com"):
        assert not is_accepted(CONNECTORS["sumo_logic"], "host", value)
    assert is_accepted(CONNECTORS["sumo_logic"], "host", "api.eu.sumologic.com")


def test_every_type_with_credentials_says_who_receives_them() -> None:
    nobody = [
        name
        for name, tool in CONNECTORS.items()
        if tool.credentials and (tool.auth or tool.query or tool.files) and name != "custom_api"
        if not find_receivers(tool, configure(tool)).receivers
    ]

    assert nobody == []


def test_a_token_endpoint_beside_the_tool_receives_the_client_and_the_tool_tokens_alone() -> None:
    receivers = find_receivers(CONNECTORS["entra_id"], configure(CONNECTORS["entra_id"]))

    assert {each.origin: each.receives for each in receivers.receivers} == {
        "https://login.microsoftonline.com": ("client_id", "client_secret"),
        "https://graph.microsoft.com": ("token",),
    }


@pytest.mark.parametrize("path", [*SPELLINGS[::7], "@thief.example/x", "//thief.example"])
def test_a_path_of_a_token_endpoint_stays_on_the_origin_of_the_tool(path: str) -> None:
    tool = "https://api.acme.example"
    for auth in (GitHubApp(token_path=path), OAuth2(token_url=path)):
        try:
            url = find_token_url("Acme", auth, tool, {"installation_id": "1"})
        except PermanentFailure:
            continue
        is_address = isinstance(auth, OAuth2) and "://" in path
        assert is_address or write_origin(url) == tool


def test_the_address_of_a_service_account_is_the_declared_one() -> None:
    auth = ServiceAccount(scope="x", token_url="https://login.acme.example/token")

    assert find_token_url("Acme", auth, "https://api.acme.example", {}) == auth.token_url
