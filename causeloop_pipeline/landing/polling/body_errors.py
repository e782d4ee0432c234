"""Errors that a tool reports in the body of its answer, whatever the status."""

import json
import re
from typing import Any

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.spec import BodyError


def find_reported_error(error: BodyError, document: Any) -> str | None:
    """What the body says, None where it reports no such error."""
    value = find_value(document, error.path)
    if value is None or value in ("", 0, [], {}):  # False is 0 too
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if error.matches is not None and not re.search(error.matches, text, re.IGNORECASE):
        return None
    return _find_first_message(value) or text


def _find_first_message(value: Any) -> str | None:
    """The message inside an error, in the forms that GraphQL and most tools give it."""
    entry = value[0] if isinstance(value, list) and value else value
    message = entry.get("message") if isinstance(entry, dict) else None
    return message if isinstance(message, str) else None
