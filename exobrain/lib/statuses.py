"""Which HTTP status says what went wrong; the only place that knows."""

from exobrain.lib import errors

STATUS_BY_ERROR: dict[type[errors.DomainError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Refused: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooMany: 429,
    errors.Upstream: 502,
    errors.Unavailable: 503,
}


def status_of(error: errors.DomainError) -> int:
    """The HTTP status of an error."""
    return next(
        (code for family, code in STATUS_BY_ERROR.items() if isinstance(error, family)), 500
    )
