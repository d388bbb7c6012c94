"""What axe finds on a page that keeps somebody out."""

from __future__ import annotations

from typing import Any

_ALIKE = """() => {
  for (const one of document.querySelectorAll("[data-looks-like-another]"))
    one.removeAttribute("data-looks-like-another");
  const behind = new Map();
  const under = (one) => {
    if (!one) return "";
    if (!behind.has(one)) {
      const style = getComputedStyle(one);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.position,
        style.zIndex, style.clip, style.filter, style.mixBlendMode];
      for (const part of ["::before", "::after"]) {
        const beside = getComputedStyle(one, part);
        if (beside.content !== "none")
          own.push(part, beside.backgroundColor, beside.backgroundImage, beside.position);
      }
      behind.set(one, `${under(one.parentElement)}>${own.join()}`);
    }
    return behind.get(one);
  };
  const seen = new Set();
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data);
    const isControl = one.matches("input, select, textarea, button");
    const length = own.join("").trim().length;
    if (!length && !isControl) continue;
    const style = getComputedStyle(one);
    const looks = [under(one), style.color, style.fontSize, style.fontWeight, style.textShadow,
      style.visibility, one.getClientRects().length > 0, length === 1, isControl && one.tagName,
      !!one.closest("[disabled], [aria-disabled]")].join("|");
    if (seen.has(looks)) one.setAttribute("data-looks-like-another", "");
    seen.add(looks);
  }
  return !!window.axe;
}"""
"""Marks every element whose text and what lies behind it look like those of one before it, on the
screen as it is now. Tells whether axe was read into the page already."""

_RUN = """async () => {
  axe.configure({rules: [
    {id: "color-contrast", selector: ":not([data-looks-like-another])"}
  ]});
  return (await axe.run({resultTypes: ["violations"]})).violations;
}"""


def barriers(page: Any) -> list[dict[str, Any]]:
    """The violations on a page as it stands.

    The contrast of text is most of the work, and a list has hundreds of words that look alike: of
    those the first is measured.
    """
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate(_ALIKE):
        page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return found
