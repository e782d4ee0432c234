"""The walk over any JSON list, built from the words in which a person described it."""

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
    Shape,
    Since,
    Times,
    TokenPages,
)

AUTHS = ("none", "bearer", "basic", "header", "query")
PAGES = ("one", "offset", "number", "token", "link", "next_url")


def described(connector: Connector, config: Config) -> Connector:
    """The connector whose authentication and list endpoint a configuration describes."""
    words = {field.name: field.default for field in connector.config} | dict(config)
    pulls = (_pull(words),) if words["path"] else ()
    return replace(connector, auth=_auth(words["auth"], words["auth_name"]), pulls=pulls)


def _auth(kind: str, name: str) -> Auth:
    choices: dict[str, Auth] = {
        "none": None,
        "bearer": Bearer("{token}"),
        "basic": Basic("{username}", "{password}"),
        "header": Headers(((name, "{token}"),)),
        "query": Query(((name, "{token}"),)),
    }
    return choices[kind]


def _pull(words: dict[str, Any]) -> Pull:
    shape = Shape(
        key=words["key"],
        updated_at=(words["updated_at"],),
        times=Times(words["times"]),
        kind="normalized",
        normalize=True,
    )
    since = Since(
        words["updated_at"], words["since_param"], format=words["times"], overlap=timedelta(hours=1)
    )
    return Pull("records", words["path"], words["records"], _pages(words), shape, since)


def _pages(words: dict[str, Any]) -> Pages:
    size, size_param, following = int(words["size"]), words["size_param"], words["next"]
    choices: dict[str, Pages] = {
        "one": OnePage(),
        "offset": OffsetPages(size, size_param, words["page_param"]),
        "number": NumberedPages(size, size_param, words["page_param"]),
        "token": TokenPages(following, words["page_param"], size=size, size_param=size_param),
        "link": LinkPages(size, size_param),
        "next_url": NextUrlPages(following, size, size_param),
    }
    return choices[words["pages"]]
