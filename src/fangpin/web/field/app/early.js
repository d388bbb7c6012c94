// Before the first paint: language, size, and whether this phone is set up. Names no one.
(() => {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("field.look") || "{}");
  } catch {
    // A phone that keeps nothing shows the sign-in.
  }
  const root = document.documentElement;
  if (kept.language) root.lang = kept.language === "en" ? "en" : "zh-Hans";
  root.classList.toggle("elder", Boolean(kept.elder));
  root.classList.add(kept.isSetUp ? "kept" : "new");
  if (root.lang === "en") {
    addEventListener("DOMContentLoaded", () => {
      for (const one of document.querySelectorAll("[data-en]")) one.textContent = one.dataset.en;
    });
  }
})();
