"""The records of a document are the failures in it, however it nests them."""

import json

import pytest

from causeloop_pipeline.landing.export_file.rows.nested_records import find_records

SCAN = {
    "ArtifactName": "shop:1.2",
    "CreatedAt": "2026-09-01T10:00:00Z",
    "Results": [
        {
            "Target": "debian",
            "Vulnerabilities": [
                {"VulnerabilityID": "CVE-1", "PkgName": "openssl", "Severity": "HIGH", "Title": "overflow"},
                {"VulnerabilityID": "CVE-2", "PkgName": "curl", "Severity": "LOW", "Title": "leak"},
            ],
        },
        {"Target": "app"},
    ],
}
LINT = [
    {"filePath": "a.js", "messages": [{"ruleId": "no-undef", "severity": 2, "message": "x is not defined"}]},
    {"filePath": "b.js", "messages": []},
]
AUDIT = {
    "vulnerabilities": {
        "lodash": {"severity": "high", "via": [{"title": "Pollution", "severity": "high", "url": "u"}]},
        "minimist": {"severity": "low", "via": [{"title": "Pollution", "severity": "low", "url": "v"}]},
    },
    "metadata": {"total": 2},
}
FEATURES = [
    {
        "name": "Pay",
        "elements": [
            {
                "id": "by-card",
                "name": "By card",
                "steps": [{"name": "I pay", "result": {"status": "failed", "error_message": "500"}}],
            }
        ],
    }
]
DEPENDENCIES = {
    "dependencies": [
        {"name": "jinja2", "vulns": [{"id": "PYSEC-1", "description": "ReDoS"}]},
        {"name": "flask", "vulns": []},
    ]
}


@pytest.mark.parametrize(
    ("document", "name", "values"),
    [
        (SCAN, "Title", ["overflow", "leak"]),
        (SCAN, "Target", ["debian", "debian"]),
        (SCAN, "CreatedAt", ["2026-09-01T10:00:00Z"] * 2),
        (LINT, "message", ["x is not defined"]),
        (LINT, "filePath", ["a.js"]),
        (AUDIT, "url", ["u", "v"]),
        (FEATURES, "id", ["by-card"]),
        (DEPENDENCIES, "description", ["ReDoS"]),
        (DEPENDENCIES, "name", ["jinja2"]),
    ],
)
def test_findings_inside_records_are_the_records_with_what_stands_around_them(document, name, values):
    assert [record[name] for record in find_records(document)] == values


@pytest.mark.parametrize(
    "of_issue",
    [
        {"labels": [{"id": 1, "name": "bug", "description": "Something is broken", "color": "red"}]},
        {"assignees": [{"id": 1, "name": "Ada", "summary": "On call"}]},
        {"updates": [{"body": "looking", "status": "investigating"}]},
    ],
)
def test_labels_people_and_updates_are_not_the_records(of_issue):
    issue = {"id": 7, "title": "Checkout is down", "status": "open", "severity": "high", "body": "500s"}

    assert find_records({"issues": [issue | of_issue]}) == [issue | of_issue]


def test_a_page_of_records_is_no_record_and_its_state_is_not_theirs():
    page = {"status": "success", "data": {"items": [{"title": "a", "state": "firing"}]}, "total": 1}

    assert find_records(page) == [{"title": "a", "state": "firing"}]


def test_a_document_without_lists_is_one_record():
    document = json.loads('{"title": "a", "labels": {"team": {"name": "x"}, "app": {"name": "y"}}}')

    assert find_records(document) == [document]
