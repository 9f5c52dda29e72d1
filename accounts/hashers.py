"""How passwords are hashed: argon2 for new ones, scrypt for those of earlier services."""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher, BasePasswordHasher, mask_hash

SCRYPT_SALT_BYTES = 16
SCRYPT_KEY_BYTES = 64
SCRYPT_COST = 2**14
SCRYPT_BLOCK_SIZE = 8
SCRYPT_PARALLELISM = 1


class Argon2Hasher(Argon2PasswordHasher):
    """argon2id as OWASP words it for servers: 19 MiB, two passes, one lane.

    Django's own choice takes 100 MiB and eight threads for every sign-in, which lets eight
    people who sign in at once take 800 MiB of a process meant to stay below 250.
    """

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1


class LegacyScryptHasher(BasePasswordHasher):
    """`scrypt$<salt>$<key>`, both URL-safe base64: what earlier Exobrain services stored.

    Only verified, never chosen: Django replaces such a hash at the next sign-in, because the
    preferred hasher is another one.
    """

    algorithm = "scrypt"

    def salt(self) -> str:
        """Random bytes in URL-safe base64, as they are stored in the hash."""
        return _to_text(secrets.token_bytes(SCRYPT_SALT_BYTES))

    def encode(self, password: str, salt: str) -> str:
        """The hash as it is stored."""
        key = _derive(password, base64.urlsafe_b64decode(salt))
        return f"{self.algorithm}${salt}${_to_text(key)}"

    def verify(self, password: str, encoded: str) -> bool:
        """True when the password fits; a hash that cannot be read fits none."""
        try:
            decoded = self.decode(encoded)
        except ValueError:
            return False
        return hmac.compare_digest(_derive(password, decoded["salt"]), decoded["hash"])

    def decode(self, encoded: str) -> dict[str, Any]:
        """Algorithm, salt and key; raises ValueError when it is not such a hash."""
        algorithm, salt, key = encoded.split("$")
        try:
            parts = {"salt": base64.urlsafe_b64decode(salt), "hash": base64.urlsafe_b64decode(key)}
        except binascii.Error as error:
            raise ValueError("not base64") from error
        return {"algorithm": algorithm, **parts}

    def safe_summary(self, encoded: str) -> Any:
        """What the admin may show."""
        _, salt, key = encoded.split("$")
        return {"algorithm": self.algorithm, "salt": mask_hash(salt), "hash": mask_hash(key)}

    def must_update(self, encoded: str) -> bool:
        """Always: argon2 is to replace it."""
        return True

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: the work factor never changed."""


def _derive(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=SCRYPT_COST,
        r=SCRYPT_BLOCK_SIZE,
        p=SCRYPT_PARALLELISM,
        dklen=SCRYPT_KEY_BYTES,
    )


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
