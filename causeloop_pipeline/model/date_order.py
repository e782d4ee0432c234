"""How the dates of a table are written: what a person may state where its columns do not show it."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class DateOrder(Vocabulary):
    """What a person states of how dates are written."""

    RECOGNIZED = "recognized", "as recognized"
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    ISO = "iso", "ISO 8601"
    EPOCH_SECONDS = "epoch_seconds"
    EPOCH_MILLISECONDS = "epoch_milliseconds"
