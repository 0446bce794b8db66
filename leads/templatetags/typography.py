from __future__ import annotations

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def keep_hyphened(text: str) -> SafeString:
    """Keeps “30-minute” on one line."""
    escaped = conditional_escape(text)
    return SafeString(re.sub(r"(\d+-\w+)", r'<span class="unbroken">\1</span>', escaped))
