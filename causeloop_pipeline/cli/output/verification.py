"""Prints the conformance kit's results for a connector."""

from typing import Any

from causeloop_pipeline.cli.output.terminal import stdout


def print_verification(verification: Any, place: str) -> None:
    """One line, and one for each scenario that failed."""
    word = "passed" if verification.is_passed else "FAILED" if verification.has_run else "not run"
    skipped = [verification.declaration_skipped, verification.pull_skipped, verification.webhook_skipped]
    notes = f" (skipped: {'; '.join(filter(None, skipped))})" if any(skipped) else ""
    count = f"{verification.passed_count} scenarios"
    stdout().print(f"{place} {verification.name}: {word}, {count}{notes}", markup=False)
    for outcome in verification.failures:
        stdout().print(f"  {outcome.scenario}: {outcome.note}", markup=False)
    for finding in verification.findings:
        stdout().print(f"  {finding.what} of {finding.pull}: {finding.detail}", markup=False)
