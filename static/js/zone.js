// Chooses the visitor's own time zone, as the browser knows it, in a list that nobody has touched yet,
// and shows the open times by the clock and the days of whichever zone is chosen. Without this script,
// “Show times” asks the server for the same. The value of a time is an instant and never changes.
// Pages load it with blocking="render": what it moves has moved before anything is painted.
"use strict";

const HOUR = 3_600_000;
const zones = document.querySelector("select[name=time_zone]");
const days = document.querySelector("[data-days]");

// The server leaves `data-detect` out as soon as somebody has chosen: in the address or in a sent form.
if (zones?.hasAttribute("data-detect")) choose(Intl.DateTimeFormat().resolvedOptions().timeZone);
zones?.addEventListener("change", showTimes);

function choose(own) {
  if (!own || zones.value === own) return;
  const zone = listedAs(own);
  zones.value = zone;
  if (zones.value !== zone) zones.prepend(new Option(nameOf(zone), zone, true, true));
  showTimes();
}

// Browsers report some zones by old names, such as Europe/Kiev, which the list has under the new ones.
function listedAs(own) {
  const region = own.slice(0, own.indexOf("/") + 1);
  const listed = [...zones.options].map((option) => option.value);
  if (listed.includes(own)) return own;
  return listed.find((zone) => zone.startsWith(region) && browserCalls(zone) === own) ?? own;
}

function browserCalls(timeZone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return ""; // A zone that is newer than the browser.
  }
}

function showTimes() {
  if (!days || !zones.value) return;
  const timeZone = zones.value;
  const tell = clockOf(timeZone);
  const weekday = format(timeZone, { weekday: "short" });
  const date = format(timeZone, { day: "numeric", month: "short" });
  const groups = new Map();
  for (const label of days.querySelectorAll("label")) {
    const time = label.querySelector("time");
    const instant = new Date(time.dateTime);
    const day = date(instant);
    if (!groups.has(day)) groups.set(day, group(weekday(instant), day));
    time.textContent = tell(instant);
    groups.get(day).append(label);
  }
  days.replaceChildren(...groups.values());
  document.querySelector("[data-zone-city]").textContent = nameOf(timeZone).replace(/ \(.*/, "");
  document.querySelector("[name=shown_zone]").value = timeZone;
}

function format(timeZone, options) {
  const formatter = new Intl.DateTimeFormat("en-GB", { timeZone, ...options });
  return (instant) => formatter.format(instant);
}

// Like “16:15”, or “4:15 p.m.” where the server tells times so; in the hour that comes twice when clocks
// go back, also which of the two it is.
function clockOf(timeZone) {
  const clock = days.classList.contains("half-days") ? halfDays(timeZone) : wholeDays(timeZone);
  const comesTwice = (instant) =>
    [-2, -1, -0.5, 0.5, 1, 2].some((hours) => clock(new Date(+instant + hours * HOUR)) === clock(instant));
  return (instant) =>
    comesTwice(instant) ? `${clock(instant)} (${offsetOf(timeZone, instant)})` : clock(instant);
}

function wholeDays(timeZone) {
  return format(timeZone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function halfDays(timeZone) {
  const clock = format(timeZone, { hour: "numeric", minute: "2-digit", hourCycle: "h12" });
  return (instant) => clock(instant).replace(/\s*([ap])m/i, (_, half) => `\u00a0${half.toLowerCase()}.m.`);
}

function group(weekday, date) {
  const fieldset = document.createElement("fieldset");
  const legend = document.createElement("legend");
  const strong = document.createElement("b");
  const span = document.createElement("span");
  strong.textContent = weekday;
  span.textContent = date;
  legend.append(strong, " ", span);
  fieldset.append(legend);
  return fieldset;
}

// Like “Amsterdam (UTC+1)”: as the list has it, else from the zone's name.
function nameOf(timeZone) {
  const listed = [...zones.options].find((option) => option.value === timeZone);
  if (listed) return listed.text;
  const city = timeZone.split("/").pop().replaceAll("_", " ");
  return `${city} (${offsetOf(timeZone, new Date())})`;
}

function offsetOf(timeZone, instant) {
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "shortOffset" }).formatToParts(instant);
  const offset = parts.find((part) => part.type === "timeZoneName").value.replace("-", "−");
  return offset === "GMT" ? "UTC+0" : offset.replace("GMT", "UTC");
}
