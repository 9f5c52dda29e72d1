"""Markdown to HTML that is safe to show, whatever its source.

Two walls: markdown-it runs with raw HTML off, so every tag is ours; nh3 then removes whatever
is not on the list below. Nothing that is let through can run a script or fetch from another
origin: an image must carry its own bytes, a remote one becomes a link.

Maths and diagrams leave here as their source, marked for `static/js/render.js`.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# Hostile Markdown costs up to about a second at this size and grows faster than its length;
# what is longer is shown as it was written.
MAX_CHARS = 50_000
MAX_HIGHLIGHTED_CHARS = 20_000  # in one block; some lexers are quadratic
MAX_CACHED_CHARS = 20_000  # of one text; bounds the cache below to some 20 MB
CACHED_TEXTS = 256

SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s\\]", re.IGNORECASE)
# Pages of ours that only show something, as answers from the memory link them.
OWN_PAGE = re.compile(r"/journal/[0-9]{4}/[0-9]{2}/[0-9]{2}|/memory/pages/[0-9a-f-]{36}")
INLINE_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
LANGUAGE = re.compile(r"[\w.+#-]{1,30}")
MARK = re.compile(r"\W*m\W*\d+\W*")  # by which an answer cites a memory, or like one; M31 is none
HEADING_SHIFT = 2  # the page has the h1 and the h2


def render(text: str) -> SafeString:
    """`text` as HTML that is safe to put into a page."""
    text = _without_surrogates(text)
    if len(text) > MAX_CHARS:
        return _as_written(text)
    if len(text) > MAX_CACHED_CHARS:
        return _render(text)
    return _render_cached(text)


def plain(text: str) -> str:
    """The words that a reader of `text` sees, in one line. Not HTML: escape them."""
    if len(text) > MAX_CHARS:
        return text
    try:
        tokens = _PARSER.parse(_without_surrogates(text))
    except RecursionError:
        return text
    return " ".join(" ".join(map(_words, tokens)).split())


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return "".join(map(_words, token.children)) if token.children else token.content


@lru_cache(maxsize=CACHED_TEXTS)
def _render_cached(text: str) -> SafeString:
    return _render(text)


def _render(text: str) -> SafeString:
    try:
        html = _PARSER.render(text)
    except RecursionError:
        return _as_written(text)
    return mark_safe(_SANITISER.clean(html))  # noqa: S308  that is what the sanitiser is for


def _as_written(text: str) -> SafeString:
    return SafeString(f'<div class="as-written">{escape(text)}</div>')


def _without_surrogates(text: str) -> str:
    """Half a character, as a broken model may send it, becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# -- what may leave


def _only_safe_address(tag: str, name: str, value: str) -> str | None:
    """Links go to the web, to a mailbox or to a page of ours; images carry their own bytes."""
    if tag == "a" and name == "href":
        return value if SAFE_LINK.match(value) or OWN_PAGE.fullmatch(value) else None
    if tag == "img" and name == "src":
        return value if INLINE_IMAGE.fullmatch(value) else None
    return value


_CODE_CLASSES = {"code", "mermaid-source"}

_SANITISER = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li"),
        *("strong", "em", "s", "a", "img", "code", "pre", "span", "div"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt", "title"},
        "ol": {"start"},
        "pre": {"data-language"},
        # Only pygments' and our own spans and divs exist; their classes are inert.
        "span": {"class"},
        "div": {"class"},
        "th": {"class"},
        "td": {"class"},
    },
    allowed_classes={"pre": _CODE_CLASSES},
    tag_attribute_values={"pre": {"tabindex": {"0"}}, "div": {"tabindex": {"0"}}},
    set_tag_attribute_values={"a": {"target": "_blank"}, "img": {"loading": "lazy"}},
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto", "data"},
    url_relative="pass_through",  # to the filter, which knows the few that may stay
    attribute_filter=_only_safe_address,
)


# -- how it is parsed


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    # "$5 and $10" are prices: no digit may follow the closing dollar, no space the opening one.
    parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
    )
    for name in ("math_inline", "math_inline_double", "math_block"):  # not the plugin's own
        parser.renderer.rules[name] = getattr(parser.renderer, name)  # type: ignore[attr-defined]
    parser.validateLink = _is_safe_target  # type: ignore[method-assign]
    parser.core.ruler.push("images", _replace_remote_images)
    parser.core.ruler.push("marks", _unlink_marks)
    return parser


