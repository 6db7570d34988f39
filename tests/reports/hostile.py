"""Text that tries to be more than text, for every report."""

from typing import Final

from hypothesis import strategies as st

PAYLOADS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><style>body{display:none}</style>",
    "</title></pre></code></textarea>--><svg/onload=alert(1)>",
    "<!--",
    "]]>",
    "&lt;b&gt;&#60;i>",
    "{{ view }} {% include 'x' %}",
    "javascript:alert(1)",
    "\x1b[2J\x1b[31mPASSED\x1b[0m",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x9b31m\x9d0;title\x9c",
    "a\rPASSED",
    "a\nPASSED  All rules hold",
    "a\u2028b\u2029c\x85d",
    "\u202egnp.exe\u2066x\u2069\u200b\ufeff",
    "caf\udce9 \ud800",
    "a | b | c\n|---|---|",
    "`code` ``two`` ```",
    "` odd",
    "**bold** __x__ ~~y~~ *z*",
    "# heading",
    "1. one",
    "- item\n  - item",
    "    indented",
    "> quote",
    "===\n---",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "<https://evil.example> https://evil.example www.evil.example me@evil.example",
    "@org/team fixes #1 GH-2 org/repo#3",
    "$`x`$ $\\color{red}y$",
    ":tada: [x] \\",
    "[bold red]rich[/bold red] [link=https://evil.example]x[/link]",
    "x" * 5000,
    "日本語のとても長い名前" * 40,
)

HOSTILE: Final = st.one_of(
    st.sampled_from(PAYLOADS),
    st.lists(st.sampled_from(PAYLOADS), min_size=2, max_size=3).map(" ".join),
    st.text(st.characters(codec=None, categories=None), min_size=1, max_size=40),
).filter(lambda text: bool(text.strip()))
