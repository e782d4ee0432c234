"""The meaning of records that already have the product's own field names, whoever sent them."""

from dataclasses import replace
from typing import Any

from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Is, Literal, Some
from causeloop_pipeline.connectors.mapping.fields import (
    CHANGE_TEXTS,
    CHANGE_TIMES,
    ISSUE_TEXTS,
    ISSUE_TIMES,
    ChangeMapping,
    IssueMapping,
)
from causeloop_pipeline.model.issue import FiringStart, Identifies
from causeloop_pipeline.model.run_states import PLAIN_SUCCESSES, SUCCEEDED, WELL

JOB = "job"
"""What a record tells of a run of, such as a scheduler's: the next success of the same ends its failures."""
_ISSUE_FIELDS: dict[str, Any] = {name: name for name in (*ISSUE_TEXTS, *ISSUE_TIMES)}
_CHANGE_FIELDS: dict[str, Any] = {name: name for name in (*CHANGE_TEXTS, *CHANGE_TIMES)}

_HAS_SUCCEEDED = Some(
    (Is("status", (*PLAIN_SUCCESSES, *WELL)), Every((Has(JOB), Is("status", SUCCEEDED)))),
)
PRODUCT_ISSUE = IssueMapping(
    name="normalized",
    identifies=Identifies.EVENT,
    attributes_from="attributes",
    job=JOB,
    succeeded=_HAS_SUCCEEDED,
    **_ISSUE_FIELDS,
)
PRODUCT_CONDITION = replace(
    PRODUCT_ISSUE,
    name="normalized condition",
    identifies=Identifies.CONDITION,
    firing_start=FiringStart.STATED,
    job=None,
    succeeded=None,
)
ABSENT_ISSUE = IssueMapping(
    name="absent", identifies=Identifies.CONDITION, title="external_id", status=Literal("resolved")
)
"""What a list says of a condition that it no longer holds."""
PRODUCT_CHANGE = ChangeMapping(name="normalized", **_CHANGE_FIELDS | {"change_kind": "kind"})
