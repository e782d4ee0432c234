"""Turns the streams of a manifest into lists of a declaration; what has no word there becomes a loss."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from causeloop_pipeline.connectors.airbyte.templates import (
    NEXT_LINK,
    UntranslatableError,
    find_response_path,
    translate,
)

Node = Mapping[str, Any]
SPAN = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?.*)?")
DAYS = (365, 30, 7, 1)
TIME_FORMATS = {"%s": "epoch_seconds", "%ms": "epoch_milliseconds"}
INTERNAL = {"type", "$parameters", "name", "primary_key", "retriever", "incremental_sync", "schema_loader"}


class Losses(list[str]):
    """What of the manifest the declaration does not say, each with its place."""

    def add(self, place: str, what: str) -> None:
        """Note a loss."""
        self.append(f"{place}: {what}")


def convert_stream(stream: Node, fields: set[str], losses: Losses) -> dict[str, Any] | None:
    """The list of a stream, None where it cannot be read at all."""
    parameters = _read_node(stream.get("$parameters"))
    name = str(stream.get("name") or parameters.get("name") or "records")
    place = f"stream {name}"
    retriever = _read_node(stream.get("retriever"))
    requester = _read_node(retriever.get("requester"))
    try:
        path = translate(str(requester.get("path") or parameters.get("path") or "/"), fields)
    except UntranslatableError as error:
        losses.add(place, f"left out, for its path is a template that is not understood: {error}")
        return None
    pull: dict[str, Any] = {"name": name, "path": "/" + path.lstrip("/")}
    method = str(requester.get("http_method", "GET")).upper()
    if method == "POST":
        pull["method"] = "POST"
    elif method != "GET":
        losses.add(place, f"left out, for it is read by {method}")
        return None
    pull["records"] = _convert_selector(_read_node(retriever.get("record_selector")), place, losses)
    pull["pages"] = _convert_pages(_read_node(retriever.get("paginator")), place, losses)
    if params := _convert_params(requester, fields, place, losses):
        pull["params"] = params
    _add_partition(pull, retriever, fields, place, losses)
    pull["schema"] = {"key": _find_key(stream, parameters, place, losses)}
    _add_cursor(pull, _read_node(stream.get("incremental_sync")), place, losses)
    for other in stream.keys() - INTERNAL:
        losses.add(place, f"{other} is not carried over")
    if requester.get("error_handler"):
        losses.add(place, "its error handler: limits and failures are handled by the product's own rules")
    return pull


def _convert_selector(selector: Node, place: str, losses: Losses) -> str:
    if selector.get("record_filter"):
        losses.add(place, "its record filter: all records are read, so leave the others out with keep")
    extractor = _read_node(selector.get("extractor"))
    field_path = extractor.get("field_path") or []
    steps = [str(step) for step in field_path] if isinstance(field_path, list) else [str(field_path)]
    if "*" in steps:
        losses.add(place, "its records are at several places: only the first one is read")
        steps = ["0" if step == "*" else step for step in steps]
    return ".".join(step.replace(".", r"\.") for step in steps)


def _convert_pages(paginator: Node, place: str, losses: Losses) -> Any:
    strategy = _read_node(paginator.get("pagination_strategy"))
    kind = strategy.get("type")
    size = strategy.get("page_size")
    sized: dict[str, Any] = {"size": size} if isinstance(size, int) and not isinstance(size, bool) else {}
    size_param = _read_node(paginator.get("page_size_option")).get("field_name")
    named = {**sized, **({"size_param": str(size_param)} if size_param else {})}
    param = _read_node(paginator.get("page_token_option")).get("field_name")
    match kind:
        case None:
            return "one_page"
        case "OffsetIncrement":
            return {"offset_pages": {**named, "offset_param": str(param or "offset")}}
        case "PageIncrement":
            first = 0 if strategy.get("start_from_page") == 0 else 1
            return {
                "numbered_pages": {
                    "size_param": None,
                    **named,
                    "page_param": str(param or "page"),
                    "first": first,
                }
            }
        case "CursorPagination":
            return _convert_cursor_pages(strategy, named, param, place, losses)
    losses.add(place, f"its paging ({kind}): only the first page is read")
    return "one_page"


def _convert_cursor_pages(
    strategy: Node, named: dict[str, Any], param: Any, place: str, losses: Losses
) -> Any:
    template, stop = str(strategy.get("cursor_value", "")), str(strategy.get("stop_condition") or "")
    if NEXT_LINK.fullmatch(template.strip()):
        return {"link_pages": {**named, **({"ends_on_empty": True} if stop else {})}}
    if stop:
        losses.add(place, "its stop condition: pages end where the answer names no next one")
    if (path := find_response_path(template)) is None:
        losses.add(place, f"its next page ({template.strip()[:80]}): only the first page is read")
        return "one_page"
    if param is None:
        return {"next_url_pages": {"url": path, **named}}
    return {"token_pages": {"next_path": path, "param": str(param), **named}}


def _convert_params(requester: Node, fields: set[str], place: str, losses: Losses) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for kind in ("request_parameters", "request_body_json"):
        described = requester.get(kind)
        for name, value in described.items() if isinstance(described, dict) else ():
            if isinstance(value, int | float | bool):
                params[name] = value
                continue
            try:
                params[name] = translate(str(value), fields)
            except UntranslatableError as error:
                losses.add(place, f"the parameter {name}: {error}")
    if requester.get("request_body_data"):
        losses.add(place, "its body as a text")
    return params


def _add_partition(
    pull: dict[str, Any], retriever: Node, fields: set[str], place: str, losses: Losses
) -> None:
    router = retriever.get("partition_router")
    if isinstance(router, list):
        if len(router) > 1:
            losses.add(place, "all but the first of its partition routers")
        router = router[0] if router else None
    router = _read_node(router)
    match router.get("type"):
        case "ListPartitionRouter":
            values = router.get("values")
            if isinstance(values, str):
                translate(values, fields)
                pull["for_each"] = re.findall(r"\w+", values)[-1]
            else:
                pull["for_each"] = str(router.get("cursor_field", "item"))
                fields.add(pull["for_each"])
                losses.add(
                    place, f"the values {values}: enter them as {pull['for_each']} of the configuration"
                )
        case "SubstreamPartitionRouter":
            _add_parents(pull, router, fields, place, losses)
        case None:
            pass
        case kind:
            losses.add(place, f"its partition router ({kind})")


def _add_parents(pull: dict[str, Any], router: Node, fields: set[str], place: str, losses: Losses) -> None:
    parents = [_read_node(entry) for entry in router.get("parent_stream_configs") or []]
    if len(parents) != 1:
        losses.add(place, "its parent streams: a list is read for each entry of one other list only")
        return
    parent = convert_stream(_read_node(parents[0].get("stream")), fields, Losses())
    if parent is None:
        losses.add(place, "its parent stream, which is not understood")
        return
    pull["parents"] = {
        "path": parent["path"],
        "records": parent["records"],
        "id": str(parents[0].get("parent_key", "id")),
        "pages": parent["pages"],
    }


def _find_key(stream: Node, parameters: Node, place: str, losses: Losses) -> str:
    key: Any = stream.get("primary_key") or parameters.get("primary_key") or "id"
    keys = key if isinstance(key, list) else [key]
    parts = [str(part[0] if isinstance(part, list) and part else part) for part in keys]
    if not stream.get("primary_key") and not parameters.get("primary_key"):
        losses.add(place, "it has no primary key: id is taken")
    return parts[0] if len(parts) == 1 else "/".join(f"{{{part}}}" for part in parts)


def _add_cursor(pull: dict[str, Any], cursor: Node, place: str, losses: Losses) -> None:
    field = cursor.get("cursor_field")
    if not field:
        return
    if cursor.get("type") != "DatetimeBasedCursor":
        losses.add(place, f"its incremental sync ({cursor.get('type')}): everything is listed each time")
        return
    form = str(cursor.get("datetime_format", ""))
    times = TIME_FORMATS.get(form, "iso")
    pull["schema"] |= {"updated_at": str(field)} | ({"times": times} if times != "iso" else {})
    since: dict[str, Any] = {"field": str(field)}
    if param := _read_node(cursor.get("start_time_option")).get("field_name"):
        since |= {"param": str(param), "format": times if times != "iso" else form or "iso"}
    if until := _read_node(cursor.get("end_time_option")).get("field_name"):
        since["until_param"] = str(until)
    if window := _count_days(cursor.get("step")):
        since["window"] = f"{window} days"
    pull["since"] = since


def _count_days(text: Any) -> int:
    match = SPAN.fullmatch(str(text or ""))
    if match is None:
        return 0
    numbers = [int(part or 0) for part in match.groups()[:4]]
    return timedelta(days=sum(number * days for number, days in zip(numbers, DAYS, strict=True))).days


def _read_node(value: Any) -> Node:
    return value if isinstance(value, dict) else {}
