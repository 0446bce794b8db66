"""The drawing on the picture of a shared link: the site's own look, whatever the words and the stair."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from pages.sharing.drawing import LOW_SHARE, Step, draw, figure_box, room_of_title, step_boxes
from pages.sharing.lettering import drawable, title_lines
from pages.sharing.sheet import HEIGHT, INK, PAPER, WIDTH

MOST_BYTES = 60_000
STAIR = [
    Step("Junior", "solid", stands_here=False),
    Step("Mid-level", "solid", stands_here=False),
    Step("Senior", "solid", stands_here=True),
    Step("Staff", "hatch", stands_here=False),
    Step("Architect", "network", stands_here=False),
]


def opened(picture: bytes) -> Image.Image:
    image = Image.open(BytesIO(picture))
    image.load()
    return image


def test_picture_has_the_size_that_previews_ask_for() -> None:
    image = opened(draw("Architect or engineer: the next step", "Zen van Riel", STAIR))

    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))


def test_picture_is_ink_on_yellow_paper() -> None:
    image = opened(draw("Title", "Name", STAIR)).convert("RGB")

    assert [image.getpixel(place) for place in [(2, 300), (10, HEIGHT - 10)]] == [PAPER, INK]


def test_same_words_give_the_same_bytes() -> None:
    assert draw("Title: more", "Name", STAIR) == draw("Title: more", "Name", STAIR)


@examples(max_examples=25)
@given(
    title=st.text(max_size=120),
    name=st.text(max_size=80),
    steps=st.lists(
        st.builds(
            Step,
            st.text(max_size=40),
            st.sampled_from(["solid", "hatch", "network"]),
            stands_here=st.booleans(),
        ),
        max_size=12,
    ),
)
def test_any_words_and_any_stair_make_a_picture_of_few_bytes(
    title: str, name: str, steps: list[Step]
) -> None:
    assert len(draw(title, name, steps)) < MOST_BYTES


@pytest.mark.parametrize(
    "title",
    [
        "Privacy",
        "AI Architect vs AI Engineer: Senior Career Progression",
        "From Backend Developer to Engineer of AI Systems: What Carries Over, What Is New and What Proves It",
        "W" * 120,
        "w " * 60,
    ],
)
def test_title_keeps_clear_of_the_stair_and_the_edge(title: str) -> None:
    boxes = step_boxes(STAIR)
    obstacles = [*boxes, figure_box(boxes[2])]

    room = room_of_title(STAIR, boxes)
    _, lines = title_lines(drawable(title), room, obstacles)

    assert "".join(line.text for line in lines).replace(" ", "") == title.replace(" ", "")
    assert [line.text for line in lines if line.box.right > room.right] == []
    assert [line.text for line in lines for other in obstacles if line.box.meets(other)] == []


def test_short_title_is_set_larger_than_a_long_one() -> None:
    boxes = step_boxes(STAIR)
    room = room_of_title(STAIR, boxes)

    sizes = [title_lines(title, room, boxes)[0] for title in ("Privacy", "A title of many words " * 5)]

    assert sizes[0] > sizes[1]


def test_part_behind_the_colon_is_lighter() -> None:
    room = room_of_title([], [])

    _, lines = title_lines("Engineers: the next step", room, [])

    assert [(line.text, "regular" in line.face) for line in lines] == [
        ("Engineers:", False),
        ("the next step", True),
    ]


def test_low_steps_leave_the_room_above_them_to_the_title() -> None:
    boxes = step_boxes(STAIR)

    assert boxes[2].right == WIDTH * LOW_SHARE
    assert [round(box.top) for box in boxes] == sorted((round(box.top) for box in boxes), reverse=True)
    assert boxes[-1].right == WIDTH


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Zoë Łukaszewicz-Østergård", "Zoë Łukaszewicz-Østergård"),
        ("Nguyễn", "Nguyen"),
        ("café\u00a0au\nlait", "café au lait"),
        ("Ready 🙂?", "Ready ?"),
        ("日本", ""),
    ],
)
def test_what_the_letters_lack_is_left_out(text: str, drawn: str) -> None:
    assert drawable(text) == drawn
