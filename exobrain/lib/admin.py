"""What the admin pages of every app share."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin

# Where users are deleted: one, or those chosen from the list.
USER_PAGES = ("accounts_user_delete", "accounts_user_changelist")


class ReadOnlyAdmin(ModelAdmin):
    """Operators may look and delete; only the product itself writes."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody changes rows by hand."""
        return False


class OwnedAdmin(ReadOnlyAdmin):
    """Rows of a user that operators only look at; they go with their user, never alone."""

    def has_delete_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Whoever deletes the user."""
        page = request.resolver_match
        return page is not None and page.url_name in USER_PAGES
