// Totals of a day; never who it is: docs/adr/0013.
if (!navigator.globalPrivacyControl && navigator.doNotTrack != 1) {
  const { page } = document.currentScript.dataset;
  const asked = new URLSearchParams(location.search);
  const site = document.referrer && new URL(document.referrer).hostname;
  const source = asked.get("utm_source") || asked.get("ref") || site || "direct";
  const count = (kind, cta = "") => {
    navigator.sendBeacon("/count/", new URLSearchParams({ kind, page, source, cta }));
  };

  if (document.prerendering) document.onprerenderingchange = () => count("visit");
  else count("visit");

  for (const link of document.querySelectorAll("[href*='cta=']")) {
    const cta = new URLSearchParams(link.search).get("cta");
    link.onclick = () => count("click", cta);
    link.search += "&via=" + encodeURIComponent(source);
  }
  for (const item of document.querySelectorAll("details:not([open])")) {
    item.ontoggle = () => item.open && count("question_opened", item.lastElementChild.id);
  }
}
