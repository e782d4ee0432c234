"""Vocabularies of post-mortems and their action items."""

from causeloop_pipeline.model.vocabulary import Vocabulary

MAX_ITEMS = 200
MAX_ITEM_TEXT, MAX_QUOTE = 500, 600


class PostmortemStatus(Vocabulary):
    """Whether a post-mortem was only read, is imported, or its import was undone."""

    DRAFT = "draft", "not imported yet"
    IMPORTED = "imported"
    UNDONE = "undone"


class ItemKind(Vocabulary):
    """What an action item changes: what fails, how it is noticed, or how people work."""

    FIX = "fix", "changes what fails"
    DETECTION = "detection", "how it is noticed"
    PROCESS = "process", "how people work"


class DoneBasis(Vocabulary):
    """Where the day on which an item was done comes from."""

    STATED = "stated", "as the document says"
    TICKET = "ticket", "when its ticket closed"
    READING = "reading", "when it was read as done"
    PERSON = "person", "as a person entered"
