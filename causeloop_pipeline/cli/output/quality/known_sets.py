"""The public labelled sets: what each is, what was tuned on it, and the floors of its figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A public data set; below a floor, which is a little under what was measured, something broke."""

    title: str
    tuned: str
    min_f1: float
    min_recall: float  # among the first ten similar issues
    family: str | None = None  # of trackers; of none: nothing is fitted to its labels
    is_in_means: bool = True


_ALL = "weights, base rates, threshold"
KNOWN_SETS = {
    "tracker_filesystem": KnownSet("bug reports of a file system", _ALL, 0.41, 0.76, "data platform"),
    "tracker_scheduler": KnownSet("bug reports of a scheduler", _ALL, 0.30, 0.79, "data platform"),
    "tracker_mobile_sdk": KnownSet("bug reports of a mobile SDK", _ALL, 0.14, 0.80, "mobile SDK"),
    "tracker_with_support_queue": KnownSet("the same with a support queue", _ALL, 0.11, 0.83, "mobile SDK"),
    "tracker_language": KnownSet("bug reports of a programming language", _ALL, 0.12, 0.73, "language"),
    "mobile_sdk_duplicates": KnownSet(
        "duplicates of a mobile SDK, nothing else", _ALL, 0.65, 0.91, "mobile SDK"
    ),
    "reports_with_java_traces": KnownSet("reports with Java stack traces", _ALL, 0.36, 0.89, "data platform"),
    "crash_reports_go": KnownSet("Go crash reports", _ALL, 0.24, 0.93, "language"),
    "crash_stacks_native": KnownSet(
        "native stacks", f"{_ALL}, copies of a stack", 0.87, 0.94, "native stacks"
    ),
    "crash_logs_kernel": KnownSet("kernel logs, labelled by rules", "base rates, threshold", 0.35, 0.94),
    "eclipse_duplicates": KnownSet("duplicates of an editor, nothing else", _ALL, 0.57, 0.85, "editor"),
    "hadoop_bug_reports": KnownSet("bug reports, nearly all singletons", _ALL, 0.13, 0.89, "data platform"),
    "machine_messages": KnownSet(
        "log lines of 8 systems", "masks, template merging", 0.99, 0.95, is_in_means=False
    ),
    "storm_1": KnownSet("flood of alerts, first", "silence that ends a storm", 0.88, 0.15, is_in_means=False),
    "storm_2": KnownSet(
        "flood of alerts, second", "silence that ends a storm", 0.98, 0.11, is_in_means=False
    ),
    "incidents_with_cause": KnownSet(
        "incidents by faulty part, 11 of which recur", "nothing", 0.00, 0.05, is_in_means=False
    ),
    "postmortems_with_cause": KnownSet(
        "post-mortems by class of cause, not by incident", "nothing", 0.00, 0.70, is_in_means=False
    ),
}
"""The public sets that something was tuned on; nothing was tuned on any other."""
