"""One round each: many hands reach for one thing at the same instant, and only one may have it."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie

from django.utils.http import urlsafe_base64_decode

from tests.contention import story
from tests.contention.crowd import Answer, Post, all_at_once
from tests.contention.site import Site
from tests.leads.factories import ANSWERS

SECRET = "s" * 32
"""A CSRF cookie and what repeats it: any 32 letters, as long as both are the same."""

TAKEN = "has just been taken by someone else. Select another time"
CONFIRMED = "Confirmed. The confirmation is on its way to the prospect."
ALREADY = "This request is confirmed already. Nothing was changed."

SUBMITTED = ["event requested", "mail acknowledgement", "mail staff_notice"]
OFFERED = ["event offered", "mail time_offer"]
MOVED = ["event moved", "mail moved", "mail moved_notice"]


@dataclass(frozen=True)
class Round:
    statuses: dict[int, int]
    """How many answers had which status."""
    holders: int
    faults: list[str]
    """What should not have been, in words."""
    slowest: float

    @property
    def is_good(self) -> bool:
        return self.holders == 1 and not self.faults


def book_one_time(site: Site, posts: int) -> Round:
    """All send the booking form for the same open time."""
    site.database.run(story.forget_all)
    time = site.database.run(story.an_open_time)
    forms = [booking_form(number, time) for number in range(posts)]
    answers = all_at_once(site.port, [Post("/book/", form) for form in forms])
    holders = site.database.run(story.holders, time)
    won = [form["name"] for form, answer in zip(forms, answers, strict=True) if answer.status == 303]
    faults = [
        *_other_than({303, 409}, answers),
        *_unkind(forms, answers),
        *_differ("who holds it, and how much of it", holders, [story.Holder(name, 6) for name in won]),
        *_differ("winners", len(won), 1),
    ]
    return _round(answers, len(holders), faults)


def confirm_one_request(site: Site, posts: int) -> Round:
    """Staff press “Confirm” on the same request, all at once."""
    pk, token = site.database.run(story.an_unanswered_request)
    headers = {"Cookie": f"sessionid={site.session}; csrftoken={SECRET}", "X-CSRFToken": SECRET}
    post = Post(f"/admin/leads/bookingrequest/{pk}/confirm/do/", headers=headers)
    answers = all_at_once(site.port, [post] * posts)
    happened = site.database.run(story.what_became_of, token)
    once = [*SUBMITTED, "event confirmed", "mail confirmation"]
    faults = [
        *_other_than({302}, answers),
        *_differ("told", Counter(map(_told, answers)), Counter({CONFIRMED: 1, ALREADY: posts - 1})),
        *_differ("history", happened, dict.fromkeys(once, 1)),
    ]
    return _round(answers, happened.get("event confirmed", 0), faults)


def move_to_one_time(site: Site, posts: int) -> Round:
    """As many calls, each with a time of its own, are moved to the same free time."""
    before = site.database.run(story.calls_elsewhere, posts)
    time = site.database.run(story.an_open_time)
    form = {"starts_at": time, "time_zone": ANSWERS["time_zone"]}
    answers = all_at_once(site.port, [Post(f"/calls/{token}/move/", form) for token in before])
    after = site.database.run(story.times_of_calls)
    holders = site.database.run(story.holders, time)
    won = [token for token, answer in zip(before, answers, strict=True) if answer.status == 303]
    faults = [
        *_other_than({303, 409}, answers),
        *_without_words(TAKEN, (answer for answer in answers if answer.status == 409)),
        *_differ("times", after, before | dict.fromkeys(won, time)),
        *_differ("winners", len(won), 1),
    ]
    return _round(answers, len(holders), faults)


def take_one_offer(site: Site, posts: int) -> Round:
    """The first in line takes the time that is kept for them, again and again, while others book it.

    Each of their clicks leads to their page, where the time is theirs; only the first changes something.
    """
    token, time = site.database.run(story.a_time_on_offer)
    forms = [booking_form(number, time) for number in range(posts // 2)]
    takes = [Post(f"/calls/{token}/take/")] * (posts - len(forms))
    mixed = _alternating(takes, [Post("/book/", form) for form in forms])
    answers = all_at_once(site.port, mixed)
    to_book = [answer for post, answer in zip(mixed, answers, strict=True) if post.form]
    to_take = [answer for post, answer in zip(mixed, answers, strict=True) if not post.form]
    holders = site.database.run(story.holders, time)
    happened = site.database.run(story.what_became_of, token)
    faults = [
        *_other_than({409}, to_book),
        *_other_than({303}, to_take),
        *_unkind(forms, to_book),
        *_differ("who holds it", holders, [story.Holder("First in line", 6)]),
        *_differ("history", happened, dict.fromkeys([*SUBMITTED, *OFFERED, *MOVED], 1)),
    ]
    return _round(answers, len(holders), faults)


ROUNDS: dict[str, Callable[[Site, int], Round]] = {
    "booking": book_one_time,
    "confirm": confirm_one_request,
    "move": move_to_one_time,
    "waiting list": take_one_offer,
}


def booking_form(number: int, time: str) -> dict[str, str]:
    """What one prospect typed, so that it can be told from what the others did."""
    return ANSWERS | {
        "name": f"Prospect {number:03}",
        "email": f"prospect{number:03}@example.com",
        "goals": f"The goals of prospect {number:03}.",
        "starts_at": time,
        "consent": "on",
    }


def _round(answers: Sequence[Answer], holders: int, faults: list[str]) -> Round:
    statuses = Counter(answer.status for answer in answers)
    return Round(dict(statuses), holders, faults, max(answer.seconds for answer in answers))


def _other_than(expected: set[int], answers: Iterable[Answer]) -> Iterator[str]:
    for answer in answers:
        if answer.status not in expected:
            yield f"status {answer.status}: {answer.text[:300]}"


def _unkind(forms: Iterable[dict[str, str]], answers: Iterable[Answer]) -> Iterator[str]:
    """Whoever was refused must read why, and find what they typed."""
    for form, answer in zip(forms, answers, strict=True):
        typed = [form["name"], form["email"], form["goals"], form["role"]]
        if answer.status == 409 and not all(words in answer.text for words in [TAKEN, *typed]):
            yield f"{form['name']} was not told why, or not given back what they typed"


def _without_words(words: str, answers: Iterable[Answer]) -> Iterator[str]:
    for answer in answers:
        if words not in answer.text:
            yield f"refused without “{words}”"


def _differ(what: str, found: object, expected: object) -> Iterator[str]:
    if found != expected:
        yield f"{what}: {found}, not {expected}"


def _alternating(first: Sequence[Post], second: Sequence[Post]) -> list[Post]:
    pairs = [post for pair in zip(first, second, strict=False) for post in pair]
    return [*pairs, *first[len(second) :]]


def _told(answer: Answer) -> str:
    """What a member of staff reads on the page that follows, from the cookie that carries it there."""
    cookies = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or []))
    if "messages" not in cookies:
        return ""
    packed = cookies["messages"].value.rsplit(":", 2)[0]
    data = urlsafe_base64_decode(packed.lstrip("."))
    messages = json.loads(zlib.decompress(data) if packed.startswith(".") else data)
    return " ".join(message[3] for message in messages)
