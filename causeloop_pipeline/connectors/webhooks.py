"""How a tool's webhook is read: which bodies are which events, and where they hold records."""

from dataclasses import dataclass, field

from causeloop_pipeline.connectors.pulls import RecordSchema
from causeloop_pipeline.connectors.signatures import OWN_SIGNATURE, Signature


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A condition on a webhook body: the value at `path` is one of `values`, or just exists."""

    path: str
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class WebhookEvent:
    """Where a webhook body holds records, and how to read them."""

    record: str
    """The record, or a list of them; `*` in the path is every entry of a list."""
    when: Condition | None = None
    """None: whenever `record` is there."""
    schema: RecordSchema = field(default_factory=RecordSchema)
    add: tuple[tuple[str, str], ...] = ()
    """(key, path): what is copied into the record from the body around it."""

    @property
    def source(self) -> str:
        """The other type whose records these are; empty where they are the connector's own."""
        return self.schema.source


@dataclass(frozen=True, kw_only=True)
class IdsOnly:
    """Bodies that name records by their ids and hold nothing of them: set aside, with what to do instead."""

    when: Condition
    reason: str


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A tool's webhook: one valid signature is enough, and the first matching event is read."""

    events: tuple[WebhookEvent, ...]
    signatures: tuple[Signature, ...] = (OWN_SIGNATURE,)
    takes_any_form: bool = False
    """What is not in the product's field names is read as a message of a tool, of whatever form."""
    embedded: tuple[str, ...] = ()
    """Paths of texts that hold JSON, read in their place before anything else; `*` is every list entry."""
    delivery_header: str | None = None
    delivery_path: str | None = None
    ignore: tuple[Condition, ...] = ()
    """Pings and the like: answered, not stored."""
    ids_only: tuple[IdsOnly, ...] = ()
    challenge_header: str | None = None
    challenge_answer: str = "verification"
    """One-time check of the address: a GET with this header is answered with its value under this name."""
    setup: str = ""
    """What a person does in the tool to switch the webhook on."""
