"""What all items of content have in common: the page that shows them, and their order on it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Field, QuerySet
from django.forms import Field as FormField
from django.http import HttpRequest

from pages.admin.markdown import MarkdownFields
from pages.admin.shared import ReachAdmin
from pages.models import LandingPage
from pages.models.ordering import Item

EVERY_PAGE = "every page"


class ShownOn(admin.SimpleListFilter):
    """Everything that one page shows: its own items and those of every page."""

    title = "page"
    parameter_name = "shown_on"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        pages = [(str(page.pk), str(page)) for page in LandingPage.objects.all()]
        return [("every", EVERY_PAGE), *pages]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case "every":
                return queryset.filter(page=None)
            case key:
                return queryset.filter(pk__in=queryset.model.objects.shown_on(_page(key)))


def _page(key: str) -> LandingPage | None:
    return LandingPage.objects.filter(pk=key).first() if key.isdecimal() else None


class OrderedAdmin(admin.ModelAdmin):
    """A list in an order of its own, whose positions are edited in place."""

    list_display = ["__str__", "position"]
    list_editable = ["position"]
    ordering = ["position", "pk"]

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Names the fields of the list, whose only label is the head of their column."""
        formset = super().get_changelist_formset(request, **kwargs)
        position = formset.form.base_fields["position"]
        position.help_text = ""
        position.widget.attrs["aria-label"] = "Position"
        return formset


class ItemAdmin(MarkdownFields, OrderedAdmin, ReachAdmin):
    """A list in the order of the site."""

    list_display = ["__str__", "where", "position"]
    list_filter = [ShownOn]
    list_select_related = ["page"]
    list_per_page = 50
    placing: Any = (
        "Where it stands",
        {"fields": ["page", "position"], "description": "Items with lower numbers come first."},
    )

    @admin.display(description="page", ordering="page")
    def where(self, item: Item) -> str:
        return str(item.page or EVERY_PAGE)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "page":
            kwargs["empty_label"] = EVERY_PAGE.capitalize()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        return without_shortcuts(super().formfield_for_dbfield(db_field, request, **kwargs))


def without_shortcuts(field: FormField | None) -> FormField | None:
    """A choice of another row stays a choice: no icons that add or delete that row in a window of its own."""
    for verb in ("add", "change", "delete", "view"):
        if field and hasattr(field.widget, f"can_{verb}_related"):
            setattr(field.widget, f"can_{verb}_related", False)
    return field


def item_kinds() -> list[type[Item]]:
    return Item.__subclasses__()
