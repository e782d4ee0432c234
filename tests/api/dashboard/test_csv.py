"""Lists that the dashboard saves as CSV."""

import csv
import io
import json
from pathlib import Path

from tests.api.dashboard.node import print_json
from tests.api.exports.test_exports import FORMULAS

HARMLESS = (
    "Checkout is down",
    "2026-09-01",
    "größer",
    "\u202eabc",
    "a=1",
    '"quoted", and more',
    "two\nlines",
)


def test_no_cell_is_a_formula_and_every_other_one_stays_as_it_is() -> None:
    texts = [*FORMULAS, "\n=1", "\x00+1", *HARMLESS]

    text = print_json(Path(__file__).with_name("write_csv.mjs"), json.dumps(texts))["text"]
    titles = [row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))]

    assert titles == [*(f"'{formula}" for formula in texts[: -len(HARMLESS)]), *HARMLESS]
