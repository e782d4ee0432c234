"""Any tool with a JSON list, as its configuration describes it; and where events without a connector land."""

from typing import Any

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.custom_list import AUTHS, PAGES, described


def word(name: str, title: str, default: Any = None, **kind: Any) -> spec.Field:
    """A configuration field that may stay as it is."""
    return spec.Field(name, title, required=False, default=default, **kind)


def configure(config: spec.Config) -> spec.Connector:
    """The connector that a configuration describes."""
    return described(CONNECTOR, config)


PUSHED = spec.Shape("external_id", ("source_updated_at",), kind="normalized", normalize=True)

CONNECTOR = spec.Connector(
    name="custom_api",
    title="Custom API",
    category=spec.Category.DATA,
    docs_url="https://datatracker.ietf.org/doc/html/rfc8259",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("token", "Token", required=False),
        spec.Field("username", "User", required=False),
        spec.Field("password", "Password", required=False),
    ),
    config=(
        word("path", "Path of the list", help="Empty: records come by webhook and ingest API only."),
        word("auth", "Authentication", "none", choices=AUTHS),
        word("auth_name", "Header or parameter of the token", "Authorization", pattern=r"[A-Za-z0-9_-]+"),
        word("records", "Path of the records in the answer", ""),
        word("key", "Path of the id", "id"),
        word("updated_at", "Path of the last update", "updated_at"),
        word("times", "Format of times", spec.Times.ISO.value, choices=tuple(spec.Times)),
        word("pages", "Paging", "one", choices=PAGES),
        word("page_param", "Parameter of page, offset or token", "page"),
        word("size_param", "Parameter of the page size", "limit"),
        word("size", "Page size", 100, type="number"),
        word("next", "Path of the next token or address", "next"),
        word("since_param", "Parameter of an updated-since filter"),
        word("fields", "Product field → path in a record, such as title → subject", type="mapping"),
    ),
    webhook=spec.Webhook(
        events=(spec.Event("", shape=PUSHED),),
        setup="POST JSON with the product's field names; sign the body with HMAC-SHA256.",
    ),
    configure=configure,
)
