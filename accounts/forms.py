"""Forms of the accounts pages. They check shape; the services decide."""

from typing import Any, cast

from django import forms
from django.conf import settings

from accounts.types import ProviderValues
from exobrain.lib.config import OPENAI_BASE_URL
from exobrain.lib.effective_config import STORABLE, effective_config, is_from_environment
from exobrain.lib.zones import zone_names

HELP_OF_UNSET = {
    "model_provider_base_url": "Any OpenAI-compatible API; most addresses end in /v1.",
    "main_agent_fallback_model": "Another model of the same provider.",
    "knowledge_update_extraction_model": "The chat's model reads them.",
    "embedding_dimensions": "1536. A test tells how many the model gives.",
}

OFFERED_EMBEDDERS = [
    ("", "As by default: on this machine"),
    ("local", "On this machine, by all-MiniLM-L6-v2"),
    ("provider", "By the provider"),
    ("none", "None: the memory is found by words only"),
]


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


class ProviderForm(PageForm):
    """The model provider; what the environment decides is shown and cannot be changed."""

    model_provider_base_url = forms.CharField(
        label="Address",
        required=False,
        max_length=500,
        widget=forms.URLInput({"placeholder": OPENAI_BASE_URL}),
    )
    model_provider_is_local = forms.TypedChoiceField(
        label="Who runs it",
        required=False,
        choices=[
            ("", "Whoever runs this server, if it is at an address of this machine"),
            ("True", "Whoever runs this server: it may be told what is private"),
            ("False", "Somebody else: it is never told what is private"),
        ],
        coerce=lambda text: text == "True",
        empty_value=None,
    )
    key = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "new-password", "spellcheck": "false"}),
    )
    removes_key = forms.BooleanField(label="Remove the key", required=False)
    main_agent_model = forms.CharField(label="Model of the chat", required=False, max_length=200)
    main_agent_fallback_model = forms.CharField(
        label="Model that answers when it fails", required=False, max_length=200
    )
    knowledge_update_extraction_model = forms.CharField(
        label="Model that reads messages for the memory", required=False, max_length=200
    )
    embedding_provider = forms.ChoiceField(
        label="Embeddings",
        required=False,
        choices=OFFERED_EMBEDDERS,
    )
    embedding_model = forms.CharField(
        label="Embedding model of the provider", required=False, max_length=100
    )
    embedding_dimensions = forms.IntegerField(
        label="Its dimensions", required=False, min_value=1, max_value=4000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in STORABLE:
            field = self.fields[name]
            field.help_text = self._source_of(name)
            if is_from_environment(name):
                field.disabled = True
                self.initial[name] = value = self._in_force(name)
                if name == "embedding_provider" and value not in dict(OFFERED_EMBEDDERS):
                    cast(forms.ChoiceField, field).choices = [(value, value)]
        for name in ("main_agent_model", "knowledge_update_extraction_model", "embedding_model"):
            self.fields[name].widget.attrs["placeholder"] = self._in_force(name)
        self.fields["removes_key"].widget.attrs.pop("class")

    def values(self) -> ProviderValues:
        """What was entered."""
        return ProviderValues(**{name: self.cleaned_data[name] for name in STORABLE})

    def _source_of(self, name: str) -> str:
        """Where the value is from, in words."""
        if name == "model_provider_base_url" and is_from_environment(name):
            is_by_key = settings.EXOBRAIN.model_provider_base_url is None
            variable = "OPENAI_API_KEY" if is_by_key else name.upper()
            return f"Set by {variable} in the environment."
        if is_from_environment(name):
            return f"Set by {name.upper()} in the environment."
        if self.initial.get(name) not in ("", None):
            return "Set on this page."
        return f"Not set. {HELP_OF_UNSET.get(name, '')}".strip()

    def _in_force(self, name: str) -> Any:
        """The value that counts at present."""
        config = effective_config()
        match name:
            case "model_provider_base_url":
                return config.model_provider_base_url or OPENAI_BASE_URL
            case "main_agent_model":
                return config.effective_model
            case "knowledge_update_extraction_model":
                return config.effective_extraction_model
        return getattr(config, name)
