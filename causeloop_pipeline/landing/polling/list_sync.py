"""Reads one list from where the last sync stopped to now; each page comes with the cursor it reaches."""

from collections import deque
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from causeloop_pipeline.connectors.json_paths import fill_from, find_value
from causeloop_pipeline.connectors.mapping.times import TICKS
from causeloop_pipeline.connectors.pulls import Param, list_entries, open_entries
from causeloop_pipeline.connectors.spec import Connector, Pull, Since, TokenPages
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.client import Client, JsonRequest, JsonResponse
from causeloop_pipeline.landing.polling.nested_lists import (
    build_request,
    fill_param,
    read_details,
    zip_rows,
)
from causeloop_pipeline.landing.polling.page import Page, build_page
from causeloop_pipeline.landing.polling.paginate import build_first_request, build_next_request
from causeloop_pipeline.landing.polling.supplements import Supplements
from causeloop_pipeline.landing.timestamps import TimestampError, format_timestamp, parse_timestamp

MAX_PAGES = 20_000
MIN_WINDOW = timedelta(seconds=2)
EPOCHS = frozenset(TICKS)


@dataclass(frozen=True)
class ListTarget:
    """One list to read: endpoint, key in the cursor, address, and the values that fill templates."""

    connector: Connector
    pull: Pull
    key: str
    url: str
    base_url: str
    values: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Window:
    """The span of time that one series of pages covers."""

    start: datetime
    end: datetime


