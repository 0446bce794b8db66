from django import template
from django.utils.http import urlencode
from wagtail.models import Site

register = template.Library()


@register.simple_tag(takes_context=True)
def footer_pages(context):
    """The pages of the site's menu, as Wagtail's documentation shows it."""
    return Site.find_for_request(context["request"]).root_page.get_children().live().in_menu()


@register.simple_tag(takes_context=True)
def booking_url(context, cta):
    return "/book/?" + urlencode({"from": context["page"].slug, "cta": cta})


@register.filter
def before_colon(title):
    return title.partition(": ")[0]


@register.filter
def after_colon(title):
    return title.partition(": ")[2]
