"""What a person needs to know to connect a type of tool, written from its declaration and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

from causeloop_pipeline.connectors.mapping.expressions import Literal
from causeloop_pipeline.connectors.signatures import (
    BasicSecret,
    DsnKey,
    HmacSignature,
    JwtSignature,
    SharedSecret,
    Signature,
    SnsSignature,
    UrlSecret,
)
from causeloop_pipeline.connectors.spec import Connector, Field, Pull, RateLimit, Webhook
from causeloop_pipeline.model.issue import Identifies
from causeloop_pipeline.model.raw_record import CHANGES

ADDRESS = "{address of this installation}/v1/webhooks/inbound/{connector}"
ENDS_BY = {
    "field": "its status in the tool",
    "refresh": "being read again while it is open",
    "absence": "leaving the list of all that is open",
    "next success": "the next success of the same job",
}
IDENTIFIED = {
    Identifies.EVENT: "one failure; reopened, it occurs again",
    Identifies.CONDITION: "what may fail again: each firing, from its start to its recovery, is an issue",
    Identifies.GROUP: "failures that the tool has grouped: they are counted by hour or day",
}


@dataclass(frozen=True)
class GuideSection:
    """A heading and what is to be known under it."""

    title: str
    lines: tuple[str, ...]


def list_ends(tool: Connector) -> list[str]:
    """What ends the failures of a type, as its declaration says."""
    statuses = [mapping.status for mapping in tool.issues]
    ends = {
        "field": any(status is not None and not isinstance(status, Literal) for status in statuses),
        "refresh": any(listed.refresh for listed in tool.pulls),
        "absence": any(listed.absent_means_ended for listed in tool.pulls),
        "next success": any(mapping.succeeded for mapping in tool.issues),
    }
    return [name for name, is_declared in ends.items() if is_declared]


def build_guide(tool: Connector) -> list[GuideSection]:
    """The sections of a type's page, without those that have nothing to say."""
    sections = (
        GuideSection("Credentials", tuple(_describe_credentials(tool))),
        GuideSection("Settings", tuple(_describe_field(field) for field in tool.fields)),
        GuideSection("What to enter in the tool", tuple(_describe_webhook(tool.webhook))),
        GuideSection("What is read", tuple(_describe_read(tool))),
        GuideSection("What an issue is, and how it ends", tuple(_describe_issues(tool))),
        GuideSection("What is not read", tuple(_describe_unread(tool))),
    )
    return [section for section in sections if section.lines]


def render_guide(tool: Connector) -> str:
    """The page of a type as Markdown."""
    head = f"# {tool.title}\n\nType `{tool.name}`, {tool.category.value}, from the {tool.plan} plan on. "
    head += f"[The tool's own documentation]({tool.docs_url}).\n"
    parts = [head]
    parts += [
        f"## {section.title}\n\n" + "".join(f"- {line}\n" for line in section.lines)
        for section in build_guide(tool)
    ]
    return "\n".join(parts)


def _describe_credentials(tool: Connector) -> Iterator[str]:
    needed = [field for field in tool.credentials if field.required]
    if not tool.credentials:
        if tool.is_read:
            yield "None are needed."
        return
    for field in tool.credentials:
        yield _describe_field(field)
    yield f"Where to get them: {tool.docs_url}"
    if tool.query is not None:
        yield "Least rights: a role that may only read the tables of the query."
    elif tool.files is not None:
        yield "Least rights: list and read the objects below the folder."
    else:
        paths = ", ".join(dict.fromkeys(f"`{_name_path(pull)}`" for pull in tool.pulls))
        rights = f"read only, of what {paths} list" if paths else "read only"
        tickets = "; and to create tickets, where recommendations shall become some" if tool.tickets else ""
        yield f"Least rights: {rights}{tickets}."
    if not needed:
        yield "Each is optional: enter those that your installation of the tool asks for."
    if tool.webhook is not None and tool.is_read:
        yield "A tool that only pushes needs none: choose *Receive its webhook*."


