"""How an unexpected error is reported: its kind and the place in our code, never its message."""

import logging
import traceback
from typing import NamedTuple

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure

logger = logging.getLogger(__name__)

OUR_CODE = "causeloop_pipeline/"


class FailedCall(NamedTuple):
    """Why a call of another's server came to nothing, and whether another attempt would as well."""

    reason: str
    is_permanent: bool


def describe_failed_call(failure: Exception, subject: str) -> FailedCall:
    """What users see of a call that failed; a defect is logged with what it concerns, and tried again."""
    if isinstance(failure, OutsideFailure):
        return FailedCall(failure.reason, isinstance(failure, PermanentFailure))
    logger.error("%s: %s", subject, describe_defect(failure))
    return FailedCall(write_defect_message(failure), is_permanent=False)


def describe_failure_kind(failure: Exception) -> str:
    """The kind of error, with the SQL state and the names in the schema that it concerns.

    The message is left out because it could quote customer text.
    """
    state, diagnosis = getattr(failure, "sqlstate", None), getattr(failure, "diag", None)
    names = (getattr(diagnosis, name, None) for name in ("table_name", "column_name", "constraint_name"))
    return " ".join(str(part) for part in (type(failure).__name__, state, *names) if part)


def find_failure_place(failure: Exception) -> str:
    """The last line of our own code that the error passed through, as ` at file:line`, or nothing."""
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__) if OUR_CODE in frame.filename]
    return f" at {frames[-1].filename.rpartition(OUR_CODE)[2]}:{frames[-1].lineno}" if frames else ""


def describe_defect(failure: Exception) -> str:
    """One line for the log: kind and place."""
    return describe_failure_kind(failure) + find_failure_place(failure)


def write_defect_message(failure: Exception) -> str:
    """The message that users see of a defect."""
    return f"unexpected {type(failure).__name__}: this is a defect, see the pipeline's log"
