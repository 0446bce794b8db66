// Sets the point that matters by a click on the picture, and marks where it is. Without this script, and
// from the keyboard, the two numbers beside the picture do the same.
"use strict";

const frame = document.querySelector(".focus-picture");
const [across, down] = ["focus_x", "focus_y"].map((name) => document.querySelector(`[name="${name}"]`));

if (frame && across && down) {
  const mark = document.createElement("i");
  mark.className = "datum-mark";
  frame.append(mark);

  const show = () => {
    mark.style.insetInlineStart = `${across.value}%`;
    mark.style.insetBlockStart = `${down.value}%`;
  };

  frame.addEventListener("click", (event) => {
    const box = frame.getBoundingClientRect();
    const percent = (part, whole) => Math.round(Math.min(1, Math.max(0, part / whole)) * 100);
    across.value = percent(event.clientX - box.left, box.width);
    down.value = percent(event.clientY - box.top, box.height);
    show();
  });
  for (const input of [across, down]) input.addEventListener("input", show);
  show();
}
