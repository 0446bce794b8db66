"""The head of a page, for search engines and shared links."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from pages.seo import Head, head_of, structured_data

register = template.Library()

# Letters that could end the script element or begin a comment in it.
UNSAFE_IN_SCRIPT = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&\u2028\u2029"}


@register.simple_tag(takes_context=True)
def page_head(context: template.Context) -> Head:
    return head_of(_content(context))


@register.simple_tag(takes_context=True)
def json_ld(context: template.Context) -> SafeString:
    """The page's structured data, which no text of staff can break out of."""
    data = json.dumps(structured_data(_content(context)), ensure_ascii=False, separators=(",", ":"))
    return mark_safe(data.translate(UNSAFE_IN_SCRIPT))  # noqa: S308  (made safe on this line)


def _content(context: template.Context) -> dict[str, Any]:
    return {name: context[name] for name in ("page", "brand", "steps", "sections")}
