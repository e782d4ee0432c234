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
)

AUTHENTICATIONS = ("none", "bearer", "basic", "header", "query")
PAGINATIONS = ("one", "offset", "number", "token", "link", "next_url")


def configure_connector(connector: Connector, config: Config) -> Connector:
    """The connector whose authentication and list endpoint a configuration describes."""
    values = {field.name: field.default for field in connector.config} | dict(config)
    pulls = (_build_pull(values),) if values["path"] else ()
    return replace(connector, auth=_build_auth(values["auth"], values["auth_name"]), pulls=pulls)


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
        kind="normalized",
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
