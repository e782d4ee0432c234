"""Lists that need more than one request: ids and then records, or what the records belong to first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from causeloop_pipeline.connectors.json_paths import fill_from, find_value
from causeloop_pipeline.connectors.pulls import Details, Param, Parents, Pull
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.landing.polling.client import Client, JsonRequest
from causeloop_pipeline.landing.polling.paginate import build_first_request, build_next_request, to_param

MAX_PARENT_PAGES = 1000


def build_request(pull: Pull, url: str, params: tuple[tuple[str, Param], ...]) -> JsonRequest:
    """The request for a pull's list, before its paging is added."""
    return JsonRequest(url, params, pull.method, pull.headers, pull.form, pull.graphql)


def fill_param(value: Param, values: Mapping[str, Any]) -> Param:
    """A parameter with its templates filled; numbers, also configured ones, and truth values as they are."""
    if isinstance(value, tuple):
        return tuple(fill_param(entry, values) for entry in value)
    if not isinstance(value, str):
        return value
    configured = values.get(value[1:-1]) if value.startswith("{") else None
    return configured if isinstance(configured, int) else fill_from(value, values)


def zip_rows(rows: Sequence[Any], columns: Any) -> list[Any]:
    """Rows that are lists as objects, by the names of their columns; anything else as it is."""
    listed = columns if isinstance(columns, list) else []
    names = [str(column.get("name") if isinstance(column, dict) else column) for column in listed]
    return [
        dict(zip(names, row, strict=True)) if isinstance(row, list) and len(row) == len(names) else row
        for row in rows
    ]


def read_details(
    client: Client, details: Details, base_url: str, values: Mapping[str, Any], listed: Sequence[Any]
) -> list[Any]:
    """The records whose ids a page lists, a batch at a time; an entry without an id as it is."""
    ids = [to_param(find_value(entry, details.id)) for entry in listed]
    usable_ids = tuple(entry for entry in ids if entry is not None)
    records: list[Any] = [entry for entry, entry_id in zip(listed, ids, strict=True) if entry_id is None]
    for start in range(0, len(usable_ids), details.size):
        batch = usable_ids[start : start + details.size]
        fixed = tuple((name, fill_param(value, values)) for name, value in details.params)
        url = base_url + fill_from(details.path, values)
        response = client.fetch(JsonRequest(url, (*fixed, (details.param, batch)), details.method))
        batch_records = find_value(response.document, details.records)
        if not isinstance(batch_records, list):
            raise PermanentFailure(f"{details.path}: the answer holds no list at {details.records!r}")
        records += batch_records
    return records


def list_parents(client: Client, parents: Parents, base_url: str, values: Mapping[str, Any]) -> Iterator[str]:
    """The ids of what the records belong to; PermanentFailure where they are more than may be read."""
    params = tuple((name, fill_param(value, values)) for name, value in parents.params)
    request: JsonRequest | None = build_first_request(
        parents.pages, JsonRequest(base_url + fill_from(parents.path, values), params)
    )
    seen: set[str] = set()
    sent: set[JsonRequest] = set()
    while request is not None and request not in sent and len(sent) < MAX_PARENT_PAGES:
        sent.add(request)
        response = client.fetch(request)
        items = find_value(response.document, parents.records)
        if not isinstance(items, list):
            raise PermanentFailure(f"{parents.path}: the answer holds no list at {parents.records!r}")
        for item in items:
            text = str(find_value(item, parents.id) or "")
            if text and text not in seen:
                seen.add(text)
                yield text
        if len(seen) > parents.limit:
            raise PermanentFailure(
                f"{parents.path}: more than {parents.limit:,} entries, more than one connector reads: "
                "narrow its configuration"
            )
        last = items[-1] if items else None
        request = build_next_request(parents.pages, request, response, len(items), client.same_origin, last)
