"""What the last full run of the conformance kit showed of each connector type."""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

LABELS_FILE = Path(__file__).with_name("verification_labels.csv")
PASSED, FAILED = "yes", "failed"


@dataclass(frozen=True, kw_only=True)
class VerificationLabels:
    """One type's labels: "yes" where it was run and passed, "failed", or empty where nothing was run."""

    type: str
    pull: str = ""
    """New and changed records are polled, whatever the tool answers."""
    push: str = ""
    """Webhooks are read, also when they come again or broken."""
    backfill: str = ""
    """All of a long list is read, twice alike."""
    refresh: str = ""
    """An issue that ended between two polls is seen to have ended."""
    changes: str = ""
    """Deploys, releases and flags are landed as changes."""
    tickets: str = ""
    """Recommendations become tickets."""
    drift: str = ""
    """Records of another shape are read or set aside with a reason."""
    kill: str = ""
    """A process that is killed leaves nothing out and nothing twice."""
    described_by: str = "knowledge"
    """Whose word the declaration was held against: "vendor", "real payload", both, or "knowledge" alone."""


def read_labels() -> dict[str, VerificationLabels]:
    """The labels of each type, by its name."""
    return dict(_read_file())


def write_labels(labels: Iterable[VerificationLabels]) -> None:
    """Replace the labels of these types, and keep those of all others."""
    rows = read_labels() | {entry.type: entry for entry in labels}
    with LABELS_FILE.open("w", encoding="utf-8", newline="") as file:
        names = [field.name for field in fields(VerificationLabels)]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(rows[name]) for name in sorted(rows))
    _read_file.cache_clear()


@cache
def _read_file() -> dict[str, VerificationLabels]:
    if not LABELS_FILE.exists():
        return {}
    with LABELS_FILE.open(encoding="utf-8", newline="") as file:
        return {row["type"]: VerificationLabels(**row) for row in csv.DictReader(file)}
