"""Webhooks on the staff desk."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from leads.models import Message, WebhookEndpoint
from leads.outside import Refused, Reply
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.leads.webhooks import DOWN, SECRET, Receiver, an_endpoint, calls_at, queued

pytestmark = pytest.mark.django_db

URL = "/admin/leads/webhookendpoint/"
ADDRESS = "https://crm.example.com/hook?key=hidden"
EVENTS = ["requested", "confirmed", "declined", "moved", "cancelled", "outcome"]


@pytest.fixture
def looker(db: None, client: Client) -> Client:
    user = User.objects.create_user("looker", is_staff=True)
    seen = ["view_webhookendpoint", "view_message"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=seen))
    client.force_login(user)
    return client


def content(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def filled_in(**changes: str) -> dict[str, str]:
    return {"name": "CRM", "url": ADDRESS} | {f"wants_{event}": "on" for event in EVENTS} | changes


def do(client: Client, endpoint: WebhookEndpoint, verb: str) -> list[str]:
    response = client.post(f"{URL}{endpoint.pk}/{verb}/do/")
    assert response.headers["Location"] == f"{URL}{endpoint.pk}/change/"
    endpoint.refresh_from_db()
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- To add one, and to change it


def test_new_webhook_shows_the_secret_that_we_made(as_adviser: Client) -> None:
    response = as_adviser.post(f"{URL}add/", filled_in(), follow=True)

    endpoint = WebhookEndpoint.objects.get()
    assert response.redirect_chain == [(f"{URL}{endpoint.pk}/change/", 302)]
    assert re.findall(r'value="(whsec_[^"]+)"', response.content.decode()) == [endpoint.secret]
    assert [event.value for event in endpoint.events] == EVENTS


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://crm.example.com/", "start with https://"),
        ("webcal://crm.example.com/", "start with https://"),
        ("https://crm.example.com:8443/", "usual port"),
        ("https://me:secret@crm.example.com/", "user name or password"),
        ("https://127.0.0.1/", "private network"),
        ("https://[::ffff:10.0.0.1]/", "private network"),
        ("crm", "start with https://"),
    ],
)
def test_address_that_could_never_be_called_is_refused_and_nothing_typed_is_lost(
    as_adviser: Client, address: str, reason: str
) -> None:
    page = as_adviser.post(f"{URL}add/", filled_in(url=address)).content.decode()

    assert reason in re.findall(r'class="errorlist".*?</ul>', page, re.DOTALL)[0]
    assert f'value="{address}"' in page
    assert not WebhookEndpoint.objects.exists()


def test_webhook_without_an_event_is_refused_in_a_sentence(as_adviser: Client) -> None:
    page = as_adviser.post(f"{URL}add/", {"name": "CRM", "url": ADDRESS}).content.decode()

    assert re.findall(r'class="errorlist nonfield.*?<li>(.*?)</li>\s*</ul>', page, re.DOTALL) == [
        "Choose at least one event; to tell it nothing, switch it off."
    ]
    assert not WebhookEndpoint.objects.exists()


def test_saving_leaves_alone_what_the_worker_notes_meanwhile(as_adviser: Client) -> None:
    endpoint = an_endpoint()
    receiver = Receiver(DOWN)
    queued(endpoint, timezone.now())
    calls_at(timezone.now(), receiver)

    as_adviser.post(f"{URL}{endpoint.pk}/change/", filled_in(name="Renamed"))

    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.url, endpoint.failures, endpoint.secret) == (
        "Renamed",
        ADDRESS,
        1,
        SECRET,
    )


def test_secret_and_address_are_shown_to_those_alone_who_may_change_them(
    as_adviser: Client, looker: Client
) -> None:
    endpoint = an_endpoint(url=ADDRESS)
    pages = [URL, f"{URL}{endpoint.pk}/change/", f"{URL}{endpoint.pk}/history/"]

    for secret in (SECRET, "key=hidden"):
        assert [secret in content(as_adviser, page) for page in pages] == [False, True, False]
        assert [secret in content(looker, page) for page in pages] == [False, False, False]
    assert "crm.example.com" in content(looker, pages[1])


# --- The list


def test_list_says_how_each_stands_and_what_it_answered_last(as_adviser: Client) -> None:
    now = timezone.now()
    answered: dict[str, Reply | Refused] = {
        "Works": Reply(204),
        "Fails": DOWN,
        "Hangs": Refused("The connection failed: it took too long."),
        "Gone": Reply(410),
    }
    for name, answer in answered.items():
        queued(an_endpoint(name=name), now)
        calls_at(now, Receiver(answer))
    an_endpoint(name="New")

    page = content(as_adviser, URL)

    states = re.findall(r'class="badge badge-\w+">(\w+)</span>', page)
    answers = re.findall(r'field-last_answer">([^<]*?)(?:, <|<)', page)
    names = re.findall(r'/change/">(\w+)</a>', page)
    assert dict(zip(names, zip(states, answers, strict=True), strict=True)) == {
        "Works": ("On", "204"),
        "Fails": ("Fails", "503"),
        "Hangs": ("Fails", "The connection failed: it took too long"),
        "Gone": ("Off", "410"),
        "New": ("On", "Not called yet"),
    }


def test_longer_list_takes_no_more_queries(as_adviser: Client) -> None:
    an_endpoint()
    short = queries_of(as_adviser, URL)
    for _ in range(20):
        queued(an_endpoint(), timezone.now())
    calls_at(timezone.now(), Receiver())

    assert queries_of(as_adviser, URL) == short


# --- The page of one


def test_page_shows_the_last_calls_with_their_answers(as_adviser: Client) -> None:
    endpoint = an_endpoint()
    submitted(name="Samira Haddad")
    calls_at(timezone.now(), Receiver(Reply(500, b"<script>alert(1)</script>")))

    page = content(as_adviser, f"{URL}{endpoint.pk}/change/")

    for text in ["booking.requested</a>", "Samira Haddad", "attempt 1: 500 in", "&lt;script&gt;alert(1)"]:
        assert text in page
    assert "<script>alert" not in page


def test_more_calls_take_no_more_queries(as_adviser: Client) -> None:
    endpoint = an_endpoint()
    submitted()
    calls_at(timezone.now(), Receiver())
    short = queries_of(as_adviser, f"{URL}{endpoint.pk}/change/")
    for _ in range(20):
        submitted()
    calls_at(timezone.now(), Receiver())

    assert queries_of(as_adviser, f"{URL}{endpoint.pk}/change/") == short


def test_test_is_sent_by_a_click_even_to_an_endpoint_that_rests(as_adviser: Client) -> None:
    endpoint, receiver = an_endpoint(), Receiver(DOWN)
    queued(endpoint, timezone.now())
    calls_at(timezone.now(), receiver)

    told = do(as_adviser, endpoint, "test")
    calls_at(timezone.now(), receiver)

    assert told == ["The worker sends a test within seconds. Look at this page again to see the answer."]
    assert len(receiver.got) == 2
    assert receiver.told[-1]["type"] == "webhook.test"
    assert receiver.told[-1]["data"] == {"endpoint": "CRM"}


def test_new_secret_is_made_by_a_click(as_adviser: Client) -> None:
    endpoint = an_endpoint()

    do(as_adviser, endpoint, "secret")

    page = content(as_adviser, f"{URL}{endpoint.pk}/change/")
    assert endpoint.old_secret == SECRET
    assert endpoint.secrets_at(timezone.now()) == [endpoint.secret, SECRET]
    assert f'value="{endpoint.secret}"' in page
    assert SECRET not in page
    assert "The secret before it signs too" in page


def test_webhook_is_switched_off_and_on_by_a_click(as_adviser: Client) -> None:
    endpoint = an_endpoint()
    (message,) = queued(endpoint, timezone.now())

    do(as_adviser, endpoint, "off")
    off = content(as_adviser, f"{URL}{endpoint.pk}/change/")
    message.refresh_from_db()
    do(as_adviser, endpoint, "on")

    assert "By advisers." in off
    assert "Switch on again" in off
    assert "Send a test" not in off
    assert (message.state, message.last_error) == ("failed", "Switched off: By advisers.")
    assert (endpoint.off_at, endpoint.off_reason) == (None, "")
    assert not Message.objects.mails().exists()


def test_call_is_replayed_by_a_click(as_adviser: Client) -> None:
    endpoint, receiver = an_endpoint(), Receiver()
    (message,) = queued(endpoint, timezone.now())
    calls_at(timezone.now(), receiver)

    response = as_adviser.post(f"/admin/leads/message/{message.pk}/again/")
    calls_at(timezone.now(), receiver)

    assert response.headers["Location"] == f"{URL}{endpoint.pk}/change/"
    assert receiver.ids == [f"msg_{message.key.hex}"] * 2


def test_calls_of_a_webhook_that_is_off_are_not_put_back_in_line(as_adviser: Client) -> None:
    endpoint = an_endpoint()
    (message,) = queued(endpoint, timezone.now())
    endpoint.switch_off("By Zen.", at=timezone.now())

    as_adviser.post("/admin/leads/message/", {"action": "send_again", "_selected_action": [message.pk]})

    message.refresh_from_db()
    assert message.state == "failed"
    assert "/again/" not in content(as_adviser, f"{URL}{endpoint.pk}/change/")
    assert "/again/" not in content(as_adviser, f"/admin/leads/message/{message.pk}/change/")


def test_page_of_a_call_shows_every_attempt_and_its_body(as_adviser: Client) -> None:
    endpoint, now = an_endpoint(), timezone.now()
    submitted(at=now)
    message = endpoint.messages.get()
    calls_at(now, Receiver(DOWN))
    calls_at(now + timedelta(minutes=1), Receiver())

    page = content(as_adviser, f"/admin/leads/message/{message.pk}/change/")

    assert re.findall(r"<b>Attempt (\d)</b>\s*<span[^>]*>(\d+)", page) == [("2", "200"), ("1", "503")]
    assert "closed for repairs" in page
    assert "&quot;type&quot;: &quot;booking.requested&quot;" in page
    assert "Send again" in page


def test_webhook_is_deleted_with_its_calls_and_no_mail(as_adviser: Client) -> None:
    endpoint = an_endpoint()
    submitted()

    as_adviser.post(f"{URL}{endpoint.pk}/delete/", {"post": "yes"})

    assert not WebhookEndpoint.objects.exists()
    assert [message.kind for message in Message.objects.order_by("pk")] == ["acknowledgement", "staff_notice"]


def test_every_button_takes_a_post_and_the_permission(as_adviser: Client, looker: Client) -> None:
    endpoint = an_endpoint()
    verbs = ["test", "secret", "on", "off"]

    assert [as_adviser.get(f"{URL}{endpoint.pk}/{verb}/do/").status_code for verb in verbs] == [405] * 4
    assert [looker.post(f"{URL}{endpoint.pk}/{verb}/do/").status_code for verb in verbs] == [403] * 4
    assert as_adviser.post(f"{URL}{endpoint.pk}/nothing/do/").status_code == 404
    assert "/do/" not in content(looker, f"{URL}{endpoint.pk}/change/")
    endpoint.refresh_from_db()
    assert (endpoint.secret, endpoint.off_at, endpoint.messages.count()) == (SECRET, None, 0)


def test_page_of_a_request_lists_its_mails_and_not_its_webhooks(as_adviser: Client) -> None:
    endpoint = an_endpoint()
    booking = submitted()
    endpoint.switch_off("By Zen.", at=timezone.now())

    page = content(as_adviser, f"/admin/leads/bookingrequest/{booking.pk}/change/")

    mails = [message.pk for message in Message.objects.mails().order_by("-pk")]
    assert [int(pk) for pk in re.findall(r"/message/(\d+)/change/", page)] == mails
    assert "Mail failed" not in content(as_adviser, "/admin/leads/bookingrequest/")


def test_empty_list_says_what_it_is_for(as_owner: Client) -> None:
    page = as_owner.get("/admin/leads/webhookendpoint/").content.decode()

    assert "A webhook tells another program, such as a CRM, what becomes of each request." in page
