"""What somebody might do to an archive before it is imported."""

import hashlib
import io
import json
import struct
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

Entries = dict[str, bytes]


def change_manifest(entries: Entries, change: Callable[[dict[str, Any]], None]) -> None:
    manifest = json.loads(entries["manifest.json"])
    change(manifest)
    entries["manifest.json"] = json.dumps(manifest).encode()


def replace_part(entries: Entries, table: str, content: bytes, rows: int) -> None:
    """Another part, with a manifest that agrees."""

    def agree(manifest: dict[str, Any]) -> None:
        entry = next(entry for entry in manifest["tables"] if entry["name"] == table)
        part = entry["parts"][0]
        digest = hashlib.sha256(content).hexdigest()
        entry["parts"] = [{**part, "bytes": len(content), "sha256": digest, "rows": rows}]
        entry["rows"] = rows
        entries[part["name"]] = content

    change_manifest(entries, agree)


def read_table(entries: Entries, table: str) -> pa.Table:
    return pq.read_table(io.BytesIO(entries[f"tables/{table}/00001.parquet"]))


def write_table(table: pa.Table, **options: Any) -> bytes:
    buffer = io.BytesIO()
    plain = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    pq.write_table(table, buffer, **{**plain, **options})
    return buffer.getvalue()


def change_column(
    entries: Entries, table: str, column: str, values: Callable[[list[Any]], list[Any]]
) -> None:
    stored = read_table(entries, table)
    position = stored.column_names.index(column)
    field = stored.schema.field(position)
    changed = stored.set_column(position, field, pa.array(values(stored[column].to_pylist()), field.type))
    replace_part(entries, table, write_table(changed), changed.num_rows)


def add_traversal(entries: Entries) -> None:
    entries["../../etc/cron.d/evil"] = b"x"


def add_absolute(entries: Entries) -> None:
    entries["/etc/passwd"] = b"x"


def add_unlisted(entries: Entries) -> None:
    entries["tables/core.issue/00099.parquet"] = b"x"


def remove_part(entries: Entries) -> None:
    del entries["tables/core.issue/00001.parquet"]


def flip_bit(entries: Entries) -> None:
    name = "tables/core.issue/00001.parquet"
    content = bytearray(entries[name])
    content[len(content) // 2] ^= 1
    entries[name] = bytes(content)


def list_traversal(entries: Entries) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["tables"][0]["parts"].append({"name": "../x", "bytes": 1, "sha256": "0" * 64, "rows": 0})

    change_manifest(entries, change)


def claim_other_version(entries: Entries) -> None:
    change_manifest(entries, lambda manifest: manifest.update(version=99))


def claim_newer_schema(entries: Entries) -> None:
    change_manifest(entries, lambda manifest: manifest.update(schema_revision="9999"))


def name_unknown_table(entries: Entries) -> None:
    change_manifest(
        entries, lambda manifest: manifest["tables"][0].update(name="app.users", parts=[], rows=0)
    )


def name_secret_column(entries: Entries) -> None:
    def change(manifest: dict[str, Any]) -> None:
        entry = next(entry for entry in manifest["tables"] if entry["name"] == "app.connector")
        entry["columns"]["credentials"] = "bytea"

    change_manifest(entries, change)


def name_workspace_column(entries: Entries) -> None:
    def change(manifest: dict[str, Any]) -> None:
        entry = next(entry for entry in manifest["tables"] if entry["name"] == "core.issue")
        entry["columns"]["workspace_id"] = "uuid"

    change_manifest(entries, change)


def inject_statement(entries: Entries) -> None:
    def change(manifest: dict[str, Any]) -> None:
        entry = next(entry for entry in manifest["tables"] if entry["name"] == "core.issue")
        entry["columns"]['title"; drop table app.users; --'] = "text"

    change_manifest(entries, change)


def name_deep_nesting(entries: Entries) -> None:
    entries["manifest.json"] = b"[" * 200_000


def empty_manifest(entries: Entries) -> None:
    entries["manifest.json"] = b"{}"


def break_parquet(entries: Entries) -> None:
    replace_part(entries, "core.issue", b"PAR1" + b"\0" * 200 + struct.pack("<I", 2**31) + b"PAR1", 1)


def compress_inside(entries: Entries) -> None:
    replace_part(
        entries,
        "core.issue",
        write_table(read_table(entries, "core.issue"), compression="zstd", use_dictionary=True),
        read_table(entries, "core.issue").num_rows,
    )


def claim_fewer_rows(entries: Entries) -> None:
    stored = read_table(entries, "core.issue")
    replace_part(entries, "core.issue", write_table(stored), stored.num_rows - 1)


def repeat_rows(entries: Entries) -> None:
    stored = read_table(entries, "core.issue")
    replace_part(entries, "core.issue", write_table(pa.concat_tables([stored, stored])), 2 * stored.num_rows)


def drop_column(entries: Entries) -> None:
    stored = read_table(entries, "core.issue")
    replace_part(entries, "core.issue", write_table(stored.drop_columns(["title"])), stored.num_rows)


def break_severity(entries: Entries) -> None:
    change_column(entries, "core.issue", "severity", lambda values: ["p9" for _ in values])


def break_json(entries: Entries) -> None:
    change_column(entries, "core.issue", "attributes", lambda values: ["{" for _ in values])


def name_foreign_member(entries: Entries) -> None:
    change_column(entries, "app.assignment", "user_id", lambda values: [str(uuid4()) for _ in values])


def name_foreign_issue(entries: Entries) -> None:
    change_column(entries, "predict.outcome", "prediction_id", lambda values: [str(uuid4()) for _ in values])


def make_owner_of_role(entries: Entries) -> None:
    people = json.loads(entries["people.json"])
    people["members"] = [{"user_id": str(uuid4()), "email": "a@b.c", "name": "A", "role": "superuser"}]
    entries["people.json"] = json.dumps(people).encode()
    content = entries["people.json"]
    digest = hashlib.sha256(content).hexdigest()
    change_manifest(
        entries,
        lambda manifest: manifest["documents"][1].update(bytes=len(content), sha256=digest),
    )


HOSTILE = (
    add_traversal,
    add_absolute,
    add_unlisted,
    remove_part,
    flip_bit,
    list_traversal,
    claim_other_version,
    claim_newer_schema,
    name_unknown_table,
    name_secret_column,
    name_workspace_column,
    inject_statement,
    name_deep_nesting,
    empty_manifest,
    break_parquet,
    compress_inside,
    claim_fewer_rows,
    repeat_rows,
    drop_column,
    break_severity,
    break_json,
    name_foreign_issue,
    make_owner_of_role,
)
