"""HTML without what makes the standard parser take time that grows with the square of the text."""

import html


def prepare_html(text: str) -> str:
    """A text that the parser reads once: no comments, no character data, no tag that never ends."""
    return _escape_tail(_drop_comments(_open_character_data(text)))


def _open_character_data(text: str) -> str:
    """The text with what Confluence keeps as character data written as any other text."""
    first, *others = text.split("<![CDATA[")
    parts = [first]
    for other in others:
        data, ending, rest = other.partition("]]>")
        parts += [html.escape(data), rest] if ending else [html.escape(other)]
    return "".join(parts)


def _drop_comments(text: str) -> str:
    """The text without comments, of which the parser would look for the end of each again."""
    first, *others = text.split("<!--")
    return "".join([first, *(other.partition("-->")[2] for other in others)])


def _escape_tail(text: str) -> str:
    """The text without beginnings of tags that never end, whose ends would be looked for again and again."""
    end = text.rfind(">") + 1
    return text[:end] + text[end:].replace("<", "&lt;")
