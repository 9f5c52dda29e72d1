"""Time zones by their IANA names, as the `tzdata` package or the system knows them."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings

NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})  # files beside the zones


@cache
def zone_names() -> frozenset[str]:
    """Every name that is accepted."""
    return frozenset(
        name
        for name in available_timezones()
        if name not in NOT_ZONES and not name.startswith(("posix/", "right/"))
    )


@cache
def zone_named(name: str) -> ZoneInfo:
    """The zone; raises ValueError for what is none."""
    if name not in zone_names():
        raise ValueError("must be the IANA name of a time zone, such as Europe/Berlin")
    return ZoneInfo(name)


def effective_zone(name: str) -> ZoneInfo:
    """The zone of a user who has set this one; empty: none, and DEFAULT_TIME_ZONE counts."""
    return zone_named(name or settings.EXOBRAIN.default_time_zone)
