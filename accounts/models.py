"""Who you are: users and their refresh tokens."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower


class UserManager(BaseUserManager["User"]):
    """Creates users and finds them by e-mail, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A stored user who can sign in with `password`."""
        user = self.model(email=email.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A stored user who may do everything in the admin."""
        return self.create_user(
            email, password, **{**fields, "is_staff": True, "is_superuser": True}
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this e-mail; raises `User.DoesNotExist`."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Access tokens issued before this moment are refused: the password changed, or "sign out
    # everywhere" was asked for.
    tokens_valid_from = models.DateTimeField(null=True, blank=True, editable=False)
    # Grows with every change to what this user can read. Caches key on it, so a cached answer
    # can be old only if PostgreSQL says so.
    revision = models.BigIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_unique",
                violation_error_message="A user with this e-mail already exists.",
            )
        ]

    def __str__(self) -> str:
        return self.email


class RefreshTokenFamily(models.Model):
    """All refresh tokens that descend from one sign-in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    # SHA-256 of the session the tokens were issued beside, so that its logout ends them too.
    session_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name_plural = "refresh token families"

    def __str__(self) -> str:
        return str(self.id)


class RefreshToken(models.Model):
    """One refresh token, known by its hash only."""

    digest = models.CharField(primary_key=True, max_length=64)  # hex SHA-256
    family = models.ForeignKey(RefreshTokenFamily, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.digest[:8]}…"


class ConfigDefinition(models.Model):
    """Something a user may set for themselves."""

    class Kind(models.TextChoices):
        """What values it takes."""

        BOOLEAN = "boolean"
        CHOICE = "choice"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    config_type = models.CharField(max_length=16, choices=Kind)
    default_value = models.JSONField()  # a bool, or one of the options' values
    display_order = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["display_order", "key"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(config_type__in=["boolean", "choice"]),
                name="accounts_config_type_known",
            )
        ]

    def __str__(self) -> str:
        return self.key


class ConfigOption(models.Model):
    """A value that a choice may take."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    definition = models.ForeignKey(
        ConfigDefinition, on_delete=models.CASCADE, related_name="options"
    )
    value = models.CharField(max_length=100)
    label = models.CharField(max_length=100)
    display_order = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["display_order", "value"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["definition", "value"], name="accounts_config_option_unique"
            ),
            models.CheckConstraint(
                condition=~models.Q(value=""), name="accounts_config_option_not_blank"
            ),
        ]

    def __str__(self) -> str:
        return self.value


class ConfigValue(models.Model):
    """What one user chose instead of the default."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="config_values")
    definition = models.ForeignKey(
        ConfigDefinition, on_delete=models.CASCADE, related_name="values"
    )
    value = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "definition"], name="accounts_config_value_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.definition_id}"
