"""What is recorded of what staff do, what is kept out of the record, and that it cannot be edited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import Error, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coaching_site.audit import append_only
from coaching_site.audit.acting import acting
from coaching_site.audit.models import Change
from leads.models import BookingRequest, CalendarFeed, CallRules, Message
from pages.models import Publication, Question
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.pages.factories import a_page

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

Told = tuple[str, str, dict[str, list[str] | None]]


def told(**which: Any) -> list[Told]:
    """What is recorded, the oldest first: act, kind, values."""
    rows = Change.objects.filter(**which).exclude(act__in=["signed_in", "signed_out"]).order_by("pk")
    return [(row.act, row.kind, row.values) for row in rows]


def a_question(number: int = 1) -> Question:
    return Question.objects.create(question="How long is it?", answer="An hour.", anchor=f"how-long-{number}")


def post_form(client: Client, url: str, **changes: Any) -> None:
    """Saves an admin form as it stands in the browser, with some changes."""
    form = client.get(url).context["adminform"].form
    stored = {name: form[name].value() for name in form.fields}
    fields = {name: value for name, value in stored.items() if value is not None and value is not False}
    inlines = client.get(url).context["inline_admin_formsets"]
    for inline in inlines:
        fields |= {f"{inline.formset.prefix}-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    response = client.post(url, fields | changes)
    assert response.status_code == 302, response.context["errors"]


def typed(moment: datetime) -> dict[str, str]:
    """The day on which an account was made, in the two fields that its form has for it."""
    local = timezone.localtime(moment, CallRules.current().zone)
    return {"date_joined_0": f"{local:%Y-%m-%d}", "date_joined_1": f"{local:%H:%M:%S}"}


def test_a_change_by_a_form_is_recorded_with_before_and_after(as_owner: Client, owner: User) -> None:
    question = a_question()

    post_form(as_owner, f"/admin/pages/question/{question.pk}/change/", answer="Half an hour.")

    change = Change.objects.get(act="changed")
    assert (change.by, change.by_name, change.kind) == (owner, "owner", "pages.question")
    assert (change.object_id, change.label) == (str(question.pk), "How long is it?")
    assert change.values == {"answer": ["An hour.", "Half an hour."]}


def test_what_is_added_and_deleted_is_recorded_with_its_values(as_owner: Client) -> None:
    as_owner.post(
        "/admin/leads/closure/add/", {"first_day": "2026-12-24", "last_day": "2026-12-26", "note": "Rest"}
    )
    url = reverse("admin:leads_closure_delete", args=[Change.objects.get(act="added").object_id])
    as_owner.post(url, {"post": "yes"})

    acts = [(act, kind) for act, kind, _ in told()]
    values = [values for *_, values in told()]
    assert acts == [("added", "leads.closure"), ("deleted", "leads.closure")]
    assert values[0] == {name: ["", after] for name, (after, _) in values[1].items()}  # type: ignore[misc]


def test_a_list_action_is_recorded_row_by_row(as_owner: Client) -> None:
    rows = [a_question(number) for number in range(3)]

    data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    as_owner.post("/admin/pages/question/", data)

    assert [(act, kind) for act, kind, _ in told()] == [("deleted", "pages.question")] * 3


def test_a_verb_on_a_request_is_recorded_with_its_status_before_and_after(as_adviser: Client) -> None:
    booking = submitted()

    as_adviser.post(f"/admin/leads/bookingrequest/{booking.pk}/confirm/do/")

    assert told()[0] == ("changed", "leads.bookingrequest", {"status": ["Requested", "Confirmed"]})
    assert {change.by_name for change in Change.objects.filter(act="changed")} == {"advisers"}


def test_a_verb_that_came_too_late_is_not_recorded(as_adviser: Client) -> None:
    booking = submitted()
    BookingRequest.objects.update(status="cancelled")

    as_adviser.post(f"/admin/leads/bookingrequest/{booking.pk}/confirm/do/")

    assert told() == []


def test_what_prospects_and_the_worker_do_is_not_recorded(client: Client, owner: User) -> None:
    booking = submitted()
    booking.confirm(by=owner, at=datetime(2026, 11, 25, tzinfo=UTC))
    client.post(f"/calls/{booking.token}/cancel/")

    assert told() == []


def test_nothing_a_prospect_said_enters_the_record(as_adviser: Client) -> None:
    booking = submitted(name="Ada Lovelace", email="ada@example.com", goals="Understand engines.")
    url = f"/admin/leads/bookingrequest/{booking.pk}/"

    as_adviser.post(f"{url}note/", {"text": "Ada sounded tired."})
    as_adviser.post(f"{url}confirm/do/")
    Message.objects.update(state="failed", next_attempt_at=NOON, give_up_at=NOON)
    as_adviser.post(
        "/admin/leads/message/",
        {"action": "send_again", "_selected_action": list(Message.objects.values_list("pk", flat=True))},
    )

    written = "\n".join(f"{row.label}{row.values}{row.words}" for row in Change.objects.all())
    written += "\n".join(LogEntry.objects.values_list("object_repr", flat=True))
    assert "Ada" not in written
    assert "example.com" not in written
    assert "engines" not in written
    assert {act for act, kind, _ in told(kind="leads.bookingrequest")} == {"changed"}
    assert told(kind="leads.bookingevent") == [
        (
            "added",
            "leads.bookingevent",
            {"booking": ["", str(booking.pk)], "kind": ["", "Note"]},
        )
    ]
    assert ("changed", "leads.message", {"state": ["Failed", "Waiting"], **HIDDEN_OF_MESSAGE}) in told()


HIDDEN_OF_MESSAGE = {"next_attempt_at": None, "give_up_at": None}


def test_a_search_for_a_prospect_stays_out_of_the_record(as_adviser: Client) -> None:
    """It is kept with an export and with a filter, whose rows can be erased."""
    submitted(name="Ada Lovelace")

    as_adviser.post("/admin/leads/bookingrequest/export/xlsx/?q=Lovelace")
    as_adviser.post("/admin/leads/bookingrequest/filters/", {"name": "Lovelace", "query": "q=Lovelace"})

    kinds = {kind for act, kind, _ in told() if act == "added"}
    assert kinds == {"leads.export", "leads.savedfilter"}
    assert not any("Lovelace" in f"{row.label}{row.values}{row.words}" for row in Change.objects.all())


def test_what_changes_by_itself_is_not_told(as_editor: Client) -> None:
    page = a_page(title="First")

    post_form(as_editor, f"/admin/pages/landingpage/{page.pk}/change/", title="Second")

    assert told() == [("changed", "pages.landingpage", {"title": ["First", "Second"]})]


def test_secrets_are_never_written(as_owner: Client, owner: User) -> None:
    as_owner.post(
        "/admin/leads/busycalendar/add/", {"name": "Private", "url": "https://calendar.example/s3cret.ics"}
    )
    as_owner.post("/admin/leads/calendarfeed/add/", {"name": "Phone"})
    post_form(as_owner, f"/admin/auth/user/{owner.pk}/change/", first_name="Zen", **typed(owner.date_joined))
    as_owner.post(
        f"/admin/auth/user/{owner.pk}/password/",
        {"password1": "a new horse battery", "password2": "a new horse battery", "usable_password": "true"},
    )

    owner.refresh_from_db()
    written = "\n".join(f"{row.label}{row.values}{row.words}" for row in Change.objects.all())
    assert "s3cret" not in written
    assert owner.password not in written
    assert not [
        row
        for row in CalendarFeed.objects.values()
        for text in row.values()
        if len(str(text)) > 30 and str(text) in written
    ]
    assert told(kind="auth.user") == [
        ("changed", "auth.user", {"first_name": ["", "Zen"]}),
        ("changed", "auth.user", {"password": None}),
    ]
    assert Change.objects.get(kind="leads.busycalendar").values["url"] is None


def test_publishing_and_rolling_back_are_recorded(as_owner: Client) -> None:
    page = a_page()

    as_owner.post(f"/admin/pages/landingpage/{page.pk}/publish/")

    kinds = [(act, kind) for act, kind, _ in told()]
    if ("added", "pages.publication") not in kinds:
        pytest.fail(str(kinds))
    assert Change.objects.get(kind="pages.publication").values["content"] is None
    assert Publication.objects.count() == 1


def test_a_singleton_is_recorded_as_changed_the_second_time(as_owner: Client) -> None:
    CallRules(calls_a_day=3).save()

    post_form(as_owner, "/admin/leads/callrules/1/change/", calls_a_day=4)

    assert told() == [("changed", "leads.callrules", {"calls_a_day": ["3", "4"]})]


def test_roles_given_and_taken_are_recorded_by_name(as_owner: Client, editor: User) -> None:
    url = f"/admin/auth/user/{editor.pk}/change/"

    post_form(as_owner, url, groups=[Group.objects.get(name="Advisers").pk], **typed(editor.date_joined))

    assert sorted(told(), key=str) == [
        ("changed", "auth.user", {"groups": ["", "Advisers"]}),
        ("changed", "auth.user", {"groups": ["Editors", ""]}),
    ]


def test_a_request_id_is_kept_where_there_is_one(rf: Any, owner: User) -> None:
    request = rf.get("/admin/")
    request.user, request.request_id = owner, "abc123"
    with acting(request):
        a_question()

    assert Change.objects.get().request_id == "abc123"


def test_a_record_that_cannot_be_written_undoes_the_change(as_owner: Client, owner: User) -> None:
    """One transaction: nothing changes on the desk without its record."""
    question = a_question()
    url = f"/admin/pages/question/{question.pk}/change/"
    # Which the record refuses.
    User.objects.filter(pk=owner.pk).update(username="")

    with pytest.raises(IntegrityError, match="a_change_says_who_made_it"), transaction.atomic():
        post_form(as_owner, url, answer="Half an hour.")

    question.refresh_from_db()
    assert question.answer == "An hour."


# --- It only grows


@pytest.fixture
def recorded(owner: User) -> Change:
    change = Change(by=owner, by_name="owner", act="changed", kind="pages.question", object_id="1", words="x")
    change.save()
    return change


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_change SET by_name = 'nobody'", "DELETE FROM audit_change"]
)
def test_database_refuses_to_rewrite_what_happened(recorded: Change, statement: str) -> None:
    append_only.enforce(connection)

    with (
        pytest.raises(Error, match="never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    recorded.refresh_from_db()
    assert recorded.by_name == "owner"


def test_an_account_can_go_and_what_it_did_stays(recorded: Change, owner: User) -> None:
    append_only.enforce(connection)

    owner.delete()

    assert Change.objects.get(pk=recorded.pk).by_name == "owner"


def test_triggers_are_made_after_every_migrate(recorded: Change) -> None:
    append_only.enforce_after_migrations(using="default")
    append_only.enforce_after_migrations(using="default")

    with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
        Change.objects.update(by_name="nobody")


def test_a_change_without_a_name_is_refused() -> None:
    with pytest.raises(Error, match="a_change_says_who_made_it"), transaction.atomic():
        Change.objects.create(by_name="", act="added", kind="pages.question", object_id="1")


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_nobody_edits_it_on_the_desk(as_owner: Client, recorded: Change, path: str) -> None:
    assert as_owner.get(f"/admin/audit/change/{path.format(pk=recorded.pk)}").status_code == 403


def test_editors_and_advisers_do_not_see_it(as_editor: Client, as_adviser: Client, recorded: Change) -> None:
    urls = ["/admin/audit/change/", f"/admin/audit/change/{recorded.pk}/change/"]

    assert {client.get(url).status_code for client in (as_editor, as_adviser) for url in urls} == {403}


# --- Who did what


def entry(by: User, at: datetime, **fields: Any) -> Change:
    values = {
        "act": "changed",
        "kind": "pages.question",
        "object_id": "1",
        "words": "",
        "by_name": by.username,
    }
    return Change.objects.create(by=by, at=at, **values | fields)


def listed(client: Client, query: str) -> list[str]:
    return [row.label for row in client.get(f"/admin/audit/change/?{query}").context["cl"].result_list]


def test_list_is_searched_and_filtered(as_owner: Client, owner: User, editor: User) -> None:
    entry(owner, NOON, label="A", words="the hourly price #7")
    entry(editor, NOON, label="B", words="another")
    entry(owner, NOON - timedelta(days=1), label="C", kind="leads.closure")

    assert listed(as_owner, "q=Price") == ["A"]
    assert listed(as_owner, "q=%237") == ["A"]
    assert listed(as_owner, f"who={editor.pk}") == ["B"]
    assert listed(as_owner, "kind=leads.closure") == ["C"]
    assert listed(as_owner, "day=2026-11-24") == ["C"]
    assert listed(as_owner, "day=nonsense&kind=pages.question") == ["B", "A"]


def test_a_longer_record_takes_no_more_queries(as_owner: Client, owner: User) -> None:
    entry(owner, NOON)
    short = queries_of(as_owner, "/admin/audit/change/")
    Change.objects.bulk_create(
        Change(
            by=owner, by_name="owner", act="changed", kind="pages.question", object_id=str(number), words=""
        )
        for number in range(300)
    )

    assert queries_of(as_owner, "/admin/audit/change/") == short


def test_entry_shows_before_and_after_and_leads_to_the_thing(as_owner: Client, owner: User) -> None:
    question = a_question()
    post_form(as_owner, f"/admin/pages/question/{question.pk}/change/", answer="Half an hour.")
    change = Change.objects.get(act="changed")

    page = as_owner.get(f"/admin/audit/change/{change.pk}/change/").content.decode()

    assert "<del>An</del> hour." in page
    assert "<ins>Half an</ins> hour." in page
    assert f'href="/admin/pages/question/{question.pk}/change/"' in page


def test_entry_of_a_thing_that_is_gone_leads_nowhere(as_owner: Client, owner: User) -> None:
    for kind in ("pages.question", "pages.forgotten"):
        change = entry(owner, NOON, kind=kind, object_id="99", values={"answer": ["Yes", ""]})

        page = as_owner.get(f"/admin/audit/change/{change.pk}/change/")

        assert (page.status_code, page.context["object_url"]) == (200, "")


def test_history_of_a_thing_shows_what_was_done_with_it(as_editor: Client, editor: User) -> None:
    page = a_page(title="First")
    post_form(as_editor, f"/admin/pages/landingpage/{page.pk}/change/", title="Second")

    history = as_editor.get(f"/admin/pages/landingpage/{page.pk}/history/").content.decode()

    assert "Changed by editors" in history
    assert "<del>First</del>" in history


# --- Signing in


def test_signing_in_and_out_are_recorded(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    client.logout()

    acts = Change.objects.order_by("pk").values_list("act", "by_name", "object_id")
    assert list(acts) == [("signed_in", "owner", str(owner.pk)), ("signed_out", "owner", str(owner.pk))]
