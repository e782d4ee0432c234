"""Reads records again whose mappings have changed with a release: newest first, batch by batch.

What means something else now waits like a new record, so that the next run normalizes it. A passage gives way
to whatever waits; killed, it goes on at its last batch.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from causeloop_pipeline.connectors.record_mappings import list_versions
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.raw.mapped_records import Key, map_and_queue
from causeloop_pipeline.storage.raw.rereading import (
    Rereading,
    is_any_pending,
    list_former,
    list_next,
    read_newest,
    start_rereading,
    store_progress,
)

BATCH = 2_000
MAX_SECONDS = 60.0
"""After which a run ends, for the next one to go on."""


def is_rereading_due(session: Session) -> bool:
    """Whether records are to be read again and nothing more urgent waits."""
    newest = read_newest(session)
    is_open = newest is not None and newest.finished_at is None
    return (is_open or bool(list_former(newest, list_versions(CONNECTORS)))) and not is_any_pending(session)


def reread(installation: Installation) -> Rereading:
    """Go on with the passage that is due, or begin it, for a while; how far it has come."""
    deadline = time.monotonic() + MAX_SECONDS
    with installation.database.keep_connection() as database:
        rereading = begin_rereading(database)
        while rereading.finished_at is None and time.monotonic() < deadline:
            with database.every_workspace() as session:
                if is_any_pending(session):
                    break
            rereading = read_batch(database, rereading)
    return rereading


def begin_rereading(database: Database, sources: Sequence[str] = ()) -> Rereading:
    """The passage that goes on; a new one where mappings have changed, or over sources that are named."""
    versions = list_versions(CONNECTORS)
    with database.every_workspace() as session:
        newest = read_newest(session)
        former = list_former(newest, versions)
        if newest is None or former or sources:
            return start_rereading(session, versions, [*former, *sources])
        return newest


def read_batch(database: Database, rereading: Rereading) -> Rereading:
    """Read the next records of a passage; the passage after it."""
    with database.every_workspace() as session:
        records = list_next(session, rereading, BATCH)
    by_workspace: dict[UUID, list[tuple[Key, str]]] = defaultdict(list)
    for key, source in records:
        by_workspace[key[0]].append((key, source))
    for workspace_id, own in by_workspace.items():
        keys, sources = [key for key, _ in own], sorted({source for _, source in own})
        with database.workspace(workspace_id) as session:
            map_and_queue(session.connection, keys, sources)
    before = records[-1][0][1] if records else None
    with database.every_workspace() as session:
        return store_progress(session, rereading, before, len(records), is_last=len(records) < BATCH)
