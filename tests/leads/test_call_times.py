"""What pages say of the calendar: exactly what the form offers, and only while it is true."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Model
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import BookingRequest, BusyCalendar, CallRules, Closure, WeeklyHours
from leads.open_times import monday, open_times
from pages.delivery import version
from pages.models import LandingPage, Section
from pages.rendering import Frame, OpenPlaces, Rendering
from tests.leads.factories import submitted
from tests.leads.reading import choices_on, page_of
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.usefixtures("monday")

MONDAY_MORNING = datetime.fromisoformat("2026-11-23T06:00+01:00")


@pytest.fixture
def landing(db: None) -> LandingPage:
    page = a_page("architect")
    Section.objects.create(page=page, kind=Section.Kind.CLOSING, anchor="closing", heading="Ready?")
    published(page)
    return page


def rules(**changes: int) -> None:
    """Two calls fit into each morning."""
    CallRules(**({"notice_hours": 0, "calls_a_day": 4, "calls_a_week": 6} | changes)).save()
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins="09:00", ends="10:30")


def left(at: datetime) -> str:
    template = Template("{% load call_times %}{% calls_left times as left %}{{ left }}")
    return template.render(Context({"times": open_times(at)}))


def book_all_of_the_week(at: datetime) -> list[str]:
    """Takes one open time of the week after the other; what was said before each, and at the end."""
    said = []
    while starts := _of_the_week(at):
        said.append(left(at))
        submitted(starts_at=starts[0], at=at)
    return [*said, left(at)]


def _of_the_week(at: datetime) -> list[datetime]:
    zone = CallRules.current().zone
    this_week = monday(at.astimezone(zone).date())
    return [start for start in open_times(at).starts if monday(start.astimezone(zone).date()) == this_week]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"calls_a_week": 6}, ["", "", "", *(f"{n} of 6 calls left this week" for n in [3, 2, 1]), ""]),
        ({"calls_a_week": 3}, ["", "", "1 of 3 calls left this week", ""]),
        ({"calls_a_week": 1}, ["", ""]),
        (
            {"calls_a_week": 14, "calls_a_day": 1},
            [f"{n} of 14 calls left this week" for n in [7, 6, 5, 4, 3, 2, 1]] + [""],
        ),
    ],
)
def test_calls_left_are_those_that_can_be_booked_and_told_only_when_few(
    limits: dict[str, int], said: list[str]
) -> None:
    rules(**limits)

    assert book_all_of_the_week(MONDAY_MORNING) == said


@pytest.mark.django_db
def test_at_the_end_of_a_week_only_its_last_times_are_left() -> None:
    rules()

    assert left(MONDAY_MORNING) == ""
    assert left(MONDAY_MORNING + timedelta(days=6)) == "2 of 6 calls left this week"
    assert left(MONDAY_MORNING + timedelta(days=6, hours=5)) == ""


def test_form_says_how_many_are_left(visitor: Client) -> None:
    week = open_times(timezone.now()).left_this_week
    CallRules.objects.update(calls_a_week=week * 2)

    few = page_of(visitor.get("/book/"))
    CallRules.objects.update(calls_a_week=week * 2 - 1)
    plenty = page_of(visitor.get("/book/"))

    assert f'<p class="few">{week} of {week * 2} calls left this week</p>' in few
    assert 'class="few"' not in plenty


def test_landing_page_leads_to_the_next_open_times(visitor: Client, landing: LandingPage) -> None:
    page = page_of(visitor.get("/architect/"))

    times = html.unescape(page.partition('<div class="times">')[2].partition("</div>")[0])
    starts = open_times(timezone.now()).starts[:3]
    assert re.findall(r'href="([^"]*)"', times) == [
        f"/book/?from=architect&cta=closing&time={start:%Y-%m-%dT%H:%M}Z" for start in starts
    ]
    told = re.findall(r"<b>([^<]*)</b> ([^<]*)</a>", times)
    zone = CallRules.current().zone
    assert told == [(f"{s:%a} {s.day} {s:%b}", f"{s:%H:%M}") for s in (t.astimezone(zone) for t in starts)]
    assert "In Amsterdam (UTC+" in times


def test_link_on_the_landing_page_has_chosen_its_time(visitor: Client, landing: LandingPage) -> None:
    page = html.unescape(page_of(visitor.get("/architect/")))
    link = re.findall(r'href="(/book/[^"]*time=([^"]*))"', page)[1]

    form = page_of(visitor.get(link[0]))

    assert [choice.value for choice in choices_on(form) if choice.is_chosen] == [link[1]]
    assert 'name="from" value="architect"' in form


def test_landing_page_without_an_open_time_leads_to_the_waiting_list(
    visitor: Client, landing: LandingPage
) -> None:
    today = timezone.now().date()
    Closure.objects.create(first_day=today, last_day=today + timedelta(days=40))

    page = page_of(visitor.get("/architect/"))

    assert "No time is open just now" in page
    assert '<a href="/book/?from=architect&amp;cta=closing">Join the waiting list</a>' in page


def test_landing_page_reads_the_calendar_once(visitor: Client, landing: LandingPage) -> None:
    with CaptureQueriesContext(connection) as captured:
        visitor.get("/architect/")

    read = [query["sql"] for query in captured if "leads_weeklyhours" in query["sql"]]
    assert len(read) == 1


def page_with_times() -> Frame:
    places = OpenPlaces()
    context = Context({"open_places": places, "page": {"slug": "guide"}})
    return places.cut(Template('{% load call_times %}{% next_open_times "end" 3 %}').render(context))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [BookingRequest, BusyCalendar])
@pytest.mark.parametrize("all_at_once", [True, False])
def test_what_is_erased_changes_the_calendar(kind: type[Model], all_at_once: bool) -> None:
    submitted(at=MONDAY_MORNING)
    BusyCalendar.objects.create(name="Own", url="https://calendar.example/a.ics")
    before = version.read()

    rows = kind._default_manager.all()
    rows.delete() if all_at_once else rows.get().delete()

    assert version.read().calendar > before.calendar


@pytest.mark.django_db
def test_page_knows_until_when_its_times_are_true() -> None:
    rules()
    rendering = Rendering(at=MONDAY_MORNING)

    page_with_times().filled(rendering)

    assert rendering.true_until == open_times(MONDAY_MORNING).true_until
    assert rendering.true_until == datetime.fromisoformat("2026-11-23T09:00+01:00")


def test_page_is_true_until_the_earliest_of_what_it_shows_lapses() -> None:
    rendering = Rendering(at=MONDAY_MORNING)
    assert rendering.true_until is None

    for hours in [3, 1, 2]:
        rendering.holds_until(MONDAY_MORNING + timedelta(hours=hours))

    assert rendering.true_until == MONDAY_MORNING + timedelta(hours=1)
