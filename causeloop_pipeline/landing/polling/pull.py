"""Polls one connector: page by page, each with a cursor that is safe to go on from.

The caller commits every page's rows and cursor in one transaction. A cursor never passes what has not been
seen: it moves page by page only where the tool lists oldest first, else when a whole window has been read,
and the next poll begins a little before it.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.configuration import problems, with_defaults
from causeloop_pipeline.connectors.json_paths import filled_from
from causeloop_pipeline.connectors.spec import Connector, Pull
from causeloop_pipeline.egress.credentials import identity
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.origin import base_url_of
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import Patience
from causeloop_pipeline.landing.polling.client import Client
from causeloop_pipeline.landing.polling.list_walk import Lane, Walk
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.refresh import reread

logger = logging.getLogger(__name__)

NOT_FOR_US = frozenset({402, 403, 404})


def pull(
    connector: Connector,
    *,
    config: Mapping[str, Any],
    credentials: Mapping[str, str],
    cursor: Mapping[str, Any] | None,
    backfill_days: int,
    open_ids: Sequence[str],
    now: datetime,
    egress: EgressPolicy,
    patience: Patience | None = None,
) -> Iterator[Page]:
    """The pages since the cursor, then the open records that only a second look shows as resolved."""
    _check(connector, config, credentials)
    config = with_defaults(connector, config)
    if connector.query is not None:
        from causeloop_pipeline.landing.polling.sql_source import rows

        yield from rows(connector, config, credentials, cursor, backfill_days, now, egress)
        return
    if connector.configure is not None:
        connector = connector.configure(config)
    if not connector.pulls:
        return
    proof, base_url = identity(connector, credentials), base_url_of(connector, config)
    state = dict(cursor or {})
    with Client(connector, base_url, proof, egress, patience or Patience()) as client:
        for lane in lanes(connector, config, base_url):
            yield from _read(lane, Walk(client, lane, state, backfill_days, now))
        for asked in {asked.refresh: asked for asked in connector.pulls}.values():
            yield from reread(client, connector, asked, base_url, state, open_ids)


def _read(lane: Lane, walk: Walk) -> Iterator[Page]:
    """The pages of one list; an optional one that the tool does not let us read is left out, and said so."""
    try:
        yield from walk.pages()
    except PermanentFailure as failure:
        if not (lane.pull.optional and failure.status in NOT_FOR_US):
            raise
        logger.warning("%s is left out: %s", lane.key, failure.reason)


def lanes(connector: Connector, config: Mapping[str, Any], base_url: str) -> Iterator[Lane]:
    """Each list to walk: one per pull, or one per pull and configured item."""
    for asked in connector.pulls:
        for item in config[asked.each] if asked.each else (None,):
            values = config if item is None else {**config, "each": item}
            key = asked.name if item is None else f"{asked.name}:{item}"
            yield Lane(connector, asked, key, address(connector, asked, base_url, values), values)


def address(connector: Connector, asked: Pull, base_url: str, values: Mapping[str, Any]) -> str:
    """The list's address; a configured value fills its place in the path and cannot leave it."""
    path = filled_from(asked.path, values, lambda value: quote(value, safe="/"))
    if any(segment in {".", ".."} for segment in path.split("/")):
        raise PermanentFailure(f"{connector.title}: the path {path!r} climbs out of its place")
    return f"{base_url}/{path.lstrip('/')}"


def _check(connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str]) -> None:
    found = problems(connector, config, credentials)
    if found:
        told = "; ".join(f"{problem.field}: {problem.message}" for problem in found)
        raise PermanentFailure(f"{connector.title}: the configuration does not fit: {told}")
