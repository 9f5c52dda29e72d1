"""Password hashers: argon2 for new passwords, scrypt for those brought along."""

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password

from accounts.hashers import LegacyScryptHasher

# Made with hashlib.scrypt(b"password123", salt=bytes(range(16)), n=2**14, r=8, p=1, dklen=64).
LEGACY = (
    "scrypt$AAECAwQFBgcICQoLDA0ODw==$"
    "5k1k3eQwEKXw_Mb4kZrOQJWXOirTV871RpKEdtBhVyF3R-syJhtjXaeAM0YB4S2SdEO3Bk-dmZYI1s1ubLzwfQ=="
)


def test_new_passwords_are_argon2id() -> None:
    """What is stored today."""
    assert make_password("correct horse").startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_legacy_hash_is_recognised() -> None:
    """`scrypt` means the earlier services' hash, not Django's of the same name."""
    assert isinstance(identify_hasher(LEGACY), LegacyScryptHasher)


def test_legacy_hash_fits_its_password() -> None:
    """The parameters are those of the earlier services."""
    assert LegacyScryptHasher().verify("password123", LEGACY)


def test_legacy_hash_fits_no_other_password() -> None:
    """A near miss is a miss."""
    assert not LegacyScryptHasher().verify("password124", LEGACY)


def test_legacy_hash_is_to_be_replaced() -> None:
    """A password that fits is handed over to be stored anew."""
    replaced: list[str | None] = []

    check_password("password123", LEGACY, setter=replaced.append)

    assert replaced == ["password123"]


def test_encode_makes_what_verify_reads() -> None:
    """Both directions agree."""
    hasher = LegacyScryptHasher()

    encoded = hasher.encode("grüße", hasher.salt())

    assert hasher.verify("grüße", encoded)
    assert len(encoded.split("$")) == 3


@pytest.mark.parametrize(
    "encoded",
    [
        "scrypt$",
        "scrypt$$",
        "scrypt$AAECAwQFBgcICQoLDA0ODw==$",
        "scrypt$A$A",
        "scrypt$é$é",
        "scrypt$16384$salt$8$1$hash",
        LEGACY + "$",
        LEGACY[:-4],
    ],
)
def test_damaged_legacy_hash_fits_nothing(encoded: str) -> None:
    """What cannot be read is no reason to fail, nor to let anybody in."""
    assert not LegacyScryptHasher().verify("password123", encoded)


def test_summary_shows_no_hash() -> None:
    """The admin may show the beginning of it only."""
    summary = LegacyScryptHasher().safe_summary(LEGACY)

    assert "5k1k3eQwEKXw" not in str(summary)
