// Shows, while somebody types, how the page will look in search results and as a shared link. Without this
// script, the card shows what was saved last.
"use strict";

const card = document.querySelector("[data-found]");
const field = (name) => document.querySelector(`#id_${name}`);
// The longest description that the page itself would give: see pages/seo.py.
const LONGEST_DESCRIPTION = 170;
const PAUSE = 500;
// Nothing, when staff chose a picture instead of the one that the site draws.
const picture = card?.querySelector("[data-drawn]");
let waiting;

if (card && field("title")) {
  for (const name of ["title", "message", "seo_title", "seo_description"]) {
    field(name).addEventListener("input", show);
  }
  if (picture) field("title").addEventListener("input", drawLater);
  show();
}

function show() {
  say("title", field("seo_title").value.trim() || field("title").value.trim());
  say("description", field("seo_description").value.trim() || shortened(field("message").value.trim()));
}

function say(name, text) {
  for (const place of card.querySelectorAll(`[data-shows=${name}]`)) place.textContent = text;
  card.querySelector(`[data-counts=${name}]`).textContent = [...text].length;
}

function shortened(text) {
  const letters = [...text];
  return letters.length > LONGEST_DESCRIPTION ? `${letters.slice(0, LONGEST_DESCRIPTION - 1).join("")}…` : text;
}

// The server draws the picture, so it waits until the typing pauses.
function drawLater() {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const address = new URL(picture.src);
    address.searchParams.set("title", field("title").value);
    picture.src = address;
  }, PAUSE);
}
