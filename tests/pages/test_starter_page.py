"""The page that a new site opens with: complete, loaded once, and from then on the staff's own."""

from __future__ import annotations

import html
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.db.models import Model
from django.test import Client

from leads.models import BookingPage
from leads.starter import FOLDER as BOOKING_FOLDER
from leads.starter import load_booking_page
from pages import models
from pages.content import content_of
from pages.models import Brand, LandingPage, Offer, Question, Section, Statistic
from pages.starter import FOLDER, SHARED_FILE, BrokenFile, load_pages

pytestmark = pytest.mark.django_db

STARTER_FILE = "ai-architect-vs-ai-engineer.toml"

FACTS = [
    # Brand and hero
    "Zen van Riel",
    "The AI Career Accelerator",
    "AI Native Engineer Community Access",
    "AI Architect vs AI Engineer: Senior Career Progression",
    # Scope
    "AI Engineer scope",
    "AI Architect scope",
    "Senior Engineer → Staff → Architect",
    "5–8 years",
    # Mentor
    "the Netherlands",
    "thousands of hours",
    "video games",
    "software tester",
    "$500/month",
    "six figures",
    "Senior AI Engineer at GitHub",
    "over 22,000 engineers",
    "YouTube",
    # Results
    "Vittor",
    "3 months",
    "AWS",
    "restaurant",
    # Offers
    "Personalised roadmap and career strategy",
    "Weekly 1:1 coaching calls",
    "Portfolio-ready AI projects",
    "Interview preparation and mock interviews",
    "Résumé and LinkedIn optimisation",
    "Community career support",
    # Figures
    "Limited availability",
    "$120K+",
    "levels.fyi",
    "90 Days",
    "20%+",
    # Questions
    "RAG pipeline",
    "20–40%",
    "$150K–$250K",
    "$200K–$350K+",
    "$400K+",
    "20–30%",
    "80%+",
    "5–8+ years",
    "Junior 1–2 → Mid 2–3 → Senior 2–3 → Staff/Architect",
    "90 days",
    "30-minute strategy call",
    "20–50%",
    # Closing
    "Ready to land your AI role?",
    "Limited spots",
]

QUESTIONS = [
    "What is the main difference between AI architects and AI engineers?",
    "Who earns more, architects or engineers?",
    "What extra skills does an architect need?",
    "When should I consider the move?",
    "Do architects still code?",
    "Should I choose architecture, or the engineering track?",
    "Do I need AI engineering experience?",
    "How long does it take to go from engineer to architect?",
    "What if I get no interviews in 90 days?",
    "How does 1:1 coaching differ from online courses?",
    "What is the investment?",
    "Can I do this alongside a full-time job?",
]

LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
"""As Markdown writes it: its words, and where it leads."""

NOT_SHOWN = {"slug", "kind", "anchor", "drawing", "explained_by", "permission"}
"""Fields whose text is for links, for the code or for staff."""


def load() -> str:
    output = StringIO()
    call_command("load_starter_page", stdout=output)
    return output.getvalue()


@pytest.fixture
def home(client: Client) -> str:
    """The source of the page at the root address, with entities and spaces made plain."""
    load()
    return plain(html.unescape(client.get("/").content.decode()))


def plain(text: str) -> str:
    """One space for each white space, non-breaking ones included."""
    return " ".join(text.split())


def without_tags(source: str) -> str:
    return plain(re.sub(r"<[^>]+>", "", source))


