"""How much of what payloads hold is read: filled fields, and words for them that were left unread."""

import re
from collections.abc import Sequence
from fractions import Fraction

from causeloop_pipeline.landing.record_meaning import RecordMeaning

HELD_AT = {
    "severity_value": re.compile(
        r"(^|[._])(severity|priority|urgency|criticality|importance|risk_?level|threat_?level)"
        r"(_?(name|level|label))?$",
        re.IGNORECASE,
    ),
    "status_value": re.compile(r"(^|[._])(status|state)(_?(name|label))?$", re.IGNORECASE),
}
"""Keys that hold such a word in the payloads of most tools."""


def measure_share_filled(meanings: Sequence[RecordMeaning], fields: Sequence[str]) -> Fraction | None:
    """The share of records with at least one of some fields; None where there is no record."""
    if not meanings:
        return None
    return Fraction(sum(any(map(meaning.fields.get, fields)) for meaning in meanings), len(meanings))


def measure_share_read(issues: Sequence[RecordMeaning], field: str) -> Fraction | None:
    """The share of issues with a severity or status among those whose payload seems to hold one."""
    holding = [issue for issue in issues if field in issue.fields or _is_held_unread(issue, field)]
    return measure_share_filled(holding, [field])


def _is_held_unread(issue: RecordMeaning, field: str) -> bool:
    return any(HELD_AT[field].search(path) for path in issue.unread)
