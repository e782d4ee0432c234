"""`landing/<tool>`: what each external tool holds, polled connector by connector and kept as it arrived."""

import logging
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.orchestration.partitions import ONE_RUN, WORKSPACES
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_scope import in_scope

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.connectors import ConfiguredConnector
    from causeloop_pipeline.storage.raw.records import LandingCount

logger = logging.getLogger(__name__)

AT_ONCE = 8
TABLE_ROWS = 50


@dataclass(frozen=True)
class Synced:
    """How the sync of one connector went."""

    connector: "ConfiguredConnector"
    count: "LandingCount"
    pages: int
    error: str | None


def landing_key(connector_name: str) -> dg.AssetKey:
    """The asset of a tool, which is at the same time the dbt source of its staging model."""
    return dg.AssetKey(["landing", connector_name])


def landing_asset(connector: Connector) -> dg.AssetsDefinition:
    """The landing asset of one tool."""

    @dg.asset(
        key=landing_key(connector.name),
        group_name="landing",
        description=f"{connector.title} as it answered: every version of every record, once.",
        kinds={"python", "postgres"},
        owners=["team:pipeline"],
        partitions_def=WORKSPACES,
        backfill_policy=ONE_RUN,
        tags={"causeloop/category": _tag(connector.category)},
    )
    def landing(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata=_metadata(_sync_all(context, installation, connector)))

    return landing


def _sync_all(
    context: dg.AssetExecutionContext, installation: Installation, connector: Connector
) -> list[Synced]:
    """Poll what is due or asked for, several at once: a slow tool holds up nobody else's."""
    configured = _to_poll(context, installation, connector.name)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sync") as threads:
        synced = list(threads.map(lambda one: sync(installation, connector, one, context.run_id), configured))
    for one in synced:
        if one.error:
            context.log.warning(
                "connector %s (%s): %s", one.connector.connector_id, connector.name, one.error
            )
    return synced


def _to_poll(
    context: dg.AssetExecutionContext, installation: Installation, connector_name: str
) -> "list[ConfiguredConnector]":
    from causeloop_pipeline.storage.app.connectors import read_connectors
    from causeloop_pipeline.storage.app.recompute_requests import connectors_to_sync
    from causeloop_pipeline.storage.app.unreadable_credentials import set_aside_unreadable
    from causeloop_pipeline.storage.app.vault import SecretError

    ids = [workspace.workspace_id for workspace in in_scope(context, installation)]
    with installation.database.workspaces(ids) as session:
        asked = connectors_to_sync(session, context.run_id)
        try:
            return read_connectors(session, installation.vault, connector_name, asked)
        except SecretError:
            for lost in set_aside_unreadable(session, installation.vault, connector_name, ids):
                context.log.warning(
                    "connector %s (%s): its credentials cannot be decrypted", lost, connector_name
                )
            return read_connectors(session, installation.vault, connector_name, asked)


def sync(
    installation: Installation, connector: Connector, configured: "ConfiguredConnector", run_id: str | None
) -> Synced:
    """Pull and land one connector page by page; whatever stops it is its own sync's failure."""
    from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
    from causeloop_pipeline.storage.app.connectors import (
        finish_sync,
        mark_error,
        open_external_ids,
        start_sync,
    )
    from causeloop_pipeline.storage.raw.records import LandingCount

    database = installation.database
    with database.workspace(configured.workspace_id) as session:
        sync_run_id = start_sync(session, configured, run_id)
        open_ids = open_external_ids(session, configured)
    count, pages, error, permanent, retry_after = LandingCount(), 0, None, False, None
    try:
        for landed in _land_pages(installation, connector, configured, open_ids):
            count, pages = count + landed, pages + 1
    except PermanentFailure as failure:
        error, permanent = failure.reason, True
    except TransientFailure as failure:
        error, retry_after = failure.reason, failure.retry_after
    except Exception as failure:  # a defect in one tool's handling must not stop the other tenants' syncs
        error = f"unexpected {type(failure).__name__}: this is a defect, see the pipeline's log"
        _log_defect(configured, failure)
    with database.workspace(configured.workspace_id) as session:
        finish_sync(session, configured, sync_run_id, count, pages, error, retry_after)
        if permanent:
            mark_error(session, configured, error or "")
    return Synced(configured, count, pages, error)


def _land_pages(
    installation: Installation, connector: Connector, configured: "ConfiguredConnector", open_ids: list[str]
) -> "Iterator[LandingCount]":
    """Commit each page's rows and cursor together before the next page is asked for."""
    from causeloop_pipeline.egress.policy import EgressPolicy
    from causeloop_pipeline.landing.polling.pull import pull
    from causeloop_pipeline.storage.raw.records import land

    pages = pull(
        connector,
        config=configured.config,
        credentials=configured.credentials,
        cursor=configured.cursor,
        backfill_days=configured.backfill_days,
        open_ids=open_ids,
        now=datetime.now(UTC),
        egress=EgressPolicy.parse(installation.settings.egress_allow),
    )
    for page in pages:
        with installation.database.workspace(configured.workspace_id) as session:
            yield land(
                session.connection,
                configured.workspace_id,
                configured.connector_id,
                page.records,
                page.quarantined,
                page.cursor,
            )


def _metadata(synced: list[Synced]) -> dict[str, dg.MetadataValue]:
    fields = ("read", "new", "updated", "duplicate", "quarantined")
    totals = {name: sum(getattr(one.count, name) for one in synced) for name in fields}
    table = [
        dg.TableRecord(
            {
                "workspace": str(one.connector.workspace_id),
                "connector": str(one.connector.connector_id),
                "verdict": one.error or "ok",
                "pages": one.pages,
                **{name: getattr(one.count, name) for name in fields},
            }
        )
        for one in synced[:TABLE_ROWS]
    ]
    shown = {"by connector": dg.MetadataValue.table(table)} if table else {}
    return {
        "connectors": dg.MetadataValue.int(len(synced)),
        "failed connectors": dg.MetadataValue.int(sum(one.error is not None for one in synced)),
        **{name: dg.MetadataValue.int(total) for name, total in totals.items()},
        **shown,
    }


def _log_defect(configured: "ConfiguredConnector", failure: Exception) -> None:
    """Where it happened; the message could quote what the tool sent, so it stays out."""
    frames = traceback.extract_tb(failure.__traceback__)
    place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
    logger.error("connector %s: %s at %s", configured.connector_id, type(failure).__name__, place)


def _tag(category: str) -> str:
    return category.lower().replace(" & ", "-").replace(" ", "-")


LANDING = [landing_asset(connector) for connector in CONNECTORS.values()]
