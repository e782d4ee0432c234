"""A tool on loopback as its connector declares it: lists in pages, records by id, and a token endpoint."""

import base64
import binascii
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.json_paths import fill_from, find_value
from causeloop_pipeline.connectors.pulls import Param
from causeloop_pipeline.connectors.spec import AwsSignature, Connector, Pull, TimeFormat, TokenPages
from causeloop_pipeline.landing.conformance.simulation.answers import (
    build_page,
    find_parameter,
    read_position,
)
from causeloop_pipeline.landing.conformance.simulation.json_edit import set_at
from causeloop_pipeline.landing.conformance.simulation.loopback import Answer, ToolRequest
from causeloop_pipeline.landing.conformance.simulation.sample_records import find_time
from causeloop_pipeline.landing.extract import RecordSchemaError, read_external_id
from causeloop_pipeline.landing.timestamps import TimestampError, parse_timestamp

TOKEN_PATH = "/conformance/token"  # noqa: S105 an address
PARENT = "parent-1"

MINTED = itertools.count(1)

Fault = Callable[[ToolRequest, Answer, int], Answer]
"""Changes the answer to the list request of a number, counted from 0."""


@dataclass
class SimulatedList:
    """One pull's list: the records that the tool has, oldest first, and the answer that they are put into."""

    pull: Pull
    records: list[Any]
    envelope: Any
    unlisted: list[Any] = field(default_factory=list)
    """Records that the tool still has, but that this list does not show (any more)."""

    def matches(self, request: ToolRequest) -> bool:
        """Whether a request is for this list."""
        if request.method != self.pull.method or not _compile_path(self.pull.path).fullmatch(request.path):
            return False
        if self.pull.graphql is not None:
            return bool(request.body) and request.body.get("query") == self.pull.graphql
        return True

    def agreement(self, request: ToolRequest) -> int:
        """How many of the pull's own fixed parameters a request carries."""
        sent = request.query if self.pull.method == "GET" else (request.body or {})
        return sum(_is_sent(sent, name, value) for name, value in self.pull.params)

    def is_same_request(self, other: Pull) -> bool:
        """Whether another pull asks for the very same list, of which it keeps other records."""
        own = self.pull
        return (own.method, own.path, own.params, own.graphql, own.records) == (
            other.method,
            other.path,
            other.params,
            other.graphql,
            other.records,
        )


@dataclass
class Simulator:
    """The whole tool; `fault` bends answers to list requests, and `requests` counts them."""

    connector: Connector
    lists: list[SimulatedList]
    config: Mapping[str, Any]
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    fault: Fault | None = None
    requests: int = 0

    def __call__(self, request: ToolRequest) -> Answer:
        """The answer to any request."""
        if request.path == TOKEN_PATH or request.path.endswith("/access_tokens"):
            text = f"minted-{next(MINTED)}"
            return Answer({"access_token": text, "token": text, "expires_in": 3600})
        if not self._knows(request):
            return Answer({"error": "who are you?"}, 401)
        for find_answer in (self._parents, self._details, self._list, self._record):
            answer = find_answer(request)
            if answer is not None:
                return answer
        return Answer({"error": f"no such address: {request.path}"}, 404)

    def _knows(self, request: ToolRequest) -> bool:
        """Whether a request carries a credential, a token or a signature."""
        if self.connector.auth is None:
            return True
        sent = read_credentials(request)
        if isinstance(self.connector.auth, AwsSignature):
            return "AWS4-HMAC-SHA256 Credential=" in sent
        return "minted-" in sent or any(value in sent for value in self.credentials.values())

    def list_served(self, pull: Pull) -> list[Any]:
        """All records of the list that a pull asks for, those that only other pulls keep among them."""
        same = [listed for listed in self.lists if listed.is_same_request(pull)]
        return [record for listed in same for record in listed.records]

    def _list(self, request: ToolRequest) -> Answer | None:
        candidates = [listed for listed in self.lists if listed.matches(request)]
        if not candidates:
            return None
        chosen = max(candidates, key=lambda listed: listed.agreement(request))
        records = list_records(chosen.pull, self.list_served(chosen.pull), request)
        answer = build_page(
            chosen.pull, read_position(chosen.pull, request), records, chosen.envelope, request
        )
        number, self.requests = self.requests, self.requests + 1
        return answer if self.fault is None else self.fault(request, answer, number)

    def _parents(self, request: ToolRequest) -> Answer | None:
        for listed in self.lists:
            parents = listed.pull.parents
            if parents is not None and _compile_path(parents.path).fullmatch(request.path):
                entry = set_at({}, parents.id, PARENT) if parents.id else PARENT
                return Answer(set_at({}, parents.records, [entry]) if parents.records else [entry])
        return None

    def _details(self, request: ToolRequest) -> Answer | None:
        for listed in self.lists:
            details = listed.pull.details
            if details is None or not _compile_path(details.path.partition("?")[0]).fullmatch(request.path):
                continue
            sent = (
                find_value(request.body, details.param)
                if details.method == "POST"
                else request.query.get(details.param)
            )
            ids = set(map(str, sent if isinstance(sent, list) else str(sent or "").split(",")))
            records = [record for record in listed.records if find_detail_id(listed.pull, record) in ids]
            return Answer(set_at({}, details.records, records) if details.records else records)
        return None

    def _record(self, request: ToolRequest) -> Answer | None:
        for listed in self.lists:
            refresh = listed.pull.refresh
            for record in (*listed.records, *listed.unlisted) if refresh is not None else ():
                if refresh is not None and _build_path(listed.pull, record, self.config) == request.path:
                    return Answer(set_at({}, refresh.record, record) if refresh.record else record)
        return None


