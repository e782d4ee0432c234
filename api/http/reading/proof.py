"""Proves a read's caller by the statement that reads: who they are is read again beside what they request.

What authentication read a moment ago is kept, not trusted. The next read of the same credential selects the
same once more under the workspace's isolation, and what was requested only if nothing differs. So one round
trip is as strict as two: a key that was revoked, or a role that was changed, shows in the same statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from api.http.reading.confinement import MAX_STATEMENTS

# Each inner statement is behind a fence (`offset 0`) and refers to what comes before it: so the workspace is
# entered first, then the caller is read, and what the request asks for only for the expected caller.
SELECT_PROVEN = """
with request as (select $1::jsonb as parameters, $3::jsonb as credential, $4::text as expected)
select result.*, caller.document as caller
from app.enter($2) as entered
cross join lateral (
    select json_build_array({documents})::text as document from (select) as one {callers} offset 0
) as caller
left join lateral (
    select * from (
        {statement}
    ) as rows where caller.document = $4 offset 0
) as result on true
"""
JOIN_CALLER = """
    left join lateral (
        select * from ({statement}) as rows (document) where entered.workspace_id is not null offset 0
    ) as caller_{number} on true
"""


@dataclass(frozen=True)
class CallerRead:
    """A statement that authentication read, its parameters, and the JSON text that it returned."""

    statement: str
    parameters: Mapping[str, Any]
    text: str | None


class NotProvenError(Exception):
    """What is stored of the caller has changed: authenticate again."""


@dataclass
class CallerReads:
    """A connection that authentication reads by, and what it has read."""

    connection: Any
    reads: list[CallerRead] = field(default_factory=list)
    statements: int = 0

    async def fetchval(self, *statement: Any) -> Any:
        """The first column of the first row."""
        self.statements += 1
        return await self.connection.fetchval(*statement)

    def note(self, statement: str, parameters: Mapping[str, Any], text: str | None) -> None:
        """Keep what the last statement returned."""
        self.reads.append(CallerRead(statement, parameters, text))

    @property
    def is_complete(self) -> bool:
        """Whether every statement was noted, so that none has changed what the next one would read."""
        return len(self.reads) == self.statements > 0


@dataclass(frozen=True)
class Expectation:
    """What a statement must read of the caller beside what is requested."""

    statements: tuple[str, ...]
    parameters: str
    document: str

    @classmethod
    def of(cls, reads: list[CallerRead]) -> "Expectation":
        """The expectation that everything is as it was read."""
        parameters = {str(number): read.parameters for number, read in enumerate(reads)}
        return cls(
            tuple(read.statement for read in reads),
            orjson.dumps(parameters).decode(),
            "[" + ", ".join(read.text or "null" for read in reads) + "]",
        )


@dataclass
class Proof:
    """The proof that the first statement of a read has to give."""

    expectation: Expectation
    is_given: bool = False

    async def fetch(self, reader: Any, workspace_id: UUID, statement: str, parameters: str) -> Any:
        """The first row of a statement; NotProvenError where the caller is no longer as expected."""
        expected = self.expectation
        proven = _write_proven(expected.statements, statement)
        row = await reader.fetchrow(proven, parameters, workspace_id, expected.parameters, expected.document)
        if row is None or row["caller"] != expected.document:
            raise NotProvenError
        self.is_given = True
        return row


@lru_cache(maxsize=MAX_STATEMENTS)
def _write_proven(caller_statements: tuple[str, ...], statement: str) -> str:
    callers = [
        JOIN_CALLER.format(statement=each.replace("$1", f"($3 -> '{number}')"), number=number)
        for number, each in enumerate(caller_statements)
    ]
    documents = ", ".join(f"caller_{number}.document" for number in range(len(callers)))
    return SELECT_PROVEN.format(documents=documents, callers="".join(callers), statement=statement)
