"""How a page of the demo's own tools looks."""

from html import escape

from causeloop_pipeline.demo.exchange import VendorResponse

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem;
       background: #fff; color: #1b1f24 }
pre { white-space: pre-wrap; font: inherit; border-left: 3px solid #d0d7de; padding-left: 1rem }
button, select, .button { font: inherit; padding: .4rem .9rem; border: 1px solid #8b949e; border-radius: 4px;
                          background: none; color: inherit; text-decoration: none }
article { border: 1px solid #8b949e66; border-radius: 8px; padding: 0 1rem .75rem; margin: 1rem 0 }
article h2 { font-size: 1.1rem; margin: .25rem 0; overflow-wrap: anywhere }
.at { color: #59636e; font-size: .9rem }
.answer { border-left: 3px solid #1a7f37; padding-left: 1rem }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center }
.state { font-weight: 600 }
@media (prefers-color-scheme: dark) {
  body { background: #14181d; color: #e6e9ec } a { color: #7cc4ff } .at { color: #9aa4af }
}
"""


def write_page(title: str, content: str, status: int = 200) -> VendorResponse:
    """A page with a heading and nothing that runs; `content` is escaped by whoever writes it."""
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{escape(title)}</title><style>{STYLE}</style>'
        f"<main><h1>{escape(title)}</h1>{content}</main></html>"
    )
    headers = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}
    return VendorResponse(page, status, headers, "text/html; charset=utf-8")
