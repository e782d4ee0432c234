"""Reads open records again, for tools whose filter never shows that one was resolved."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.json_paths import fill_from, find_value
from causeloop_pipeline.connectors.spec import Connector, Pull, Refresh
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.client import Client, JsonRequest, JsonResponse
from causeloop_pipeline.landing.polling.page import Page, build_page

RECORDS_PER_PAGE = 50


def refresh_open_records(
    client: Client,
    connector: Connector,
    pull_spec: Pull,
    base_url: str,
    config: Mapping[str, Any],
    cursor: dict[str, Any],
    open_ids: Sequence[str],
) -> Iterator[Page]:
    """Pages of open records as they are now. More than a sync may read take turns, sync after sync."""
    refresh = pull_spec.refresh
    if refresh is None:
        return
    key = f"{pull_spec.name}:refresh"
    due_ids = _choose_due_ids(refresh, open_ids, str(cursor.get(key) or ""))
    for start in range(0, len(due_ids), RECORDS_PER_PAGE):
        batch = due_ids[start : start + RECORDS_PER_PAGE]
        responses = [_fetch_record(client, base_url, refresh, config, external_id) for external_id in batch]
        cursor[key] = batch[-1]
        yield _build_page(connector, pull_spec, refresh, responses, cursor)


def _choose_due_ids(refresh: Refresh, open_ids: Sequence[str], last_id: str) -> list[str]:
    """The ids after the last one that was read, then those from the start, up to the refresh's limit."""
    own_ids = sorted({external_id for external_id in open_ids if re.fullmatch(refresh.ids, external_id)})
    later = [external_id for external_id in own_ids if external_id > last_id]
    return (later + own_ids[: len(own_ids) - len(later)])[: refresh.limit]


def _fetch_record(
    client: Client, base_url: str, refresh: Refresh, config: Mapping[str, Any], external_id: str
) -> JsonResponse | None:
    """One record; None where the tool no longer has it."""
    match = re.fullmatch(refresh.ids, external_id)
    values = {**config, **(match.groupdict() if match else {})}
    path = fill_from(refresh.path, values, lambda value: quote(value, safe="/" if "/" in refresh.ids else ""))
    if any(segment in {".", ".."} for segment in path.split("/")):
        return None
    try:
        return client.fetch(JsonRequest(base_url + path))
    except PermanentFailure as failure:
        if failure.status in {404, 410}:
            return None
        raise


def _build_page(
    connector: Connector,
    pull_spec: Pull,
    refresh: Refresh,
    responses: list[JsonResponse | None],
    cursor: dict[str, Any],
) -> Page:
    received = [response for response in responses if response is not None]
    schema = pull_spec.schema.unfiltered  # it counted before: how it ended counts too
    extracted = [
        extract(connector.name, schema, find_value(response.document, refresh.record), channel="poll")
        for response in received
    ]
    return build_page(extracted, dict(cursor), received[-1].rate if received else None)
