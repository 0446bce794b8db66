// Moves along the rows of a list by keys: j and k, o to open, x to select, / to search. Without this script
// Tab does the same. Keys of one character can be switched off (WCAG 2.1.4); the browser remembers that.

const SWITCHED_OFF = "list keys are off";
const help = document.querySelector(".list-keys");
const hint = document.querySelector(".keys-hint");
const control = help?.querySelector("[data-keys-switch]");
const links = [...document.querySelectorAll("#result_list tbody th a")];
const search = document.getElementById("searchbar");

const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => current()?.click(),
  x: () => current()?.closest("tr").querySelector(".action-select")?.click(),
  "/": () => search?.focus(),
};

if (help && control) {
  for (const part of [help, hint]) part.hidden = false;
  control.checked = localStorage.getItem(SWITCHED_OFF) === null;
  control.addEventListener("change", remember);
  addEventListener("keydown", act);
}

function act(event) {
  const isMeant = control.checked && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
  if (!isMeant || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
}

function isTyping(target) {
  return target.isContentEditable || target.matches("select, textarea, input:not([type=checkbox], [type=submit])");
}

// The row that has the focus, wherever in it.
function current() {
  const row = document.activeElement?.closest("#result_list tbody tr");
  return row?.querySelector("th a");
}

function step(by) {
  const at = links.indexOf(current());
  const next = at < 0 ? links[0] : links[at + by];
  next?.focus();
}

function remember() {
  if (control.checked) localStorage.removeItem(SWITCHED_OFF);
  else localStorage.setItem(SWITCHED_OFF, "");
}
