// Moves the rows of a form, or of a list whose positions are edited in place, by buttons and by dragging.
// What is saved are the numbers in their fields “position”: without this script, staff type those.
const POSITION = "input[name$='-position']";
const ROWS = ".inline-related:not(.empty-form), #result_list tbody tr";
const told = document.createElement("p");
told.className = "visually-hidden";
told.setAttribute("role", "status");
document.body.append(told);
let dragged = null;

// After Django's own script, which is deferred to the moment when the page is ready.
document.addEventListener("DOMContentLoaded", () => {
  for (const group of document.querySelectorAll(".js-inline-admin-formset, #result_list tbody")) {
    if (!rowsOf(group).length && !group.querySelector(POSITION)) continue;
    // A list in another order than that of the positions cannot be moved about in.
    if (group.matches("tbody") && !isInOrder(rowsOf(group))) continue;
    sort(group, positionOf);
    rowsOf(group).forEach(addHandles);
    group.addEventListener("dragover", drag);
    group.addEventListener("drop", (event) => event.preventDefault());
    group.addEventListener("formset:added", added);
    group.addEventListener("click", beforeRemoval, true);
  }
});

function rowsOf(group) {
  return [...group.querySelectorAll(ROWS)].filter((row) => row.querySelector(POSITION));
}

function groupOf(row) {
  return row.closest(".js-inline-admin-formset, #result_list tbody");
}

function positionOf(row) {
  return Number(row.querySelector(POSITION).value);
}

function isInOrder(rows) {
  return rows.every((row, index) => index === 0 || positionOf(rows[index - 1]) <= positionOf(row));
}

function addHandles(row) {
  const handles = document.createElement("span");
  handles.className = "moving";
  const grip = document.createElement("span");
  grip.className = "grip";
  grip.setAttribute("aria-hidden", "true");
  grip.title = "Drag to move";
  // Only by its grip: text in the fields can still be selected with the mouse.
  grip.addEventListener("pointerdown", () => (row.draggable = true));
  grip.addEventListener("pointerup", () => (row.draggable = false));
  row.addEventListener("dragstart", begin);
  row.addEventListener("dragend", end);
  handles.append(grip, button(row, "up"), button(row, "down"));
  (row.querySelector(":scope > h3") ?? row.querySelector(POSITION).parentElement).append(handles);
}

function button(row, way) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = way === "up" ? "↑" : "↓";
  made.addEventListener("click", () => step(row, way, made));
  made.addEventListener("focus", () => made.setAttribute("aria-label", `Move ${nameOf(row)} ${way}`));
  made.setAttribute("aria-label", `Move ${nameOf(row)} ${way}`);
  return made;
}

function nameOf(row) {
  return (row.querySelector(".inline_label") ?? row.querySelector("th") ?? row).textContent.trim();
}

function step(row, way, pressed) {
  const rows = rowsOf(groupOf(row));
  const neighbour = rows[rows.indexOf(row) + (way === "up" ? -1 : 1)];
  if (!neighbour) {
    told.textContent = `${nameOf(row)} is already ${way === "up" ? "first" : "last"}.`;
    return;
  }
  place(row, neighbour, way === "up");
  renumber(groupOf(row));
  // The field that moves loses the focus in some browsers.
  pressed.focus();
  tell(row);
}

function place(row, neighbour, isBefore) {
  neighbour[isBefore ? "before" : "after"](row);
}

function tell(row) {
  const rows = rowsOf(groupOf(row));
  told.textContent = `${nameOf(row)} is number ${rows.indexOf(row) + 1} of ${rows.length} now. Save to keep this order.`;
}

// The same numbers in rising order, so that rows that this list does not show keep their places between them.
function renumber(group) {
  const rows = rowsOf(group);
  const numbers = rows.map(positionOf).sort((one, other) => one - other);
  let last = -1;
  rows.forEach((row, index) => {
    const field = row.querySelector(POSITION);
    last = Math.max(numbers[index], last + 1);
    if (field.value === String(last)) return;
    field.value = last;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// --- Dragging

function begin(event) {
  if (event.target !== event.currentTarget) return;
  dragged = event.currentTarget;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", nameOf(dragged));
  // Only headings remain, so that the way is short; a moment later, or the browser takes the drag for ended.
  setTimeout(() => groupOf(dragged ?? event.target).classList.add("is-moving"));
}

function drag(event) {
  const over = event.target.closest(ROWS);
  if (!dragged || groupOf(dragged) !== event.currentTarget) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  place(dragged, over, event.clientY < top + height / 2);
}

function end() {
  if (!dragged) return;
  const row = dragged;
  dragged = null;
  row.draggable = false;
  setTimeout(() => groupOf(row).classList.remove("is-moving"));
  renumber(groupOf(row));
  tell(row);
}

// --- Rows that come and go

function added({ target: row }) {
  if (!row.querySelector(POSITION)) return;
  const others = rowsOf(groupOf(row)).filter((other) => other !== row);
  row.querySelector(POSITION).value = Math.max(0, ...others.map(positionOf)) + 1;
  row.querySelector(".moving")?.remove();
  addHandles(row);
}

// Django numbers the fields anew in the order of the rows, and rows that are saved must keep the first
// numbers. So the rows go back to that order until it has done so.
function beforeRemoval({ target, currentTarget: group }) {
  if (!target.closest(".inline-deletelink")) return;
  sort(group, (row) => Number(row.id.match(/-(\d+)$/)[1]));
  setTimeout(() => sort(group, positionOf));
}

function sort(group, key) {
  const rows = rowsOf(group);
  const sorted = rows.toSorted((one, other) => key(one) - key(other));
  if (sorted.every((row, index) => row === rows[index])) return;
  const before = document.createComment("rows");
  rows[0].before(before);
  before.after(...sorted);
  before.remove();
}
