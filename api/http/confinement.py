"""Statements confined to one workspace, in one round trip."""

from functools import lru_cache

MAX_STATEMENTS = 1_000

# PostgreSQL plans it once for a connection, not each time. The inner statement refers to what the function
# returns, behind a fence (`offset 0`): so the function, which confines it to the workspace, is called first.
SELECT_IN_WORKSPACE = """
with request as (select $1::jsonb as parameters)
select result.*
from app.enter($2) as entered
cross join lateral (
    select * from (
        {statement}
    ) as rows where entered.workspace_id is not null offset 0
) as result
"""


@lru_cache(maxsize=MAX_STATEMENTS)
def confine(statement: str) -> str:
    """The statement with parameters `$1 ->> 'name'` that runs under the isolation of the workspace `$2`."""
    return SELECT_IN_WORKSPACE.format(statement=statement)
