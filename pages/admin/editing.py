"""What all forms of content have to make editing pleasant."""

from __future__ import annotations

from django.forms.widgets import Script

from pages.admin.conflicts import CarefulAdmin


class EditingAdmin(CarefulAdmin):
    class Media:
        js = [Script(f"js/{name}.js", type="module") for name in ("counters", "ordering")]
