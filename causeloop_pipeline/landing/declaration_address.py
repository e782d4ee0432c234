"""Whether the addresses that a declaration names are ones that connectors may reach."""

import ipaddress
from collections.abc import Iterator

import httpx2

from causeloop_pipeline.connectors.auth import OAuth2, ServiceAccount, list_ways
from causeloop_pipeline.connectors.declared.problems import DeclarationError, Problem
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.origin import find_port, parse_web_address
from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused, is_public

INTERNAL_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")


def check_addresses(connector: Connector, egress: EgressPolicy) -> None:
    """DeclarationError for an address inside the installation's own network.

    A name is looked up again, and its address checked, whenever a connector connects.
    """
    problems = [
        problem for field, url in _list_addresses(connector) for problem in _check(field, url, egress)
    ]
    if problems:
        raise DeclarationError(problems)


def _list_addresses(connector: Connector) -> Iterator[tuple[str, str]]:
    if connector.base_url:
        yield "base_url", connector.base_url
    for choice in list_ways(connector.auth):
        if isinstance(choice, OAuth2) and "://" in choice.token_url:
            yield "auth.oauth2.token_url", choice.token_url
        elif isinstance(choice, ServiceAccount):
            yield "auth.service_account.token_url", choice.token_url


def _check(field: str, address: str, egress: EgressPolicy) -> Iterator[Problem]:
    if "{" in address.split("://", 1)[-1].split("/", maxsplit=1)[0]:
        return  # known only once it is configured
    try:
        url = parse_web_address(address)
        egress.check_web(url.scheme, url.host, find_port(url))
    except EgressRefused as refused:
        yield Problem(field, refused.reason)
        return
    if not egress.allows(url.host, find_port(url)) and _is_internal(url):
        yield Problem(
            field,
            f"{url.host} is an address of a private network; if it is meant, an administrator adds "
            f"{url.host}:{find_port(url)} to CAUSELOOP_EGRESS_ALLOW",
        )


def _is_internal(url: httpx2.URL) -> bool:
    host = url.host.strip("[]").rstrip(".").lower()
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        is_number = host.replace(".", "").replace("x", "").isdigit()  # 127.1 and 0x7f000001 are addresses too
        return is_number or "." not in host or f".{host}".endswith(INTERNAL_NAMES)
