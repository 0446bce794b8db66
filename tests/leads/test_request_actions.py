"""What staff do with several requests at once."""

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from leads.models import BookingRequest, Message
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

URL = "/admin/leads/bookingrequest/"


def act(client: Client, action: str, *bookings: BookingRequest) -> list[str]:
    """Carries out an action, and returns what staff are told."""
    data = {"action": action, "_selected_action": [booking.pk for booking in bookings], "index": "0"}
    response = client.post(URL, data)
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_several_requests_are_confirmed_at_once(as_adviser: Client) -> None:
    first, second = submitted(), submitted()

    told = act(as_adviser, "confirm", first, second)

    assert told == ["2 requests: Confirmed. The confirmation is on its way to the prospect."]
    assert list(BookingRequest.objects.values_list("status", flat=True)) == ["confirmed", "confirmed"]
    assert Message.objects.filter(kind=Message.Kind.CONFIRMATION).count() == 2


def test_request_that_somebody_decided_is_skipped_and_the_rest_is_done(
    as_adviser: Client, adviser: User
) -> None:
    decided, open_ = submitted(name="Tom"), submitted(name="Ana")
    decided.decline(by=adviser, at=timezone.now())

    told = act(as_adviser, "confirm", decided, open_)

    assert told == [
        "1 request: Confirmed. The confirmation is on its way to the prospect.",
        "Skipped 1 request. Tom: This request is declined already.",
    ]


def test_a_request_that_fails_does_not_stop_the_rest(as_adviser: Client) -> None:
    broken, sound = submitted(name="Tom"), submitted(name="Ana")
    # No address can be made of such a token, so its confirmation cannot be written.
    BookingRequest.objects.filter(pk=broken.pk).update(token="not/a/token")

    told = act(as_adviser, "confirm", broken, sound)

    assert told == [
        "1 request: Confirmed. The confirmation is on its way to the prospect.",
        "Skipped 1 request. Tom: this went wrong, and nothing was changed. The log says more.",
    ]
    broken.refresh_from_db()
    assert broken.status == "requested"


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ([], "decline", "declined"),
        ([], "cancel", "cancelled"),
        (["confirm"], "cancel", "cancelled"),
        (["confirm"], "attended", "attended"),
        (["confirm"], "no-show", "no_show"),
    ],
)
def test_action_moves_a_request(as_adviser: Client, before: list[str], action: str, after: str) -> None:
    booking = submitted()

    for step in [*before, action]:
        act(as_adviser, step, booking)

    booking.refresh_from_db()
    assert booking.status == after


def test_actions_are_the_verbs_alone_even_for_the_owner(as_owner: Client) -> None:
    submitted()

    choices = as_owner.get(URL).context["action_form"].fields["action"].choices

    verbs = ["confirm", "decline", "attended", "no-show", "cancel", "restore", "spam", "not-now"]
    follow_ups = ["assign", "plan", "tag", "untag"]
    exports = ["export_as_csv", "export_as_xlsx"]
    assert [name for name, _ in choices] == ["", *verbs, *follow_ups, *exports]


def test_whoever_may_only_look_is_offered_no_action(client: Client) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_bookingrequest"))
    client.force_login(looker)
    booking = submitted()

    act(client, "confirm", booking)

    booking.refresh_from_db()
    assert booking.status == "requested"
