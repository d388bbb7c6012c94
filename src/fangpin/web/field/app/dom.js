// Elements without markup in strings: nothing that came from a server is ever parsed as HTML.

export function h(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  return filled(element, props, children);
}

export function svg(name, props = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), props, children);
}

function filled(element, props, children) {
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string" && key !== "list") element[key] = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

export function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

// Things said one after another: a line breaks between them, within one only where it must.
export function inParts(parts) {
  const told = parts.filter(Boolean);
  return told.map((one, at) => [
    h("span.part", {}, one, at < told.length - 1 && "\u00a0·"),
    at < told.length - 1 && " ",
  ]);
}

export function show(...children) {
  const app = document.getElementById("app");
  app.replaceChildren();
  add(app, children);
  return app;
}

const PATHS = {
  back: "M15 4 7 12l8 8",
  list: "M4 6h16M4 12h16M4 18h10",
  plus: "M12 5v14M5 12h14",
  upload: "M12 20V7m0 0-5 5m5-5 5 5M5 3.5h14",
  person: "M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c1-3.8 4-5.5 7.5-5.5s6.5 1.7 7.5 5.5",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4ZM12 16.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6Z",
  pin: "M12 21s6.5-6 6.5-11.2A6.5 6.5 0 0 0 5.5 9.8C5.5 15 12 21 12 21Zm0-8.7a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  pen: "M4 20c3-1 4-5 6-9s4-7 5-6-1 5-3 8-3 6-1 6 3-3 4-3 1 2 4 2",
  tick: "m5 12.5 4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6 6 18",
  erase: "M9 5h11v14H9l-5.5-7ZM12 9.5l5 5m0-5-5 5",
};

export function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" },
    svg("path", { d: PATHS[name] }),
  );
}

const SHAPES = {
  diamond: "M7 .8 13.2 7 7 13.2.8 7Z",
  triangle: "M7 1.2 13.4 12.6H.6Z",
  square: "M1.8 1.8h10.4v10.4H1.8Z",
  circle: "M7 1a6 6 0 1 1 0 12A6 6 0 0 1 7 1Z",
};

export function shape(name) {
  return svg(
    "svg",
    { viewBox: "0 0 14 14", class: "shape", "aria-hidden": "true" },
    svg("path", { d: SHAPES[name] }),
  );
}

let toastTimer = 0;

export function toast(words, kind = "") {
  document.querySelector(".toast")?.remove();
  clearTimeout(toastTimer);
  const made = h(`p.toast${kind ? `.${kind}` : ""}`, { role: "status" }, words);
  document.body.append(made);
  toastTimer = setTimeout(() => made.remove(), kind === "bad" ? 9000 : 4500);
}
