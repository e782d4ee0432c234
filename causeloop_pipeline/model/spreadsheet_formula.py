"""What a spreadsheet computes where it should show a text."""

INVISIBLE = r"\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Z}" + "\u115f\u1160\u3164\uffa0\u2800"
"""Characters that programs may show as nothing, or skip."""

SIGNS = r"=+\-@\t\r\n" + (
    "\uff1d\ufe66\u207c\u208c\u2a75\u2a76\uff0b\ufe62\u207a\u208a\ufb29\uff0d\ufe63\uff20\ufe6b"
)
"""What begins a formula, with every character that a program may take for one of them (NFKC)."""

FORMULA_BEGINNING = f"^[{INVISIBLE}]*[{SIGNS}]"
"""How a text that is a formula begins, as a regular expression that RE2 and JavaScript both understand."""
