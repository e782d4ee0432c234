"""Imports an archive into an empty workspace, all or nothing.

Rows get the workspace that they are imported into, whatever the archive says: their keys begin with it, so
none can reach another one. Ids that are made of the workspace's (issues, changes, and those that the caller
knows how to translate) are made again, wherever they occur. Members arrive suspended and take no seat;
connectors arrive paused, without credentials; alert rules arrive disabled, for their channels have no secret.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from causeloop_pipeline.storage.archive.contents import UNCHANGED, ArchivedTable, select_archived
from causeloop_pipeline.storage.archive.manifest import PersonEntry, TableEntry
from causeloop_pipeline.storage.archive.parts import ArchiveError, read_part
from causeloop_pipeline.storage.archive.reading import OpenArchive
from causeloop_pipeline.storage.erasure.tenant_tables import connect_in_scope, list_tenant_tables

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
APPENDED = {"app.audit_log"}
"""The workspace's own entries are kept beside the archive's."""

DERIVED = {"core.issue": ("issue_id", "core.issue_id"), "core.change": ("change_id", "core.change_id")}
MUST_BE_EMPTY = ("core.issue", "raw.record", "app.connector", "detect.pattern", "core.change")
COMPUTE_IDS = """
select old, {function}(%(workspace_id)s, source, external_id, site{named})::text as new
from unnest(
    %(old)s::text[], %(source)s::text[], %(external_id)s::text[], %(site)s::text[],
    %(fired_at)s::timestamptz[]
) as derived (old, source, external_id, site, fired_at)
"""
UPSERT_PERSON = """
insert into app.users (email, name) values (lower(%(email)s), %(name)s)
on conflict (email) do update set email = excluded.email returning user_id
"""
INSERT_MEMBER = """
insert into app.membership (workspace_id, user_id, role, status, name)
values (%(workspace_id)s, %(user_id)s, %(role)s, 'suspended', %(name)s) on conflict do nothing
"""
# Archives of earlier versions know no occurrences: each of their issues occurred once.
INSERT_MISSING_OCCURRENCES = """
insert into core.occurrence (workspace_id, issue_id, started_at, ended_at)
select i.workspace_id, i.issue_id, i.source_created_at, i.resolved_at
from core.issue as i
where i.workspace_id = %s and not exists (
    select from core.occurrence as o where o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
)
"""
PAUSE_CONNECTORS = """
update app.connector set status = 'paused', status_reason = 'imported: enter the credentials, then resume'
where workspace_id = %(workspace_id)s
"""
GIVE_UP_MESSAGES = """
update notify.outbox set given_up_at = now(), error = 'imported, and not sent from here'
where workspace_id = %(workspace_id)s and delivered_at is null and given_up_at is null
"""
CANCEL_TICKETS = """
update act.ticket set status = 'cancelled' where workspace_id = %(workspace_id)s and status = 'queued'
"""
STOP_TRACKER_ACTS = """
update app.workspace_settings set comment_mode = default, close_mode = default
where workspace_id = %(workspace_id)s
"""
INSERT_AUDIT = """
insert into app.audit_log (workspace_id, actor, action, subject, details)
values (%(workspace_id)s, 'operator', 'workspace.imported', 'workspace:' || %(workspace_id)s,
        jsonb_build_object('former_workspace', %(former)s::text))
