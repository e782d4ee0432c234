"""Tries configurations that somebody makes of a connector whose credentials another person has entered.

Each case is tried as if it stood in the table: whatever opens the stored credentials may go on. Then all is
polled, and tickets are opened, while a listener takes the place of every host there is.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from causeloop_pipeline.connectors.auth import OAuth2, list_ways
from causeloop_pipeline.connectors.configuration import fill_defaults, find_problems
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, Field
from causeloop_pipeline.egress import access_tokens
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.retry_policy import RetryPolicy
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.outbound.trackers import TRACKERS, make_tracker
from causeloop_pipeline.storage.app.connector_credentials import open_credentials, seal_credentials
from causeloop_pipeline.storage.app.vault import SecretError, Vault
from tests.support.other_hosts import SPELLINGS
from tests.support.polling import NOW
from tests.support.sinkhole import Everywhere, Sinkhole

ONCE = RetryPolicy(attempts=1, total=5.0, answer_seconds=5.0, silence_seconds=5.0)
VAULT = Vault(bytes(range(32)))
ROW = {"workspace_id": UUID(int=1), "connector_id": UUID(int=2), "credential_receivers": None}
TOKENS = {
    "access_token": "planted-token",
    "token": "planted-token",
    "jwt": "planted-token",
    "expires_in": 3600,
}
TRIED = (
    *("acme", "acme.example", "7", "eu-west-1", "eu", "us1", "us10", "acme.okta.com", "sumologic.com"),
    *("api.sumologic.com", "acme.xdr.us.paloaltonetworks.com", "00000000-0000-0000-0000-000000000000"),
    *("https://self.example", "2026-01-01", "acme/shop", "ada@acme.example", "/sql/1.0/x", "C01234WXYZ"),
    *("0" * 32, "projects/acme", ["gh/acme/shop"], ["0" * 24], ["acme/shop"], ["acme"], ["7"], 7),
)
HTTP_TYPES = sorted(
    name
    for name, tool in CONNECTORS.items()
    if tool.auth and tool.credentials and (tool.pulls or tool.tickets)
)


def make_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


KEY = make_key()
SERVICE_ACCOUNT = json.dumps({"client_email": "planted@acme.example", "private_key": KEY})


@dataclass(frozen=True)
class Case:
    """A connector as it was set up, and a configuration that somebody makes of it."""

    place: str
    type: str
    config: Mapping[str, Any]
    changed: Mapping[str, Any]


@dataclass
class Count:
    """What became of the cases."""

    cases: int = 0
    refused: int = 0
    polled: int = 0
    leaks: list[str] = field(default_factory=list)


def enter(tool: Connector) -> dict[str, str]:
    """Credentials of the kind that each field takes."""
    kinds = {"service_account": SERVICE_ACCOUNT, "private_key": KEY}
    return {entry.name: kinds.get(entry.name, f"planted-{entry.name}") for entry in tool.credentials}


def configure(tool: Connector) -> dict[str, Any]:
    """A configuration without problems."""
    config: dict[str, Any] = {}
    for entry in tool.fields:
        if entry.name == "declaration" or (entry.name == "base_url" and not needs_address(tool)):
            continue
        tried: list[Any] = ["UTC"] if entry.name == "timezone" else [*entry.choices[:1], *TRIED, {}]
        fitting = [value for value in tried if not has_problem(tool, entry, value)]
        assert fitting or not entry.required, f"{tool.name}: no value for {entry.name} is known here"
        config |= {entry.name: fitting[0]} if fitting else {}
    return config


def needs_address(tool: Connector) -> bool:
    return tool.base_url == "{base_url}"


def has_problem(tool: Connector, entry: Field, value: Any) -> bool:
    problems = find_problems(tool, {entry.name: value}, {})
    return any(problem.field == f"config.{entry.name}" for problem in problems)


def answer_with_tokens(tool: Connector) -> dict[str, Any]:
    """A document that holds a token wherever one of the tool's ways looks for it."""
    document: dict[str, Any] = dict(TOKENS)
    for choice in list_ways(tool.auth):
        *steps, last = (choice.token_path if isinstance(choice, OAuth2) else "token").split(".")
        inner = document
        for step in steps:
            inner = inner.setdefault(step, {})
        inner[last] = "planted-token"
    return document


def use(
    hole: Sinkhole, connector_type: str, config: Mapping[str, Any], credentials: Mapping[str, str]
) -> None:
    """Poll everything, and open a ticket where the tool takes them."""
    tool = CONNECTORS[connector_type]
    sync = SyncInput(config=config, credentials=credentials, backfill_days=1, now=NOW)
    access_tokens._tokens.clear()  # a token that is kept would spare the request for it
    with contextlib.suppress(OutsideFailure, DeclarationError):
        list(pull(tool, sync, Everywhere(), ONCE))
    if connector_type in TRACKERS:
        with contextlib.suppress(OutsideFailure):
            make_tracker(tool, fill_defaults(tool, config), credentials, Everywhere()).read("1")


def seal(case_type: str, config: Mapping[str, Any], credentials: Mapping[str, str]) -> dict[str, Any]:
    row = {**ROW, "type": case_type, "config": config}
    return row | {"credentials": seal_credentials(VAULT, credentials, row)}


class Trial:
    """Tries cases of one connector after another."""

    def __init__(self, hole: Sinkhole) -> None:
        self.hole, self.count = hole, Count()
        self._known: dict[str, tuple[dict[str, Any], set[str]]] = {}

    def run(self, case: Case) -> None:
        self.count.cases += 1
        row, allowed = self._set_up(case)
        self.hole.sent.clear()
        try:
            opened = open_credentials(VAULT, {**row, "config": case.changed})
        except SecretError:
            self.count.refused += 1
            return
        use(self.hole, case.type, case.changed, opened)
        self.count.polled += bool(self.hole.sent)
        if others := self.hole.origins - allowed:
            self.count.leaks.append(f"{case.type}, {case.place}: {others}")

    def _set_up(self, case: Case) -> tuple[dict[str, Any], set[str]]:
        """The row with its credentials, and who receives them when it is polled as it was set up."""
        key = f"{case.type} {json.dumps(case.config, sort_keys=True)}"
        if key not in self._known:
            tool = CONNECTORS[case.type].resolve(case.config)
            credentials = enter(tool)
            document = answer_with_tokens(tool)
            self.hole.answer = lambda _: (200, {}, document)
            row = seal(case.type, case.config, credentials)
            self.hole.sent.clear()
            use(self.hole, case.type, case.config, open_credentials(VAULT, row))
            assert self.hole.sent, f"{case.type} sends nothing as it was set up: nothing would be tried"
            self._known = {key: (row, self.hole.origins)}
        return self._known[key]


def list_field_cases() -> Iterator[Case]:
    """Every field of every type with every spelling, alone and behind the right value."""
    for name in HTTP_TYPES:
        tool = CONNECTORS[name]
        config = configure(tool)
        for entry in tool.fields:
            if entry.name == "declaration":
                continue
            for number, spelling in enumerate(SPELLINGS):
                right = config.get(entry.name)
                behind = f"{right}{spelling}" if isinstance(right, str) and number % 2 else spelling
                value = [behind] if entry.type == "list" else behind
                yield Case(f"{entry.name}={value!r}", name, config, config | {entry.name: value})


def run_all(hole: Sinkhole, cases: list[Case]) -> Count:
    trial = Trial(hole)
    for case in cases:
        trial.run(case)
    count = trial.count
    outcome = f"{count.refused:,} refused, {count.polled:,} polled, {len(count.leaks)} leaks"
    print(f"{count.cases:,} cases: {outcome}")
    return count
