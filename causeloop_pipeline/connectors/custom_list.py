"""Builds the connector of any JSON list from the configuration that describes it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from causeloop_pipeline.connectors.spec import (
    Auth,
    Basic,
    Bearer,
    Config,
    Connector,
    Headers,
    LinkPages,
    NextUrlPages,
    NumberedPages,
    OffsetPages,
    OnePage,
    Pages,
    Pull,
    Query,
    RecordSchema,
    Since,
    TimeFormat,
    TokenPages,
    Webhook,
)
from causeloop_pipeline.model.issue import Identifies
from causeloop_pipeline.model.raw_record import NORMALIZED, NORMALIZED_CONDITION

AUTHENTICATIONS = ("none", "bearer", "basic", "header", "query")
KINDS = {Identifies.EVENT.value: NORMALIZED, Identifies.CONDITION.value: NORMALIZED_CONDITION}
"""The kind of the records whose ids name one failure, or what fails again and again."""
PAGINATIONS = ("one", "offset", "number", "token", "link", "next_url")


def configure_connector(connector: Connector, config: Config) -> Connector:
    """The connector whose authentication and list endpoint a configuration describes."""
    values = {field.name: field.default for field in connector.config} | dict(config)
    pulls = (_build_pull(values),) if values["path"] else ()
    auth = _build_auth(values["auth"], values["auth_name"])
    return replace(connector, auth=auth, pulls=pulls, webhook=_build_webhook(connector.webhook, values))


def _build_webhook(webhook: Webhook | None, values: dict[str, Any]) -> Webhook | None:
    """The same webhook, whose ids name what those of the list do."""
    if webhook is None:
        return None
    kind = KINDS[values["identifies"]]
    events = (replace(event, schema=replace(event.schema, kind=kind)) for event in webhook.events)
    return replace(webhook, events=tuple(events))


def _build_auth(kind: str, name: str) -> Auth:
    choices: dict[str, Auth] = {
        "none": None,
        "bearer": Bearer("{token}"),
        "basic": Basic("{username}", "{password}"),
        "header": Headers(((name, "{token}"),)),
        "query": Query(((name, "{token}"),)),
    }
    return choices[kind]


def _build_pull(values: dict[str, Any]) -> Pull:
    schema = RecordSchema(
        key=values["key"],
        updated_at=(values["updated_at"],),
        times=TimeFormat(values["times"]),
        kind=KINDS[values["identifies"]],
        normalize=True,
    )
    since = Since(
        field=values["updated_at"],
        param=values["since_param"],
        format=values["times"],
        overlap=timedelta(hours=1),
    )
    return Pull(
        name="records",
        path=values["path"],
        records=values["records"],
        pages=_build_pages(values),
        schema=schema,
        since=since,
    )


def _build_pages(values: dict[str, Any]) -> Pages:
    size, size_param = int(values["size"]), values["size_param"]
    page_param, next_path = values["page_param"], values["next"]
    choices: dict[str, Pages] = {
        "one": OnePage(),
        "offset": OffsetPages(size=size, size_param=size_param, offset_param=page_param),
        "number": NumberedPages(size=size, size_param=size_param, page_param=page_param),
        "token": TokenPages(next_path=next_path, param=page_param, size=size, size_param=size_param),
        "link": LinkPages(size=size, size_param=size_param),
        "next_url": NextUrlPages(url=next_path, size=size, size_param=size_param),
    }
    return choices[values["pages"]]