def _is_safe_target(url: str) -> bool:
    """What fails here stays plain text."""
    return bool(SAFE_LINK.match(url) or OWN_PAGE.fullmatch(url) or INLINE_IMAGE.fullmatch(url))


def _replace_remote_images(state: StateCore) -> None:
    """An image from elsewhere becomes a link to it, or its words inside another link."""
    for token in state.tokens:
        kept: list[Token] = []
        links_open = 0
        for child in token.children or []:
            links_open += {"link_open": 1, "link_close": -1}.get(child.type, 0)
            source = str(child.attrGet("src"))
            if child.type != "image" or INLINE_IMAGE.fullmatch(source):
                kept.append(child)
                continue
            words = Token("text", "", 0, content=child.content or source)
            if links_open > 0:
                kept.append(words)
            else:
                opening = Token("link_open", "a", 1, attrs={"href": source})
                kept += [opening, words, Token("link_close", "a", -1)]
        if token.children:
            token.children = kept


def _unlink_marks(state: StateCore) -> None:
    """A link that reads like a citation mark, `[m1]`, is its words: marks cite the memory."""
    for token in state.tokens:
        kept: list[Token] = []
        opened: list[int] = []  # where the links that are open begin
        for child in token.children or []:
            if child.type == "link_open":
                opened.append(len(kept))
            elif child.type == "link_close" and opened:
                start = opened.pop()
                words = "".join(_words(each) for each in kept[start + 1 :])
                if MARK.fullmatch(words.strip()):
                    kept[start:] = [Token("text", "", 0, content=f"[{words.strip(' []')}]")]
                    continue
            kept.append(child)
        if token.children:
            token.children = kept


# -- how each piece looks


class _Renderer(RendererHTML):
    """markdown-it's renderer, with our own code, maths, tables and headings."""

    def fence(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Code with its language; a diagram as its source."""
        token = tokens[idx]
        words = token.info.split(maxsplit=1)
        language = words[0].lower() if words and LANGUAGE.fullmatch(words[0]) else ""
        if language == "mermaid":
            return f'<pre class="mermaid-source" tabindex="0">{escape(token.content)}</pre>\n'
        return _code(token.content, language=language)

    def code_block(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """Indented code, which has no language."""
        return _code(tokens[idx].content, language="")

    def math_inline(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """A formula within a line."""
        return f'<span class="math">{escape(tokens[idx].content.strip())}</span>'

    def math_inline_double(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """A formula that asks for a line of its own from within a paragraph."""
        return f'<span class="math math-block">{escape(tokens[idx].content.strip())}</span>'

    def math_block(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """A formula that stands alone."""
        source = escape(tokens[idx].content.strip())
        return f'<div class="math math-block">{source}</div>\n'

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """A wide table scrolls in a frame that the keyboard can reach."""
        table = self.renderToken(tokens, idx, options, env)
        return f'<div class="table-scroll" tabindex="0">{table}'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """The end of the table and of its frame."""
        return f"{self.renderToken(tokens, idx, options, env)}</div>\n"

    def heading_open(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """A heading below those of the page."""
        return f"<{_heading(tokens[idx])}>"

    def heading_close(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """The end of a heading."""
        return f"</{_heading(tokens[idx])}>\n"

    def th_open(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType
    ) -> str:
        """A column's name, aligned by class: the page's policy forbids inline style."""
        token = tokens[idx]
        alignment = re.search(r"right|center", str(token.attrGet("style") or ""))
        label = f' class="align-{alignment[0]}"' if alignment else ""
        return f"<{token.tag}{label}>"

    td_open = th_open


def _code(source: str, *, language: str) -> str:
    label = f' data-language="{escape(language)}"' if language else ""
    body: str = escape(source)
    if language and len(source) <= MAX_HIGHLIGHTED_CHARS:
        with suppress(ClassNotFound):
            lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
            body = str(highlight(source, lexer, _FORMATTER))
    return f'<pre class="code" tabindex="0"{label}><code>{body}</code></pre>\n'


def _heading(token: Token) -> str:
    return f"h{min(6, int(token.tag[1]) + HEADING_SHIFT)}"


_FORMATTER = HtmlFormatter(nowrap=True)
_PARSER = _parser()
