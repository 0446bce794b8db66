"""The page as one would model it in Wagtail."""

from django.conf import settings
from django.db import models
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail_site.blocks import SECTIONS, Step

if settings.IS_CACHED:
    from wagtailcache.cache import WagtailCacheMixin

    BASES: tuple[type, ...] = (WagtailCacheMixin, Page)
else:
    BASES = (Page,)


@register_setting
class Brand(BaseSiteSetting):
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=120)
    programme = models.CharField(max_length=80)
    contact_email = models.EmailField()
    call_label = models.CharField(max_length=60)
    short_call_label = models.CharField(max_length=30)
    community_label = models.CharField(max_length=80)
    community_url = models.CharField(max_length=300)


class LandingPage(*BASES):  # type: ignore[misc]
    message = models.TextField()
    upper_level = models.CharField(max_length=80, blank=True)
    upper_level_note = models.CharField(max_length=80, blank=True)
    lower_level = models.CharField(max_length=80, blank=True)
    lower_level_note = models.CharField(max_length=80, blank=True)
    steps = StreamField([("step", Step())], blank=True)
    sections = StreamField(SECTIONS)

    template = "wagtail_site/landing_page.html"
