"""What test runners, linters and deployment tools print for people to read, and what to export instead."""

import re
from collections.abc import Sequence

REPORTS: tuple[tuple[str, str, str], ...] = (
    (r"=+ test session starts =+", "pytest", "pytest --junitxml=report.xml"),
    (r".*\|\s(?:PASS|FAIL|SKIP)\s\|\s*$", "Robot Framework", "its output.xml, or robot --xunit report.xml"),
    (r"PLAY \[", "Ansible", "ANSIBLE_CALLBACKS_ENABLED=junit, or the log that ANSIBLE_LOG_PATH names"),
    (r"PLAY RECAP \*", "Ansible", "ANSIBLE_CALLBACKS_ENABLED=junit, or the log that ANSIBLE_LOG_PATH names"),
    (r"\s+\d+ (?:passing|failing)\b", "Mocha", "mocha --reporter json"),
    (r"(?:PASS|FAIL)\s+\S+\.[cm]?[jt]sx?\b", "Jest", "jest --json --outputFile=report.json"),
    (r"\s*RUN\s+v\d", "Vitest", "vitest run --reporter=json --outputFile=report.json"),
    (r"Running \d+ tests? using \d+ worker", "Playwright", "playwright test --reporter=json"),
    (r"\s+\(Run Starting\)|\s+Cypress:\s+\d", "Cypress", "cypress run --reporter junit"),
    (r"\d+ (?:scenarios?|features?) (?:\(|passed)", "Cucumber or behave", "its JSON or JUnit report"),
    (r"USING RUNNER: behave", "behave", "behave --format json --outfile report.json"),
    (r"newman$", "Newman", "newman run … -r json"),
    (r"✖ \d+ problems?", "ESLint", "eslint --format json"),
    (r">> Issue: \[", "Bandit", "bandit --format json"),
    (r"Ran \d+ tests? in \d", "unittest", "JUnit XML, such as pytest --junitxml=report.xml writes it"),
    (r"--- (?:FAIL|PASS): \S+ \(", "go test", "gotestsum --junitfile report.xml"),
    (r"test \S+ \.\.\. (?:ok|FAILED|ignored)", "cargo test", "cargo nextest's JUnit XML"),
    (r"(?:\[\w+\]\s+)?Tests run: \d+, Failures:", "Maven", "the XML in target/surefire-reports"),
    (r"\d+ tests? completed, \d+ failed", "Gradle", "the XML in build/test-results"),
    (r"\d+ examples?, \d+ failures?", "RSpec", "rspec --format json --out report.json"),
    (r"PHPUnit \d", "PHPUnit", "phpunit --log-junit report.xml"),
    (r"(?:Failed|Passed)!\s+- Failed:", "dotnet test", "dotnet test --logger trx"),
    (r"Terraform used the selected providers|Terraform will perform", "Terraform", "terraform apply -json"),
    (r"TASK \[", "Ansible", "ANSIBLE_CALLBACKS_ENABLED=junit, or the log that ANSIBLE_LOG_PATH names"),
)
"""How a line of such a report begins, who writes it, and what of it can be read."""

CLOCK_ONLY = re.compile(r"[\[(]?\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b(?!.*\d{4}-\d\d-\d\d)")
WITHOUT_A_DATE = (
    "its lines begin with the time of a day, but no date: let the program log the date as well, "
    "such as 2026-03-01 08:15:00"
)
UNKNOWN = (
    "it is text, but no table, no log whose lines begin with a time, and no findings of a linter: "
    "export CSV, JSON, JUnit XML or SARIF"
)


def explain_text(lines: Sequence[str], first: str) -> str | None:
    """Why a text cannot be read although its lines look like entries, and what to give instead.

    In: all its lines, and the first that is not empty. Out: None where nothing speaks against reading it.
    """
    for line in lines:
        for pattern, tool, instead in REPORTS:
            if re.match(pattern, line):
                return f"it is what {tool} prints for people to read: give {instead}"
    return WITHOUT_A_DATE if CLOCK_ONLY.match(first) else None