"""
DISABLE_RULES = """
update notify.alert_rule set enabled = false
where workspace_id = %(workspace_id)s and channels @? '$[*] ? (@.type == "webhook" || @.type == "slack")'
"""

Translate = Callable[[Mapping[str, Sequence[Mapping[str, Any]]], UUID, UUID], Mapping[str, str]]
"""Rows by table, the former workspace and the new one → new ids by former ids."""


@dataclass(frozen=True)
class ImportReport:
    """How many rows of how many tables were imported, and how many people were named."""

    tables: int
    rows: int
    people: int


def import_workspace(
    owner_url: str,
    workspace_id: UUID,
    archive: OpenArchive,
    *,
    translate: Translate = lambda *_: {},
    report: Callable[[str], None] = lambda _: None,
) -> ImportReport:
    """Fill an empty workspace from an archive; where it does not fit, ArchiveError and no change."""
    with connect_in_scope(owner_url, [workspace_id]) as owner:
        try:
            with owner.transaction():
                return _Import(owner, workspace_id, archive, report).run(translate)
        except psycopg.errors.IntegrityError as failure:
            raise ArchiveError(f"the archive contradicts itself: {failure.diag.message_primary}") from None
        except psycopg.DataError as failure:
            raise ArchiveError(f"the archive holds an impossible value: {str(failure)[:200]}") from None


class _Import:
    """One import: the connection's transaction, and the ids that change."""

    def __init__(
        self,
        owner: psycopg.Connection[dict[str, Any]],
        workspace_id: UUID,
        archive: OpenArchive,
        report: Callable[[str], None],
    ) -> None:
        self.owner, self.workspace_id, self.archive, self.report = owner, workspace_id, archive, report
        self.tables = {table.label: table for table in select_archived(list_tenant_tables(owner))}
        self.ids = {str(archive.manifest.workspace_id): str(workspace_id)}

    def run(self, translate: Translate) -> ImportReport:
        self._check()
        listed = {table.name: table for table in self.archive.manifest.tables}
        self._add_people(self.archive.people.members)
        self._make_ids(listed, translate)
        # Each table comes after those that it references.
        loads = [(table, listed[label]) for label, table in self.tables.items() if label in listed]
        for table, entry in loads:
            self._load(table, entry)
            self.report(f"{entry.name}: {entry.rows} rows")
        # Triggers add touches for inserted rows, before or after the archive's own touches are inserted.
        for table, entry in loads:
            if table.label not in APPENDED and self._count(table) != entry.rows:
                self._load(table, entry)
        self.owner.execute(INSERT_MISSING_OCCURRENCES, (self.workspace_id,))
        self._quieten()
        rows = sum(entry.rows for _, entry in loads)
        return ImportReport(len(loads), rows, len(self.archive.people.members))

    def _check(self) -> None:
        for label in MUST_BE_EMPTY:
            if self._count(self.tables[label]):
                raise ArchiveError(f"the workspace is not empty: it has rows in {label}")
        revision = self.owner.execute("select version_num from app.alembic_version").fetchone() or {}
        if self.archive.manifest.schema_revision > revision["version_num"]:
            raise ArchiveError(
                f"the archive is of a newer version ({self.archive.manifest.schema_revision}): update first"
            )
        for entry in self.archive.manifest.tables:
            table = self.tables.get(entry.name)
            own = {column.name: column.type for column in table.columns} if table else {}
            if table is None or not entry.columns.items() <= own.items():
                raise ArchiveError(f"the archive holds a table or column that is not one here: {entry.name}")

    def _add_people(self, people: Sequence[PersonEntry]) -> None:
        for person in people:
            row = self.owner.execute(UPSERT_PERSON, person.model_dump()).fetchone()
            if row is None:
                raise LookupError(f"{person.email} was not stored")
            self.ids[str(person.user_id)] = str(row["user_id"])
            member = {**person.model_dump(), "workspace_id": self.workspace_id, "user_id": row["user_id"]}
            self.owner.execute(INSERT_MEMBER, member)

    def _make_ids(self, listed: Mapping[str, TableEntry], translate: Translate) -> None:
        for label, (key, function) in DERIVED.items():
            if label in listed:
                self._derive_ids(listed[label], key, function)
        if "app.connector" in listed:  # A webhook address contains nothing but the connector's id.
            connectors = self._read_columns(listed["app.connector"], ("connector_id",))
            self.ids |= {row["connector_id"]: str(uuid4()) for row in connectors}
        named = {
            label: list(self._read_columns(listed[label], columns))
            for label, columns in TRANSLATED.items()
            if label in listed
        }
        self.ids |= translate(named, self.archive.manifest.workspace_id, self.workspace_id)

    def _derive_ids(self, entry: TableEntry, key: str, function: str) -> None:
        rows = list(self._read_columns(entry, (key, "source", "external_id", "site", "fired_at")))
        named = sql.SQL(", fired_at => fired_at" if "fired_at" in entry.columns else "")
        statement = sql.SQL(COMPUTE_IDS).format(function=sql.Identifier(*function.split(".")), named=named)
        parameters = {
            "workspace_id": self.workspace_id,
            "old": [row[key] for row in rows],
            "source": [row["source"] for row in rows],
            "external_id": [row["external_id"] for row in rows],
            "site": [row.get("site", "") for row in rows],  # an archive of before there were sites
            "fired_at": [row.get("fired_at") for row in rows],
        }
        derived = self.owner.execute(statement, parameters).fetchall()
        self.ids |= {row["old"]: row["new"] for row in derived}

    def _read_columns(self, entry: TableEntry, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        positions = {name: position for position, name in enumerate(entry.columns) if name in names}
        for row in self._read_rows(entry):
            yield {name: row[position] for name, position in positions.items()}

    def _read_rows(self, entry: TableEntry) -> Iterator[tuple[Any, ...]]:
        columns = [column for column in self.tables[entry.name].columns if column.name in entry.columns]
        if [column.name for column in columns] != list(entry.columns):
            raise ArchiveError(f"the columns of {entry.name} are in another order than here")
        for part in entry.parts:
            yield from read_part(self.archive.read(part), columns, part.rows)

    def _load(self, table: ArchivedTable, entry: TableEntry) -> None:
        """Replace the workspace's rows in a table."""
        names = sql.SQL(", ").join(sql.Identifier(name) for name in entry.columns)
        if table.label not in APPENDED:
            statement = sql.SQL("delete from {} where workspace_id = %s").format(table.table.identifier)
            self.owner.execute(statement, (self.workspace_id,))
        self.owner.execute(
            sql.SQL(
                "create temporary table incoming on commit drop as select {} from {} with no data"
            ).format(names, table.table.identifier)
        )
        is_changed = [(table.label, name) not in UNCHANGED for name in entry.columns]
        with (
            self.owner.cursor() as cursor,
            cursor.copy(sql.SQL("copy incoming ({}) from stdin").format(names)) as copy,
        ):
            for row in self._read_rows(entry):
                copy.write_row(
                    [
                        self._translate(value) if is_text and isinstance(value, str) else value
                        for value, is_text in zip(row, is_changed, strict=True)
                    ]
                )
        self.owner.execute(
            sql.SQL("insert into {} (workspace_id, {}) select %s, {} from incoming").format(
                table.table.identifier, names, names
            ),
            (self.workspace_id,),
        )
        self.owner.execute("drop table incoming")

    def _translate(self, text: str) -> str:
        return ID.sub(lambda match: self.ids.get(match[0], match[0]), text)

    def _count(self, table: ArchivedTable) -> int:
        statement = sql.SQL("select count(*) as rows from {} where workspace_id = %s")
        row = self.owner.execute(statement.format(table.table.identifier), (self.workspace_id,)).fetchone()
        return int(row["rows"]) if row else 0

    def _quieten(self) -> None:
        """Pause polling, sending and pushing until somebody has entered the secrets."""
        stopped = (PAUSE_CONNECTORS, DISABLE_RULES, GIVE_UP_MESSAGES, CANCEL_TICKETS, STOP_TRACKER_ACTS)
        for statement in (*stopped, INSERT_AUDIT):
            self.owner.execute(
                statement,
                {"workspace_id": self.workspace_id, "former": str(self.archive.manifest.workspace_id)},
            )
        self.owner.execute(
            "update app.workspace set timezone = %s where workspace_id = %s",
            (self.archive.workspace.timezone, self.workspace_id),
        )


TRANSLATED = {
    "act.investigation": ("investigation_id", "kind", "pattern_id"),
    "act.recommendation": ("recommendation_id", "pattern_ids"),
    "detect.cluster_member": ("cluster_id", "pattern_id"),
}
"""What a caller needs to translate ids that are derived from a workspace and a pattern."""
