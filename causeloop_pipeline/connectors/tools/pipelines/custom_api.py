"""Any tool with a JSON list, as its configuration describes it; and the source of other events."""

from typing import Any

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.custom_list import AUTHENTICATIONS, KINDS, PAGINATIONS, configure_connector
from causeloop_pipeline.connectors.declared.declaration import (
    DECLARATION,
    DECLARATION_FIELD,
    build_connector,
)
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE


def ask_for(name: str, title: str, default: Any = None, **more: Any) -> spec.Field:
    """A configuration field that may be left empty."""
    return spec.Field(name, title, required=False, default=default, **more)


def configure(config: spec.Config) -> spec.Connector:
    """The connector that a configuration describes, or that the declaration in it does."""
    if config.get(DECLARATION):
        return build_connector(config[DECLARATION])
    return configure_connector(CONNECTOR, config)


TIME_FORMATS = (
    spec.TimeFormat.ISO,
    spec.TimeFormat.EPOCH_SECONDS,
    spec.TimeFormat.EPOCH_MILLISECONDS,
)
WHAT_IDS_NAME = (
    "event: one failure. condition: what fails again and again, such as a monitor; each start is an issue."
)
PUSHED_RECORD = spec.RecordSchema(
    key="external_id",
    updated_at=("source_updated_at",),
    kind="normalized",
    normalize=True,
)

CONNECTOR = spec.Connector(
    name="custom_api",
    title="Custom API",
    category=spec.Category.DATA,
    docs_url="https://datatracker.ietf.org/doc/html/rfc8259",
    plan="free",
    base_url="{base_url}",
    site=("path",),
    credentials=(
        spec.Field("token", "Token", required=False),
        spec.Field("username", "User", required=False),
        spec.Field("password", "Password", required=False),
    ),
    config=(
        ask_for("path", "Path of the list", help="Empty: records come by webhook and ingest API only."),
        ask_for("auth", "Authentication", "none", choices=AUTHENTICATIONS),
        ask_for("auth_name", "Header or parameter of the token", "Authorization", pattern=r"[A-Za-z0-9_-]+"),
        ask_for("records", "Path of the records in the answer", ""),
        ask_for("key", "Path of the id", "id"),
        ask_for("identifies", "What an id names", "event", choices=tuple(KINDS), help=WHAT_IDS_NAME),
        ask_for("updated_at", "Path of the last update", "updated_at"),
        ask_for("times", "Format of times", spec.TimeFormat.ISO.value, choices=TIME_FORMATS),
        ask_for("pages", "Paging", "one", choices=PAGINATIONS),
        ask_for("page_param", "Parameter of page, offset or token", "page"),
        ask_for("size_param", "Parameter of the page size", "limit"),
        ask_for("size", "Page size", 100, type="number"),
        ask_for("next", "Path of the next token or address", "next"),
        ask_for("since_param", "Parameter of an updated-since filter"),
        ask_for("fields", "Product field → path in a record, such as title → subject", type="mapping"),
        DECLARATION_FIELD,
    ),
    webhook=spec.Webhook(
        events=(spec.WebhookEvent(record="", schema=PUSHED_RECORD),),
        signatures=(
            spec.OWN_SIGNATURE,
            spec.SharedSecret("x-causeloop-token"),
            spec.SharedSecret("authorization", prefix="Bearer "),
            spec.BasicSecret(),
            spec.UrlSecret(),
        ),
        takes_any_form=True,
        setup="Let the tool POST to the address: JSON with the product's field names, or its own alert, "
        "log record, or message for Slack, Mattermost, Discord or Teams.",
    ),
    issues=(PRODUCT_ISSUE,),
    configure=configure,
)
