"""Counts that stop where nobody would read on."""

import pytest

from leads.bounded import Number, number_of
from leads.models import Closure


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "number"), [(0, Number(0)), (2, Number(2)), (3, Number(3)), (4, Number(3, is_more=True))]
)
def test_number_is_exact_up_to_its_bound(rows: int, number: Number) -> None:
    Closure.objects.bulk_create(Closure(first_day="2026-11-23", last_day="2026-11-24") for _ in range(rows))

    assert number_of(Closure.objects.all(), most=3) == number


def test_number_says_whether_there_are_more() -> None:
    assert [str(Number(12)), str(Number(1000)), str(Number(1000, is_more=True))] == ["12", "1,000", "1,000+"]


def test_number_says_how_many_are_not_shown() -> None:
    left = [Number(7).beyond(5), Number(3).beyond(3), Number(1000, is_more=True).beyond(3)]

    assert left == [Number(2), Number(0), Number(997, is_more=True)]
    assert [bool(number) for number in left] == [True, False, True]
