"""Which tables and columns of a workspace an archive holds, and how a column is written to parquet."""

from dataclasses import dataclass

from causeloop_pipeline.storage.erasure.tenant_tables import TenantTable

LEFT_OUT = {
    "app.run_scope": "runs",
    "app.service_account": "hashes of keys",
    "app.personal_key": "hashes of keys",
    "app.session": "sessions",
    "app.refresh_token": "sessions",
    "app.invitation": "links",
    "app.idempotency_key": "responses",
    "app.rate_limit_bucket": "limits",
    "app.recompute_request": "requests of runs",
    "app.membership": "people are a file of their own",
    "app.preference": "of people and keys",
    "app.directory": "hashes of tokens",
    "app.directory_user": "kept by the identity provider",
    "app.directory_group": "kept by the identity provider",
    "app.directory_group_member": "kept by the identity provider",
    "notify.recipient": "hashes of links: an address confirms again",
    "notify.slack_app": "of the addresses there: set up again",
    "notify.slack_message": "of a channel that is posted to from there",
    "notify.slack_request": "of requests there",
    "app.workspace_archive": "archives",
    "app.workspace_archive_part": "archives",
    "app.reporting_login": "a role of the server: granted again",
    "app.feed_outage": "of the feeds there",
    "app.delivery_trace": "of deliveries in progress",
    "raw.mapped_record": "read from the records by the mappings of the other installation",
    "app.upload": "undone where it was made",
    "raw.import_record": "the same",
    "raw.withdrawn_record": "taken back by the next run there",
    "raw.delivery": "counted where they came",
    "raw.webhook_delivery": "ids that a tool will not use again",
    "detect.grouping_state": "an index by internal ids: the next run makes it again",
    "detect.pattern_index_part": "the same",
    "detect.suggestion": "made again by the next run",
    "detect.vector_space": "made again where an encoder is set up",
    "detect.text_vector": "the same",
    "detect.pattern_tally": "counted again by the next run",
    "detect.pattern_summary": "made again by the next run",
    "detect.pattern_touch": "counted again by the next run",
    "detect.occurrence_month": "counted again by the next run",
    "detect.later_occurrence": "counted again by the next run",
}
"""Tables that no archive holds, and why."""

SECRET_COLUMNS = {
    ("app.connector", "credentials"),
    ("app.connector", "credential_receivers"),
    ("app.connector", "webhook_secrets"),
    ("notify.alert_rule", "channel_secrets"),
}
RUN_COLUMNS = {("raw.pending_record", "run_id")}
"""Claims by runs that the other installation does not know."""

UNCHANGED = {("raw.record", "payload"), ("raw.quarantine", "payload")} | {
    (table, "site")
    for table in ("app.connector", "raw.record", "raw.quarantine", "core.issue", "core.change")
}
"""Received payloads stay as received, even where they contain something like an id; so do sites."""

TYPED = {
    "integer": "int64",
    "bigint": "int64",
    "smallint": "int64",
    "boolean": "bool",
    "double precision": "double",
    "bytea": "binary",
    "timestamp with time zone": "timestamp",
}
"""Types that parquet has too; every other value is the text that PostgreSQL reads."""


@dataclass(frozen=True)
class ArchivedColumn:
    """A column of an archive: its name, PostgreSQL's type and parquet's."""

    name: str
    type: str

    @property
    def kind(self) -> str:
        """The kind of values in the parquet file."""
        return TYPED.get(self.type, "string")


@dataclass(frozen=True)
class ArchivedTable:
    """A table of an archive: its columns except the workspace, secrets and identity columns."""

    table: TenantTable
    columns: tuple[ArchivedColumn, ...]

    @property
    def label(self) -> str:
        """schema.name."""
        return self.table.label


def select_archived(tables: list[TenantTable]) -> list[ArchivedTable]:
    """The tables that an archive holds, each after those that it references."""
    return [
        ArchivedTable(table, _select_columns(table))
        for table in reversed(tables)
        if table.label not in LEFT_OUT
    ]


def _select_columns(table: TenantTable) -> tuple[ArchivedColumn, ...]:
    excluded = {"workspace_id", *table.counted}
    return tuple(
        ArchivedColumn(name, kind)
        for name, kind in zip(table.columns, table.types, strict=True)
        if name not in excluded and (table.label, name) not in SECRET_COLUMNS | RUN_COLUMNS
    )
