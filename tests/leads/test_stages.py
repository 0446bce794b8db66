"""Each request stands at exactly one stage, and the list agrees with the request itself."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction

from leads.models import BookingRequest, Outcome, Stage, Status
from tests.leads.factories import submitted

EVERY_STATE = [
    *((status, "") for status in Status),
    *product([Status.ATTENDED], Outcome),
]


@pytest.mark.parametrize(("status", "outcome"), EVERY_STATE)
def test_a_request_is_listed_at_the_one_stage_that_it_names(db: None, status: Status, outcome: str) -> None:
    booking = submitted()
    BookingRequest.objects.update(status=status, outcome=outcome, suspicion="staff")
    booking.refresh_from_db()

    listed_at = [stage for stage in Stage if BookingRequest.objects.at_stage(stage).exists()]

    assert listed_at == [booking.stage]


def test_an_outcome_without_a_call_has_no_stage_because_it_cannot_be(db: None) -> None:
    submitted()

    with pytest.raises(IntegrityError), transaction.atomic():
        BookingRequest.objects.update(status=Status.CONFIRMED, outcome=Outcome.SIGNED)
