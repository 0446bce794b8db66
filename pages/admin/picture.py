"""Pictures: uploaded once, described, and then chosen wherever one is shown."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import Media, Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pages.models import LandingPage, Mentor, Picture, Section, Testimonial
from pages.pictures.shown import address
from pages.pictures.sizes import MEDIA_TYPES, widths_of
from pages.pictures.uploads import KINDS, MEGABYTES, Master, Refused, master_of, receive
from pages.pictures.uses import publications_with

PLACES: dict[type[Model], str] = {
    Mentor: "portrait",
    Testimonial: "portrait",
    Section: "illustration",
    LandingPage: "sharing_picture",
}
"""The fields through which content shows a picture."""


class PictureForm(forms.ModelForm):
    """What is to be known about a picture. Its file is chosen once, when it is added."""

    class Meta:
        model = Picture
        fields = ["title", "alternative_text", "is_decoration", "focus_x", "focus_y"]
        widgets = {"alternative_text": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})}


class UploadForm(PictureForm):
    """Adds a picture. A file that was read once is kept while the rest of the form is put right."""

    upload = forms.FileField(
        label="File",
        required=False,
        help_text=f"Choose {KINDS} of at most {MEGABYTES} MB. Its place and time of taking are removed.",
        widget=forms.FileInput(attrs={"accept": ",".join(MEDIA_TYPES.values())}),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    outcome: Master | Refused | None = None
    """What became of the file that came with this request."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["title"] = cleaned.get("title") or _title_of(cleaned.get("upload"))
        cleaned["master"] = self.outcome or master_of(cleaned.get("kept", ""))
        match cleaned["master"]:
            case Refused() as refusal:
                self.add_error("upload", str(refusal))
            case Master() as master if twin := Picture.objects.filter(key=master.key).first():
                self.add_error("upload", ValidationError(_already_here(twin)))
            case Master() as master:
                self._bring_back(master, cleaned["title"])
            case _ if "upload" not in self.errors:
                self.add_error("upload", "Choose a file.")
        return cleaned

    def _bring_back(self, master: Master, title: str) -> None:
        """Should another field need correction, the form comes back with the file."""
        self.data = dict(self.data.items()) | {"kept": master.sign(), "title": title}
        self["upload"].help_text = "The file is here; there is no need to choose it again."


def _received(upload: Any) -> Master | Refused:
    try:
        return receive(upload)
    except Refused as refusal:
        return refusal


def _title_of(upload: Any) -> str:
    return PurePath(upload.name).stem.replace("_", " ")[:80] if upload else ""


def _already_here(picture: Picture) -> SafeString:
    url = reverse("admin:pages_picture_change", args=[picture.pk])
    return format_html('This picture is already here: <a href="{}">{}</a>.', url, picture)


@admin.register(Picture)
class PictureAdmin(admin.ModelAdmin):
    about = "Upload a picture once, and then choose it where it is to be shown."
    list_display = ["thumbnail", "title", "progress", "shown_in", "uploaded_at"]
    list_display_links = ["thumbnail", "title"]
    list_per_page = 30
    search_fields = ["title", "alternative_text"]
    readonly_fields = ["preview", "progress", "shown_in", "file", "uploaded_at", "uploaded_by"]
    words: Any = (
        "In words",
        {
            "description": "Either say what the picture shows, or mark it as decoration.",
            "fields": ["alternative_text", "is_decoration", "title"],
        },
    )
    focus: Any = (
        "The point that matters",
        {
            "description": "Where a place has another shape than the picture, its edges are cut off around "
            "this point. Click on the picture, or write it in percent.",
            "fields": ["preview", ("focus_x", "focus_y")],
        },
    )
    facts: Any = (
        "About the file",
        {"fields": ["progress", "shown_in", "file", "uploaded_at", "uploaded_by"]},
    )
    fieldsets = [words, focus, facts]
    add_fieldsets: Any = [(None, {"fields": ["upload", "kept"]}), words]

    @property
    def media(self) -> Media:
        return super().media + Media(
            css={"all": ["css/staff-pictures.css"]},
            js=[Script("js/focus.js", defer=True), Script("js/progress.js", defer=True)],  # type: ignore[list-item]
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Picture]:
        places = [f"{model._meta.model_name}_set" for model in PLACES]
        return Picture.objects.with_progress().select_related("uploaded_by").prefetch_related(*places)

    def get_fieldsets(self, request: HttpRequest, obj: Picture | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Receives the file before the transaction begins, in which others would wait for the database."""
        if self.has_add_permission(request) and (upload := request.FILES.get("upload")):
            request.outcome = _received(upload)  # type: ignore[attr-defined]
        return super().add_view(request, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Picture | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, form=PictureForm if obj else UploadForm, **kwargs)
        if obj is None:
            form.outcome = getattr(request, "outcome", None)  # type: ignore[attr-defined]
        return form

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.keep(form.cleaned_data["master"], by=request.user)

    def response_add(self, request: HttpRequest, obj: Picture, post_url_continue: str | None = None) -> Any:
        """On to the form where the point that matters can be set."""
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        sentence = (
            "The picture is here, and its sizes are being made. Now click on the point that matters in it."
        )
        self.message_user(request, sentence, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:pages_picture_change", args=[obj.pk]))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Picture]) -> None:
        for picture in queryset:
            picture.delete()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Refuses to take a picture from under the readers' eyes."""
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        shown = publications_with(objs, at=timezone.now())
        on_site = [f"What readers see: {publication}" for publication in shown]
        return to_delete, counts, perms_needed, [*protected, *on_site]

    @admin.display(description="picture")
    def thumbnail(self, picture: Picture) -> SafeString:
        width = widths_of(picture.width)[0]
        url = address({"key": picture.key}, width, picture.ending)
        return format_html(
            '<img class="thumbnail" src="{}" alt="" width="96" height="72" loading="lazy">', url
        )

    @admin.display(description="sizes")
    def progress(self, picture: Any) -> SafeString:
        return render_to_string("admin/pages/picture/_progress.html", {"picture": picture})

    @admin.display(description="shown in")
    def shown_in(self, picture: Picture) -> SafeString | str:
        rows = [row for model in PLACES for row in getattr(picture, f"{model._meta.model_name}_set").all()]
        links = ((_form_of(row), row._meta.verbose_name, row) for row in rows)
        return format_html_join(", ", '<a href="{}">{} “{}”</a>', links) or "nothing yet"

    @admin.display(description="picture")
    def preview(self, picture: Picture) -> SafeString:
        return render_to_string(
            "admin/pages/picture/_preview.html",
            {"picture": picture, "url": settings.MEDIA_URL + picture.name},
        )

    @admin.display
    def file(self, picture: Picture) -> SafeString:
        url = settings.MEDIA_URL + picture.name
        return format_html(
            '<a href="{}">{} × {} pixels, {}</a>',
            url,
            picture.width,
            picture.height,
            picture.get_ending_display(),
        )


def _form_of(row: Any) -> str:
    """Where staff change it: a section is part of its page's form."""
    owner = row.page if isinstance(row, Section) else row
    return reverse(f"admin:pages_{owner._meta.model_name}_change", args=[owner.pk])
