"""The kinds of answer that the booking form takes: how each is read, bounded and refused.

No control has a maxlength: a browser would cut a pasted text in silence. Whoever writes too much is
told so, and gets all of it back.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, MaxLengthValidator, URLValidator
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leads import zones
from leads.addresses import canonical_address
from leads.models import BookingRequest
from leads.time_choices import NONE_SUITS, from_value

LINK = re.compile(r"://|www\.|[@/]|\.[^\W\d_]{2}", re.IGNORECASE)

# Marks that turn the direction of text around, so that it reads as something else than it is.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def no_hidden_characters(value: str) -> None:
    """Refuses control characters. Joiners stay, which some scripts need in a name."""
    if any(unicodedata.category(letter) == "Cc" or letter in BIDI_CONTROLS for letter in value):
        raise ValidationError("Type this answer again: it holds characters that cannot be seen")


def no_hidden_characters_but_lines(value: str) -> None:
    no_hidden_characters(value.replace("\n", "").replace("\t", ""))


def no_link(value: str) -> None:
    """A name goes into mails, and must not carry an address into a stranger's inbox."""
    if LINK.search(value):
        raise ValidationError("Enter your name without a link or an address, and with a space after each dot")


def limit_of(kept_in: str) -> int:
    """How many characters a request can keep in this field."""
    field: Any = BookingRequest._meta.get_field(kept_in)
    limit: int = field.max_length
    return limit


def at_most(limit: int) -> MaxLengthValidator:
    return MaxLengthValidator(
        limit, message=f"Shorten this to {limit:,} characters. At the moment it has %(show_value)s"
    )


class TextAnswer(forms.CharField):
    """One line of text, as long as the request's field of the same name can keep."""

    default_validators = [no_hidden_characters]

    def __init__(self, kept_in: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(at_most(limit_of(kept_in)))


class LongAnswer(TextAnswer):
    """Text of several lines. A line break counts once, as it does in the browser."""

    widget = forms.Textarea
    default_validators = [no_hidden_characters_but_lines]

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class EmailAnswer(TextAnswer):
    """An address that mail can reach from anywhere: neither a@localhost nor an IP number."""

    widget = forms.EmailInput
    default_validators = [no_hidden_characters, EmailValidator(allowlist=[])]
    default_error_messages = {
        "invalid": "Enter an email address in the correct format, like name@example.com"
    }

    def clean(self, value: Any) -> str:
        address: str = super().clean(value)
        if "[" in address:
            raise ValidationError(self.error_messages["invalid"])
        # A domain in other letters is longer in its ASCII form, which is kept as well.
        at_most(limit_of("canonical_email"))(canonical_address(address))
        return address


class WebAddressAnswer(TextAnswer):
    """A web address, also one typed without its https://, which a browser's url control would refuse."""

    default_validators = [no_hidden_characters, URLValidator(schemes=["http", "https"])]
    default_error_messages = {"invalid": "Enter a web address, like linkedin.com/in/your-name"}

    def to_python(self, value: Any) -> str:
        address = super().to_python(value) or ""
        return f"https://{address}" if address and "://" not in address else address


class GroupedSelect(forms.Select):
    """Options in groups, some hundreds of them: Django would fill two templates for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        attributes = flatatt(self.build_attrs(self.attrs, (attrs or {}) | {"name": name}))
        return format_html("<select{}>{}</select>", attributes, _options(self.choices, str(value)))


def _options(choices: Any, chosen: str) -> SafeString:
    return SafeString("\n".join(_option(value, label, chosen) for value, label in choices))


def _option(value: str, label: Any, chosen: str) -> SafeString:
    if isinstance(label, list):
        return format_html('<optgroup label="{}">{}</optgroup>', value, _options(label, chosen))
    return _as_html(value, label, value == chosen)


@lru_cache(maxsize=2048)
def _as_html(value: str, label: str, is_chosen: bool) -> SafeString:
    selected = SafeString(" selected" if is_chosen else "")
    return format_html('<option value="{}"{}>{}</option>', value, selected, label)


class ZoneAnswer(forms.ChoiceField):
    """A time zone of the list, or any other that zoneinfo knows: browsers report old names too."""

    widget = GroupedSelect
    default_error_messages = {
        "required": "Select your time zone",
        "invalid_choice": "Select your time zone from the list",
    }

    def valid_value(self, value: Any) -> bool:
        return zones.is_known(str(value))


class TimeAnswer(forms.ChoiceField):
    """One of the open times, as an instant, or None when none of them suits."""

    widget = forms.RadioSelect
    default_error_messages = {
        "required": "Select a time for your call, or select “None of these times suit me”",
        "invalid_choice": "Select a time from the list",
    }

    def clean(self, value: Any) -> datetime | None:
        self.validate(value)
        return None if value == NONE_SUITS else from_value(value or "")

    def valid_value(self, value: Any) -> bool:
        """Whether it is a time at all. Whether it is still open, the form finds out."""
        return value == NONE_SUITS or from_value(value) is not None