def texts(content: Any, *, skip: set[str]) -> Iterator[str]:
    """Every paragraph of a data file, without the marks of Markdown."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name not in skip:
                yield from texts(value, skip=skip)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value, skip=skip)
    elif isinstance(content, str):
        lines = (line.strip("#- ").replace("==", "") for line in content.splitlines() if line)
        yield from (LINK.sub(r"\1", line) for line in lines)


def texts_of(*paths: Path, skip: set[str] = NOT_SHOWN) -> list[str]:
    return [text for path in paths for text in texts(tomllib.loads(path.read_text()), skip=skip)]


def all_rows() -> list[dict[str, Any]]:
    """Every row that the command may touch, as plain data."""
    tables: list[type[Model]] = [*apps.get_app_config("pages").get_models(), BookingPage]
    return [row for table in tables for row in serializers.serialize("python", table._default_manager.all())]


# --- What the page says


def test_every_fact_is_on_the_home_page(home: str) -> None:
    text = without_tags(home)

    assert [fact for fact in FACTS if fact not in text] == []


def test_every_text_of_the_data_files_is_shown(home: str) -> None:
    shown = home + without_tags(home)

    assert [text for text in texts_of(FOLDER / SHARED_FILE, FOLDER / STARTER_FILE) if text not in shown] == []


def test_sections_stand_in_their_order() -> None:
    load()

    content = content_of(LandingPage.objects.get(is_home=True))

    assert [
        (section["kind"], section["anchor"], len(section["items"])) for section in content["sections"]
    ] == [
        ("pain_points", "pain-points", 3),
        ("scope", "scope", 3),
        ("mentor", "mentor", 1),
        ("testimonials", "results", 1),
        ("offers", "offers", 6),
        ("statistics", "market", 3),
        ("questions", "faq", 12),
        ("closing", "closing", 0),
    ]


def test_twelve_questions_are_shown_in_order(home: str) -> None:
    places = [home.find(question) for question in QUESTIONS]

    assert -1 not in places
    assert places == sorted(places)


def test_another_page_shows_only_the_four_questions_of_every_page() -> None:
    load()
    other = LandingPage.objects.create(slug="other", title="Another page", message="About something else.")

    assert [question.question for question in Question.objects.shown_on(other)] == QUESTIONS[8:]


def test_each_figure_names_what_it_rests_on_and_when_it_was_checked() -> None:
    load()

    basis = Statistic.objects.values_list("figure", "source_url", "explained_by__anchor", "checked_on")

    assert list(basis) == [
        ("$120K+", "https://www.levels.fyi/", None, date(2026, 11, 22)),
        ("90 Days", "", "no-interviews", date(2026, 11, 22)),
        ("20%+", "", "investment", date(2026, 11, 22)),
    ]


def test_testimonial_has_a_permission_and_quotes_nobody() -> None:
    load()

    testimonial = models.Testimonial.objects.get()

    assert testimonial.permission
    assert testimonial.permission_on
    assert not re.search('[“”"‘]', testimonial.summary)


def test_privacy_and_terms_are_pages_too(client: Client) -> None:
    load()

    assert [client.get(f"/{slug}/").status_code for slug in ("privacy", "terms")] == [200, 200]


def test_booking_page_has_its_words() -> None:
    load()

    words = BookingPage.current()

    assert (words.heading, words.price, words.place) == (
        "Book your free 30-minute strategy call",
        "Free",
        "Video call",
    )
    assert "$500/month" in words.aside
    assert words.consent
    assert words.mail_consent


def test_no_text_of_the_content_stands_in_a_template() -> None:
    long_texts = [
        text
        for text in texts_of(*FOLDER.glob("*.toml"), BOOKING_FOLDER / "booking_page.toml", skip=set())
        if len(text) >= 25
    ]
    templates = [path for path in (settings.BASE_DIR / "templates").rglob("*") if path.is_file()]

    repeated = [
        (path.name, text)
        for path in templates
        for source in [plain(html.unescape(path.read_text()))]
        for text in long_texts
        if text in source
    ]

    assert repeated == []


# --- Loaded once


def test_load_says_what_it_loaded_and_then_what_it_kept() -> None:
    first, second = load(), load()

    assert first.splitlines() == [
        "Loaded the brand and what every page shares.",
        "Loaded / (AI Architect vs AI Engineer: Senior Career Progression).",
        "Loaded /backend-developer-to-ai-engineer/ (Backend Developer to AI Engineer: What Carries Over).",
        "Loaded /privacy/ (Privacy).",
        "Loaded /terms/ (Terms).",
        "Loaded the words of the booking page.",
        "Loaded the hours in which calls are possible.",
        "Loaded the templates of letters.",
    ]
    assert second.splitlines() == [
        "Kept / (AI Architect vs AI Engineer: Senior Career Progression).",
        "Kept /backend-developer-to-ai-engineer/ (Backend Developer to AI Engineer: What Carries Over).",
        "Kept /privacy/ (Privacy).",
        "Kept /terms/ (Terms).",
        "Nothing was loaded: this site has content of its own.",
    ]


def test_loading_twice_changes_nothing() -> None:
    load()
    before = all_rows()

    load()

    assert all_rows() == before


def test_what_staff_edited_renamed_or_deleted_stays_that_way() -> None:
    load()
    LandingPage.objects.filter(is_home=True).update(slug="renamed", title="Our own title")
    LandingPage.objects.get(slug="privacy").delete()
    Section.objects.get(anchor="market").delete()
    Offer.objects.get(anchor="community").delete()
    Brand.objects.update(name="Somebody Else")
    BookingPage.objects.update(price="£10")
    before = all_rows()

    load()

    assert all_rows() == before


def test_pages_stay_deleted_when_staff_deleted_all() -> None:
    load()
    LandingPage.objects.all().delete()

    load()

    assert not LandingPage.objects.exists()


def test_site_with_a_page_of_its_own_is_left_alone() -> None:
    LandingPage.objects.create(slug="mine", title="Mine", message="My own.", is_home=True)
    before = all_rows()

    load()

    assert all_rows() == before


def test_words_of_the_booking_page_are_kept_when_staff_wrote_them_first() -> None:
    BookingPage(price="£10").save()

    output = load()

    assert "Kept the words of the booking page." in output.splitlines()
    assert BookingPage.objects.get().price == "£10"


# --- Broken files


@pytest.mark.parametrize(
    ("file", "broken", "complaint"),
    [
        ("terms.toml", "slug =", "TOMLDecodeError"),
        ("terms.toml", "[[sections]]", "KeyError('page')"),
        ("terms.toml", '[page]\nslug = "terms"\ntitel = "Terms"', "titel"),
        ("terms.toml", '[page]\nslug = "terms"\ntitle = "Terms"', "message"),
        ("terms.toml", '[page]\nslug = "terms"\ntitle = "T"\nmessage = "M"\n[[sectoins]]', "sectoins"),
        (
            "terms.toml",
            '[page]\nslug = "terms"\ntitle = "T"\nmessage = "M"\n[[statistics]]\nexplained_by = "nothing"',
            "Question",
        ),
        ("shared.toml", '[brand]\ncontact_email = "nobody"', "contact_email"),
    ],
    ids=[
        "not TOML",
        "no page",
        "unknown field",
        "missing text",
        "unknown table",
        "unknown question",
        "bad address",
    ],
)
def test_broken_file_is_named_and_leaves_nothing_behind(
    tmp_path: Path, file: str, broken: str, complaint: str
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "starter"))
    (folder / file).write_text(broken)

    with pytest.raises(BrokenFile, match=re.escape(file)) as raised:
        load_pages(folder)

    assert complaint in str(raised.value)
    assert all_rows() == []


def test_missing_words_of_the_booking_page_are_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match=r"booking_page\.toml"):
        load_booking_page(tmp_path / "booking_page.toml")
