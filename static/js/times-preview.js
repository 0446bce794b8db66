// Shows what a form of hours, closed days or rules would change, while it is filled in and before it is
// saved: asks the server for the form's own preview. Without this script, a button asks for the same.
"use strict";

const panel = document.querySelector("[data-preview-of]");
const form = document.getElementById(panel.dataset.previewOf);
const told = panel.querySelector("[role=status]");
const PAUSE = 350; // milliseconds without a keystroke
let timer;
let asked = new AbortController();

panel.querySelector("button")?.setAttribute("hidden", "");
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(preview, PAUSE);
});

async function preview() {
  asked.abort();
  asked = new AbortController();
  const answers = new FormData(form);
  answers.set("_preview", "1");
  try {
    const response = await fetch(location.href, { method: "POST", body: answers, signal: asked.signal });
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const times = page.querySelector("[data-times]");
    panel.querySelector("[data-times]").replaceWith(times);
    told.textContent = times.querySelector("p").textContent;
  } catch (error) {
    if (error.name !== "AbortError") told.textContent = "The preview could not be fetched.";
  }
}
