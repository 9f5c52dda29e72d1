"""Which manage.py commands are given the embedded services."""

import pytest

from manage import needs_services


@pytest.mark.parametrize(
    "line", ["migrate", "shell", "serve --port 1", "runserver", "createsuperuser", "dbshell"]
)
def test_commands_that_work_with_data_need_services(line: str) -> None:
    """A command is given the services unless it is known to do without."""
    assert needs_services(line.split())


@pytest.mark.parametrize(
    "line",
    ["", "help", "--version", "migrate --help", "collectstatic --noinput", "check", "up", "-h"],
)
def test_commands_that_touch_no_data_need_none(line: str) -> None:
    """Printing help or copying files starts nothing."""
    assert not needs_services(line.split())


def test_checking_a_database_needs_it() -> None:
    """`check` reads the database only when told to."""
    assert needs_services(["check", "--database", "default"])
