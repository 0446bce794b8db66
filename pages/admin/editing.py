"""What all forms of content have to make editing pleasant."""

from __future__ import annotations

from django.contrib import admin
from django.forms.widgets import Script


class EditingAdmin(admin.ModelAdmin):
    class Media:
        js = [Script(f"js/{name}.js", type="module") for name in ("counters", "ordering")]
