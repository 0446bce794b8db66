"""Freezes each page that readers see, as it is now.

The shape of the content is written out once more, because the models of today are not those of this moment.
"""

from datetime import date

from django.db import migrations
from django.db.models import F, Q
from django.utils import timezone

PAGE = [
    *("slug", "is_home", "title", "message", "upper_level", "upper_level_note", "lower_level"),
    *("lower_level_note", "seo_title", "seo_description"),
]
BRAND = [
    *("name", "role", "programme", "contact_email", "call_label", "short_call_label"),
    *("community_label", "community_url"),
]
STEP = ["label", "duration", "drawing", "stands_here"]
SECTION = [
    *("kind", "anchor", "kicker", "heading", "introduction", "action_label", "note", "menu_label"),
]
ITEMS = {
    "pain_points": ("PainPoint", ["text"], {}),
    "scope": ("ScopePoint", ["title", "text", "drawing"], {}),
    "mentor": ("Mentor", ["name", "story", "caption", "drawing_description", "top_level"], {}),
    "testimonials": (
        "Testimonial",
        ["name", "role", "outcome_figure", "outcome", "summary", "permission", "permission_on"],
        {},
    ),
    "offers": ("Offer", ["title", "text", "anchor"], {}),
    "statistics": (
        "Statistic",
        ["figure", "label", "source_name", "source_url", "explanation_label", "checked_on"],
        {"explanation_anchor": F("explained_by__anchor")},
    ),
    "questions": ("Question", ["question", "answer", "anchor"], {}),
}


def publish(apps, schema_editor):
    now = timezone.now()
    for page in apps.get_model("pages", "LandingPage").objects.filter(is_published=True):
        apps.get_model("pages", "Publication").objects.create(
            page=page,
            kind="page",
            content=content_of(page, apps),
            slug=page.slug,
            is_home=page.is_home,
            made_at=now,
            counts_from=now,
        )


def mark_as_published(apps, schema_editor):
    for page in apps.get_model("pages", "LandingPage").objects.all():
        newest = (
            page.publications.filter(counts_from__lte=timezone.now()).order_by("-counts_from", "-pk").first()
        )
        page.is_published = bool(newest and newest.kind == "page")
        page.save()


def content_of(page, apps):
    brands = apps.get_model("pages", "Brand")
    brand = brands.objects.first() or brands()
    url = "/" if page.is_home else f"/{page.slug}/"
    return {
        "page": {"url": url, **{name: getattr(page, name) for name in PAGE}},
        "brand": {name: getattr(brand, name) for name in BRAND},
        "steps": rows(page.steps.all(), STEP),
        "sections": [
            {**section, "items": items_of(section["kind"], page, apps)}
            for section in rows(page.sections.filter(is_shown=True), SECTION)
        ],
    }


def items_of(kind, page, apps):
    if kind not in ITEMS:
        return []
    model, fields, expressions = ITEMS[kind]
    found = apps.get_model("pages", model).objects.filter(Q(page=page.pk) | Q(page=None))
    items = rows(found, fields, expressions)
    if kind == "mentor":
        for item in items:
            steps = apps.get_model("pages", "MentorStep").objects.filter(mentor=item["id"])
            item["steps"] = list(steps.order_by("position", "pk").values("id", "label", "note"))
    return items


def rows(found, fields, expressions=None):
    ordered = found.order_by("position", "pk").values(
        "id", "page", "position", *fields, **(expressions or {})
    )
    return [
        {
            "is_shared": row.pop("page") is None,
            **{name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()},
        }
        for row in ordered
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0003_publication"),
    ]

    operations = [
        migrations.RunPython(publish, mark_as_published),
    ]
