"""What can go wrong with accounts, in words for the user."""

from exobrain.lib import errors


class WrongCredentials(errors.Unauthenticated):
    """E-mail or password is wrong."""


class DemoPasswordRefused(WrongCredentials):
    """Demo passwords work on the server's own machine only (see EXOBRAIN_ALLOW_DEMO_LOGIN)."""


class InvalidRefreshToken(errors.Unauthenticated):
    """The refresh token is unknown, expired or was used before."""


class WrongPassword(errors.Refused):
    """The present password is wrong."""


class UnacceptablePassword(errors.Invalid):
    """This password is too easy to guess."""


class InvalidProfile(errors.Invalid):
    """E-mail, name or time zone is not acceptable."""


class EmailTaken(errors.Conflict):
    """A user with this e-mail already exists."""


class SignupClosed(errors.NotFound):
    """Not Found"""


class TooManyAttempts(errors.TooMany):
    """Too many failed attempts; try again later."""


class InvalidConfig(errors.Invalid):
    """There is no such setting, or it does not take this value."""


class InvalidProvider(errors.Invalid):
    """These settings of the model provider are not acceptable."""
