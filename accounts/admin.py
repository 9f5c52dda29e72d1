"""Accounts as operators see them: no secret is shown, and token families can be ended."""

from typing import ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.models import (
    ConfigDefinition,
    ConfigOption,
    ConfigValue,
    ProviderKey,
    ProviderSettings,
    RefreshToken,
    RefreshTokenFamily,
    RefreshTokenFamilyQuerySet,
    User,
)
from exobrain.lib.admin import ReadOnlyAdmin

admin.site.unregister(Group)  # nothing here is granted to groups


class NewUserForm(UserCreationForm):
    """An e-mail, a name and a password."""

    class Meta:
        model = User
        fields = ("email", "display_name")


class ChangedUserForm(UserChangeForm):
    """Everything but the password, which has a form of its own."""

    class Meta:
        model = User
        fields = "__all__"  # UserAdmin.fieldsets says which of them are shown


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Users; a new password signs its owner out everywhere."""

    form = ChangedUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "display_name", "is_active", "is_staff", "last_login", "created_at")
    list_filter = ("is_active", "is_staff", "is_superuser")
    list_filter_submit = True
    search_fields = ("email", "display_name")
    filter_horizontal = ()
    readonly_fields = ("id", "last_login", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("email", "display_name", "time_zone", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Times", {"fields": ("id", "last_login", "created_at", "updated_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "display_name", "password1", "password2")}),)


class RefreshTokenInline(TabularInline):
    """The tokens of a family, by the beginning of their hash."""

    model = RefreshToken
    fields = ("__str__", "created_at", "expires_at", "used_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, _request: HttpRequest, _obj: object = None) -> bool:
        """Tokens are made by signing in."""
        return False


@admin.register(RefreshTokenFamily)
class RefreshTokenFamilyAdmin(ReadOnlyAdmin):
    """Sign-ins of clients that keep tokens."""

    list_display = ("id", "user", "created_at", "revoked_at", "revoked_reason")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "revoked_reason")
    list_select_related = ("user",)
    search_fields = ("id", "user__email")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    fields = ("id", "user", "created_at", "revoked_at", "revoked_reason")
    inlines = (RefreshTokenInline,)
    actions = ("revoke",)

    @admin.action(description="End the selected sign-ins", permissions=["delete"])
    def revoke(self, request: HttpRequest, families: RefreshTokenFamilyQuerySet) -> None:
        """No token of the selected families is accepted any more."""
        count = families.revoke(reason="operator")
        messages.success(request, f"{count} sign-ins have ended.")


class ConfigOptionInline(TabularInline):
    """The values a choice may take."""

    model = ConfigOption
    fields = ("value", "label", "display_order", "is_active")
    extra = 0


@admin.register(ConfigDefinition)
class ConfigDefinitionAdmin(ModelAdmin):
    """What users may set for themselves."""

    list_display = ("key", "name", "config_type", "default_value", "display_order", "is_active")
    list_filter = ("config_type", "is_active")
    search_fields = ("key", "name", "description")
    inlines = (ConfigOptionInline,)


@admin.register(ConfigValue)
class ConfigValueAdmin(ReadOnlyAdmin):
    """What users have chosen; deleting a choice brings the default back."""

    list_display = ("user", "definition", "value", "updated_at")
    list_filter = ("definition",)
    list_select_related = ("user", "definition")
    search_fields = ("user__email", "definition__key")
    ordering = ("-updated_at",)
    fields: ClassVar = ("user", "definition", "value", "created_at", "updated_at")


@admin.register(ProviderSettings)
class ProviderSettingsAdmin(ReadOnlyAdmin):
    """The model provider as staff have set it; changed on its own page, where it can be tested."""

    list_display = ("__str__", "model_provider_base_url", "changed_by", "changed_at")
    list_select_related = ("changed_by",)
    readonly_fields = ("changed_by", "changed_at")


@admin.register(ProviderKey)
class ProviderKeyAdmin(ReadOnlyAdmin):
    """For which addresses there are keys; deleting one removes it. What it is nobody is shown."""

    list_display = ("address", "set_at")
    fields: ClassVar = ("address", "set_at")
