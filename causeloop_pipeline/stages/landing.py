"""Polls connectors and lands their records, page by page."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import RetryPolicy
from causeloop_pipeline.landing.polling.files.drop_folders import find_drop_folder
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.page_batches import gather_pages, join_pages
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.stages.defects import describe_defect, write_defect_message
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.app.connectors import (
    PolledConnector,
    finish_sync,
    list_connectors,
    mark_error,
    read_connectors,
    read_open_external_ids,
    replace_credential,
    start_sync,
)
from causeloop_pipeline.storage.app.recompute_requests import read_connectors_to_sync
from causeloop_pipeline.storage.app.sync_progress import SyncProgress, store_progress
from causeloop_pipeline.storage.app.unreadable_credentials import disable_unreadable_connectors
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.imports import release_quarantine, withdraw_former, withdraw_import
from causeloop_pipeline.storage.raw.records import LandingCount, Origin, Transaction, land

logger = logging.getLogger(__name__)

MAX_CONNECTORS_AT_ONCE = 8
MAX_FAILED_AT_ONCE = 8
PROBE = RetryPolicy(attempts=1, answer_seconds=60.0, silence_seconds=10.0)
"""For a tool that failed last time: a single request with a short timeout."""


@dataclass(frozen=True)
class SyncResult:
    """How the sync of one connector went."""

    connector: PolledConnector
    count: LandingCount
    pages: int
    error: str | None


@dataclass(frozen=True)
class Landing:
    """One sync: its history entry, the open issues to query, and its progress."""

    sync_run_id: UUID
    open_ids: list[str]
    progress: SyncProgress


def sync_due_connectors(
    installation: Installation,
    connector: Connector,
    workspace_ids: list[UUID],
    run_id: str,
    *,
    warn: Callable[[str], None] = logger.warning,
    is_forced: bool = False,
) -> list[SyncResult]:
    """Poll due and requested connectors concurrently: a slow tool delays no other.

    Connectors that failed last time have their own threads and a single attempt, so that tools which do not
    answer do not delay the others.

    `warn` receives a line for every connector whose credentials cannot be read or whose sync failed;
    `is_forced`: also poll connectors that are not due.
    """
    configured = _read_due(installation, connector.name, workspace_ids, run_id, warn, is_forced=is_forced)
    with (
        ThreadPoolExecutor(MAX_CONNECTORS_AT_ONCE, thread_name_prefix="sync") as threads,
        ThreadPoolExecutor(MAX_FAILED_AT_ONCE, thread_name_prefix="sync failed") as other_threads,
    ):
        started = [
            (other_threads if due.failed_syncs else threads).submit(
                sync, installation, connector, due, run_id
            )
            for due in configured
        ]
        results = [future.result() for future in started]
    for result in results:
        if result.error:
            warn(f"connector {result.connector.connector_id} ({connector.name}): {result.error}")
    return results


def sync(
    installation: Installation, connector: Connector, configured: PolledConnector, run_id: str | None
) -> SyncResult:
    """Pull and land one connector page by page; any error fails only this sync."""
    with installation.database.keep_connection() as database:
        return _sync(installation, database, connector, configured, run_id)


def _sync(
    installation: Installation,
    database: Database,
    connector: Connector,
    configured: PolledConnector,
    run_id: str | None,
) -> SyncResult:
    with database.workspace(configured.workspace_id) as session:
        sync_run_id = start_sync(session, configured, run_id)
        open_ids = read_open_external_ids(session, configured)

    progress, error, is_permanent, retry_after = SyncProgress(), None, False, None
    try:
        _land_pages(installation, database, connector, configured, Landing(sync_run_id, open_ids, progress))
    except PermanentFailure as failure:
        error, is_permanent = failure.reason, True
    except TransientFailure as failure:
        error, retry_after = failure.reason, failure.retry_after
    except Exception as failure:  # a defect in one tool's handling must not stop the other tenants' syncs
        error = write_defect_message(failure)
        logger.error("connector %s: %s", configured.connector_id, describe_defect(failure))

    with database.workspace(configured.workspace_id) as session:
        finish_sync(session, configured, sync_run_id, progress, error, retry_after)
        if is_permanent:
            mark_error(session, configured, error or "")
    return SyncResult(configured, progress.count, progress.pages, error)


def _read_due(
    installation: Installation,
    connector_name: str,
    workspace_ids: list[UUID],
    run_id: str,
    warn: Callable[[str], None],
    *,
    is_forced: bool,
) -> list[PolledConnector]:
    with installation.database.workspaces(workspace_ids) as session:
        requested = read_connectors_to_sync(session, run_id)
        if is_forced:
            requested += list_connectors(session, connector_name)
        try:
            return read_connectors(session, installation.vault, connector_name, requested)
        except SecretError:
            unreadable = disable_unreadable_connectors(
                session, installation.vault, connector_name, workspace_ids
            )
            for connector_id in unreadable:
                warn(f"connector {connector_id} ({connector_name}): its credentials cannot be decrypted")
            return read_connectors(session, installation.vault, connector_name, requested)


def _land_pages(
    installation: Installation,
    database: Database,
    connector: Connector,
    configured: PolledConnector,
    landing: Landing,
) -> None:
    """Commit the rows of pages together with the last page's cursor."""
    workspace_id, progress = configured.workspace_id, landing.progress

    def keep_credential(name: str, value: str) -> None:
        with database.workspace(workspace_id) as session:
            replace_credential(session, installation.vault, configured, name, value)

    sync_input = SyncInput(
        config=configured.config,
        credentials=configured.credentials,
        cursor=configured.cursor,
        backfill_days=configured.backfill_days,
        open_ids=landing.open_ids,
        keep_credential=keep_credential,
        now=datetime.now(UTC),
        connector_id=configured.connector_id,
        drop_folder=find_drop_folder(installation.settings.drop_folders, configured.workspace_id),
    )
    egress = EgressPolicy.parse(read_allowed(installation.settings))
    pages = pull(connector, sync_input, egress, PROBE if configured.failed_syncs else None)
    for gathered in gather_pages(pages):
        page = join_pages(gathered)
        with database.workspace(workspace_id) as session:
            begin_files(session.connection, workspace_id, configured.origin, page)
            count = land(
                session.connection,
                workspace_id,
                configured.origin,
                page.records,
                page.quarantined,
                page.cursor,
            )
            progress.add(count, page.records, len(gathered), page.no_failures)
            if progress.is_due(time.monotonic()):
                store_progress(session, workspace_id, landing.sync_run_id, progress)
                progress.stored_at = time.monotonic()


def begin_files(transaction: Transaction, workspace_id: UUID, origin: Origin, page: Page) -> None:
    """Let what a file brought before give way, where its rows come again from the beginning."""
    for start in page.starts:
        release_quarantine(transaction, workspace_id, origin.connector_id, start.file)
        if page.is_again:
            withdraw_import(transaction, workspace_id, start.import_id)
    if page.is_again and page.records:
        withdraw_former(transaction, workspace_id, origin.connector_id, origin.site, page.records)
