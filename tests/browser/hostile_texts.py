"""Texts that would run as code, if anything read them as markup or as a script."""

from html import escape
from urllib.parse import quote

MARKUP = (
    "<script>{}</script>",
    "<img src=x onerror={}>",
    "<svg onload={}></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s></svg>",
    "<body onload={}>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<iframe src='javascript:{}'></iframe>",
    "<a href='javascript:{}'>open</a>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}></video>",
    "<math><mtext><script>{}</script></mtext></math>",
    "<object data='javascript:{}'></object>",
    "<embed src='javascript:{}'>",
    "<form action='javascript:{}'><button>go</button></form>",
    "<marquee onstart={}>x</marquee>",
    "<style>@import 'javascript:{}';</style>",
    "<link rel=stylesheet href='javascript:{}'>",
    "<base href='javascript:{}//'>",
    "<template><script>{}</script></template>",
    '"><script>{}</script>',
    "' onmouseover='{}",
    '" autofocus onfocus="{}',
    "`-{}-`",
    "${{{}}}",
    "{{{{constructor.constructor('{}')()}}}}",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "</title><script>{}</script>",
    "--><script>{}</script>",
    "]]><script>{}</script>",
    "\\x3cscript\\x3e{}\\x3c/script\\x3e",
    "<scr<script>ipt>{}</scr</script>ipt>",
    "<IMG SRC=`javascript:{}`>",
)
CALL = "window.hit=1"
HOSTILE_TEXTS = [
    text
    for template in MARKUP
    for plain in [template.format(CALL)]
    for text in (plain, escape(plain), quote(plain))
]
