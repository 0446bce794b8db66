// Daily totals, never who: docs/adr/0013.
if (!navigator.globalPrivacyControl && navigator.doNotTrack != 1) {
  const { page } = document.currentScript.dataset;
  const query = new URLSearchParams(location.search);
  const site = document.referrer && new URL(document.referrer).hostname;
  const source = query.get("utm_source") || query.get("ref") || site || "direct";
  const count = (kind, cta = "") =>
    navigator.sendBeacon("/count/", new URLSearchParams({ kind, page, source, cta }));

  if (document.prerendering) document.onprerenderingchange = () => count("visit");
  else setTimeout(count, 0, "visit");

  for (const link of document.querySelectorAll("[href*='cta=']")) {
    const cta = new URLSearchParams(link.search).get("cta");
    link.onclick = () => count("click", cta);
    link.search += "&via=" + encodeURIComponent(source);
  }
  for (const item of document.querySelectorAll("details:not([open])")) {
    item.ontoggle = () => item.open && count("question_opened", item.lastElementChild.id);
  }
}
