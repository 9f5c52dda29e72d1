"""The pages under axe, the accessibility checker."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from exobrain.vendor import NODE_MODULES
from tests.e2e.conftest import Watch
from tests.e2e.world import BOB, LONG_DAY, MALLORY, SHOWN_DAY

pytestmark = pytest.mark.xdist_group("e2e")

THEMES = ("gruvbox-dark", "purple-intelligence")
AXE = NODE_MODULES / "axe-core" / "axe.min.js"


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed; it comes with npm")
@pytest.mark.parametrize(
    ("user", "path"),
    [
        (None, "/login"),
        (BOB, "/"),
        (BOB, f"/journal/{LONG_DAY}"),
        (MALLORY, f"/journal/{SHOWN_DAY}"),
        (BOB, "/search?q=needle"),
        (BOB, "/settings"),
        (BOB, "/no-such-page"),
    ],
)
def test_axe_finds_nothing(
    open_page: Callable[..., Page], watch: Watch, user: str | None, path: str
) -> None:
    """Names, roles, contrast and order are as WCAG AA has them, in both themes."""
    page = open_page(user, reduced_motion="reduce")
    page.goto(path)
    page.evaluate(AXE.read_text())
    found = []

    for theme in THEMES:
        page.locator("html").evaluate(f"(html) => {{ html.dataset.theme = '{theme}'; }}")
        found += page.evaluate("axe.run({iframes: false}).then(({violations}) => violations)")

    watch.forgive("404 (Not Found)")
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
