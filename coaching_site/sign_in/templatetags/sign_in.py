from __future__ import annotations

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

from coaching_site.sign_in import second_factor

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """For an attribute that a script reads, since a page carries no script of its own."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.simple_tag
def second_factor_is_required() -> bool:
    return second_factor.is_required()
