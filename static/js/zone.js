// Chooses the visitor's own time zone, as the browser knows it, in a list that nobody has touched yet.
// The server leaves `data-detect` out as soon as somebody has chosen: in the address or in a sent form.
"use strict";

const zones = document.querySelector("select[data-detect]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (zones && own) {
  zones.value = own;
  if (zones.value !== own) {
    // An old name, such as Asia/Calcutta, which the list has under its new one.
    zones.prepend(new Option(label(own), own, true, true));
  }
}

function label(zone) {
  const city = zone.split("/").pop().replaceAll("_", " ");
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts();
  const offset = parts.find((part) => part.type === "timeZoneName").value.replace("-", "−");
  return `${city} (${offset.replace("GMT", "UTC")})`;
}
