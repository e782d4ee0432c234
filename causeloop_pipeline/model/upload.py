"""What becomes of an uploaded file."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class UploadStatus(Vocabulary):
    """How far an upload is."""

    DRAFT = "draft", "not imported yet"
    IMPORTED = "imported"
    UNDONE = "undone"
