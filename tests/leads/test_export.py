"""A list taken out of the desk: which rows, in which words, and what is recorded of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.exporting import csv_file, pieces
from leads.exporting.sheets import REQUESTS
from leads.models import BookingRequest, CallRules, Export, Message
from tests.leads.factories import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LIST = "/admin/leads/bookingrequest/"
URL = f"{LIST}export/csv/"


def lines_of(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def table_of(response: Any) -> list[dict[str, str]]:
    headings, *rows = lines_of(response)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def names_in(response: Any) -> list[str]:
    return [row["Name"] for row in table_of(response)]


def test_file_says_everything_about_a_request_in_words(as_adviser: Client, adviser: User) -> None:
    booking = submitted(starts_at=NOW + timedelta(days=1), mail_consent="Write to me", utm_medium="mail")
    booking.assign(adviser, by=adviser, at=NOW)
    booking.plan("Call back", date(2026, 11, 27), by=adviser, at=NOW)
    booking.tag("warm", "Berlin", by=adviser, at=NOW)

    assert table_of(as_adviser.post(URL)) == [
        {
            "Number": str(booking.pk),
            "Received (Europe/Amsterdam)": "2026-11-23 07:00",
            "Stage": "New",
            "Status": "Requested",
            "Outcome": "",
            "Call begins (Europe/Amsterdam)": "2026-11-24 07:00",
            "Call ends (Europe/Amsterdam)": "2026-11-24 07:30",
            "On the waiting list": "no",
            "Name": "Samira Haddad",
            "Email": "samira@example.com",
            "Current role": "Senior AI engineer",
            "Years of experience": "5 to 8",
            "Direction": "I don’t know yet, and want to talk it through",
            "What would make the call worth it": "Choose between the staff track and architecture.\n"
            "And a plan for the next year.",
            "Profile": "https://github.com/samira",
            "Prospect’s time zone": "Europe/Amsterdam",
            "Wished time": "Weekday evenings after 19:00",
            "Assigned to": "advisers",
            "Next action": "Call back",
            "Next action on": "2026-11-27",
            "Tags": "Berlin, warm",
            "Value of the client": "",
            "Agreed to": "You may store these answers",
            "Agreed to further mails": "Write to me",
            "Page": "ai-architect-vs-ai-engineer",
            "Button": "hero",
            "Source": "newsletter",
            "Medium": "mail",
            "Campaign": "",
            "Term": "",
            "Content": "",
        }
    ]


def test_times_follow_the_coachs_zone(as_adviser: Client) -> None:
    CallRules(time_zone="Asia/Tokyo").save()
    submitted()

    assert [row["Received (Asia/Tokyo)"] for row in table_of(as_adviser.post(URL))] == ["2026-11-23 15:00"]


def test_file_is_a_download_that_excel_reads_as_utf_8(as_adviser: Client) -> None:
    submitted(name="Zoë")

    response = as_adviser.post(URL)

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="requests-2026-11-23.csv"'
    assert response.headers["X-Accel-Buffering"] == "no"
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith('\ufeff"Number",'.encode())
    assert content.count(b"\r\n") == 2
    assert '"Zoë"'.encode() in content


def test_no_cell_is_a_formula(as_adviser: Client) -> None:
    submitted(name='=HYPERLINK("https://example.com")', goals="Fine\n@SUM(A1)", role="+1")

    row = table_of(as_adviser.post(URL))[0]

    assert [row["Name"], row["What would make the call worth it"], row["Current role"]] == [
        '\'=HYPERLINK("https://example.com")',
        "Fine\n'@SUM(A1)",
        "'+1",
    ]


@pytest.fixture
def people(adviser: User) -> None:
    submitted(name="Ada", experience="over_8", at=NOW - timedelta(days=40))
    submitted(name="Ben", experience="over_8").decline(by=adviser, at=NOW)
    submitted(name="Cem", experience="2_to_4")


@pytest.mark.parametrize(
    ("query", "names", "words"),
    [
        ("", ["Cem", "Ben", "Ada"], "All"),
        ("?experience__exact=over_8", ["Ben", "Ada"], "years of experience: More than 8"),
        (
            "?experience__exact=over_8&status__exact=declined&q=ben",
            ["Ben"],
            "status: Declined; years of experience: More than 8; search: “ben”",
        ),
        ("?mail=not-given&p=1&o=-2", ["Cem", "Ben", "Ada"], "mail consent: Not given"),
        ("?created_at__year=2026&created_at__month=10", ["Ada"], "received, year: 2026; received, month: 10"),
        ("?received=7", ["Cem", "Ben"], "received: In the last 7 days"),
        ("?q=nobody", [], "search: “nobody”"),
    ],
)
@pytest.mark.usefixtures("people")
def test_file_holds_what_the_list_shows_and_the_record_says_so(
    as_adviser: Client, adviser: User, query: str, names: list[str], words: str
) -> None:
    response = as_adviser.post(URL + query)

    assert names_in(response) == names
    assert list(
        Export.objects.values("by", "subject", "format", "filters", "state", "rows_total", "rows_done")
    ) == [
        {
            "by": adviser.pk,
            "subject": "requests",
            "format": "csv",
            "filters": words,
            "state": "finished",
            "rows_total": len(names),
            "rows_done": len(names),
        }
    ]


def test_filters_by_day_mean_days_in_the_coachs_zone(as_adviser: Client) -> None:
    submitted(name="Late", at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    submitted(name="Early", at=datetime(2026, 1, 1, 11, 0, tzinfo=UTC))

    assert names_in(as_adviser.post(f"{URL}?created_at__year=2026")) == ["Early", "Late"]


@pytest.mark.usefixtures("people")
def test_bar_above_the_list_carries_its_filters(as_adviser: Client) -> None:
    page = as_adviser.get(f"{LIST}?experience__exact=over_8&p=1").content.decode()

    for format_ in ["csv", "xlsx"]:
        assert f'action="{LIST}export/{format_}/?experience__exact=over_8"' in page


@pytest.mark.usefixtures("people")
def test_ticked_rows_alone_are_taken_out(as_adviser: Client) -> None:
    ticked = BookingRequest.objects.filter(name__in=["Ada", "Cem"]).values_list("pk", flat=True)

    response = as_adviser.post(
        LIST, {"action": "export_as_csv", "_selected_action": list(ticked), "index": "0"}
    )

    assert names_in(response) == ["Cem", "Ada"]
    assert [export.filters for export in Export.objects.all()] == ["2 ticked rows"]


@pytest.mark.usefixtures("people")
def test_a_tick_for_all_pages_takes_out_what_the_list_shows(as_adviser: Client) -> None:
    first = BookingRequest.objects.get(name="Ben")

    response = as_adviser.post(
        f"{LIST}?experience__exact=over_8",
        {"action": "export_as_csv", "_selected_action": [first.pk], "index": "0", "select_across": "1"},
    )

    assert names_in(response) == ["Ben", "Ada"]
    assert [export.filters for export in Export.objects.all()] == ["years of experience: More than 8"]


def test_messages_are_taken_out_without_their_texts(as_adviser: Client) -> None:
    submitted()
    Message.objects.filter(kind="staff_notice").delete()

    rows = table_of(as_adviser.post("/admin/leads/message/export/csv/?state__exact=waiting"))

    message = Message.objects.get()
    assert rows == [
        {
            "Number": str(message.pk),
            "Written (Europe/Amsterdam)": "2026-11-23 07:00",
            "Kind": "Acknowledgement",
            "To": "samira@example.com",
            "Subject": message.subject,
            "Request": str(message.booking_id),
            "State": "Waiting",
            "Attempts": "0",
            "Sent (Europe/Amsterdam)": "",
            "Last error": "",
        }
    ]


def test_download_that_the_browser_ends_is_recorded_as_broken_off(
    as_adviser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "ROWS", 1)
    for _ in range(3):
        submitted()
    response: Any = as_adviser.post(URL)
    sent = iter(response.streaming_content)
    for _ in range(2):
        next(sent)
    response._iterator.close()

    assert list(Export.objects.values_list("state", "rows_done", "problem")) == [
        ("broken_off", 1, "The browser ended the download.")
    ]


def test_download_that_fails_says_so(as_adviser: Client, caplog: pytest.LogCaptureFixture) -> None:
    export = Export.objects.create(
        subject="requests", format="csv", filters="All", rows_total=9, state="running"
    )

    def breaks() -> Any:
        yield []
        raise RuntimeError("as ever")

    with pytest.raises(RuntimeError):
        list(csv_file.stream(export, breaks(), REQUESTS, CallRules.current().zone))

    export.refresh_from_db()
    assert (export.state, export.problem) == ("broken_off", "It went wrong here. The log says more.")


def test_record_of_a_long_download_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "TOLD_EVERY", 2)
    export = Export.objects.create(
        subject="requests", format="csv", filters="All", rows_total=5, state="running"
    )
    cells: list[Any] = [["a"], ["b"]]
    file = csv_file.stream(export, iter([cells, cells]), REQUESTS, CallRules.current().zone)

    said = []
    for _ in file:
        export.refresh_from_db()
        said.append((export.rows_done, export.state))

    assert said == [(0, "running"), (0, "running"), (2, "running")]


def test_rows_that_arrive_meanwhile_shift_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "ROWS", 2)
    for number in range(4):
        submitted(name=f"No. {number}")
    rows = pieces.in_pieces(BookingRequest.objects.all(), REQUESTS, CallRules.current().zone)

    first = next(rows)
    submitted(name="Late")
    rest = list(rows)

    assert [row[8] for piece in [first, *rest] for row in piece] == ["No. 3", "No. 2", "No. 1", "No. 0"]


def test_each_piece_takes_as_many_queries_however_many_rows_it_has(as_adviser: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            lines_of(as_adviser.post(URL))
        return len(captured)

    submitted()
    queries()
    few = queries()
    for _ in range(40):
        submitted()

    assert queries() == few


def test_only_who_may_export_sees_the_bar_and_gets_a_file(as_adviser: Client, as_editor: Client) -> None:
    advisers = Group.objects.get(name="Advisers")
    advisers.permissions.remove(Permission.objects.get(codename="export_bookingrequest"))
    booking = submitted()

    assert as_adviser.post(URL).status_code == 403
    assert as_editor.post(URL).status_code == 403
    page = as_adviser.get(LIST).content.decode()
    assert ("Export what this list shows" in page, "export_as_csv" in page) == (False, False)
    as_adviser.post(LIST, {"action": "export_as_csv", "_selected_action": [booking.pk], "index": "0"})
    assert not Export.objects.exists()


def test_looking_exports_nothing(as_adviser: Client) -> None:
    assert as_adviser.get(URL).status_code == 405
    assert as_adviser.post(f"{LIST}export/pdf/").status_code == 404
    assert not Export.objects.exists()


def test_filter_that_makes_no_sense_is_told(as_adviser: Client) -> None:
    response = as_adviser.post(f"{URL}?starts_at__gte=nonsense")

    assert (response.status_code, response.headers["Location"]) == (302, LIST)
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "This list has a filter that makes no sense, so nothing was exported."
    ]
