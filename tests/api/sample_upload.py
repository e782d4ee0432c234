"""An imported upload of a sample workspace."""

from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.database.session import Session
from tests.api.sample_rows import Sample, insert_row


def insert_upload(session: Session, sample: Sample, connector_id: UUID) -> UUID:
    upload_id = uuid4()
    understanding = {
        "format": "CSV",
        "rows": 1,
        "issues": 1,
        "unreadable": 0,
        "no_failures": {},
        "problem": None,
        "columns": [],
        "dates": [],
        "key": None,
        "repeats_ids": False,
        "notes": [],
        "examples": [],
        "problems": [],
    }
    counts = {"rows": 1, "new": 1, "updated": 0, "duplicate": 0, "unreadable": 0, "no_failures": {}}
    insert_row(
        session,
        "app.upload",
        sample,
        upload_id=upload_id,
        connector_id=connector_id,
        file_name=f"{sample.canary}.csv",
        file_bytes=1,
        file_sha256="-",
        status="imported",
        uploaded_by="user:1",
        understanding=Jsonb(understanding),
        counts=Jsonb(counts),
    )
    return upload_id
