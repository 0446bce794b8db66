"""Nobody adds a field about people without saying what becomes of it when they are erased."""

from __future__ import annotations

import pytest
from django.db.models import Model

from leads.privacy.treatment import TREATMENTS, fields_of, models_of_a_request


@pytest.mark.parametrize("model", sorted(models_of_a_request(), key=str))
def test_every_field_of_a_request_and_of_what_belongs_to_it_is_treated(model: type[Model]) -> None:
    treatment = TREATMENTS.get(model)
    assert treatment, (
        f"{model.__name__} has rows that belong to a request, but no treatment: say in "
        "leads/privacy/treatment.py which of its fields are about the person and which are kept."
    )
    fields = {field.name for field in fields_of(model)}
    named = {*treatment.erased, *treatment.kept}
    untreated = fields - named
    assert not untreated, (
        f"{model.__name__}: {', '.join(sorted(untreated))} is neither erased nor kept. Say in "
        "leads/privacy/treatment.py what becomes of it when its person is erased."
    )
    assert named - fields == set(), f"{model.__name__} has no such field any more."
    assert set(treatment.erased) & treatment.kept == set(), f"{model.__name__} erases what it keeps."


def test_no_treatment_is_left_of_a_model_that_belongs_to_no_request() -> None:
    assert set(TREATMENTS) == models_of_a_request()
