// Enhancements only: every page works without this file.
const inField = (target) => target.closest("input, select, textarea, [contenteditable]");

// Queue and lists: j / k move, Enter opens, / searches, Esc leaves.
let here = -1;
const rows = () => [...document.querySelectorAll("[data-row]")];
function move(step) {
  const all = rows();
  if (!all.length) return;
  all[here]?.classList.remove("is-here");
  here = Math.min(Math.max(here + step, 0), all.length - 1);
  const row = all[here];
  row.classList.add("is-here");
  row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    if (inField(event.target)) event.target.blur();
    return;
  }
  if (inField(event.target)) return;
  const keyed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (keyed) { event.preventDefault(); keyed.click(); return; }
  if (event.key === "/") {
    const find = document.querySelector("#find");
    if (find) { event.preventDefault(); find.focus(); find.select(); }
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "Enter" && here >= 0 && event.target === document.body) {
    rows()[here]?.querySelector("a")?.click();
  }
});
document.addEventListener("htmx:afterSettle", () => { here = -1; });

// One menu at a time; a click elsewhere closes it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// On a phone the menu is one line that is scrolled: it shows where one is.
const side = document.querySelector(".side-in");
const current = side?.querySelector("[aria-current]");
if (current) {
  const [line, entry] = [side.getBoundingClientRect(), current.getBoundingClientRect()];
  side.scrollLeft += entry.left - line.left - (line.width - entry.width) / 2;
}

// The map and its table point at each other.
function linkDivision(code, on) {
  for (const part of document.querySelectorAll(`[data-division="${CSS.escape(code)}"]`)) {
    (part.closest("a") ?? part).classList.toggle("is-linked", on);
  }
}
for (const [type, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(type, (event) => {
    const part = event.target.closest?.("[data-division]") ?? event.target.querySelector?.(":scope > [data-division]");
    if (part) linkDivision(part.dataset.division, on);
  });
}

// Printing needs a script; without one the browser's own menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    document.querySelectorAll("details.reason").forEach((reason) => { reason.open = true; });
    window.print();
  });
}

// Batch dispatch: x chooses the row, the bar says how many are chosen.
function countChosen() {
  const words = document.querySelector("[data-batch-count]");
  const n = document.querySelectorAll("[name=alert]:checked").length;
  if (words) words.textContent = words.dataset.words.replace("#", n);
}
document.addEventListener("change", (event) => { if (event.target.name === "alert") countChosen(); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || here < 0) return;
  if (inField(event.target) && event.target.type !== "checkbox") return;
  const box = rows()[here]?.querySelector("[name=alert]");
  if (box) { box.checked = !box.checked; countChosen(); }
});

// A form that acts is sent once; its key makes a second sending harmless anyway.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
  event.target.querySelectorAll("[data-busy]").forEach((words) => { words.hidden = false; });
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[data-busy]").forEach((words) => { words.hidden = true; });
  });
});

// Another threshold begins with its value of today, at once: what is typed meanwhile stays.
document.addEventListener("change", (event) => {
  const { now } = event.target.dataset ?? {};
  const field = now !== undefined && document.getElementById("f-value");
  if (!field) return;
  field.value = now;
  field.removeAttribute("aria-invalid");
  field.closest(".ask").classList.remove("is-wrong");
  document.getElementById("value-error")?.remove();
});

// A file that is too large is told before it travels; the server says the same.
document.addEventListener("change", (event) => {
  const { mostBytes, tooLarge } = event.target.dataset ?? {};
  if (!mostBytes) return;
  const isTooLarge = (event.target.files[0]?.size ?? 0) > Number(mostBytes);
  event.target.setCustomValidity(isTooLarge ? tooLarge : "");
  if (isTooLarge) event.target.reportValidity();
});
document.addEventListener("submit", (event) => {
  const file = event.target.querySelector("[data-most-bytes]");
  if (file && !file.checkValidity() && file.files.length) {
    event.preventDefault();
    delete event.target.dataset.sent;
    file.reportValidity();
    return;
  }
  event.target.querySelectorAll("[data-sending]").forEach((words) => { words.hidden = false; });
});
