// Keeps the count of finished sizes current while some are still being made. Without this script, the page
// says how many were ready when it was opened.
"use strict";

const PAUSE = 2000;

async function refresh() {
  const waiting = [...document.querySelectorAll("[data-unfinished]")];
  if (!waiting.length) return;
  if (!document.hidden) {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [before, after] = [document, fresh].map((page) => page.querySelectorAll(".progress"));
    if (before.length === after.length) before.forEach((each, place) => each.replaceWith(after[place]));
  }
  setTimeout(refresh, PAUSE);
}

setTimeout(refresh, PAUSE);