def _describe_field(field: Field) -> str:
    facts = [
        field.help.rstrip("."),
        f"one of {', '.join(field.choices)}" if field.choices else "",
        f"default {field.default}" if field.default not in (None, "") else "",
        "" if field.required else "optional",
    ]
    note = "; ".join(fact for fact in facts if fact)
    return f"**{field.title}** (`{field.name}`){f': {note}' if note else ''}"


def _describe_webhook(webhook: Webhook | None) -> Iterator[str]:
    if webhook is None:
        return
    if webhook.setup:
        yield webhook.setup
    yield f"Address: `{ADDRESS}`, which the connector's page shows."
    ways = list(dict.fromkeys(_describe_signature(signature) for signature in webhook.signatures))
    yield f"Secret: {'; or '.join(ways)}. It is made with the connector and shown once."
    if webhook.ignore:
        yield "Pings are answered, and nothing of them is kept."


def _describe_signature(signature: Signature) -> str:
    match signature:
        case HmacSignature():
            hashed = f"HMAC-{signature.algorithm.upper()}"
            way = f"the tool signs the body with it ({hashed}) in the header `{signature.header}`"
        case SharedSecret():
            way = f"the tool sends `{signature.prefix}{{secret}}` in the header `{signature.header}`"
        case BasicSecret():
            way = f"as the password of the user `{signature.username}` in basic authentication"
        case UrlSecret():
            way = f"at the end of the address, as `?{signature.parameter}={{secret}}`"
        case DsnKey():
            way = "as the key of the DSN, before the `@` and the host, with `/1` at the end of the address"
        case JwtSignature():
            way = f"the tool signs a token with it in the header `{signature.header}`"
        case SnsSignature():
            way = "none to enter: Amazon signs, and the topic's ARN is the secret"
    return way


def _describe_read(tool: Connector) -> Iterator[str]:
    for pull in tool.pulls:
        news = "what changed since the last sync" if pull.since else "all of the list at each sync"
        kind = "changes" if pull.schema.kind in CHANGES else "issues"
        maybe = ", where the account may read it" if pull.optional else ""
        yield f"`{_name_path(pull)}` ({pull.name}): {kind}, {news}{maybe}"
    if tool.query is not None:
        yield "The rows of one SELECT, or of the tables of a preset, in the order of a cursor column."
    if tool.files is not None:
        yield "CSV, JSON, SARIF, Excel, Parquet, XML and logs, as they arrive or change."
    if tool.configure is not None:
        yield "The list that the settings describe."
    if tool.webhook is not None:
        records = ", ".join(
            dict.fromkeys(f"`{event.record}`" for event in tool.webhook.events if event.record)
        )
        yield f"Webhooks{f', which hold records at {records}' if records else ''}."
    if tool.rate_limit != RateLimit():
        yield "The tool's own limits are kept, by the headers that tell them."


def _describe_issues(tool: Connector) -> Iterator[str]:
    named = {mapping.identifies for mapping in tool.issues}
    for kind in Identifies:
        if kind in named:
            yield f"An id names {IDENTIFIED[kind]}."
    ends = [ENDS_BY[name] for name in list_ends(tool)]
    if tool.issues:
        yield (
            f"It ends by {', by '.join(ends)}."
            if ends
            else "The tool does not tell when it ends: a person does."
        )
    if tool.changes:
        yield "Deploys, releases or other changes are landed as changes."


def _describe_unread(tool: Connector) -> Iterator[str]:
    if tool.is_read:
        yield "What is older than *Days of the past to read*."
    if not tool.is_polled and tool.webhook is not None:
        yield "The past: only what the tool pushes from now on."
    if tool.webhook is None:
        yield "Nothing is pushed: what happens between two polls is seen at the next one."
    if not tool.changes:
        yield "Deploys, releases and other changes of this tool."
    if any(pull.schema.keep is not None or pull.schema.unless is not None for pull in tool.pulls):
        yield "Entries that are not failures, such as runs that succeeded: they only end earlier failures."
    if tool.webhook is not None and tool.webhook.ids_only:
        yield "Deliveries that hold only ids: they are set aside, with what to set instead."


def _name_path(pull: Pull) -> str:
    return pull.path or "/"
