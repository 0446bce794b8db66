// Chooses the visitor's own time zone, as the browser knows it, in a list that nobody has touched yet,
// and shows the open times by the clock and the days of whichever zone is chosen. Without this script,
// “Show times” asks the server for the same. The value of a time is an instant and never changes.
"use strict";

const zones = document.querySelector("select[name=time_zone]");
const days = document.querySelector("[data-days]");

// The server leaves `data-detect` out as soon as somebody has chosen: in the address or in a sent form.
if (zones.hasAttribute("data-detect")) choose(Intl.DateTimeFormat().resolvedOptions().timeZone);
zones.addEventListener("change", showTimes);

function choose(own) {
  if (!own || zones.value === own) return;
  zones.value = own;
  // An old name, such as Asia/Calcutta, which the list has under its new one.
  if (zones.value !== own) zones.prepend(new Option(nameOf(own), own, true, true));
  showTimes();
}

function showTimes() {
  if (!days || !zones.value) return;
  const timeZone = zones.value;
  const part = (options) => new Intl.DateTimeFormat("en-GB", { timeZone, ...options });
  const weekday = part({ weekday: "short" });
  const date = part({ day: "numeric", month: "short" });
  const clock = part({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const groups = new Map();
  for (const label of days.querySelectorAll("label")) {
    const time = label.querySelector("time");
    const instant = new Date(time.dateTime);
    const day = date.format(instant);
    if (!groups.has(day)) groups.set(day, group(weekday.format(instant), day));
    time.textContent = clock.format(instant);
    groups.get(day).append(label);
  }
  days.replaceChildren(...groups.values());
  document.querySelector("[data-zone-label]").textContent = nameOf(timeZone);
  document.querySelector("[name=shown_zone]").value = timeZone;
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
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "shortOffset" }).formatToParts();
  const offset = parts.find((part) => part.type === "timeZoneName").value.replace("-", "−");
  return `${city} (${offset.replace("GMT", "UTC")})`;
}
