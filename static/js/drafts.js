// Keeps what is typed in a form of the desk until it is saved, for as long as the tab is open, and offers it
// after a session that ran out. Without this script, the browser's back button brings it back.

const KEY = `draft ${location.pathname}`;
// What the server says anew with every page, and what is not for keeping.
const NOT_KEPT = "[name=csrfmiddlewaretoken], [type=password], [type=file], [type=submit]";
const PAUSE = 300;
const form = document.querySelector("body.change-form form[id$=_form]");
const isSaved = document.querySelector(".messagelist .success") !== null;
let waiting;

settle();
// After Django's own script, which readies the rows.
if (form) addEventListener("load", watch);
document.getElementById("logout-form")?.addEventListener("submit", () => drafts().forEach(({ key }) => forget(key)));

function watch() {
  const draft = read(KEY);
  // A form that came back with an error holds what was typed.
  const isBack = document.querySelector(".errornote") !== null;
  if (draft && !isBack) isShown(draft.fields) ? forget(KEY) : offer(draft);
  for (const kind of ["input", "change"]) form.addEventListener(kind, keepLater);
  form.addEventListener("submit", () => keep({ isSent: true }));
}

// A page that says that something was saved settles what was sent just before.
function settle() {
  for (const { key, draft } of drafts()) {
    if (!draft.isSent) continue;
    isSaved ? forget(key) : write(key, { ...draft, isSent: false });
  }
}

function keepLater() {
  clearTimeout(waiting);
  waiting = setTimeout(keep, PAUSE, { isSent: false });
}

function keep(state) {
  clearTimeout(waiting);
  write(KEY, { ...state, fields: Object.fromEntries(fields().map((field) => [field.name, valueOf(field)])) });
}

function fields() {
  return [...form.elements].filter((field) => field.name && !field.matches(NOT_KEPT));
}

function valueOf(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function isShown(kept) {
  const shown = fields().filter(({ type, name }) => type !== "hidden" || name.endsWith("-TOTAL_FORMS"));
  return shown.every((field) => !(field.name in kept) || String(kept[field.name]).trim() === String(valueOf(field)).trim());
}

function offer(draft) {
  const note = document.createElement("section");
  const words = document.createElement("p");
  note.className = "draft-offer";
  note.setAttribute("aria-label", "Text that was not saved");
  words.textContent = "What you typed here before was not saved.";
  note.append(words, choice("Bring it back", note, () => bringBack(draft.fields)), choice("Throw it away", note, () => forget(KEY)));
  form.before(note);
}

function choice(words, note, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "verb";
  button.textContent = words;
  button.addEventListener("click", () => {
    note.remove();
    act();
  });
  return button;
}

function bringBack(kept) {
  for (const [name, value] of Object.entries(kept)) {
    if (name.endsWith("-TOTAL_FORMS")) addRows(name, Number(value));
  }
  for (const field of fields()) {
    if (!(field.name in kept)) continue;
    if (field.type === "checkbox") field.checked = kept[field.name];
    else if (!field.name.endsWith("-TOTAL_FORMS")) field.value = kept[field.name];
  }
  for (const group of form.querySelectorAll("details")) group.open = true;
  keep({ isSent: false });
  form.querySelector("input:not([type=hidden]), textarea")?.focus();
}

function addRows(name, wanted) {
  const total = form.elements[name];
  const add = document.querySelector(`#${name.replace(/-TOTAL_FORMS$/, "")}-group .add-row a`);
  for (let missing = wanted - Number(total?.value); add && missing > 0; missing -= 1) add.click();
}

// --- The store, which a browser may refuse or find full

function drafts() {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith("draft "));
  return keys.map((key) => ({ key, draft: read(key) }));
}

function read(key) {
  return JSON.parse(sessionStorage.getItem(key));
}

function write(key, draft) {
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Without room, all is as it was without this script.
  }
}

function forget(key) {
  clearTimeout(waiting);
  sessionStorage.removeItem(key);
}
