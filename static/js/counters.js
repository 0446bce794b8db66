// Says under the field that is being typed in how much room is left. Without this script, the browser
// still stops at the limit, and the server says so.
// From here on, it is also read out.
const LITTLE_ROOM = 20;
const counter = document.createElement("p");
const told = document.createElement("p");
counter.className = "counter";
counter.setAttribute("aria-hidden", "true");
told.className = "visually-hidden";
told.setAttribute("role", "status");
document.body.append(told);

// On the document, because rows are added to the form later.
document.addEventListener("focusin", ({ target }) => count(target));
document.addEventListener("input", ({ target }) => count(target));

function count(field) {
  // Figures and the like need no counting.
  if (!(field.maxLength > 20) || !field.form?.id.endsWith("_form")) return;
  const room = field.maxLength - lengthOf(field.value);
  counter.textContent = room < 0 ? `${-room} letters too many` : `${lengthOf(field.value)} of ${field.maxLength} letters`;
  counter.classList.toggle("is-over", room < 0);
  if (field.parentElement !== counter.parentElement) field.after(counter);
  const words = room < 0 ? `${-room} letters too many` : `Room for ${room} more letters`;
  told.textContent = room <= LITTLE_ROOM ? words : "";
}

// As the server counts: a sign is one letter, and a new line is two, because forms are sent so.
function lengthOf(text) {
  return [...text].length + text.split("\n").length - 1;
}
