"""What every form that offers open times has in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from leads import zones
from leads.fields import GroupedSelect, TimeAnswer, ZoneAnswer
from leads.open_times import OpenTimes
from leads.time_choices import DayOfChoices, by_day


class TimesForm(forms.Form):
    """Open times by day, in a zone that can be changed; what was typed stays while the zone changes."""

    time_zone = ZoneAnswer(label="Your time zone", widget=GroupedSelect(attrs={"autocomplete": "off"}))
    starts_at = TimeAnswer()

    def __init__(
        self,
        sent: QueryDict | None = None,
        *,
        times: OpenTimes,
        is_final: bool = True,
        wanted: Mapping[str, str] | None = None,
    ) -> None:
        """`sent` is what the visitor typed; unless `is_final`, it is only shown again, in another zone.

        `wanted` is what an address asks for: a zone (`time_zone`) and a time (`starts_at`).
        """
        initial = dict(wanted or {})
        is_zone_chosen = sent is not None or zones.is_known(initial.get("time_zone", ""))
        if not is_zone_chosen:
            initial["time_zone"] = times.calendar.rules.time_zone
        super().__init__(sent if is_final else None, auto_id="%s", initial=sent.dict() if sent else initial)
        self.sent = QueryDict() if sent is None else sent
        self.times = times
        self.gone: datetime | None = None
        zone_field: Any = self.fields["time_zone"]
        zone_field.choices = zones.choices(times.at, chosen=self["time_zone"].value())
        if not is_zone_chosen:
            zone_field.widget.attrs["data-detect"] = ""  # zone.js may choose

    @property
    def shown_zone(self) -> str:
        """The zone in which the times are shown: the one chosen, as far as there is such a zone."""
        chosen = self["time_zone"].value()
        return chosen if zones.is_known(chosen) else self.times.calendar.rules.time_zone

    @property
    def shown_zone_label(self) -> str:
        return zones.label(self.shown_zone, self.times.at)

    @property
    def days(self) -> list[DayOfChoices]:
        """The times to choose from, by the days of the shown zone."""
        close = self.times.nearest(self.gone) if self.gone else []
        return by_day(self.times.starts, self.shown_zone, gone=self.gone, close=close)

    def clean_starts_at(self) -> datetime | None:
        wanted: datetime | None = self.cleaned_data["starts_at"]
        if wanted and wanted not in self.times:
            self.gone = wanted
            raise forms.ValidationError(self._gone_message(wanted), code="gone")
        if wanted and self.sent.get("shown_zone", self.shown_zone) != self.shown_zone:
            raise forms.ValidationError(
                f"You changed your time zone. These are the times in {self.shown_zone_label}: check yours"
            )
        return wanted

    def refuse_time(self, starts_at: datetime, times: OpenTimes) -> None:
        """Says kindly that a time went to somebody else, and offers what is open after that."""
        self.gone = starts_at
        self.times = times
        self.add_error("starts_at", self._gone_message(starts_at))

    def _gone_message(self, starts_at: datetime) -> str:
        local = starts_at.astimezone(ZoneInfo(self.shown_zone))
        when = f"{local:%A} {local.day} {local:%B at %H:%M}"
        return f"{when} has just been taken by someone else. Select another time"
