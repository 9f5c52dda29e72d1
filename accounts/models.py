"""Users, their refresh tokens and their settings, and the provider that staff have set."""

import uuid
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from exobrain.lib import clock
from exobrain.lib.zones import effective_zone, zone_names


def validate_time_zone(name: str) -> None:
    """Refuses what is no time zone."""
    if name and name not in zone_names():
        raise ValidationError("There is no time zone of this name.")


SESSION_HASH_SALT = "accounts.models.session_auth_hash"


class UserQuerySet(models.QuerySet["User"]):
    """Users, among them by mass updates, which end sessions as a single save does."""

    def update(self, **values: Any) -> int:
        """As Django's; with a new password, every session and token of the users has ended."""
        if "password" not in values:
            return super().update(**values)
        with transaction.atomic(using=self.db):
            ids = list(self.values_list("pk", flat=True))
            RefreshTokenFamily.objects.filter(user__in=ids).revoke(reason="password_changed")
            return super().update(**{"tokens_valid_from": clock.now(), **values})

    def rehash(self, password: str) -> int:
        """Their password, which stays the same, has this hash; nobody is signed out."""
        return super().update(password=password)


class UserManager(BaseUserManager["User"]):
    """Creates users and finds them by e-mail, whatever its case."""

    def get_queryset(self) -> UserQuerySet:
        """All users."""
        return UserQuerySet(self.model, using=self._db)

    def with_email(self, email: str) -> "models.QuerySet[User]":
        """The user with this e-mail, if there is one; uses the unique index."""
        return self.alias(folded_email=Lower("email")).filter(
            folded_email=Lower(models.Value(email))
        )

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
        return self.with_email(username or "").get()


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=150)
    # IANA name; empty: DEFAULT_TIME_ZONE. Decides which day a message belongs to, what "tomorrow"
    # is, and how times are shown.
    time_zone = models.CharField(
        max_length=64, blank=True, default="", db_default="", validators=[validate_time_zone]
    )
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

    # The password hash that the database holds, as far as this object knows.
    _stored_password: str | None = None

    def __str__(self) -> str:
        return self.email

    @property
    def zone(self) -> ZoneInfo:
        """Where the user's days begin."""
        return effective_zone(self.time_zone)

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        """As Django's; keeps the stored password hash, so that `save` sees whether it changed."""
        user = super().from_db(db, field_names, values, **kwargs)
        user._stored_password = user.__dict__.get("password")
        return user

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """The fields are what the database holds."""
        super().refresh_from_db(*args, **kwargs)
        self._stored_password = self.__dict__.get("password")

    def save(self, **kwargs: Any) -> None:
        """The row is stored; a new password has ended every session and every token."""
        fields = kwargs.get("update_fields")
        if fields is not None and "password" not in fields:
            super().save(**kwargs)
            return
        changed = not self._state.adding and self.__dict__.get("password") != self._stored_password
        with transaction.atomic(using=kwargs.get("using")):
            if changed:
                self.tokens_valid_from = clock.now()
                if fields is not None:
                    kwargs["update_fields"] = {*fields, "tokens_valid_from"}
            super().save(**kwargs)
            if changed:
                RefreshTokenFamily.objects.filter(user=self).revoke(reason="password_changed")
        self._stored_password = self.__dict__.get("password")

    def check_password(self, raw_password: str | None) -> bool:
        """True when this is the password; one with an outdated hash has got a new hash."""
        return check_password(raw_password, self.password, setter=self.upgrade_password)

    def upgrade_password(self, raw_password: str | None) -> None:
        """The same password is stored with the preferred hasher; tokens stay good."""
        self.password = make_password(raw_password)
        UserQuerySet(User).filter(pk=self.pk, password=self._stored_password).rehash(self.password)
        self._stored_password = self.password

    def get_session_auth_hash(self) -> str:
        """The hash that a valid session of this user carries."""
        return session_auth_hash(self.password, self.tokens_valid_from)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under secrets that are being replaced."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield session_auth_hash(self.password, self.tokens_valid_from, secret=secret)


def session_auth_hash(
    password: str, tokens_valid_from: datetime | None, *, secret: str | bytes | None = None
) -> str:
    """The hash that a session carries: changes with the password and with "sign out everywhere"."""
    since = tokens_valid_from.isoformat() if tokens_valid_from else ""
    mac = salted_hmac(SESSION_HASH_SALT, f"{password}\n{since}", secret=secret, algorithm="sha256")
    return mac.hexdigest()


class RefreshTokenFamilyQuerySet(models.QuerySet["RefreshTokenFamily"]):
    """Families of refresh tokens."""

    def revoke(self, *, reason: str) -> int:
        """No refresh or access token of theirs is accepted any more; returns how many ended."""
        return self.filter(revoked_at=None).update(revoked_at=clock.now(), revoked_reason=reason)

    def delete_expired(self) -> int:
        """Expired tokens and families without tokens are deleted; returns how many families."""
        access_life = timedelta(seconds=settings.EXOBRAIN.auth_access_token_ttl_seconds)
        # An access token needs its family, and may outlive the refresh token it came with.
        RefreshToken.objects.filter(
            family__in=self, expires_at__lt=clock.now() - access_life
        ).delete()
        return self.filter(tokens=None).delete()[0]


class RefreshTokenFamily(models.Model):
    """All refresh tokens that descend from one sign-in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    # SHA-256 of the session the tokens were issued beside, so that its logout ends them too.
    session_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=32, blank=True)

    objects: ClassVar = RefreshTokenFamilyQuerySet.as_manager()

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

    def is_alive(self, *, now: datetime) -> bool:
        """Is it unexpired, its family not revoked and its user active?"""
        return (
            now < self.expires_at and self.family.revoked_at is None and self.family.user.is_active
        )


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


class ProviderSettings(models.Model):
    """The model provider as staff have set it, for the whole instance; empty: not set.

    The columns are named as in `exobrain.lib.config`.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    model_provider_base_url = models.CharField(max_length=500, blank=True)
    model_provider_is_local = models.BooleanField(null=True, blank=True)
    main_agent_model = models.CharField(max_length=200, blank=True)
    main_agent_fallback_model = models.CharField(max_length=200, blank=True)
    knowledge_update_extraction_model = models.CharField(max_length=200, blank=True)
    embedding_provider = models.CharField(max_length=16, blank=True)
    embedding_model = models.CharField(max_length=100, blank=True)
    embedding_dimensions = models.IntegerField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name_plural = "provider settings"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="accounts_provider_settings_one_row"
            )
        ]

    def __str__(self) -> str:
        return "the model provider"


class ProviderKey(models.Model):
    """The key of the provider at one address, encrypted; it is sent to no other.

    Beside the present provider's there may be a former one's, for as long as its embedding model is
    the one that the memory is searched with.
    """

    address = models.CharField(primary_key=True, max_length=500)
    encrypted = models.BinaryField()  # bound to the address
    set_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.address
