"""Addresses of the journal pages."""

from django.urls import URLPattern, path, register_converter

from journal import views


class DayConverter:
    """A journal's reference, `YYYY/MM/DD`."""

    regex = r"[0-9]{4}/[0-9]{2}/[0-9]{2}"

    def to_python(self, value: str) -> str:
        """The reference itself."""
        return value

    def to_url(self, value: str) -> str:
        """The reference itself, with its slashes."""
        return value


register_converter(DayConverter, "day")

urlpatterns: list[URLPattern] = [
    path("journal/days", views.days, name="journal-days"),
    path("journal/messages/<uuid:message_id>", views.message, name="journal-message"),
    path("journal/<day:reference>", views.day, name="journal"),
    path("journal/<day:reference>/older", views.older_messages, name="journal-older"),
    path("search", views.search, name="search"),
    path("diagrams", views.diagrams, name="diagrams"),
]
