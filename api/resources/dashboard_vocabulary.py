"""Writes the module `lib/vocabulary.js` of the dashboard: the product's vocabularies, windows and limits.

`python -m api.resources.dashboard_vocabulary` prints it, for tools that read the dashboard's files.
"""

import json

from causeloop_pipeline.model.issue import ISSUE_FIELDS
from causeloop_pipeline.model.prediction import NEAREST_WINDOW, PREFERRED_WINDOW, WINDOWS
from causeloop_pipeline.model.proof import FINAL_VERDICTS
from causeloop_pipeline.model.recommendation import (
    HORIZON_DAYS,
    OPEN_RECOMMENDATION_STATUSES,
    find_probability_of_least_recurrences,
)
from causeloop_pipeline.model.vocabularies import VOCABULARIES

HEAD = """\
// The product's vocabularies, written by the API from causeloop_pipeline/model: values in their order, the
// label of each, and its meaning where it has one.
"""


def write_vocabulary() -> str:
    """The module's text; tools that check types read the constants by their exact values."""
    constants: dict[str, object] = {
        **{
            vocabulary.__name__: {
                "values": [str(value) for value in vocabulary],
                "labels": {str(value): value.label for value in vocabulary},
                "meanings": {str(value): value.meaning for value in vocabulary if value.meaning},
            }
            for vocabulary in VOCABULARIES
        },
        "FINAL_VERDICTS": [str(verdict) for verdict in FINAL_VERDICTS],
        "OPEN_RECOMMENDATION_STATUSES": [str(status) for status in OPEN_RECOMMENDATION_STATUSES],
        "ISSUE_FACETS": [
            {"name": field.name, "label": field.label, "max_length": field.max_length}
            for field in ISSUE_FIELDS
            if field.is_facet
        ],
        "WINDOWS": list(WINDOWS),
        "NEAREST_WINDOW": NEAREST_WINDOW,
        "PREFERRED_WINDOW": PREFERRED_WINDOW,
        "HORIZON_DAYS": HORIZON_DAYS,
        "HARDLY_RECURS_BELOW": {
            str(window): find_probability_of_least_recurrences(window) for window in WINDOWS
        },
    }
    lines = (
        f"export const {name} = /** @type {{const}} */ ({json.dumps(value, ensure_ascii=False)});"
        for name, value in constants.items()
    )
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(write_vocabulary(), end="")  # noqa: T201
