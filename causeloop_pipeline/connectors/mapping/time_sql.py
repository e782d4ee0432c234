"""Times that tools write in words, as SQL on the parts of their pattern: the same as in `times`."""

from causeloop_pipeline.connectors.mapping.expressions import TimeFormat
from causeloop_pipeline.connectors.mapping.times import (
    MAIL_TIME,
    MONTHS,
    SERIAL_EPOCH_DAYS,
    SERIAL_TIME,
    US_TIME,
)

MONTH_PLACE = f"strpos('{MONTHS}', part[2])"
DAY = "part[3] || '-' || lpad(part[1], 2, '0') || '-' || lpad(part[2], 2, '0')"
AFTERNOON = "case part[7] when 'P' then 12 else 0 end"

WRITTEN_TIMES = {
    TimeFormat.MAIL: (
        MAIL_TIME,
        f"case when {MONTH_PLACE} % 3 = 1 then mapping.instant_of(part[3] || '-' || "
        f"lpad((({MONTH_PLACE} + 2) / 3)::text, 2, '0') || '-' || lpad(part[1], 2, '0') || 'T' || "
        "part[4] || coalesce(part[5], '')) end",
    ),
    TimeFormat.US: (
        US_TIME,
        f"mapping.instant_of({DAY} || 'T' || lpad((part[4]::integer % 12 + {AFTERNOON})::text, 2, '0') || "
        "':' || part[5] || coalesce(part[6], ''))",
    ),
    TimeFormat.SERIAL_DAYS: (
        SERIAL_TIME,
        f"to_timestamp(floor((part[1]::numeric - {SERIAL_EPOCH_DAYS}) * 86400 + 0.5)::double precision)",
    ),
}
"""The pattern of a format, and the time in its parts: `part` is the array of its groups."""
