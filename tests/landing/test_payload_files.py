"""Files of payloads are read in every form in which people keep them; what is none is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.landing.payload_files import PayloadFileError, read_documents

DOCUMENTS = [{"id": 1, "title": "Übergabe"}, {"id": 2, "list": [1, None]}]
FORMS = {
    "a list": (json.dumps(DOCUMENTS), [DOCUMENTS]),
    "lines": ("\n".join(map(json.dumps, DOCUMENTS)), DOCUMENTS),
    "documents on several lines each": ("\n".join(json.dumps(it, indent=2) for it in DOCUMENTS), DOCUMENTS),
    "nothing": ("", []),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", FORMS)
def test_documents_are_read_from(form: str, encoding: str, tmp_path: Path) -> None:
    text, expected = FORMS[form]
    file = tmp_path / "payloads.json"
    file.write_text(text, encoding=encoding)
    assert list(read_documents(file)) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "line 1: neither JSON nor"),
        ('{"id": 1}\noops', "line 2: neither"),
        ("[" * 100_000, "nested too"),
    ],
)
def test_what_is_not_a_document_is_named(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "payloads.json"
    file.write_text(text)
    with pytest.raises(PayloadFileError, match=reason):
        list(read_documents(file))


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=4)), max_size=4))
def test_documents_one_after_another_are_all_read(
    tmp_path_factory: pytest.TempPathFactory, documents: list[Any]
) -> None:
    file = tmp_path_factory.mktemp("payloads") / "payloads.json"
    file.write_text("\n".join(json.dumps(document, indent=1) for document in documents))
    assert list(read_documents(file)) == documents
