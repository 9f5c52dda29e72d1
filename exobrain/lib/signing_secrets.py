"""The signing secrets of one data directory: made at its first start, and kept beside its data.

Whoever knows them can sign in as anybody, and what was forgotten is known again only by hashes that
are keyed with one of them. So each directory has its own, and a copy of the data takes them along.
"""

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from exobrain.lib.errors import ConfigError

FILE_NAME = "secrets.json"
SECRET_BYTES = 48


class SigningSecrets(NamedTuple):
    """What signs sessions and forms, and what signs access tokens."""

    django_secret_key: str
    auth_jwt_secret: str


def own_secrets(data: Path) -> SigningSecrets:
    """The secrets of this data directory, the same ones for every process and after every start.

    Raises ConfigError when they can be neither read nor made.
    """
    path = data / FILE_NAME
    try:
        if not path.exists():
            _create(path)
        kept = json.loads(path.read_text())
        return SigningSecrets(*(str(kept[name]) for name in SigningSecrets._fields))
    except OSError as error:
        raise ConfigError(
            f"EXOBRAIN_DATA: the secrets of this installation cannot be kept in {path} "
            f"({error.strerror}). Make that directory writable, name another one, or set "
            "DJANGO_SECRET_KEY and AUTH_JWT_SECRET."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{path} is damaged. Restore it from a backup; or delete it, which signs everybody out "
            "and lets the memory learn again what it was told to forget."
        ) from error


def _create(path: Path) -> None:
    """The file is there, whole and readable by its owner only, also if another process makes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():  # another process was first
            return
        fresh = {name: secrets.token_urlsafe(SECRET_BYTES) for name in SigningSecrets._fields}
        draft = path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(fresh, file, indent=2)
            file.flush()
            os.fsync(file.fileno())  # else a power failure may leave the name of an empty file
        draft.replace(path)
    finally:
        os.close(lock)
