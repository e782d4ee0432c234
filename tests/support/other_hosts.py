"""Hundreds of ways in which another host is written, in place of an address, a part or a path."""

from itertools import product

THIEF = "thief.example"
HOSTS = (
    THIEF,
    "THIEF.Example",
    "thief.example.",
    "thief.example:443",
    "thief.example:8443",
    "thief。example",
    "ｔｈｉｅｆ．example",
    "thief%2eexample",
    "xn--thif-yqa.example",
    "127.0.0.1:9",
    "2130706433",
    "[::ffff:7f00:1]:9",
)
INTRODUCTIONS = (
    "",
    "//",
    "///",
    "////",
    "/\\",
    "\\\\",
    "\\/",
    "https://",
    "http://",
    "HTTPS://",
    "https:",
    "https:/",
    "https:\\\\",
    "https:///",
    "@",
    ":@",
    "x:y@",
    "%40",
    "/@",
    "?@",
    "#@",
    "/..//",
    "/.//",
    "./\\",
    "\t//",
    "//\t",
    "\r\n//",
    " //",
    "\u00a0//",
    "\u200b//",
    "%0d%0aHost: ",
    "https://good.example@",
    "https://good.example\\@",
    "https://good.example%00@",
    "https://good.example#@",
    "//good.example:x@",
)
SPELLINGS = tuple(
    f"{introduction}{host}{end}"
    for number, (introduction, host) in enumerate(product(INTRODUCTIONS, HOSTS))
    for end in (("", "/", "/x", "#", "?x=", "/x#")[number % 6],)
)
"""Written instead of a value; the same behind a value that is right."""
