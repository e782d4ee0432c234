"""Walks one list from where the last sync stopped to now, and says after each page how far it has come."""

from collections import deque
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.json_paths import filled_from, value_at
from causeloop_pipeline.connectors.spec import Connector, Pull, Since, TokenPages
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.client import Answer, Ask, Client
from causeloop_pipeline.landing.polling.page import Page, page_of
from causeloop_pipeline.landing.polling.paginate import following, opening
from causeloop_pipeline.landing.timestamps import InstantError, instant, spelled

MAX_PAGES = 20_000
SHORTEST_WINDOW = timedelta(seconds=2)


@dataclass(frozen=True)
class Lane:
    """One list to walk: endpoint, key in the cursor, address, and the values that fill templates."""

    connector: Connector
    pull: Pull
    key: str
    url: str
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Window:
    """The stretch of time that one series of pages covers."""

    start: datetime
    end: datetime


class Walk:
    """One lane's walk. `state` is the whole connector's cursor; the walk only writes its own lane's part."""

    def __init__(
        self, client: Client, lane: Lane, state: dict[str, Any], backfill_days: int, now: datetime
    ) -> None:
        self._client, self._lane, self._state, self._now = client, lane, state, now
        self._pages, self._since = lane.pull.pages, lane.pull.since
        self._mine: dict[str, Any] = dict(state.get(lane.key) or {})
        self._start = now - timedelta(days=backfill_days)
        self._ordered = True
        self._newest: datetime | None = None

    def pages(self) -> Iterator[Page]:
        """Every page to the end of the list, oldest window first."""
        windows = deque(self._windows())
        while windows:
            window = windows.popleft()
            rest = yield from self._window(window)
            windows.extendleft(reversed(rest))

    def _windows(self) -> list[Window]:
        since = self._since
        start = self._start
        if since is not None and "since" in self._mine:
            start = datetime.fromisoformat(self._mine["since"]) - since.overlap
        span = since.window if since is not None and since.window else None
        windows = []
        while span and start + span < self._now:
            windows.append(Window(start, start + span))
            start += span
        return [*windows, Window(start, self._now)]

    def _window(self, window: Window) -> Generator[Page, None, list[Window]]:
        """Yield the window's pages; return the windows that must be walked instead of its rest."""
        ask: Ask | None = self._opening(window)
        asked: set[Ask] = set()
        previous: list[Any] = []
        seen = 0
        while ask is not None:
            if ask in asked or len(asked) >= MAX_PAGES:
                raise self._endless(ask)
            asked.add(ask)
            answer = self._ask(ask)
            items = self._items(answer)
            if items and items == previous:
                raise self._endless(ask)
            previous = items
            seen += len(items)
            self._look_at(items)
            ask = None if self._is_past(window, items) else self._following(ask, answer, len(items))
            rest = self._rest(window, seen, more=ask is not None)
            self._advance(window, answer, done=ask is None and not rest)
            yield self._page(window, items, answer)
            if rest:
                return rest
        return []

    def _opening(self, window: Window) -> Ask:
        ask = opening(self._pages, Ask(self._lane.url, self._params(window), self._lane.pull.method))
        kept = self._mine.get("token")
        if isinstance(self._pages, TokenPages) and self._pages.durable and kept:
            return self._from_position(Ask(ask.url, (*ask.params, (self._pages.param, kept)), ask.method))
        return ask

    def _following(self, ask: Ask, answer: Answer, count: int) -> Ask | None:
        after = following(self._pages, ask, answer, count, self._client.same_origin)
        durable = isinstance(self._pages, TokenPages) and self._pages.durable
        return self._from_position(after) if durable and after is not None else after

    def _from_position(self, ask: Ask) -> Ask:
        """A position in an export already says since when; the filter may not come beside it."""
        filter_param = self._since.param if self._since else None
        return replace(ask, params=tuple(pair for pair in ask.params if pair[0] != filter_param))

    def _params(self, window: Window) -> tuple[tuple[str, str], ...]:
        since, values = self._since, self._lane.values
        fixed = tuple((name, filled_from(text, values)) for name, text in self._lane.pull.params)
        if since is None or since.param is None:
            return fixed
        zone = str(values.get(since.zone) or "UTC") if since.zone else "UTC"
        times = {
            "since": spelled(window.start, since.format, zone),
            "until": spelled(window.end, since.format, zone),
        }
        filters = [(since.param, filled_from(since.template, {**values, **times}))]
        if since.until_param:
            filters.append((since.until_param, times["until"]))
        return (*fixed, *filters)

    def _ask(self, ask: Ask) -> Answer:
        try:
            return self._client.ask(ask)
        except PermanentFailure as failure:
            if failure.status in {400, 404, 422} and "token" in self._mine and self._is_kept(ask):
                del self._mine["token"]  # the tool forgot the position: begin again from the last known time
                return self._client.ask(self._opening(self._windows()[0]))
            raise

    def _is_kept(self, ask: Ask) -> bool:
        return (
            isinstance(self._pages, TokenPages)
            and dict(ask.params).get(self._pages.param) == self._mine["token"]
        )

    def _items(self, answer: Answer) -> list[Any]:
        found = value_at(answer.document, self._lane.pull.records)
        if not isinstance(found, list):
            place = self._lane.pull.records or "the top"
            where = f"{self._lane.connector.title} at {answer.url.split('?')[0]}"
            raise PermanentFailure(f"{where}: its answer holds no list at {place!r}")
        return found

    def _look_at(self, items: list[Any]) -> None:
        """Remember the newest time; a tool that breaks its promise of order loses the page-by-page cursor."""
        times = [moment for moment in map(self._time_of, items) if moment is not None]
        if not times:
            return
        in_order = times == sorted(times) and (self._newest is None or times[0] >= self._newest)
        self._ordered = self._ordered and in_order
        self._newest = max([*times, *([self._newest] if self._newest else [])])

    def _time_of(self, item: Any) -> datetime | None:
        value = value_at(item, self._since.field) if self._since is not None else None
        try:
            read = None if value is None else instant(value, self._lane.pull.shape.times)
        except InstantError:
            return None
        return None if read is None else min(read, self._now)

    def _is_past(self, window: Window, items: list[Any]) -> bool:
        """Whether a list that begins with the newest has come to what is older than the window."""
        if self._since is None or not self._since.newest_first or not items:
            return False
        times = [self._time_of(item) for item in items]
        return all(moment is not None and moment < window.start for moment in times)

    def _rest(self, window: Window, seen: int, *, more: bool) -> list[Window]:
        """What to walk instead of the remaining pages: from the newest time on, or in halves."""
        since = self._since
        if since is None:
            return []
        if more and since.restart_after is not None and seen >= since.restart_after:
            return self._from_newest(since, window)
        if since.cap is not None and seen >= since.cap and window.end - window.start > SHORTEST_WINDOW:
            middle = window.start + (window.end - window.start) / 2
            return [Window(window.start, middle), Window(middle, window.end)]
        return []

    def _from_newest(self, since: Since, window: Window) -> list[Window]:
        newest = self._newest
        if newest is None or not self._ordered or newest <= window.start:
            return []
        ahead = spelled(newest, since.format) != spelled(window.start, since.format)
        return [Window(newest, window.end)] if ahead else []

    def _advance(self, window: Window, answer: Answer, *, done: bool) -> None:
        since = self._since
        if since is not None:
            reached = self._reached(since, window, done)
            if reached is not None:
                before = self._mine.get("since")
                self._mine["since"] = max(filter(None, (before, reached.astimezone(UTC).isoformat())))
        if isinstance(self._pages, TokenPages) and self._pages.durable:
            token = value_at(answer.document, self._pages.token)
            if isinstance(token, str) and token:
                self._mine["token"] = token
        self._state[self._lane.key] = dict(self._mine)

    def _reached(self, since: Since, window: Window, done: bool) -> datetime | None:
        """How far everything has been seen; None while that is not known."""
        if since.ascending and (self._ordered or done) and not (done and since.until_param):
            return self._newest
        return window.end if done else None

    def _page(self, window: Window, items: list[Any], answer: Answer) -> Page:
        lane = self._lane
        read = [
            extract(lane.connector.name, lane.pull.shape, item, door="poll", config=lane.values)
            for item in items
            if self._is_news(window, item)
        ]
        return page_of(read, dict(self._state), answer.rate)

    def _is_news(self, window: Window, item: Any) -> bool:
        """Whether to keep an item: without a filter at the tool, the unchanged is left out here."""
        if self._since is None or self._since.param is not None:
            return True
        moment = self._time_of(item)
        return moment is None or moment >= window.start

    def _endless(self, ask: Ask) -> TransientFailure:
        where = f"{self._lane.connector.title} at {ask.url.split('?')[0]}"
        return TransientFailure(
            f"{where}: its pages do not end, the same one came again. What came before is kept, and the next "
            "sync goes on from there"
        )
