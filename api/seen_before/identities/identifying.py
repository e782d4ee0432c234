"""Finds what a failure is called: the same name for all that share its message or its stack trace."""

from typing import Any, NamedTuple
from uuid import UUID

from api.http.computing.processes import Computing
from api.http.database import WorkspaceDatabase
from api.seen_before.answering import Comparison, ask
from api.seen_before.comparing import identify_text
from api.seen_before.identities.queries import read_work
from api.seen_before.queries.candidates import read_oldest
from api.seen_before.schemas import Failure
from causeloop_pipeline.model.links import build_pattern_url
from causeloop_pipeline.settings import settings

MIN_COPY_PROBABILITY, MIN_PROBABILITY = 0.5, 0.9
"""From these on a failure bears the name of what it repeats: with and without the same message or trace."""


class Identified(NamedTuple):
    """The name of a failure, all names by which it may be found, and what it repeats."""

    identity: str
    aliases: list[str]
    group: dict[str, Any] | None
    comparison: Comparison

    @property
    def pattern_id(self) -> str | None:
        """The pattern that it repeats."""
        return self.group["pattern_id"] if self.group else None


async def identify(db: WorkspaceDatabase, computing: Computing, failure: Failure) -> Identified:
    """The name of a failure: that of the oldest issue which it repeats, or its own."""
    comparison = await ask(db, computing, failure, 1)
    own, group = comparison.failure.identity, None
    if comparison.compared.groups:
        first = comparison.compared.groups[0]
        least = MIN_COPY_PROBABILITY if first["is_copy"] else MIN_PROBABILITY
        group = first if first["probability"] >= least else None
    if group is None:
        return Identified(own, [own], None, comparison)
    oldest = await read_oldest(db, group["group_id"])
    identity = own
    if oldest is not None:
        scope = str(db.workspace_id)
        identity = await computing.run(db.workspace_id, identify_text, scope, oldest["title"], oldest["body"])
    aliases = sorted({own, identity, *([f"pattern:{group['pattern_id']}"] if group["pattern_id"] else [])})
    return Identified(identity, aliases, group, comparison)


async def describe(db: WorkspaceDatabase, identified: Identified) -> dict[str, Any]:
    """A failure's identity and who works on it, as `Identity` has it; a claim's name goes first."""
    work = await read_work(db, identified.aliases, identified.pattern_id)
    pattern, claim = work["pattern"], work["claim"]
    if pattern is not None and identified.group is not None:
        pattern["probability"] = identified.group["probability"]
        pattern["url"] = build_pattern_url(settings().public_url, UUID(pattern["id"]))
    identity = claim.pop("identity") if claim else identified.identity
    return {**work, "identity": identity, "is_known": identified.group is not None or claim is not None}
