"""Requested work and its progress."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class RecomputeKind(Vocabulary):
    """What to compute again."""

    SYNC = "sync"
    PATTERNS = "patterns"
    CLUSTERS = "clusters"
    PREDICTIONS = "predictions"
    EVERYTHING = "everything"


class RecomputeStatus(Vocabulary):
    """The progress of a recompute request."""

    QUEUED = "queued", "", "waiting for its run …"
    RUNNING = "running", "", "under way …"
    DONE = "done", "", "done: the results are in."
    FAILED = "failed", "", "failed"


class ArchiveStatus(Vocabulary):
    """The progress of a workspace's archive."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class StageResult(Vocabulary):
    """How a stage ended for a workspace when it last ran."""

    OK = "ok"
    FAILED = "failed"
