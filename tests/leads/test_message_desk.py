"""The outbox as staff see it."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from leads.models import Message
from tests.counting import queries_of
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

URL = "/admin/leads/message/"


def failed_and_waiting() -> tuple[Message, Message]:
    failed, waiting = submitted().messages.order_by("pk")
    failed.mark_failed("550 no such user")
    return failed, waiting


def test_list_says_what_failed_and_why(as_adviser: Client) -> None:
    failed_and_waiting()

    page = as_adviser.get(URL).content.decode()

    for text in ['badge-failed">Failed', 'badge-waiting">Waiting', "550 no such user", "samira@example.com"]:
        assert text in page


def test_failed_messages_are_sent_again_and_others_left_alone(as_adviser: Client) -> None:
    failed, waiting = failed_and_waiting()

    response = as_adviser.post(
        URL, {"action": "send_again", "_selected_action": [failed.pk, waiting.pk], "index": "0"}
    )

    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "Back in line: 1 message.",
        "Skipped, because nothing is to be sent again there: 1 message.",
    ]
    failed.refresh_from_db()
    assert failed.state == Message.State.WAITING


def test_a_message_is_for_reading(as_owner: Client) -> None:
    failed, _ = failed_and_waiting()

    page = as_owner.get(f"{URL}{failed.pk}/change/").content.decode()

    assert 'name="_save"' not in page
    assert "550 no such user" in page
    refused = [
        as_owner.get(f"{URL}add/"),
        as_owner.post(f"{URL}{failed.pk}/change/", {"recipient": "other@example.com"}),
        as_owner.post(f"{URL}{failed.pk}/delete/", {"post": "yes"}),
    ]
    assert [response.status_code for response in refused] == [403, 403, 403]


def test_sending_again_takes_a_post_and_the_permission(as_adviser: Client, as_editor: Client) -> None:
    failed, _ = failed_and_waiting()
    path = f"{URL}{failed.pk}/again/"

    assert [as_adviser.get(path).status_code, as_editor.post(path).status_code] == [405, 403]
    failed.refresh_from_db()
    assert failed.state == Message.State.FAILED


def test_a_longer_list_takes_no_more_queries(as_adviser: Client) -> None:
    submitted()
    short = queries_of(as_adviser, URL)
    for _ in range(20):
        submitted()

    assert queries_of(as_adviser, URL) == short
