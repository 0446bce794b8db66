"""What every form that offers open times has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import QueryDict

from leads import clock, zones
from leads.fields import GroupedSelect, TimeAnswer, ZoneAnswer
from leads.open_times import OpenTimes
from leads.time_choices import DayOfChoices, by_day, from_value


class TimesForm(forms.Form):
    """Open times by day, in a zone that can be changed; what was typed stays while the zone changes."""

    time_zone = ZoneAnswer(label="Your time zone", widget=GroupedSelect(attrs={"autocomplete": "off"}))
    starts_at = TimeAnswer()
    language = settings.LANGUAGE_CODE

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
        initial: dict[str, Any] = dict(wanted or {}) if sent is None else sent.dict()
        is_zone_chosen = sent is not None or zones.is_known(initial.get("time_zone", ""))
        if not is_zone_chosen:
            initial["time_zone"] = times.calendar.rules.time_zone
        super().__init__(sent if is_final else None, auto_id="%s", initial=initial)
        self.sent = QueryDict() if sent is None else sent
        self.times = times
        self.gone = self._wanted_in_vain()
        zone_field: Any = self.fields["time_zone"]
        # Some hundreds, which are only listed when the form is shown.
        zone_field.choices = lambda: zones.choices(times.at, chosen=self["time_zone"].value())
        if not is_zone_chosen:
            zone_field.widget.attrs["data-detect"] = ""  # zone.js may choose

    @property
    def open_starts(self) -> Sequence[datetime]:
        """The times that can be chosen here."""
        return self.times.starts

    @property
    def days(self) -> list[DayOfChoices]:
        """The times to choose from, by the days of the shown zone, and among them the one that is gone."""
        return by_day(self.open_starts, self.shown_zone, notes=self.notes, half_days=self.half_days)

    @property
    def half_days(self) -> bool:
        """The clock of the form is that of the mails about the call."""
        return clock.tells_half_days(self.language)

    @property
    def notes(self) -> dict[datetime, str]:
        if self.gone is None:
            return {}
        nearest = dict.fromkeys(self.times.nearest(self.gone), "closest")
        return nearest | {self.gone: "taken" if self.times.is_taken(self.gone) else "gone"}

    @property
    def shown_zone(self) -> str:
        """The zone in which the times are shown: the one chosen, as far as there is such a zone."""
        chosen = self["time_zone"].value()
        return chosen if zones.is_known(chosen) else self.times.calendar.rules.time_zone

    @property
    def shown_city(self) -> str:
        """Without its difference to UTC, which may change from one of the listed days to the next."""
        return zones.city(self.shown_zone)

    @property
    def has_unseen_zone(self) -> bool:
        """Whether the zone was changed after the times had been read by the clock of another."""
        return self.sent.get("shown_zone", self.shown_zone) != self.shown_zone

    @property
    def gone_message(self) -> str:
        """Why a wanted time cannot be had, and what now; empty when it can."""
        if self.gone is None:
            return ""
        local = self.gone.astimezone(ZoneInfo(self.shown_zone))
        when = f"{local:%A} {local.day} {local:%B} at {clock.on_the_clock(local, half_days=self.half_days)}"
        advice = "Select another time" if self.open_starts else "No other time is open"
        return f"{when} {self._why_gone(self.gone)}. {advice}"

    def clean_starts_at(self) -> datetime | None:
        wanted: datetime | None = self.cleaned_data["starts_at"]
        if wanted and wanted not in self.times:
            self.refuse_time(wanted, self.times)
        elif wanted and self.has_unseen_zone:
            raise forms.ValidationError(
                f"You changed your time zone. These are the times in {self.shown_city}: check yours"
            )
        return wanted

    def refuse_time(self, starts_at: datetime, times: OpenTimes) -> None:
        """Says kindly why a time cannot be had, and offers what is open now."""
        self.times, self.gone = times, starts_at
        self.add_error("starts_at" if self.open_starts else None, self.gone_message)

    def _wanted_in_vain(self) -> datetime | None:
        """The time of the address, or chosen before the zone was changed, if it is gone."""
        wanted = None if self.is_bound else from_value(self.initial.get("starts_at", ""))
        return wanted if wanted and wanted not in self.times else None

    def _why_gone(self, starts_at: datetime) -> str:
        rules, now = self.times.calendar.rules, self.times.at
        if starts_at <= now:
            return "has passed"
        if self.times.is_taken(starts_at):
            return "has just been taken by someone else"
        if starts_at < now + rules.notice:
            return f"is less than {rules.notice_hours} hours ahead by now"
        return "is not open any more"
