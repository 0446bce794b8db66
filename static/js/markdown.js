// Shows below a Markdown field, while somebody types, what readers will see. The server makes it, with what
// also makes the page. Without this script, the page's own preview shows the same.
const PAUSE = 350; // milliseconds without a keystroke
const waiting = new WeakMap();
const asked = new WeakMap();

// On the document, because rows are added to the form later.
document.addEventListener("focusin", ({ target }) => previewOf(target)?.hidden && show(target));
document.addEventListener("input", ({ target }) => {
  if (!previewOf(target)) return;
  clearTimeout(waiting.get(target));
  waiting.set(target, setTimeout(show, PAUSE, target));
});

function previewOf(target) {
  return target.matches("[data-markdown] > textarea") ? target.parentElement.querySelector(".markdown-preview") : null;
}

async function show(field) {
  const preview = previewOf(field);
  asked.get(field)?.abort();
  asked.set(field, new AbortController());
  const body = new FormData();
  body.set("text", field.value);
  body.set("csrfmiddlewaretoken", field.form.elements.csrfmiddlewaretoken.value);
  try {
    const request = { method: "POST", body, redirect: "error", signal: asked.get(field).signal };
    const answer = await fetch(field.parentElement.dataset.markdown, request);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    preview.replaceChildren(...page.body.childNodes);
    preview.hidden = !field.value.trim();
  } catch (error) {
    if (error.name === "AbortError") return;
    preview.textContent = "The preview could not be fetched. What you typed is still here.";
    preview.hidden = false;
  }
}
