"""The labelled trackers of the shared folder, as the fits of pairs see them."""

from bench.data.shared_folder import find_shared_file
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_pairs import LabelledTracker, read_tracker
from causeloop_pipeline.cli.labelled_sets import read_labelled_set
from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS

MAX_BAD_ROWS = 0.05


def read_trackers() -> dict[str, LabelledTracker]:
    """By name, the sets that something is fitted to."""
    trackers = {}
    for name, public_set in KNOWN_SETS.items():
        if public_set.family is not None:
            path = find_shared_file(f"data/grouping/{name}.parquet")
            labelled = read_labelled_set(path, "group_label", MAX_BAD_ROWS)
            trackers[name] = read_tracker(public_set.family, labelled.issues, labelled.labels)
    return trackers
