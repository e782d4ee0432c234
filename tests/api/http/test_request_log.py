"""The lines of the API's log: one for each request, and none of what the request carried."""

import logging
from collections.abc import Iterator
from logging.handlers import QueueHandler
from queue import Queue
from uuid import uuid4

import httpx2
import pytest

from tests.api.conftest import Client
from tests.api.sample import Sample

SECRET = "a-secret-of-a-query"


@pytest.fixture
def lines() -> Iterator["Queue[logging.LogRecord]"]:
    received: Queue[logging.LogRecord] = Queue()
    handler, logger = QueueHandler(received), logging.getLogger("causeloop.api.request")
    logger.addHandler(handler)
    yield received
    logger.removeHandler(handler)


def read_line(lines: "Queue[logging.LogRecord]", trace: str) -> str:
    """The line of a request, which is written when all of its response has been sent."""
    while trace not in (text := lines.get(timeout=30).getMessage()):
        continue
    return text


def test_a_request_is_logged_by_its_operation_workspace_and_trace_without_any_value_or_secret(
    client: Client, sample: Sample, lines: "Queue[logging.LogRecord]"
) -> None:
    trace, credential, issue = uuid4().hex, sample.credentials["analyst"], uuid4()
    client(credential).get(f"/v1/issues/{issue}?q={SECRET}", headers={"X-Request-Id": trace})

    line = read_line(lines, trace)

    assert line.startswith("GET /v1/issues/{issue_id} 404 in ")
    assert line.endswith(f" ms, workspace {sample.workspace_id}, trace {trace}")
    for hidden in (SECRET, credential, str(issue)):
        assert hidden not in line


def test_a_path_that_is_not_an_operation_is_not_repeated_in_the_log(
    api_url: str, lines: "Queue[logging.LogRecord]"
) -> None:
    trace = uuid4().hex
    httpx2.get(f"{api_url}/v1/{SECRET}", headers={"X-Request-Id": trace}, timeout=60)

    assert read_line(lines, trace).startswith("GET - 404 in ")


def test_health_probes_are_logged_only_where_the_level_asks_for_them(
    api_url: str, lines: "Queue[logging.LogRecord]"
) -> None:
    probe, request = uuid4().hex, uuid4().hex
    httpx2.get(f"{api_url}/health", headers={"X-Request-Id": probe}, timeout=60)
    httpx2.get(f"{api_url}/v1/issues", headers={"X-Request-Id": request}, timeout=60)

    seen = [lines.get(timeout=30).getMessage()]
    while request not in seen[-1]:
        seen.append(lines.get(timeout=30).getMessage())
    assert not any(probe in line for line in seen)
