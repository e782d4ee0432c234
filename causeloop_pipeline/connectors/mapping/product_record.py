"""The meaning of records that already have the product's own field names, whoever sent them."""

from typing import Any

from causeloop_pipeline.connectors.mapping.fields import (
    CHANGE_TEXTS,
    CHANGE_TIMES,
    ISSUE_TEXTS,
    ISSUE_TIMES,
    ChangeMapping,
    IssueMapping,
)

_ISSUE_FIELDS: dict[str, Any] = {name: name for name in (*ISSUE_TEXTS, *ISSUE_TIMES)}
_CHANGE_FIELDS: dict[str, Any] = {name: name for name in (*CHANGE_TEXTS, *CHANGE_TIMES)}

PRODUCT_ISSUE = IssueMapping(name="normalized", attributes_from="attributes", **_ISSUE_FIELDS)
PRODUCT_CHANGE = ChangeMapping(name="normalized", **_CHANGE_FIELDS | {"change_kind": "kind"})
