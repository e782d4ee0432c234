"""The second look at open records, for tools whose filter never shows that one was resolved."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.json_paths import filled_from, value_at
from causeloop_pipeline.connectors.spec import Connector, Pull, Refresh
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.client import Answer, Ask, Client
from causeloop_pipeline.landing.polling.page import Page, page_of

PER_PAGE = 50


def reread(
    client: Client,
    connector: Connector,
    asked: Pull,
    base_url: str,
    state: dict[str, Any],
    open_ids: Sequence[str],
) -> Iterator[Page]:
    """Pages of open records as they stand now. More than a sync may read take turns, sync after sync."""
    refresh = asked.refresh
    if refresh is None:
        return
    key = f"{asked.name}:refresh"
    turn = _turn(refresh, open_ids, str(state.get(key) or ""))
    for start in range(0, len(turn), PER_PAGE):
        batch = turn[start : start + PER_PAGE]
        answers = [_one(client, base_url, refresh, external_id) for external_id in batch]
        state[key] = batch[-1]
        yield _page(connector, asked, refresh, answers, state)


def _turn(refresh: Refresh, open_ids: Sequence[str], after: str) -> list[str]:
    """The ids that are due: those behind the last one read, then from the beginning."""
    mine = sorted({external_id for external_id in open_ids if re.fullmatch(refresh.ids, external_id)})
    behind = [external_id for external_id in mine if external_id > after]
    return (behind + mine[: len(mine) - len(behind)])[: refresh.limit]


def _one(client: Client, base_url: str, refresh: Refresh, external_id: str) -> Answer | None:
    """One record; None where the tool no longer has it."""
    match = re.fullmatch(refresh.ids, external_id)
    values: Mapping[str, str] = match.groupdict() if match else {}
    path = filled_from(
        refresh.path, values, lambda value: quote(value, safe="/" if "/" in refresh.ids else "")
    )
    if any(segment in {".", ".."} for segment in path.split("/")):
        return None
    try:
        return client.ask(Ask(base_url + path))
    except PermanentFailure as failure:
        if failure.status in {404, 410}:
            return None
        raise


def _page(
    connector: Connector, asked: Pull, refresh: Refresh, answers: list[Answer | None], state: dict[str, Any]
) -> Page:
    answered = [answer for answer in answers if answer is not None]
    read = [
        extract(connector.name, asked.shape, value_at(answer.document, refresh.record), door="poll")
        for answer in answered
    ]
    return page_of(read, dict(state), answered[-1].rate if answered else None)
