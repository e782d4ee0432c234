"""Small charts for the pages of assets, as SVG images inside markdown."""

import base64
from collections.abc import Sequence

import dagster as dg

WIDTH, HEIGHT, MARGIN = 420, 180, 28
INK, BAR, BAND = "#334155", "#2563eb", "#bfdbfe"


def draw_bar_chart(title: str, labels: Sequence[str], values: Sequence[float]) -> dg.MetadataValue:
    """One bar a label; the first and last labels and the highest value are written out."""
    top = max([*values, 1e-9])
    step = (WIDTH - 2 * MARGIN) / max(len(values), 1)
    bars = "".join(
        f'<rect x="{MARGIN + position * step:.1f}" y="{_y(value / top):.1f}" width="{max(step - 1, 0.5):.1f}"'
        f' height="{_y(0) - _y(value / top):.1f}" fill="{BAR}"/>'
        for position, value in enumerate(values)
    )
    ends = (
        "" if not labels else _text(MARGIN, HEIGHT - 8, labels[0]) + _text(WIDTH - 90, HEIGHT - 8, labels[-1])
    )
    return _svg_image(title, bars + ends + _text(2, MARGIN + 4, f"{top:g}"))


def draw_reliability_diagram(
    title: str,
    predicted: Sequence[float],
    observed: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
) -> dg.MetadataValue:
    """Observed against predicted frequency, with the noise band of a perfectly calibrated forecaster."""
    diagonal = (
        f'<path d="M{_x(0):.1f} {_y(0):.1f} L{_x(1):.1f} {_y(1):.1f}" stroke="{INK}" stroke-dasharray="4"/>'
    )
    bands = "".join(
        f'<path d="M{_x(p):.1f} {_y(a):.1f} V{_y(b):.1f}" stroke="{BAND}" stroke-width="9"/>'
        for p, a, b in zip(predicted, low, high, strict=True)
    )
    points = "".join(
        f'<circle cx="{_x(p):.1f}" cy="{_y(f):.1f}" r="3.5" fill="{BAR}"/>'
        for p, f in zip(predicted, observed, strict=True)
    )
    axes = (
        _text(MARGIN, HEIGHT - 8, "predicted 0")
        + _text(WIDTH - 90, HEIGHT - 8, "predicted 1")
        + _text(2, MARGIN, "1")
    )
    return _svg_image(title, bands + diagonal + points + axes)


def _x(share: float) -> float:
    return MARGIN + share * (WIDTH - 2 * MARGIN)


def _y(share: float) -> float:
    return HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)


def _text(x: float, y: float, content: str) -> str:
    return f'<text x="{x}" y="{y}" font-size="11" font-family="sans-serif" fill="{INK}">{content}</text>'


def _svg_image(title: str, body: str) -> dg.MetadataValue:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{_text(MARGIN, 16, title)}{body}</svg>'
    )
    return dg.MetadataValue.md(
        f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
    )