def read_credentials(request: ToolRequest) -> str:
    """Everything of a request that may prove who sends it; a basic authentication's pair is readable."""
    texts = [*request.headers.values(), *request.query.values()]
    texts += [str(value) for value in request.body.values()] if isinstance(request.body, dict) else []
    for text in list(texts):
        if text.startswith("Basic "):
            try:
                texts.append(base64.b64decode(text.removeprefix("Basic ")).decode())
            except (binascii.Error, UnicodeDecodeError):
                continue
    return "\n".join(texts)


def _build_path(pull: Pull, record: Any, config: Mapping[str, Any]) -> str | None:
    """The address of one record, None where it has none."""
    refresh = pull.refresh
    try:
        match = re.fullmatch(refresh.ids, read_external_id(pull.schema, record)) if refresh else None
    except RecordSchemaError:
        return None
    values = {**config, **(match.groupdict() if match else {})}
    return fill_from(refresh.path.partition("?")[0], values) if refresh is not None and match else None


def _is_sent(sent: Any, name: str, value: Param) -> bool:
    """Whether a request carries a fixed parameter, lists as lists."""
    expected = list(value) if isinstance(value, tuple) else value
    return str(find_parameter(sent, name)) == str(expected)


def list_records(pull: Pull, records: list[Any], request: ToolRequest) -> list[Any]:
    """The records that a request's filter leaves, in the order in which the tool lists them."""
    since = pull.since
    listing = list(records)
    if since is not None and since.param is not None and since.template == "{since}":
        start = _filter_time(pull, request)
        listing = [record for record in listing if start is None or _read_change_time(pull, record) >= start]
    is_export = isinstance(pull.pages, TokenPages) and pull.pages.durable
    if since is not None and not is_export:
        listing.sort(key=lambda record: _read_change_time(pull, record), reverse=not since.ascending)
    return listing


def find_detail_id(pull: Pull, record: Any) -> str:
    """The id by which a list of ids names a record: the last part of its key."""
    key = re.findall(r"\{([^{}]+)\}", pull.schema.key) or [pull.schema.key]
    return str(find_value(record, key[-1]))


def _compile_path(path: str) -> re.Pattern[str]:
    """A path template as a pattern: anything in place of its placeholders."""
    parts = re.split(r"\{[^{}]+\}", path.partition("?")[0])
    return re.compile("/?" + "[^?]+".join(map(re.escape, parts)).lstrip("/"))


def _filter_time(pull: Pull, request: ToolRequest) -> datetime | None:
    if pull.since is None or pull.since.param is None:
        return None
    sent: Any = request.query if pull.method == "GET" else request.body
    if pull.graphql is not None:
        sent = (request.body or {}).get("variables")
    value = (sent or {}).get(pull.since.param) if isinstance(sent, dict) else None
    value = find_value(sent, pull.since.param) if value is None else value
    if value is None:
        return None
    try:
        if pull.since.format in set(TimeFormat):
            return parse_timestamp(value, TimeFormat(pull.since.format))
        return datetime.strptime(str(value), pull.since.format).replace(tzinfo=UTC)
    except (TimestampError, ValueError):
        return None


def _read_change_time(pull: Pull, record: Any) -> datetime:
    try:
        return parse_timestamp(find_time(pull, record), pull.schema.times)
    except TimestampError:
        return datetime.now(UTC) + timedelta(days=1)
