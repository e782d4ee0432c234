"""A sample for whoever has no file at hand: failures of the last months, some of which come back."""

import csv
import io
from datetime import UTC, datetime, timedelta

SAMPLE_NAME = "Sample of 26 weeks.csv"
HEADER = ("id", "title", "created_at", "resolved_at", "service", "severity", "status", "environment")
WEEKS = 26
RECURRING = (
    # days between, hour, title, service, severity
    (7, 9, "Payment timeout after {n}s calling card-gateway-{m}", "checkout", "high"),
    (7, 3, "Nightly backup of orders-db-{m} failed: disk full at {n}%", "orders-db", "high"),
    (14, 14, "KeyError: 'currency' in invoice export of batch {n}", "billing", "medium"),
    (5, 22, "Connection pool of ledger exhausted: {n} waiting", "ledger", "critical"),
)
ONCE = (
    "Typo on the imprint page",
    "Certificate of the status page expired",
    "Wrong currency symbol in the Swiss shop",
    "Search index rebuilt twice by mistake",
)


def write_sample(now: datetime | None = None) -> bytes:
    """The sample as CSV, up to yesterday."""
    today = (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = today - timedelta(weeks=WEEKS)
    rows: list[tuple[str, ...]] = []
    for kind, (gap, hour, title, service, severity) in enumerate(RECURRING):
        for turn in range(WEEKS * 7 // gap):
            started = begins + timedelta(days=gap * turn + kind, hours=hour, minutes=(turn * 17) % 60)
            if started < today:
                text = title.format(n=30 + turn * 7 % 41, m=1 + turn % 4)
                rows.append(_write_row(started, 40 + turn * 13 % 90, text, service, severity))
    for place, title in enumerate(ONCE):
        rows.append(
            _write_row(begins + timedelta(days=37 * (place + 1), hours=11), 300, title, "website", "low")
        )
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(
        (f"SAMPLE-{number}", *row) for number, row in enumerate(sorted(rows, key=lambda row: row[1]), 1)
    )
    return output.getvalue().encode()


def _write_row(started: datetime, minutes: int, title: str, service: str, severity: str) -> tuple[str, ...]:
    ended = started + timedelta(minutes=minutes)
    return (title, started.isoformat(), ended.isoformat(), service, severity, "resolved", "production")
