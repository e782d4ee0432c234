"""Writes the module `lib/vocabulary.js` of the dashboard: the product's vocabularies, windows and limits.

`python -m api.dashboard_vocabulary` prints it, for tools that read the dashboard's files.
"""

import json

from api.http.bounds import UPLOAD
from causeloop_pipeline.model.column_fields import COLUMN_FIELDS
from causeloop_pipeline.model.file_endings import DOCUMENTS, FORMATS, PACKED
from causeloop_pipeline.model.issue import ISSUE_FIELDS, OPEN_STATUSES
from causeloop_pipeline.model.pattern import SUGGESTION_BELOW
from causeloop_pipeline.model.prediction import NEAREST_WINDOW, PREFERRED_WINDOW, WINDOWS
from causeloop_pipeline.model.proof import FINAL_VERDICTS, Verdict
from causeloop_pipeline.model.recommendation import (
    HORIZON_DAYS,
    OPEN_RECOMMENDATION_STATUSES,
    find_probability_of_least_recurrences,
)
from causeloop_pipeline.model.spreadsheet_formula import FORMULA_BEGINNING
from causeloop_pipeline.model.vocabularies import VOCABULARIES
from causeloop_pipeline.model.vocabulary import Vocabulary

HEAD = """\
// The product's vocabularies, written by the API from causeloop_pipeline/model: values in their order, the
// label of each, and its meaning where it has one.
"""


def write_vocabulary() -> str:
    """The module's text, in which tools that check types read what each constant is."""
    exact = {vocabulary.__name__: _describe(vocabulary) for vocabulary in VOCABULARIES} | {
        "ISSUE_FACETS": [
            {"name": field.name, "label": field.label, "max_length": field.max_length}
            for field in ISSUE_FIELDS
            if field.is_facet
        ],
        "OPEN_ISSUE_STATUSES": list(OPEN_STATUSES),
        "COLUMN_FIELDS": {"values": list(COLUMN_FIELDS), "labels": COLUMN_FIELDS},
    }
    typed: dict[str, tuple[str, object]] = {
        **{name: ("const", value) for name, value in exact.items()},
        "FINAL_VERDICTS": ("readonly string[]", list(FINAL_VERDICTS)),
        "VERDICT_TONES": ("Readonly<Record<string, string>>", {verdict: verdict.tone for verdict in Verdict}),
        "OPEN_RECOMMENDATION_STATUSES": ("readonly string[]", list(OPEN_RECOMMENDATION_STATUSES)),
        "WINDOWS": ("readonly number[]", list(WINDOWS)),
        "NEAREST_WINDOW": ("number", NEAREST_WINDOW),
        "PREFERRED_WINDOW": ("number", PREFERRED_WINDOW),
        "HORIZON_DAYS": ("number", HORIZON_DAYS),
        "SUGGESTION_BELOW": ("number", SUGGESTION_BELOW),
        "FORMULA_BEGINNING": ("string", FORMULA_BEGINNING),
        "FILE_ENDINGS": ("readonly string[]", [*FORMATS, PACKED]),
        "DOCUMENT_ENDINGS": ("readonly string[]", list(DOCUMENTS)),
        "MAX_UPLOAD_BYTES": ("number", UPLOAD.max_bytes),
        "HARDLY_RECURS_BELOW": (
            "Readonly<Record<number, number>>",
            {str(window): find_probability_of_least_recurrences(window) for window in WINDOWS},
        ),
    }
    lines = (
        f"export const {name} = /** @type {{{kind}}} */ ({json.dumps(value, ensure_ascii=False)});"
        for name, (kind, value) in typed.items()
    )
    return HEAD + "\n".join(lines) + "\n"


def _describe(vocabulary: type[Vocabulary]) -> object:
    return {
        "values": list(vocabulary),
        "labels": {value: value.label for value in vocabulary},
        "meanings": {value: value.meaning for value in vocabulary if value.meaning},
    }


if __name__ == "__main__":
    print(write_vocabulary(), end="")  # noqa: T201
