"""What a spreadsheet would compute is recognized whatever stands before it, however its sign is spelled."""

import sys
import unicodedata

import re2

from causeloop_pipeline.model.spreadsheet_formula import FORMULA_BEGINNING

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def test_every_character_that_is_a_sign_in_another_form_begins_a_formula() -> None:
    formula = re2.compile(FORMULA_BEGINNING)
    characters = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF)

    wrong = [
        character
        for character in characters
        if bool(formula.match(character)) is not unicodedata.normalize("NFKC", character).startswith(SIGNS)
    ]

    assert not wrong
