"""How templates show the journal's values."""

from datetime import date
from typing import Any

from django import template
from django.template.defaultfilters import date as format_date
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from exobrain.lib import clock
from exobrain.lib.markdown import render

register = template.Library()


@register.filter
def markdown(text: str | None) -> SafeString:
    """The text's Markdown as safe HTML."""
    return render(text or "")


@register.filter
def day_name(reference: str) -> str:
    """`Today`, `Yesterday`, or the date in words."""
    day = _day(reference)
    age = (_today() - day).days
    if age in (0, 1):
        return ("Today", "Yesterday")[age]
    return _in_words(day, "D j M")


@register.filter
def day_in_words(reference: str) -> str:
    """The date with its weekday."""
    return _in_words(_day(reference), "l, j F")


@register.filter
def lookup(values: dict[Any, Any] | str, key: object) -> object:
    """What the mapping holds under the key; a mapping that a view did not give holds nothing."""
    return values.get(key) if isinstance(values, dict) else None


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the drawings in static/icons/sprite.svg, hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("icons/sprite.svg"),
        name,
    )


def _today() -> date:
    return clock.today(timezone.get_current_timezone())


def _day(reference: str) -> date:
    year, month, day = map(int, reference.split("/"))
    return date(year, month, day)


def _in_words(day: date, pattern: str) -> str:
    """The year is shown when it is not the present one."""
    return format_date(day, pattern if day.year == _today().year else f"{pattern} Y")
