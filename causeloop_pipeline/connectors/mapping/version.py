"""The version of a mapping: another one says that records are to be read again."""

import hashlib
from functools import cache
from pathlib import Path

from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.product_record import ABSENT_ISSUE, PRODUCT_CHANGE, PRODUCT_ISSUE
from causeloop_pipeline.model import numbers, severity_scores, vendor_words

ENGINE = Path(__file__).parent
JUDGES = tuple(map(Path, (numbers.__file__, severity_scores.__file__, vendor_words.__file__)))
"""What says how bad a severity is that no list of words has."""
LENGTH = 16


def hash_mappings(issues: tuple[IssueMapping, ...], changes: tuple[ChangeMapping, ...]) -> str:
    """A digest of mappings and of the code that evaluates them: the same in every process."""
    declared = repr((issues, changes, PRODUCT_ISSUE, ABSENT_ISSUE, PRODUCT_CHANGE)).encode()
    return hashlib.sha256(_hash_engine() + declared).hexdigest()[:LENGTH]


def is_configured(issues: tuple[IssueMapping, ...], changes: tuple[ChangeMapping, ...]) -> bool:
    """Whether a mapping reads the connector's configuration, which may change without the mapping."""
    return "{config." in repr((issues, changes))


@cache
def _hash_engine() -> bytes:
    digest = hashlib.sha256()
    for path in (*sorted(ENGINE.glob("*.py")), *JUDGES):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.digest()
