"""What answers look like, and what they cannot do."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from exobrain.vendor import STAMP
from tests.e2e.conftest import Watch
from tests.e2e.world import HOSTILE, HOSTILE_DAY, MALLORY, SHOWN_DAY

pytestmark = pytest.mark.xdist_group("e2e")

needs_libraries = pytest.mark.skipif(
    not STAMP.is_file(), reason="no KaTeX and mermaid here; `python -m exobrain.vendor` says why"
)


@pytest.fixture
def mallorys(open_page: Callable[..., Page]) -> Page:
    """A page of the user whose model was taken over."""
    return open_page(MALLORY)


def test_code_keeps_its_lines(mallorys: Page) -> None:
    """A code block is preformatted and its lines stay lines."""
    mallorys.goto(f"/journal/{SHOWN_DAY}")
    code = mallorys.locator("pre.code")

    expect(code).to_have_css("white-space", "pre")
    assert code.inner_text().strip() == "const first = 1;\nconst second = 2;"


@needs_libraries
def test_maths_is_typeset(mallorys: Page) -> None:
    """Formulas are set by KaTeX, in the line and alone."""
    mallorys.goto(f"/journal/{SHOWN_DAY}")

    expect(mallorys.locator(".math.typeset .katex")).to_have_count(2)
    expect(mallorys.locator(".math-block .katex-display")).to_have_count(1)


@needs_libraries
def test_diagram_is_drawn(mallorys: Page) -> None:
    """A diagram becomes an image with a size; its source stays within reach."""
    mallorys.goto(f"/journal/{SHOWN_DAY}")
    image = mallorys.get_by_alt_text("Diagram")

    expect(image).to_be_visible()
    assert image.evaluate("(image) => image.naturalWidth") > 100
    mallorys.get_by_text("Source").click()
    expect(mallorys.locator(".mermaid-source")).to_contain_text("A[Ask] --> B[Answer]")


@needs_libraries
def test_hostile_answers_do_nothing(mallorys: Page, watch: Watch) -> None:
    """No script runs, nothing is fetched from elsewhere, nobody is led away (see `watch`)."""
    mallorys.goto(f"/journal/{HOSTILE_DAY}")
    expect(mallorys.locator(".message.assistant")).to_have_count(len(HOSTILE))
    formulas = mallorys.locator(".math").count()

    mallorys.wait_for_function(
        """() => [...document.querySelectorAll('.mermaid-source')].every(
            (source) => source.closest('details') || source.title)"""
    )
    mallorys.wait_for_function(
        f"""() => [...document.querySelectorAll('.math')].filter(
            (formula) => formula.matches('.typeset') || formula.title).length === {formulas}"""
    )

    assert mallorys.url.endswith(HOSTILE_DAY)
    # Chromium reports a handler also in a document that is only parsed, as mermaid's sanitiser
    # does in the sandboxed frame; nothing of it ran.
    watch.forgive("/static/vendor/mermaid/")
    for link in mallorys.locator(".prose a").all():
        assert (link.get_attribute("href") or "https:").startswith(("http:", "https:", "mailto:"))
