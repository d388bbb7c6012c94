// A field for files in the page's own words. Without this the browser's own control stays, in the
// browser's language; it is never taken away, only laid, unseen, over the words.
const FIELD = "[data-files]";
const COMMA = document.documentElement.lang.startsWith("zh") ? "、" : ", ";

function tell(field) {
  const { none, several } = field.dataset;
  const names = [...field.querySelector("input").files].map((file) => file.name);
  const count = names.length > 1 ? several.replace("#", names.length) : "";
  field.classList.toggle("has-files", names.length > 0);
  field.querySelector("[data-files-told]").textContent = names.length ? count + names.join(COMMA) : none;
}

function dress() {
  for (const field of document.querySelectorAll(FIELD)) {
    field.classList.add("is-dressed");
    field.querySelector("[data-files-face]").hidden = false;
    tell(field);
  }
}

document.addEventListener("change", (event) => {
  const field = event.target.closest(FIELD);
  if (field) tell(field);
});
document.addEventListener("htmx:afterSettle", dress);
// Back on the page, what was chosen may still be there.
window.addEventListener("pageshow", dress);
dress();
