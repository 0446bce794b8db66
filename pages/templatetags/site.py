"""What every public template needs: who speaks, the pages at the foot, and the way to the booking form."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import timezone

from pages.delivery import version
from pages.footer import footer
from pages.models import Brand
from pages.rendering import Rendering

register = template.Library()


@register.simple_tag(takes_context=True)
def site_brand(context: template.Context) -> Any:
    """The brand that the view gave, as a frozen page carries its own; else the current one."""
    return context.get("brand") or Brand.current()


@register.simple_tag(takes_context=True)
def footer_pages(context: template.Context) -> Any:
    """Links to the pages at the foot, as the view gave them; else to those that are on the site now."""
    if "footer" in context:
        return context["footer"]
    return footer(Rendering(at=timezone.now(), version=version.read()))


@register.simple_tag(takes_context=True)
def booking_url(context: template.Context, cta: str) -> str:
    """The booking form's address, which remembers the page and the call to action that led there."""
    return f"{reverse('book')}?{urlencode({'from': context['page']['slug'], 'cta': cta})}"


@register.filter
def day(written: str) -> date:
    """A day as it stands in frozen content, for the filter that tells it in words."""
    return date.fromisoformat(written)


@register.filter
def before_colon(title: str) -> str:
    """`Engineers: the next step` → `Engineers`."""
    return title.partition(": ")[0]


@register.filter
def after_colon(title: str) -> str:
    """`Engineers: the next step` → `the next step`; empty when there is no colon."""
    return title.partition(": ")[2]


@register.filter
def in_menu(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [section for section in sections if section["menu_label"]]


@register.filter
def are_plain_text(sections: list[dict[str, Any]]) -> bool:
    """True for a page like /privacy/, which is there to be read and asks for nothing."""
    return all(section["kind"] == "prose" for section in sections)
