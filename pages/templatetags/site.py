"""What every public template needs: who speaks, the pages at the foot, and the way to the booking form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from pages.models import Brand, LandingPage

register = template.Library()

FOOTER_SLUGS = ["privacy", "terms"]


@register.simple_tag(takes_context=True)
def site_brand(context: template.Context) -> Any:
    """The brand that the view gave, as a frozen page carries its own; else the current one."""
    return context.get("brand") or Brand.current()


@register.simple_tag
def footer_pages() -> list[LandingPage]:
    """The published ones of the pages that every page links to."""
    return list(LandingPage.objects.published().filter(slug__in=FOOTER_SLUGS).order_by("slug"))


@register.simple_tag(takes_context=True)
def booking_url(context: template.Context, cta: str) -> str:
    """The booking form's address, which remembers the page and the call to action that led there."""
    return f"{reverse('book')}?{urlencode({'from': context['page']['slug'], 'cta': cta})}"


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
