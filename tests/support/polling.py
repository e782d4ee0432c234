"""Short forms for polling a fake tool in tests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Category, Connector, Pages, Pull, Since
from causeloop_pipeline.egress.retry_policy import RetryPolicy
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from tests.support.fake_tool import FakeTool

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
QUICK = RetryPolicy(attempts=3, first_wait=0.001, max_wait=5.0, total=20.0, silence_seconds=5.0)
CREDENTIALS = {
    "pagerduty": {"api_token": "planted-secret-1"},
    "jira": {"email": "ada@example.com", "api_token": "planted-secret-2"},
    "github": {"token": "planted-secret-3"},
    "datadog": {"api_key": "planted-secret-4", "application_key": "planted-secret-5"},
    "zendesk": {"email": "ada@example.com", "api_token": "planted-secret-6"},
    "okta": {"api_token": "planted-secret-7"},
    "custom_api": {"token": "planted-secret-8"},
    "healthchecks": {"api_key": "planted-secret-9"},
    "icinga2": {"user": "ada", "password": "planted-secret-10"},
    "plain": {},
}
CONFIG: Mapping[str, dict[str, Any]] = {
    "jira": {"site": "acme"},
    "github": {"repositories": ["acme/shop"]},
    "zendesk": {"subdomain": "acme"},
    "okta": {"org": "acme.okta.com"},
}


def poll_pages(
    tool: FakeTool,
    connector: Connector | str,
    *,
    cursor: Mapping[str, Any] | None = None,
    open_ids: Sequence[str] = (),
    backfill_days: int = 30,
    now: datetime = NOW,
    **config: Any,
) -> Iterator[Page]:
    """One sync against the fake tool, page by page."""
    chosen = CONNECTORS[connector] if isinstance(connector, str) else connector
    sync = SyncInput(
        config={**CONFIG.get(chosen.name, {}), "base_url": tool.url, **config},
        credentials=CREDENTIALS[chosen.name],
        cursor=cursor,
        backfill_days=backfill_days,
        open_ids=open_ids,
        now=now,
    )
    return pull(chosen, sync, tool.egress, QUICK)


def poll(tool: FakeTool, connector: Connector | str, **options: Any) -> list[Page]:
    """All pages of one sync."""
    return list(poll_pages(tool, connector, **options))


def plain(pages: Pages, since: Since | None = None, **more: Any) -> Connector:
    """A connector with one list of {"items": [...]} at /items."""
    items = Pull(name="items", path="/items", records="items", pages=pages, since=since)
    return Connector(
        name="plain",
        title="Plain",
        category=Category.DATA,
        docs_url="https://example.com",
        plan="free",
        base_url="https://example.com",
        pulls=(replace(items, **more),),
    )


def ids(pages: list[Page]) -> list[str]:
    """The external ids in the order in which they came."""
    return [record.external_id for page in pages for record in page.records]


def item(number: int, updated_at: str = "2026-03-09T00:00:00Z") -> dict[str, Any]:
    """One record of the plain connector."""
    return {"id": number, "updated_at": updated_at}
