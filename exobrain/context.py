"""What every page template may use.

Values that cost a query are functions: a template that does not ask for them does not pay.
"""

from functools import partial

from django.http import HttpRequest

from accounts.selectors import user_configs
from accounts.types import OFFERED_ZONE
from exobrain.lib.config import LOCAL_MODEL, LOCAL_MODEL_SIZE, Config
from exobrain.lib.effective_config import effective_config
from exobrain.lib.pages import reader_zone
from exobrain.lib.paging import PagedRows, cut
from exobrain.vendor import STAMP
from journal.selectors import recent_journals
from journal.services import today_reference
from journal.types import JournalEntry

DAYS_SHOWN = 30
THEME_KEY = "frontend.theme"
DEFAULT_THEME = "gruvbox-dark"


def page(request: HttpRequest) -> dict[str, object]:
    """Names of the installation, the reader's theme and the list of days."""
    config = effective_config()
    return {
        "uses_mock_model": config.uses_mock_model,
        "answers_from_memory": config.answers_from_memory,
        "small_model": _small_model(config),
        "signup_allowed": config.accounts_allow_signup,
        "vendored": STAMP.is_file(),
        "theme": partial(_theme, request),
        "days": partial(_days, request),
        "offered_zone": partial(_offered_zone, request),
    }


def _small_model(config: Config) -> str:
    """The model that answers and how large it is, where it is a small one."""
    if config.answers_without_model or not config.main_agent_is_small:
        return ""
    is_ours = config.effective_model == LOCAL_MODEL
    return f"{LOCAL_MODEL} ({LOCAL_MODEL_SIZE})" if is_ours else config.effective_model


def _theme(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        return DEFAULT_THEME
    configs = {item.key: item.value for item in user_configs(user_id=request.user.pk)}
    return str(configs.get(THEME_KEY, DEFAULT_THEME))


def _offered_zone(request: HttpRequest) -> str:
    """The browser's time zone, while its user has not decided about it."""
    if not request.user.is_authenticated:
        return ""
    return str(request.session.get(OFFERED_ZONE, ""))


def _days(request: HttpRequest) -> PagedRows[JournalEntry]:
    """The days before today; today itself is always on the list."""
    if not request.user.is_authenticated:
        return PagedRows([])
    rows = recent_journals(
        user_id=request.user.pk,
        limit=DAYS_SHOWN + 1,
        before_reference=today_reference(reader_zone(request)),
    )
    return cut(rows, size=DAYS_SHOWN)
