"""Pictures on the page, under /media/, and on the desk."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from pages import models
from pages.content import content_of
from pages.models import LandingPage, Mentor, Picture, Publication, Section
from pages.pictures.making import make_next
from pages.pictures.shown import shared
from pages.publishing import publish_again
from tests.counting import queries_of
from tests.pages.factories import a_page, published
from tests.pages.pictures import PICTURES, a_picture, add, as_file, image

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def make_all() -> None:
    while make_next(timezone.now() + timedelta(seconds=1)):
        pass


def section(page: LandingPage, kind: str = "prose", **fields: Any) -> Section:
    return Section.objects.create(page=page, kind=kind, heading="A heading", **({"anchor": kind} | fields))


def a_mentor(portrait: Picture | None = None) -> Mentor:
    words = {"name": "Zen", "story": "A story.", "caption": "The way", "drawing_description": "Steps"}
    return Mentor.objects.create(portrait=portrait, **words)


def of_page(html: str) -> list[str]:
    return re.findall(r"<picture>.*?</picture>", html, re.DOTALL)


# --- The row


@pytest.mark.parametrize(
    ("words", "is_decoration", "allowed"),
    [("A desk", False, True), ("", True, True), ("", False, False), ("A desk", True, False)],
)
def test_picture_has_words_or_is_decoration(words: str, is_decoration: bool, allowed: bool) -> None:
    picture = a_picture()
    changed = Picture.objects.filter(pk=picture.pk)

    if allowed:
        changed.update(alternative_text=words, is_decoration=is_decoration)
    else:
        with (
            pytest.raises(IntegrityError, match="a_picture_has_words_or_is_decoration"),
            transaction.atomic(),
        ):
            changed.update(alternative_text=words, is_decoration=is_decoration)


def test_focus_is_inside_the_picture() -> None:
    picture = a_picture()

    with pytest.raises(IntegrityError, match="focus_is_inside_the_picture"), transaction.atomic():
        Picture.objects.filter(pk=picture.pk).update(focus_x=101)


def test_form_that_is_sent_twice_makes_one_picture() -> None:
    first = a_picture()

    again = a_picture()

    assert (again.pk, Picture.objects.count(), first.renditions.count()) == (first.pk, 1, 9)


# --- On the page


def test_page_shows_a_picture_in_every_format_and_size(client: Client) -> None:
    picture = a_picture(as_file(image(900, 600)), focus_x=23, focus_y=78)
    page = a_page()
    section(page, illustration=picture)
    published(page)

    (shown,) = of_page(client.get("/guide/").content.decode())

    base = f"/media/pictures/{picture.key}"
    assert re.findall(r'type="([^"]+)"', shown) == ["image/avif", "image/webp"]
    assert re.findall(r'srcset="([^"]+)"', shown) == [
        f"{base}-360.{ending} 360w, {base}-720.{ending} 720w, {base}-900.{ending} 900w"
        for ending in ("avif", "webp", "jpg")
    ]
    assert re.findall(r' (src|width|height|alt|class|loading|decoding)="([^"]*)"', shown) == [
        ("src", f"{base}-720.jpg"),
        ("width", "900"),
        ("height", "600"),
        ("alt", "A person at a desk"),
        ("class", "focus-x-20 focus-y-80"),
        ("loading", "lazy"),
        ("decoding", "async"),
    ]


def test_decoration_has_an_empty_alternative_text(client: Client) -> None:
    page = a_page()
    section(page, illustration=a_picture(alternative_text="", is_decoration=True))
    published(page)

    assert 'alt=""' in of_page(client.get("/guide/").content.decode())[0]


def test_portraits_take_the_place_of_drawing_and_monogram(client: Client) -> None:
    page = a_page()
    section(page, "mentor")
    section(page, "testimonials")
    portrait = a_picture()
    mentor = a_mentor()
    mentor.steps.create(label="Intern")
    testimonial = models.Testimonial.objects.create(
        name="Vittor", role="Engineer", outcome="a role", summary="Text.", permission="By mail",
        permission_on=timezone.localdate(),
    )  # fmt: skip

    def shown() -> tuple[int, bool, bool]:
        published(page)
        html = client.get("/guide/").content.decode()
        return len(of_page(html)), "climb" in html, "monogram" in html

    without = shown()
    for row in (mentor, testimonial):
        row.portrait = portrait
        row.save()

    assert (without, shown()) == ((0, True, True), (2, False, False))


def test_only_a_page_with_pictures_loads_their_styles(client: Client) -> None:
    page = a_page()
    place = section(page)
    published(page)
    without = client.get("/guide/").content.decode()
    place.illustration = a_picture()
    place.save()
    published(page)

    assert ["css/pictures" in html for html in (without, client.get("/guide/").content.decode())] == [
        False,
        True,
    ]


def test_new_words_show_when_the_page_is_published(client: Client) -> None:
    picture = a_picture(alternative_text="Old words")
    page = a_page()
    section(page, illustration=picture)
    published(page)

    Picture.objects.update(alternative_text="New words")

    before = client.get("/guide/").content.decode()
    published(page)
    after = client.get("/guide/").content.decode()
    assert ["Old words" in before, "New words" in before, "New words" in after] == [True, False, True]


@pytest.mark.parametrize("number", [1, 3])
def test_pictures_cost_no_query(client: Client, number: int) -> None:
    page = a_page()
    for each in range(number):
        picture = a_picture(as_file(image(40 + each, 30)))
        Section.objects.create(page=page, kind="prose", anchor=f"a{each}", heading="A", illustration=picture)
    published(page)

    assert queries_of(client, "/guide/") <= 1


def test_content_holds_the_picture_that_a_shared_link_shows() -> None:
    picture = a_picture(as_file(image(2000, 1000)))
    page = a_page(sharing_picture=picture)

    assert shared(content_of(page)["page"]["sharing_picture"]) == {
        "url": f"http://127.0.0.1:8000/media/pictures/{picture.key}-1440.jpg",
        "width": 1440,
        "height": 720,
    }
    assert content_of(a_page("other"))["page"]["sharing_picture"] is None


# --- Under /media/


def test_file_is_kept_for_ever_and_can_do_nothing(client: Client) -> None:
    picture = a_picture()

    response = client.get(f"/media/{picture.name}")

    names = ["Content-Type", "Cache-Control", "Content-Security-Policy", "X-Content-Type-Options"]
    assert [response.headers[name] for name in names] == [
        "image/jpeg",
        "public, max-age=31536000, immutable",
        "sandbox; default-src 'none'",
        "nosniff",
    ]
    assert b"".join(response).startswith(b"\xff\xd8")
    assert "Set-Cookie" not in response.headers


def test_size_that_is_not_made_yet_is_answered_by_the_picture_itself(client: Client) -> None:
    picture = a_picture()
    url = f"/media/pictures/{picture.key}-360.avif"

    before = client.get(url)
    make_all()
    after = client.get(url)

    assert (before.status_code, before.headers["Location"]) == (302, f"/media/{picture.name}")
    assert before.headers["Cache-Control"] == "no-store"
    assert (after.status_code, after.headers["Content-Type"]) == (200, "image/avif")
    after.close()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "pictures/",
        "../site.sqlite3",
        "..%2fsite.sqlite3",
        "pictures/../../site.sqlite3",
        "pictures/%2e%2e/secret_key",
        "/etc/passwd",
        f"pictures/{'0' * 32}.jpg",
        f"pictures/{'0' * 32}-360.avif",
        f"pictures/{'0' * 32}.svg",
        f"pictures/{'0' * 32}.jpg%00.html",
        f"pictures/.{'0' * 32}-360.avif-1234",
    ],
)
def test_nothing_else_is_served(client: Client, media: Path, name: str) -> None:
    (media / "pictures").mkdir()
    for other in (f"{'0' * 32}.svg", f".{'0' * 32}-360.avif-1234"):
        (media / "pictures" / other).write_text("not for readers")

    assert client.get(f"/media/{name}").status_code == 404


def test_media_only_answers_reading(client: Client) -> None:
    assert client.post(f"/media/{a_picture().name}").status_code == 405


# --- On the desk


def test_editor_adds_a_picture_and_comes_to_its_focus(as_editor: Client) -> None:
    answer = add(as_editor, title="")

    picture = Picture.objects.get()
    assert (picture.title, picture.alternative_text) == ("portrait", "A person at a desk")
    assert picture.uploaded_by is not None
    assert "Now click on the point that matters in it." in answer
    assert f'<img src="/media/{picture.name}"' in answer
    assert "0 of 9 are ready" in answer


@pytest.mark.parametrize("fields", [{"alternative_text": ""}, {"is_decoration": "on"}])
def test_words_and_decoration_exclude_each_other_in_the_form(
    as_editor: Client, fields: dict[str, str]
) -> None:
    answer = add(as_editor, None, **fields)

    assert "Say what the picture shows, or mark it as only decoration; one of the two." in answer
    assert not Picture.objects.exists()


def test_focus_is_set_by_numbers(as_editor: Client) -> None:
    picture = a_picture()
    form = {"alternative_text": "A desk", "focus_x": "10", "focus_y": "90"}

    as_editor.post(f"{PICTURES}{picture.pk}/change/", form)
    refused = as_editor.post(f"{PICTURES}{picture.pk}/change/", form | {"focus_x": "101"})

    picture.refresh_from_db()
    assert (picture.focus_x, picture.focus_y) == (10, 90)
    assert "less than or equal to 100" in refused.content.decode()


def test_list_shows_progress_and_where_a_picture_is_shown(as_editor: Client) -> None:
    picture = a_picture()
    mentor = a_mentor(picture)
    page = a_page()
    section(page, illustration=picture)
    before = as_editor.get(PICTURES).content.decode()
    make_all()

    after = as_editor.get(PICTURES).content.decode()

    assert "0 of 9 are ready" in before
    assert "all 9 are ready" in after
    assert f'<a href="/admin/pages/mentor/{mentor.pk}/change/">mentor “Zen”</a>' in after
    assert f'<a href="/admin/pages/landingpage/{page.pk}/change/">section “A heading”</a>' in after


def test_list_says_what_could_not_be_made(as_editor: Client) -> None:
    picture = a_picture()
    for rendition in picture.renditions.all()[:2]:
        rendition.mark_failed("disk full")

    assert "2 could not be made" in as_editor.get(PICTURES).content.decode()


def test_list_takes_as_many_queries_for_one_picture_as_for_four(as_editor: Client) -> None:
    a_picture()
    one = queries_of(as_editor, PICTURES)
    for width in (41, 42, 43):
        a_mentor(a_picture(as_file(image(width, 30))))

    assert queries_of(as_editor, PICTURES) == one


def test_page_form_reads_the_pictures_once_for_all_sections(as_editor: Client) -> None:
    page = a_page()
    section(page)
    url = f"/admin/pages/landingpage/{page.pk}/change/"
    one = queries_of(as_editor, url)
    for anchor in ("second", "third", "fourth"):
        section(page, anchor=anchor)

    assert queries_of(as_editor, url) == one


def test_picture_in_use_is_not_deleted(as_editor: Client) -> None:
    picture = a_picture()
    mentor = a_mentor(picture)

    answer = as_editor.post(f"{PICTURES}{picture.pk}/delete/", {"post": "yes"}).content.decode()

    assert str(mentor) in answer
    assert Picture.objects.exists()


def test_picture_before_readers_is_not_deleted_even_when_the_draft_dropped_it(as_editor: Client) -> None:
    picture = a_picture()
    page = a_page()
    place = section(page, illustration=picture)
    published(page)
    place.delete()

    def delete() -> bool:
        as_editor.post(f"{PICTURES}{picture.pk}/delete/", {"post": "yes"})
        return not Picture.objects.exists()

    before = delete()
    published(page)

    assert (before, delete()) == (False, True)


def test_selected_pictures_are_deleted_with_their_files(
    as_editor: Client, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    keys = [a_picture(as_file(image(width, 30))).pk for width in (41, 42)]

    with django_capture_on_commit_callbacks(execute=True):
        as_editor.post(
            PICTURES, {"action": "delete_selected", "_selected_action": keys, "post": "yes", "index": "0"}
        )

    assert list((media / "pictures").iterdir()) == []


def test_going_back_to_a_page_with_a_deleted_picture_still_works(
    client: Client, as_editor: Client, owner: Any
) -> None:
    picture = a_picture()
    page = a_page()
    place = section(page, illustration=picture)
    first = published(page)
    place.delete()
    published(page)
    picture.delete()

    publish_again(Publication.objects.get(pk=first.pk), by=owner, at=timezone.now())

    assert 'alt="A person at a desk"' in client.get("/guide/").content.decode()


def test_adviser_sees_no_pictures(as_adviser: Client) -> None:
    assert as_adviser.get(PICTURES).status_code == 403
