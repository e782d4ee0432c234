"""The page of the API's error codes."""

from api.http.problem_codes import PROBLEM_CODES
from manual.pages.markdown import format_table

HEAD = """# Errors of the API

Every error is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `instance`,
`code` and `trace_id`, and `errors[]` with a JSON pointer for each bad field. Programs go by `code`; each has
one status. `detail` says what to do.

"""


def write_errors() -> str:
    """The page."""
    rows = [(f"`{code}`", str(row.status), row.meaning) for code, row in PROBLEM_CODES.items()]
    return f"{HEAD}{format_table(('code', 'status', 'meaning'), rows)}"
