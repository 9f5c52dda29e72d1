"""The colours of both themes."""

import re

import pytest

from exobrain.lib.config import ROOT

CSS = (ROOT / "static/css/app.css").read_text()
AA = 4.5  # contrast of text, WCAG 2.2
PAIRS = [
    *[(text, ground) for text in ("text", "muted", "link") for ground in ("ground", "raised")],
    *[("text", ground) for ground in ("sunken", "hover", "mine", "mark", "notice-ground")],
    *[("muted", "sunken"), ("muted", "hover"), ("on-accent", "accent"), ("accent", "ground")],
    *[("bad", "ground"), ("bad", "raised"), ("text", "bad-ground"), ("good", "code-ground")],
    *[
        (f"code-{kind}", "code-ground")
        for kind in ("comment", "keyword", "string", "number", "name", "type", "operator")
    ],
]


def colours(theme: str) -> dict[str, str]:
    """The theme's colours by name."""
    block = re.search(rf'\[data-theme="{theme}"\] \{{(.*?)\}}', CSS, re.DOTALL)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    """How bright a colour is, as WCAG defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' brightness."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["gruvbox-dark", "purple-intelligence"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(theme: str, text: str, ground: str) -> None:
    """Every text has enough contrast on every ground it stands on."""
    palette = colours(theme)

    assert contrast(palette[text], palette[ground]) >= AA


def test_both_themes_name_the_same_colours() -> None:
    """No theme borrows a colour from the other."""
    assert colours("gruvbox-dark").keys() == colours("purple-intelligence").keys()
