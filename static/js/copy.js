// Copies an address at the press of a button. Without this script, the address can be selected as text.
"use strict";

for (const button of document.querySelectorAll("[data-copies]")) {
  const address = button.previousElementSibling;
  address.addEventListener("focus", () => address.select());
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(address.value);
    button.textContent = "Copied";
  });
}
