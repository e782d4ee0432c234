"""The meaning of records that already have the product's own field names, whoever sent them."""

from dataclasses import replace
from typing import Any

from causeloop_pipeline.connectors.mapping.expressions import Literal
from causeloop_pipeline.connectors.mapping.fields import (
    CHANGE_TEXTS,
    CHANGE_TIMES,
    ISSUE_TEXTS,
    ISSUE_TIMES,
    ChangeMapping,
    IssueMapping,
)
from causeloop_pipeline.model.issue import FiringStart, Identifies

_ISSUE_FIELDS: dict[str, Any] = {name: name for name in (*ISSUE_TEXTS, *ISSUE_TIMES)}
_CHANGE_FIELDS: dict[str, Any] = {name: name for name in (*CHANGE_TEXTS, *CHANGE_TIMES)}

PRODUCT_ISSUE = IssueMapping(
    name="normalized", identifies=Identifies.EVENT, attributes_from="attributes", **_ISSUE_FIELDS
)
PRODUCT_CONDITION = replace(
    PRODUCT_ISSUE,
    name="normalized condition",
    identifies=Identifies.CONDITION,
    firing_start=FiringStart.STATED,
)
ABSENT_ISSUE = IssueMapping(
    name="absent", identifies=Identifies.CONDITION, title="external_id", status=Literal("resolved")
)
"""What a list says of a condition that it no longer holds."""
PRODUCT_CHANGE = ChangeMapping(name="normalized", **_CHANGE_FIELDS | {"change_kind": "kind"})
