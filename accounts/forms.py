"""Forms of the accounts pages. They check shape; the services decide."""

from typing import Any, cast

from django import forms
from django.conf import settings

from exobrain.lib.zones import zone_names


class PageForm(forms.Form):
    """A form whose fields are styled as the rest of the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"


class LoginForm(PageForm):
    """E-mail and password."""

    email = forms.EmailField(label="E-mail", widget=forms.EmailInput({"autocomplete": "username"}))
    password = forms.CharField(
        strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )

    browser_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # At a second try the e-mail is filled in already, and the password never is.
        next_field = "password" if self.data.get("email") else "email"
        self.fields[next_field].widget.attrs["autofocus"] = True


class SignupForm(PageForm):
    """A new account."""

    display_name = forms.CharField(
        label="Name", max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        strip=False,
        help_text="At least 8 characters, and not one that everybody uses.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    browser_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class NameForm(PageForm):
    """How the product addresses its user."""

    display_name = forms.CharField(
        label="Name", max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )


class TimeZoneForm(PageForm):
    """Where the user's days begin."""

    time_zone = forms.ChoiceField(label="Time zone", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["time_zone"])
        default = settings.EXOBRAIN.default_time_zone
        field.choices = [
            ("", f"As the server has it ({default})"),
            *((name, name.replace("_", " ")) for name in sorted(zone_names())),
        ]


class PasswordForm(PageForm):
    """A new password, from somebody who knows the present one."""

    current = forms.CharField(
        label="Present password",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="New password",
        strip=False,
        help_text="At least 8 characters, and not one that everybody uses.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