class ListSync:
    """One list's sync. `cursor` is the whole connector's; the sync only writes its own list's part."""

    def __init__(
        self,
        client: Client,
        target: ListTarget,
        cursor: dict[str, Any],
        backfill_from: datetime,
        now: datetime,
    ) -> None:
        self._client, self._target, self._cursor, self._now = client, target, cursor, now
        self._pages, self._since = target.pull.pages, target.pull.since
        self._position: dict[str, Any] = dict(cursor.get(target.key) or {})
        self._backfill_from = backfill_from
        self._is_ordered = True
        self._newest: datetime | None = None
        self._supplements = Supplements(client, target.pull, target.base_url, target.values)

    def pages(self) -> Iterator[Page]:
        """Every page to the end of the list, oldest window first."""
        windows = deque(self._windows())
        while windows:
            window = windows.popleft()
            rest = yield from self._window(window)
            windows.extendleft(reversed(rest))

    def _windows(self) -> list[Window]:
        since = self._since
        start = self._backfill_from
        if since is not None and "since" in self._position:
            start = datetime.fromisoformat(self._position["since"]) - since.overlap
        span = since.window if since is not None and since.window else None
        windows = []
        while span and start + span < self._now:
            windows.append(Window(start, start + span))
            start += span
        return [*windows, Window(start, self._now)]

    def _window(self, window: Window) -> Generator[Page, None, list[Window]]:
        """Yield the window's pages; return the windows to read instead of its remaining pages."""
        request: JsonRequest | None = self._first_request(window)
        sent: set[JsonRequest] = set()
        previous_items: list[Any] = []
        item_count = 0
        while request is not None:
            if request in sent or len(sent) >= MAX_PAGES:
                raise self._endless_list(request)
            sent.add(request)
            response = self._fetch(request)
            listed = self._items(response)
            items = self._details(listed)
            if items and items == previous_items:
                raise self._endless_list(request)
            previous_items = items
            item_count += len(items)
            times = self._times_of(items)
            self._track_order(times)
            is_last = self._is_past(window, times)
            request = None if is_last else self._next_request(request, response, listed)
            rest = self._remaining_windows(window, item_count, more=request is not None)
            self._advance(window, response, done=request is None and not rest)
            yield self._page(window, items, times, response)
            if rest:
                return rest
        return []

    def _first_request(self, window: Window) -> JsonRequest:
        target = self._target
        request = build_first_request(
            self._pages, build_request(target.pull, target.url, self._params(window))
        )
        stored_token = self._position.get("token")
        if isinstance(self._pages, TokenPages) and self._pages.durable and stored_token:
            params = (*request.params, (self._pages.param, stored_token))
            return self._without_filter(replace(request, params=params))
        return request

    def _next_request(
        self, request: JsonRequest, response: JsonResponse, items: list[Any]
    ) -> JsonRequest | None:
        last = items[-1] if items else None
        following = build_next_request(
            self._pages, request, response, len(items), self._client.same_origin, last
        )
        is_durable = isinstance(self._pages, TokenPages) and self._pages.durable
        return self._without_filter(following) if is_durable and following is not None else following

    def _without_filter(self, request: JsonRequest) -> JsonRequest:
        """A token already says from where to continue; the time filter may not be sent beside it."""
        filter_param = self._since.param if self._since else None
        return replace(request, params=tuple(pair for pair in request.params if pair[0] != filter_param))

    def _params(self, window: Window) -> tuple[tuple[str, Param], ...]:
        since, values = self._since, self._target.values
        zone = str(values.get(since.zone) or "UTC") if since is not None and since.zone else "UTC"
        if since is not None:
            try:
                ends = [format_timestamp(end, since.format, zone) for end in (window.start, window.end)]
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise PermanentFailure(
                    f"{self._target.connector.title}: {zone!r} is not a time zone such as Europe/Berlin"
                ) from None
            values = {**values, "since": ends[0], "until": ends[1]}
        fixed = tuple((name, fill_param(value, values)) for name, value in self._target.pull.params)
        if since is None or since.param is None:
            return fixed
        filters = [(since.param, self._filter_value(since.template, values))]
        if since.until_param:
            filters.append((since.until_param, self._filter_value("{until}", values)))
        return (*fixed, *filters)

    def _filter_value(self, template: str, values: Mapping[str, Any]) -> Param:
        """The filter as text; in a JSON body a time that is a number goes as one."""
        text = fill_from(template, values)
        pull = self._target.pull
        is_number = self._since is not None and self._since.format in EPOCHS and text.isdigit()
        return int(text) if is_number and pull.method == "POST" and not pull.form else text

    def _details(self, listed: list[Any]) -> list[Any]:
        """The records of a list that only holds ids; any other list as it is."""
        target = self._target
        if target.pull.details is None:
            return open_entries(listed, target.pull.within)
        return read_details(self._client, target.pull.details, target.base_url, target.values, listed)

    def _fetch(self, request: JsonRequest) -> JsonResponse:
        try:
            return self._client.fetch(request)
        except PermanentFailure as failure:
            if failure.status in {400, 404, 422} and self._has_stored_token(request):
                del self._position["token"]  # the tool dropped it: start again from the last known time
                return self._client.fetch(self._first_request(self._windows()[0]))
            raise

    def _has_stored_token(self, request: JsonRequest) -> bool:
        return (
            "token" in self._position
            and isinstance(self._pages, TokenPages)
            and dict(request.params).get(self._pages.param) == self._position["token"]
        )

    def _items(self, response: JsonResponse) -> list[Any]:
        items = [] if response.is_empty else list_entries(response.document, self._target.pull.records)
        if items is None:
            place = self._target.pull.records or "the top"
            where = f"{self._target.connector.title} at {response.url.split('?')[0]}"
            raise PermanentFailure(f"{where}: its answer holds no list at {place!r}")
        columns = self._target.pull.columns
        return items if columns is None else zip_rows(items, find_value(response.document, columns))

    def _times_of(self, items: list[Any]) -> list[datetime | None]:
        """When each item of a page last changed; nothing of a list that has no cursor in time."""
        since = self._since
        return [] if since is None else [self._time_of(find_value(item, since.field)) for item in items]

    def _time_of(self, value: Any) -> datetime | None:
        try:
            moment = None if value is None else parse_timestamp(value, self._target.pull.schema.times)
        except TimestampError:
            return None
        return None if moment is None else min(moment, self._now)

    def _track_order(self, times: list[datetime | None]) -> None:
        """Remember the newest time; the cursor of a list that is not in order stops moving page by page."""
        dated = [moment for moment in times if moment is not None]
        if not dated:
            return
        in_order = dated == sorted(dated) and (self._newest is None or dated[0] >= self._newest)
        self._is_ordered = self._is_ordered and in_order
        self._newest = max([*dated, *([self._newest] if self._newest else [])])

    def _is_past(self, window: Window, times: list[datetime | None]) -> bool:
        """Whether a list with the newest first has reached records older than the window."""
        if self._since is None or not self._since.newest_first or not times:
            return False
        return all(moment is not None and moment < window.start for moment in times)

    def _remaining_windows(self, window: Window, item_count: int, *, more: bool) -> list[Window]:
        """The windows to read instead of the remaining pages: from the newest time on, or in halves."""
        since = self._since
        if since is None:
            return []
        if more and since.restart_after is not None and item_count >= since.restart_after:
            return self._from_newest(since, window)
        if since.cap is not None and item_count >= since.cap and window.end - window.start > MIN_WINDOW:
            middle = window.start + (window.end - window.start) / 2
            return [Window(window.start, middle), Window(middle, window.end)]
        return []

    def _from_newest(self, since: Since, window: Window) -> list[Window]:
        newest = self._newest
        if newest is None or not self._is_ordered or newest <= window.start:
            return []
        ahead = format_timestamp(newest, since.format) != format_timestamp(window.start, since.format)
        return [Window(newest, window.end)] if ahead else []

    def _advance(self, window: Window, response: JsonResponse, *, done: bool) -> None:
        since = self._since
        if since is not None:
            reached = self._time_reached(since, window, done)
            if reached is not None:
                previous = self._position.get("since")
                self._position["since"] = max(filter(None, (previous, reached.astimezone(UTC).isoformat())))
        if isinstance(self._pages, TokenPages) and self._pages.durable:
            token = find_value(response.document, self._pages.next_path)
            if isinstance(token, str) and token:
                self._position["token"] = token
        self._cursor[self._target.key] = dict(self._position)

    def _time_reached(self, since: Since, window: Window, done: bool) -> datetime | None:
        """The time up to which everything has been read; None while that is not known."""
        if since.ascending and (self._is_ordered or done) and not (done and since.until_param):
            return self._newest
        return window.end if done else None

    def _page(
        self, window: Window, items: list[Any], times: list[datetime | None], response: JsonResponse
    ) -> Page:
        target = self._target
        extracted = [
            extract(
                target.connector.name,
                target.pull.schema,
                self._supplements.add_to(item),
                channel="poll",
                config=target.values,
            )
            for item in self._select_new(window, items, times)
        ]
        return build_page(extracted, dict(self._cursor), response.rate)

    def _select_new(self, window: Window, items: list[Any], times: list[datetime | None]) -> list[Any]:
        """What to keep of a page: where the tool cannot filter, unchanged records are left out here."""
        if self._since is None or self._since.param is not None:
            return items
        return [
            item
            for item, moment in zip(items, times, strict=True)
            if moment is None or moment >= window.start
        ]

    def _endless_list(self, request: JsonRequest) -> TransientFailure:
        where = f"{self._target.connector.title} at {request.url.split('?')[0]}"
        return TransientFailure(
            f"{where}: its pages do not end, the same page came again. The earlier pages are stored, and the "
            "next sync continues from there"
        )
