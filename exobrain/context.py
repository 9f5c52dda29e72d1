"""What every page template may use."""

from django.conf import settings
from django.http import HttpRequest


def page(_request: HttpRequest) -> dict[str, object]:
    """Names of the installation that pages show."""
    config = settings.EXOBRAIN
    return {
        "mock_model": config.uses_mock_model,
        "signup_allowed": config.accounts_allow_signup,
    }
