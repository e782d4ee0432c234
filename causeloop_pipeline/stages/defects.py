"""How an unexpected error is reported: its kind and the place in our code, never its message."""

import traceback

OUR_CODE = "causeloop_pipeline/"


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
