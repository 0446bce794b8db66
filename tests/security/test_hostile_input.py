"""Whatever is sent to the site: an answer comes back, nothing fails, and nothing becomes markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

import tests.wsgi
from tests.security import hostile
from tests.security.hostile import Hostile, faults_of, has_element
from tests.security.world import World, built, undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> World:
    settings.PUBLISHED_DIR, settings.MEDIA_ROOT = tmp_path / "published", tmp_path / "media"
    return built()


def some(examples: int) -> settings:
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=checks)


def faults(request: Hostile) -> list[str]:
    with undone():
        return faults_of(request.send(), request)


@some(120)
@given(data=st.data())
def test_request_of_a_stranger_is_answered(world: World, data: st.DataObject) -> None:
    assert faults(data.draw(hostile.from_strangers(world))) == []


@some(80)
@given(data=st.data())
def test_form_of_a_colleague_is_answered(world: World, data: st.DataObject) -> None:
    assert faults(data.draw(hostile.to_the_desk(world))) == []


@some(30)
@given(data=st.data())
def test_upload_is_answered(world: World, data: st.DataObject) -> None:
    assert faults(data.draw(hostile.uploads(world))) == []


@pytest.mark.parametrize(
    ("html", "is_markup"),
    [
        (f"<p>{hostile.MARKED}</p>", True),
        ("<a title='x' x-hostile=1>", True),
        ("<p>&lt;x-hostile x-hostile=1&gt;</p>", False),
        ('<input value="\'&quot;&gt;&lt;x-hostile&gt;">', False),
    ],
)
def test_what_is_looked_for_would_be_found(html: str, is_markup: bool) -> None:
    assert has_element(html) is is_markup


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (tests.wsgi.Reply("500 No", {}, b""), "the answer is 500 No"),
        (tests.wsgi.Reply("200 OK", {"Set-Cookie": "a=b"}, b""), "a public answer sets a cookie"),
        (tests.wsgi.Reply("302 Found", {"Location": "//evil.example"}, b""), "it leads to another site"),
        (tests.wsgi.Reply("200 OK", {"X": "a\nb"}, b""), "a header holds a line break"),
    ],
)
def test_every_fault_would_be_named(reply: tests.wsgi.Reply, fault: str) -> None:
    assert faults_of(reply, Hostile("/book/")) == [fault]
