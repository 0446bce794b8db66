"""Loads our starter files into the peer: `python -m wagtail_site.load FOLDER`."""

import os
import re
import sys
import tomllib
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wagtail_site.settings")

KINDS_WITH_ITEMS = {
    "pain_points": "pain_points",
    "scope": "scope_points",
    "testimonials": "testimonials",
    "offers": "offers",
    "statistics": "statistics",
    "questions": "questions",
}
HOME = "ai-architect-vs-ai-engineer.toml"


def main(folder):
    django.setup()
    make_tables()
    shared = read(folder / "shared.toml")
    home = make_home(read(folder / HOME), shared)
    for name in ["privacy", "terms"]:
        home.add_child(instance=page_of(read(folder / f"{name}.toml"), shared, show_in_menus=True))


def make_tables():
    from django.conf import settings
    from django.core.management import call_command

    migrations = settings.PEER_DIR / "peer_migrations"
    migrations.mkdir()
    (migrations / "__init__.py").touch()
    call_command("makemigrations", "wagtail_site", interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)


def read(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def make_home(content, shared):
    from wagtail.models import Page, Site
    from wagtail_site.models import Brand

    Site.objects.all().delete()
    Page.objects.filter(depth=2).delete()
    home = Page.objects.get(depth=1).add_child(instance=page_of(content, shared))
    site = Site.objects.create(hostname="127.0.0.1", root_page=home, is_default_site=True)
    Brand.objects.create(site=site, **shared["brand"])
    return home


def page_of(content, shared, **fields):
    from wagtail_site.models import LandingPage

    page = content["page"]
    names = ["slug", "title", "message", "upper_level", "upper_level_note", "lower_level", "lower_level_note"]
    fields |= {name: page.get(name, "") for name in names}
    return LandingPage(
        **fields,
        seo_title=page.get("seo_title", ""),
        search_description=page.get("seo_description", ""),
        steps=[{"type": "step", "value": step} for step in content.get("steps", [])],
        sections=[
            {"type": section["kind"], "value": section | items(section["kind"], content, shared)}
            for section in map(formatted, content["sections"])
        ],
    )


def items(kind, content, shared):
    if kind == "mentor":
        return {"items": [formatted(shared["mentor"])]}
    if table := KINDS_WITH_ITEMS.get(kind):
        return {"items": [formatted(row) for row in content.get(table, []) + shared.get(table, [])]}
    return {}


def formatted(row):
    """Long texts as the HTML that Wagtail's rich text keeps; a few lines' worth of Markdown."""
    return row | {
        name: rich_text(row[name]) for name in ["introduction", "story", "summary", "answer"] if name in row
    }


def rich_text(text):
    paragraphs = re.sub(r"==(.+?)==", r"<b>\1</b>", text.strip()).split("\n\n")
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
