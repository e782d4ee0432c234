"""Files of a drop folder and of an object store, read by the process that reads them in production."""

import gzip
import os
import shutil
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.polling.files.drop_folders import find_drop_folder
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput

SOURCE = "causeloop_pipeline.landing.polling.files.source"
WORKSPACE = UUID("01980000-0000-7000-8000-000000000001")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{SOURCE}.SETTLE_SECONDS", 0)


def read(folder: Path | None, cursor: dict[str, Any] | None = None, **config: Any) -> list[Page]:
    from datetime import UTC, datetime

    sync = SyncInput(
        config={"fields": {"title": "subject"}, **config},
        credentials={},
        cursor=cursor,
        backfill_days=30,
        now=datetime.now(UTC),
        drop_folder=None if folder is None else str(folder),
    )
    return list(pull(CONNECTORS["drop_folder"], sync, EgressPolicy()))


def titles(pages: list[Page]) -> dict[str, str]:
    return {record.external_id: record.payload["title"] for page in pages for record in page.records}


def reasons(pages: list[Page]) -> list[str]:
    return [refused.reason for page in pages for refused in page.quarantined]


def test_every_format_is_read_once_and_a_bad_row_is_named_by_file_and_row(tmp_path):
    (tmp_path / "a.csv").write_text('id;subject\n1;One\n2\n3;"three\nlines"\n')
    (tmp_path / "b.jsonl").write_text('{"id": 4, "subject": "Four"}\nno json\n[1]\n{"id": 5}\n')
    (tmp_path / "dt=1").mkdir()
    with gzip.open(tmp_path / "dt=1" / "c.jsonl.gz", "wt") as packed:
        packed.write('{"id": 6, "subject": "Six"}\n')
    pl.DataFrame({"id": [7], "subject": ["Seven"]}).write_parquet(tmp_path / "dt=1" / "d.parquet")
    (tmp_path / "_SUCCESS.csv").write_text("id\n1\n")
    (tmp_path / "e.csv.part").write_text("id\n1\n")
    first = read(tmp_path)
    assert titles(first) == {"1": "One", "3": "three", "4": "Four", "6": "Six", "7": "Seven"}
    assert [reason.partition(":")[0] for reason in reasons(first)] == [
        "a.csv, row 3, column 'subject'",
        "b.jsonl, row 2",
        "b.jsonl, row 3",
        "b.jsonl, row 4, column 'subject'",
    ]
    assert read(tmp_path, first[-1].cursor) == []


def test_a_half_written_file_is_read_again_when_it_has_grown(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": 1, "subject": "One"}\n{"id": 2, "sub')
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and no more")
    first = read(tmp_path)
    assert titles(first) == {"1": "One"}
    assert "ends in the middle" in reasons(first)[0]
    assert "b.parquet, row 1" in reasons(first)[1]
    time.sleep(0.02)
    with file.open("a") as growing:
        growing.write('ject": "Two"}\n')
    assert titles(read(tmp_path, first[-1].cursor)) == {"1": "One", "2": "Two"}


def test_a_file_that_is_still_being_written_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{SOURCE}.SETTLE_SECONDS", 60)
    (tmp_path / "a.csv").write_text("id,subject\n1,One\n")
    assert read(tmp_path) == []


def test_nothing_outside_the_folder_is_read(tmp_path):
    folder, outside = tmp_path / "drops", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.csv").write_text("id,subject\n1,Secret\n")
    (folder / "link.csv").symlink_to(outside / "secret.csv")
    (folder / "linked").symlink_to(outside)
    os.mkfifo(folder / "pipe.csv")
    assert read(folder) == []
    for prefix in ("linked", "no/such"):
        with pytest.raises(PermanentFailure, match="no folder"):
            read(folder, prefix=prefix)
    for prefix in ("..", "../outside", "a/../../outside", "/etc"):
        with pytest.raises(PermanentFailure, match="prefix"):
            read(folder, prefix=prefix)


def test_a_sync_that_was_cut_off_goes_on_within_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{SOURCE}.PAGE_ROWS", 10)
    lines = (f'{{"id": {number}, "subject": "N"}}\n' for number in range(35))
    (tmp_path / "a.jsonl").write_text("".join(lines))
    first = read(tmp_path)[:2]
    rest = read(tmp_path, first[-1].cursor)
    assert [len(page.records) for page in (*first, *rest)] == [10, 10, 10, 5]
    assert len(titles([*first, *rest])) == 35


def test_a_line_without_end_is_set_aside_and_old_encodings_are_read(tmp_path):
    endless = b'{"id": 1, "x": "' + b"x" * 3_000_000 + b'"}\n'
    (tmp_path / "a.jsonl").write_bytes(endless + b'{"id": 2, "subject": "Two"}\n')
    (tmp_path / "b.csv").write_bytes(b"id,subject\n3,\xdcberlauf\n4,Four\n")
    pages = read(tmp_path)
    assert titles(pages) == {"2": "Two", "3": "Überlauf", "4": "Four"}
    assert "longer than 1,000,000 bytes" in reasons(pages)[0]
    assert len(reasons(pages)) == 1


def test_a_workspace_reads_only_the_folder_that_the_operator_gave_it(tmp_path):
    with pytest.raises(PermanentFailure, match="CAUSELOOP_DROP_FOLDERS"):
        read(None)
    shutil.rmtree(tmp_path)
    with pytest.raises(PermanentFailure, match="cannot be read on this machine"):
        read(tmp_path)
    setting = f"{WORKSPACE}=/srv/drops/acme, 01980000-0000-7000-8000-000000000002=relative"
    assert find_drop_folder(setting, WORKSPACE) == "/srv/drops/acme"
    assert find_drop_folder(setting, UUID("01980000-0000-7000-8000-000000000002")) is None
    assert find_drop_folder("", WORKSPACE) is None


def test_an_object_stores_address_is_behind_the_egress_guard():
    from datetime import UTC, datetime

    config = {"store": "s3", "bucket": "exports", "endpoint": "http://169.254.169.254"}
    sync = SyncInput(config=config, credentials={"secret": "s"}, backfill_days=1, now=datetime.now(UTC))
    with pytest.raises(PermanentFailure, match="CAUSELOOP_EGRESS_ALLOW"):
        list(pull(CONNECTORS["object_store"], sync, EgressPolicy()))
