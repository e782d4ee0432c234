"""The documents of roles, plans and errors are what the code declares."""

from pathlib import Path

import pytest

from tests.api.access.access_document import DOCUMENT, ERRORS, build_document, build_errors


@pytest.mark.parametrize(("document", "expected"), [(DOCUMENT, build_document), (ERRORS, build_errors)])
def test_the_document_is_what_the_code_declares(document: Path, expected: object) -> None:
    assert callable(expected)
    assert document.read_text() == expected(), "run `python -m tests.api.access.access_document`"
