"""Rows of SARIF 2.1.0, in which tools of static analysis tell what they found, as an OASIS standard."""

from collections.abc import Iterator, Mapping
from typing import Any

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow

LEVELS = {"error": "high", "warning": "medium", "note": "low"}
NOT_FAILURES = {"pass", "notApplicable", "informational"}
SECURITY_BANDS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))
"""The bands of CVSS, which rules of security write as `security-severity`."""


def is_sarif(document: Any) -> bool:
    """Whether a document is a log of SARIF."""
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list):
        return False
    return "sarif" in str(document.get("$schema", "")).lower() or all(
        isinstance(run, dict) and "tool" in run for run in document["runs"]
    )


def list_reports(log: Mapping[str, Any]) -> list[str]:
    """How the ids of each tool's results begin, of tools that say all that they find, if only nothing."""
    return [
        f"{_at(run, 'tool', 'driver', 'name')}:"
        for run in log["runs"]
        if isinstance(run.get("results"), list)
        and _at(run, "tool", "driver", "name")
        and _at(run, "invocations", 0, "executionSuccessful") is not False
    ]


def read_results(log: Mapping[str, Any]) -> Iterator[FileRow]:
    """A row for each result of each run."""
    number = 0
    for run in log["runs"]:
        driver = _at(run, "tool", "driver") or {}
        rules = [rule for rule in driver.get("rules") or [] if isinstance(rule, dict)]
        by_id = {str(rule.get("id")): rule for rule in rules}
        of_run = {
            "tool": driver.get("name"),
            "service": _name_repository(run),
            "updated_at": _at(run, "invocations", 0, "endTimeUtc")
            or _at(run, "invocations", 0, "startTimeUtc"),
        }
        for result in run.get("results") or []:
            number += 1
            if not isinstance(result, dict):
                yield FileRow(number, None, "a result is not an object")
                continue
            place = _at(result, "rule", "index") if "ruleIndex" not in result else result["ruleIndex"]
            rule = by_id.get(str(result.get("ruleId"))) or (
                rules[place] if isinstance(place, int) and 0 <= place < len(rules) else {}
            )
            yield _read_result(number, result, rule, of_run)


def _read_result(
    number: int, result: Mapping[str, Any], rule: Mapping[str, Any], of_run: Mapping[str, Any]
) -> FileRow:
    kind = str(result.get("kind") or "fail")
    rule_id = str(result.get("ruleId") or rule.get("id") or "result")
    location = _at(result, "locations", 0, "physicalLocation") or {}
    file, line = _at(location, "artifactLocation", "uri"), _at(location, "region", "startLine")
    title = (
        _at(result, "message", "text") or _at(rule, "shortDescription", "text") or rule.get("name") or rule_id
    )
    record = {
        "id": ":".join(
            str(part) for part in (of_run["tool"], rule_id, file, _identify(result, line)) if part
        ),
        "title": str(title).strip().partition("\n")[0],
        "body": _at(rule, "fullDescription", "text") or _at(result, "message", "markdown"),
        "severity": _rate(result, rule),
        "status": _tell_status(result, kind),
        "service": of_run["service"],
        "component": file,
        "error_type": rule_id,
        "updated_at": of_run["updated_at"],
        "external_url": result.get("hostedViewerUri") or rule.get("helpUri"),
        "tool": of_run["tool"],
        "start_line": line,
    }
    no_failure = f"a result of the kind {kind}" if kind in NOT_FAILURES else ""
    filled = {name: value for name, value in record.items() if value not in (None, "")}
    return FileRow(number, filled, is_of_condition=True, no_failure=no_failure)


def _identify(result: Mapping[str, Any], line: Any) -> Any:
    """What tells results of one rule and file apart: the tool's fingerprint outlives moved lines."""
    for name in ("fingerprints", "partialFingerprints"):
        prints = result.get(name)
        if isinstance(prints, dict) and prints:
            return prints[min(prints)]
    return result.get("correlationGuid") or line


def _rate(result: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    score = _at(result, "properties", "security-severity") or _at(rule, "properties", "security-severity")
    try:
        return next(word for least, word in SECURITY_BANDS if float(score) >= least)
    except (TypeError, ValueError, StopIteration):
        level = result.get("level") or _at(rule, "defaultConfiguration", "level") or "warning"
        return LEVELS.get(str(level), "low")


def _tell_status(result: Mapping[str, Any], kind: str) -> str | None:
    if result.get("baselineState") == "absent" or kind == "pass":
        return "resolved"
    if kind in NOT_FAILURES:
        return None
    return "closed" if result.get("suppressions") else "open"


def _name_repository(run: Mapping[str, Any]) -> str | None:
    uri = _at(run, "versionControlProvenance", 0, "repositoryUri")
    return str(uri).rstrip("/").removesuffix(".git").rpartition("/")[2] if uri else None


def _at(value: Any, *steps: str | int) -> Any:
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
