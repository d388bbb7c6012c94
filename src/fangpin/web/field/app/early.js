// Before the first paint: language, size, and whether this phone is set up. Names no one. After it:
// the modules, all at once, so that on a slow line they do not hold up what is seen first.
(() => {
  const modules = document.currentScript.dataset.modules.split(" ");
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
  const load = () => {
    for (const href of modules) {
      const link = document.createElement("link");
      Object.assign(link, { rel: "modulepreload", href });
      document.head.append(link);
    }
    const script = document.createElement("script");
    Object.assign(script, { type: "module", src: modules[0] });
    document.head.append(script);
  };
  // A page in the background is not painted: it does not wait for that.
  const later = () => (document.hidden ? load() : requestAnimationFrame(() => setTimeout(load)));
  addEventListener("DOMContentLoaded", later);
  if (root.lang === "en") {
    addEventListener("DOMContentLoaded", () => {
      for (const one of document.querySelectorAll("[data-en]")) one.textContent = one.dataset.en;
    });
  }
})();
