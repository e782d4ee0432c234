"""Stores whom to tell of the demo's services; what people have set since stays."""

from collections.abc import Mapping
from uuid import UUID

import psycopg

from causeloop_pipeline.demo.causes import read_demo_workspaces

INSERT_OWNER = """
insert into app.owner (workspace_id, item_kind, item, source, owner, contact, changed_by)
values (%s, 'service', %s, 'person', %s, %s, %s)
on conflict (workspace_id, item_kind, item, source) do nothing
"""


def store_demo_owners(
    owner: psycopg.Connection, workspaces: Mapping[str, UUID], analysts: Mapping[str, UUID]
) -> None:
    """Name the owners that are missing; the connection sees the workspaces."""
    for slug, workspace_id in workspaces.items():
        for named in read_demo_workspaces()[slug].owners:
            row = (workspace_id, named.service, named.owner, named.contact, f"user:{analysts[slug]}")
            owner.execute(INSERT_OWNER, row)
