"""What a failed program is named by: what it printed last, or what the tool that ran it says."""

from collections.abc import Sequence

from causeloop_pipeline.connectors.formats.named_errors import find_raised, name_error
from causeloop_pipeline.landing.export_file.rows.junit import MAX_BODY
from causeloop_pipeline.landing.failure_lines import has_word, list_lines_with_words


def describe_failure(beginning: str, comment: str, printed: Sequence[str]) -> dict[str, str]:
    """Title, body and error of a failure: what was printed says more than the comment that it was run."""
    texts = [text.strip() for text in printed if has_word(text)]
    line = _pick_line(texts[0]) if texts else next(iter(list_lines_with_words(comment)), "").strip()
    body = "\n".join([comment.strip(), *texts]).strip()[:MAX_BODY]
    described = {"title": f"{beginning}{line or 'failed'}", "body": body}
    described["error_type"] = name_error(line, body) or ""
    return {name: text for name, text in described.items() if text}


def _pick_line(printed: str) -> str:
    raised = find_raised(printed)
    return raised.line if raised else list_lines_with_words(printed)[-1].strip()
