"""The post-mortem of the sample workspace: a draft with one action item that is done."""

from uuid import UUID

from causeloop_pipeline.storage.database.session import Session
from tests.api.sample_rows import Sample

INSERT_POSTMORTEM = """
insert into act.postmortem (workspace_id, source, file_name, title, failure, uploaded_by)
values (%(workspace_id)s, 'file:outage.md', 'outage.md', %(canary)s, %(failure)s, 'user:somebody')
returning postmortem_id
"""

INSERT_ITEM = """
insert into act.action_item (workspace_id, postmortem_id, item_key, place, text, quote, kind, is_done,
                             done_at, done_basis)
values (%(workspace_id)s, %(postmortem_id)s, 'text:1', 0, %(canary)s, %(canary)s, 'fix', true,
        '2025-12-01T00:00:00Z', 'stated')
"""


def insert_postmortem(session: Session, sample: Sample) -> UUID:
    """Insert a post-mortem that was read and not imported; its id."""
    failure = f'{{"titles": ["{sample.canary}"], "text": "{sample.canary}"}}'
    values = {"workspace_id": sample.workspace_id, "canary": sample.canary, "failure": failure}
    row = session.row(INSERT_POSTMORTEM, values)
    assert row is not None
    postmortem_id: UUID = row["postmortem_id"]
    session.execute(INSERT_ITEM, values | {"postmortem_id": postmortem_id})
    return postmortem_id
