"""What Markdown becomes on the server."""

import pytest

from exobrain.lib.markdown import MAX_CHARS, render


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a *b* **c** `d`", "<p>a <em>b</em> <strong>c</strong> <code>d</code></p>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("# Title", "<h3>Title</h3>"),
        ("###### Deep", "<h6>Deep</h6>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
    ],
)
def test_common_markdown_is_rendered(source: str, html: str) -> None:
    """The usual marks become the usual elements, headings below those of the page."""
    assert render(source).strip() == html


def test_table_keeps_its_alignment_without_inline_style() -> None:
    """A table scrolls in its own frame, and a column is aligned by class."""
    html = render("|a|b|\n|--|-:|\n|1|2|")

    assert '<div class="table-scroll" tabindex="0"><table>' in html
    assert '<td class="align-right">2</td>' in html
    assert "style" not in html


def test_code_is_highlighted_and_keeps_its_lines() -> None:
    """A fenced block has its language, classes for colours and every line break."""
    html = render("```ts\nconst a = 1;\n\n  b();\n```")

    assert '<pre class="code" tabindex="0" data-language="ts"><code>' in html
    assert '<span class="kd">const</span>' in html
    assert html.count("\n", html.index("<code>"), html.index("</code>")) == 3


@pytest.mark.parametrize("language", ["klingon", '"><script>', "x" * 500])
def test_code_in_an_unknown_language_stays_text(language: str) -> None:
    """A language nobody knows changes nothing but the colours."""
    html = render(f"```{language}\na < b\n```")

    assert "a &lt; b" in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("so $a<b$ holds", '<p>so <span class="math">a&lt;b</span> holds</p>'),
        ("$$\n\\int x\n$$", '<div class="math math-block">\\int x</div>'),
        ("see $$x$$ here", '<p>see <span class="math math-block">x</span> here</p>'),
        ("$5 and $10", "<p>$5 and $10</p>"),
        (r"\$x\$", "<p>$x$</p>"),
    ],
)
def test_maths_is_marked_for_the_browser(source: str, html: str) -> None:
    """A formula keeps its source in a marked element; prices and escapes are not formulas."""
    assert render(source).strip() == html


def test_diagram_is_marked_for_the_browser() -> None:
    """A mermaid fence keeps its source, escaped."""
    html = render("```mermaid\ngraph TD; A-->B\n```")

    assert html.strip() == ('<pre class="mermaid-source" tabindex="0">graph TD; A--&gt;B\n</pre>')


def test_text_beyond_the_limit_is_shown_as_written() -> None:
    """A very long text is escaped and not parsed."""
    html = render("*a* <b>" + "x" * MAX_CHARS)

    assert html.startswith('<div class="as-written">*a* &lt;b&gt;xxx')


def test_half_a_character_is_replaced() -> None:
    """A lone surrogate becomes the replacement character, a pair becomes its character."""
    assert render("a\ud800b \ud83d\ude00").strip() == "<p>a\ufffdb \U0001f600</p>"


PAGE = "/memory/pages/77bccbae-151e-5d19-b1c4-2cc199c286d1"


@pytest.mark.parametrize("address", ["/journal/2025/01/14", PAGE])
def test_a_page_of_ours_is_linked(address: str) -> None:
    """A day or a page of the memory, which only show something."""
    assert f'href="{address}"' in render(f"[here]({address})")


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/journal/2025/01/14",
        "/journal/2025/01/14/../../../memory/forget",
        "/journal/2025/01/14?before=1",
        "/journal/2025/01/14\\@evil.example",
        f"{PAGE}/forget",
        "/memory/forget",
        "/logout",
        "journal/2025/01/14",
        "../memory/pages",
    ],
)
def test_any_other_address_without_a_host_is_not(address: str) -> None:
    """It could do something, or lead elsewhere."""
    assert "href" not in render(f"[here]({address})")
