"""What the desk draws of the last four weeks is what the requests say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from leads import desk_charts
from leads.counting.report import Grouping, report
from leads.four_weeks import Total, four_weeks
from leads.glance import Glance
from leads.models import CallRules, DailyCount, Hit, Outcome
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, 10:00 in Amsterdam."""

DAY = timedelta(days=1)


def test_requests_are_counted_by_the_days_of_the_coachs_calendar() -> None:
    before_midnight = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    submitted(at=before_midnight)
    submitted(at=before_midnight + timedelta(minutes=1))
    submitted(at=NOW, starts_at=NOW + DAY)

    days = [*four_weeks(Glance(NOW)).days.items()]

    assert len(days) == 28
    assert days[0] == (date(2026, 10, 27), Total())
    assert days[-2:] == [(date(2026, 11, 22), Total(1, 0)), (date(2026, 11, 23), Total(2, 1))]


def test_day_before_the_period_is_not_counted() -> None:
    submitted(at=datetime(2026, 10, 26, 22, 59, tzinfo=UTC))

    assert four_weeks(Glance(NOW)).sources == {}


def test_columns_tell_booked_from_asked_and_mark_the_mondays() -> None:
    drawn = desk_charts.per_day({date(2026, 11, 22): Total(3, 1), date(2026, 11, 23): Total(2, 2)})

    assert drawn.series == (("solid", "booked a time"), ("hatched", "asked without one"))
    assert [(column.name, column.mark, column.values) for column in drawn.columns] == [
        ("Sun 22 Nov", "", (1, 2)),
        ("Mon 23 Nov", "23 Nov", (2, 0)),
    ]


def test_funnel_leads_from_the_visit_to_the_client_by_the_numbers_of_the_report(adviser: User) -> None:
    for kind, count in [(Hit.VISIT, 40), (Hit.CLICK, 10), (Hit.FORM_OPENED, 8)]:
        DailyCount.objects.create(day=date(2026, 11, 20), kind=kind, page="guide", source="x", count=count)
    submitted(at=NOW)
    called_off = submitted(at=NOW - DAY)
    called_off.confirm(by=adviser, at=NOW)
    called_off.cancel(by=adviser, at=NOW)
    submitted(at=NOW - DAY).cancel(by=adviser, at=NOW)
    signed = submitted(at=NOW - 3 * DAY, starts_at=NOW - DAY)
    signed.confirm(by=adviser, at=NOW - 2 * DAY)
    signed.mark_attended(by=adviser, at=NOW)
    signed.record_outcome(Outcome.SIGNED, by=adviser, at=NOW)

    figures = four_weeks(Glance(NOW)).figures

    assert figures == report(date(2026, 10, 27), date(2026, 11, 23), Grouping.ALL).total
    assert [(row.label, *row.cells) for row in desk_charts.to_client(figures).rows] == [
        ("Visits", "40", ""),
        ("Clicks", "10", "25%"),
        ("Form opened", "8", "80%"),
        ("Sent", "4", "50%"),
        ("Confirmed", "2", "50%"),
        ("Attended", "1", "50%"),
        ("Offer made", "1", "100%"),
        ("Signed", "1", "100%"),
    ]


def test_funnel_begins_with_the_requests_where_no_visit_was_counted() -> None:
    submitted(at=NOW)

    drawn = desk_charts.to_client(four_weeks(Glance(NOW)).figures)

    assert (drawn.rows[0].label, drawn.rows[0].cells) == ("Sent", ("1", ""))


def test_sources_are_listed_by_what_they_sent_and_the_small_ones_together() -> None:
    at = NOW - DAY
    for rank, source in enumerate(["youtube", "direct", *"bcdefgh"]):
        for _ in range(3 if rank < 2 else 1):
            submitted(at=at, source_name=source)
    submitted(at=at, source_name="youtube", starts_at=NOW + DAY)

    drawn = desk_charts.sources(four_weeks(Glance(NOW)).sources)

    assert [(row.label, row.cells) for row in drawn.rows] == [
        ("youtube", ("4", "1", "25%")),
        ("Direct", ("3", "0", "0%")),
        ("b", ("1", "0", "0%")),
        ("c", ("1", "0", "0%")),
        ("d", ("1", "0", "0%")),
        ("e", ("1", "0", "0%")),
        ("All others", ("3", "0", "0%")),
    ]


def test_weeks_ahead_tell_what_is_open_and_what_is_taken(open_hours: CallRules) -> None:
    CallRules(calls_a_day=96, calls_a_week=672, horizon_days=7, gap_minutes=30, notice_hours=0).save()
    submitted(at=NOW, starts_at=datetime(2026, 11, 24, 10, 0, tzinfo=UTC))

    drawn = desk_charts.weeks_ahead(Glance(NOW).times)

    # Eight calls fit into a day. Of today two are gone, and of tomorrow the one that is taken.
    assert [(row.label, row.cells) for row in drawn.rows] == [
        ("Mon 23 Nov", ("54", "1")),
        ("Mon 30 Nov", ("8", "0")),
    ]
