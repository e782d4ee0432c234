"""Polls one connector: page by page, each with a cursor from which the next sync can safely continue.

The caller commits the rows and the cursor of pages in one transaction. A cursor never passes a record that
was not read: it moves page by page only where the tool lists oldest first, else when a whole window has been
read, and the next sync starts a little before it.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.configuration import fill_defaults, find_problems
from causeloop_pipeline.connectors.json_paths import fill_from
from causeloop_pipeline.connectors.spec import Connector, PathPages, Pull
from causeloop_pipeline.egress.authenticator import build_authenticator
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.origin import find_base_url
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import RetryPolicy
from causeloop_pipeline.landing.polling.absences import ListedIds, end_absent
from causeloop_pipeline.landing.polling.client import Client
from causeloop_pipeline.landing.polling.list_sync import ListSync, ListTarget
from causeloop_pipeline.landing.polling.nested_lists import list_parents
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.paginate import PAGE_PLACE
from causeloop_pipeline.landing.polling.refresh import refresh_open_records
from causeloop_pipeline.landing.polling.sync_input import SyncInput

logger = logging.getLogger(__name__)

NOT_AVAILABLE = frozenset({402, 403, 404})
"""Statuses with which a tool says that this account or token may not read a list."""


def pull(
    connector: Connector, sync: SyncInput, egress: EgressPolicy, retry_policy: RetryPolicy | None = None
) -> Iterator[Page]:
    """The pages since the cursor, then the open records that no list shows as resolved."""
    _require_valid(connector, sync)
    config = fill_defaults(connector, sync.config)
    if connector.query is not None:
        from causeloop_pipeline.landing.polling.sql.source import read_rows

        yield from read_rows(connector, replace(sync, config=config), egress)
        return
    if connector.files is not None:
        if connector.files.place == "upload":
            return
        from causeloop_pipeline.landing.polling.files.source import read_files

        yield from read_files(connector, replace(sync, config=config), egress)
        return
    if connector.configure is not None:
        connector = connector.configure(config)
    yield from _pull_lists(connector, sync, config, egress, retry_policy)


def _pull_lists(
    connector: Connector,
    sync: SyncInput,
    config: Mapping[str, Any],
    egress: EgressPolicy,
    retry_policy: RetryPolicy | None,
) -> Iterator[Page]:
    if not connector.pulls:
        return
    base_url = find_base_url(connector, config)
    authenticator = build_authenticator(connector, config, sync.credentials, egress, sync.keep_credential)
    cursor = dict(sync.cursor or {})
    with Client(connector, base_url, authenticator, egress, retry_policy or RetryPolicy()) as client:
        listed_ids: dict[str, ListedIds] = defaultdict(ListedIds)
        for target in list_targets(client, connector, config, base_url):
            for page in _read_list(target, ListSync(client, target, cursor, sync.backfill_from, sync.now)):
                listed_ids[target.pull.name].add(page)
                yield page
        for listed in connector.pulls:
            ids = listed_ids[listed.name]
            yield from end_absent(connector, listed, ids, sync.open_ids, sync.now, cursor)
        for listed in {listed.refresh: listed for listed in connector.pulls}.values():
            yield from refresh_open_records(
                client, connector, listed, base_url, config, cursor, sync.open_ids
            )


def _read_list(target: ListTarget, sync: ListSync) -> Iterator[Page]:
    """The pages of one list; an optional list that we may not read is left out with a warning."""
    try:
        yield from sync.pages()
    except PermanentFailure as failure:
        if not (target.pull.optional and failure.status in NOT_AVAILABLE):
            raise
        logger.warning("%s is left out: %s", target.key, failure.reason)


def list_targets(
    client: Client, connector: Connector, config: Mapping[str, Any], base_url: str
) -> Iterator[ListTarget]:
    """Each list to read: one per pull, or one per pull and configured item or parent."""
    for pull_spec in connector.pulls:
        for item in _list_items(client, pull_spec, config, base_url):
            values = config if item is None else {**config, "item": item}
            key = pull_spec.name if item is None else f"{pull_spec.name}:{item}"
            url = build_url(connector, pull_spec, base_url, values)
            yield ListTarget(connector, pull_spec, key, url, base_url, values)


def _list_items(
    client: Client, pull_spec: Pull, config: Mapping[str, Any], base_url: str
) -> Iterator[str | None]:
    """The entries for each of which a list is read; None where it is one list."""
    if pull_spec.for_each is not None:
        yield from config[pull_spec.for_each]
    elif pull_spec.parents is not None:
        try:
            yield from list_parents(client, pull_spec.parents, base_url, config)
        except PermanentFailure as failure:
            if not (pull_spec.optional and failure.status in NOT_AVAILABLE):
                raise
            logger.warning("%s is left out: %s", pull_spec.name, failure.reason)
    else:
        yield None


def build_url(connector: Connector, pull_spec: Pull, base_url: str, values: Mapping[str, Any]) -> str:
    """The list's address; a configured value fills its place in the path and cannot leave it."""
    if isinstance(pull_spec.pages, PathPages):
        values = {**values, "page": PAGE_PLACE}
    path = fill_from(pull_spec.path, values, lambda value: quote(value, safe="/"))
    if any(segment in {".", ".."} for segment in path.split("/")):
        raise PermanentFailure(f"{connector.title}: the path {path!r} must not contain . or .. segments")
    return f"{base_url}/{path.lstrip('/')}"


def _require_valid(connector: Connector, sync: SyncInput) -> None:
    problems = find_problems(connector, sync.config, sync.credentials)
    if problems:
        listed = "; ".join(f"{problem.field}: {problem.message}" for problem in problems)
        raise PermanentFailure(f"{connector.title}: the configuration does not fit: {listed}")
