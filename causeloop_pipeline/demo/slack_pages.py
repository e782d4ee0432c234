"""The page of the demo's Slack: the cards of a channel with their buttons, as Block Kit describes them."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse
from causeloop_pipeline.demo.pages import write_page
from causeloop_pipeline.demo.slack import DemoSlack, Message

CHANNEL_PAGE = re.compile(r"/slack/([a-z-]+)")
MARKUP = re.compile(r"<(https?://[^|>\s]+)\|([^>]+)>|\*([^*]+)\*")
PEOPLE = {"ANALYST": "the analyst", "VIEWER": "a viewer"}
"""Who may click: one with the right to, and one without."""


def answer_slack_page(slack: DemoSlack, request: VendorRequest) -> VendorResponse | None:
    """The channel, the question before a button acts, or what it does; None: the address is of none."""
    match = CHANNEL_PAGE.fullmatch(request.path)
    if match is None:
        return None
    workspace, user_id = match[1], request.query.get("as", "ANALYST")
    if slack.find_app(workspace) is None or user_id not in PEOPLE:
        return write_page("There is no such channel", "<p>The demo has none of that name.</p>", 404)
    if request.method == "GET":
        return write_page("#failures", "".join(_write_channel(slack, workspace, user_id)))
    return _press_button(slack, workspace, user_id, request)


def _press_button(slack: DemoSlack, workspace: str, user_id: str, request: VendorRequest) -> VendorResponse:
    """Ask before a button acts, or have it act; another site's form is refused."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return write_page("This was refused", "<p>Press the button on the page of the channel.</p>", 400)
    form = dict(parse_qsl(request.body.decode(errors="replace")))
    element = _find_element(slack, workspace, form)
    if element is None:
        return write_page("There is no such button", "<p>The card has changed since.</p>", 404)
    if "confirm" in element and "sure" not in form:
        return write_page(element["confirm"]["title"]["text"], _ask(element["confirm"], form))
    slack.press(workspace, user_id, _build_action(element, form), request.origin)
    return VendorResponse("", 303, {"location": f"{request.path}?{urlencode({'as': user_id})}"}, "text/html")


def _write_channel(slack: DemoSlack, workspace: str, user_id: str) -> Iterator[str]:
    others = " · ".join(
        f"<b>{escape(name)}</b>" if key == user_id else f'<a href="?as={key}">{escape(name)}</a>'
        for key, name in PEOPLE.items()
    )
    yield f"<p>A simulated Slack, workspace {escape(workspace)}. You are: {others}</p>"
    if answer := slack.answers.get((workspace, user_id)):
        yield f'<p role="status" class="answer"><b>Only you see this:</b> {_write_markup(answer)}</p>'
    messages = list(slack.channels.get(workspace, ()))
    if not messages:
        yield "<p>No card yet: one comes with the next failure that recurs, within a minute.</p>"
    for message in messages[::-1]:
        yield f'<article id="m{escape(message["ts"])}">{"".join(_write_message(message))}</article>'


def _write_message(message: Message) -> Iterator[str]:
    at = datetime.fromtimestamp(float(message["ts"]), UTC)
    edited = " (edited)" if message.get("edited") else ""
    yield f'<p class="at"><b>Causeloop</b> {at:%Y-%m-%d %H:%M} UTC{edited}</p>'
    for block in message.get("blocks", ()):
        match block["type"]:
            case "header":
                yield f"<h2>{escape(block['text']['text'])}</h2>"
            case "section":
                yield f"<p>{_write_text(block['text'])}</p>"
            case "context":
                yield f'<p class="at">{" ".join(map(_write_text, block["elements"]))}</p>'
            case "actions":
                elements = "".join(_write_element(message["ts"], each) for each in block["elements"])
                yield f'<div class="actions">{elements}</div>'


def _write_element(ts: str, element: Mapping[str, Any]) -> str:
    if "url" in element:
        return f'<a class="button" href="{escape(element["url"])}">{escape(element["text"]["text"])}</a>'
    hidden = f'<input type="hidden" name="ts" value="{escape(ts)}">'
    name = escape(element["action_id"])
    if element["type"] != "static_select":
        label = escape(element["text"]["text"])
        return f'<form method="post">{hidden}<button name="action" value="{name}">{label}</button></form>'
    label = escape(element["placeholder"]["text"])
    options = "".join(
        f'<option value="{place}">{escape(option["text"]["text"])}</option>'
        for place, option in enumerate(element["options"])
    )
    choice = f'<select name="option" aria-label="{label}">{options}</select>'
    return f'<form method="post">{hidden}{choice}<button name="action" value="{name}">{label}</button></form>'


def _ask(confirm: Mapping[str, Any], form: Mapping[str, str]) -> str:
    """The question that Slack asks before a button acts."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in form.items()
    )
    button = f'<button name="sure" value="yes">{escape(confirm["confirm"]["text"])}</button>'
    back = f'<a class="button" href="">{escape(confirm["deny"]["text"])}</a>'
    question = f"<p>{escape(confirm['text']['text'])}</p>"
    return f'{question}<div class="actions"><form method="post">{hidden}{button}</form>{back}</div>'


def _find_element(slack: DemoSlack, workspace: str, form: Mapping[str, str]) -> Mapping[str, Any] | None:
    elements = (
        element
        for message in slack.channels.get(workspace, ())
        if message["ts"] == form.get("ts")
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for element in block["elements"]
    )
    return next((each for each in elements if each["action_id"] == form.get("action")), None)


def _build_action(element: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """What Slack sends of an element that was used."""
    action = {"type": element["type"], "action_id": element["action_id"]}
    if element["type"] != "static_select":
        return action | {"value": element["value"]}
    place = int(form.get("option", "0")) if form.get("option", "0").isdigit() else 0
    return action | {"selected_option": element["options"][min(place, len(element["options"]) - 1)]}


def _write_text(text: Mapping[str, Any]) -> str:
    plain = escape(text["text"]).replace("\n", "<br>")
    return _write_markup(text["text"]) if text["type"] == "mrkdwn" else plain


def _write_markup(text: str) -> str:
    """Slack's own markup as far as the cards use it: its escapes undone, links and bold words."""
    parts, end = [], 0
    for match in MARKUP.finditer(text):
        parts.append(escape(unescape(text[end : match.start()])))
        link, words, bold = match.groups()
        parts.append(
            f"<b>{escape(unescape(bold))}</b>"
            if bold
            else f'<a href="{escape(link)}">{escape(unescape(words))}</a>'
        )
        end = match.end()
    return "".join([*parts, escape(unescape(text[end:]))])
