"""Encrypts what the database keeps and nobody may read there, with a key made of DJANGO_SECRET_KEY.

AES-256-GCM; HKDF makes the key, so that it is none of those that sign. What is encrypted is bound
to what it is for: moved to another row it cannot be decrypted. SECRET_KEY_FALLBACKS decrypt, too.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

INFO = b"exobrain: keys of model providers, 1"
KEY_BYTES = 32
NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """It was encrypted with another secret, or for another purpose, or is damaged."""


def encrypted(text: str, *, bound_to: str) -> bytes:
    """The nonce and the ciphertext; `decrypted` needs the same `bound_to`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), bound_to.encode())


def decrypted(data: bytes, *, bound_to: str) -> str:
    """The text that was encrypted; raises CannotDecrypt."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            text = _cipher(secret).decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], bound_to.encode()
            )
        except (InvalidTag, ValueError):
            continue
        return text.decode()
    raise CannotDecrypt


def _cipher(secret: str | bytes) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=INFO)
    return AESGCM(derive.derive(force_bytes(secret)))
