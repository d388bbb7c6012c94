// What stands around every screen: head with the state of the line, and the four ways to go.
import { add, h, icon, show } from "./dom.js";
import { mustWait } from "./fingers.js";
import { state, waiting } from "./store.js";
import { t } from "./words.js";

export function go(path) {
  if (location.hash === `#${path}`) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = path;
}

export const placeNow = () => location.hash;

// Where saving leads, unless its owner has gone elsewhere meanwhile: `from` is where it began.
export function goOn(from, path) {
  if (location.hash === from) go(path);
}

function line() {
  const n = waiting().length;
  if (state.isSignedOut) return ["asks", t("请重新登录")];
  if (state.line === "off") return ["off", n ? t("离线 · 存 {n} 份", { n }) : t("离线")];
  if (state.isSending) return ["busy", t("正在上传")];
  if (state.isFull) return ["asks", t("手机已满")];
  if (n) return ["wait", t("待传 {n}", { n })];
  return state.line === "on" && !state.trouble ? ["on", t("已同步")] : ["wait", t("未更新")];
}

export function pill() {
  const [kind, words] = line();
  return h(
    `button.pill.is-${kind}`,
    { type: "button", onclick: () => go(state.isSignedOut ? "/sign-in" : "/log") },
    h("i", { "aria-hidden": "true" }),
    h("span", {}, words),
    waiting().length > 0 && h("b", { "aria-hidden": "true" }, waiting().length),
  );
}

export function renewPill() {
  document.querySelector(".pill")?.replaceWith(pill());
}

export function head({ title, about = "", back = null }) {
  return h(
    "header.head",
    {},
    back &&
      h(
        "button.head-back",
        { type: "button", "aria-label": t("返回"), onclick: () => go(back) },
        icon("back"),
      ),
    h("div.head-words", {}, h("h1", { tabindex: "-1" }, title), about && h("p", {}, about)),
    pill(),
  );
}

const TABS = [
  ["/", "list", "待办"],
  ["/clue", "plus", "登记线索"],
  ["/log", "upload", "上传记录"],
  ["/more", "person", "我的"],
];
// t("待办") t("登记线索") t("上传记录") t("我的")

function tabs(here) {
  const n = waiting().length;
  return h(
    "nav.tabs",
    { "aria-label": t("主要页面") },
    TABS.map(([path, name, words]) =>
      h(
        "a",
        { href: `#${path}`, "aria-current": path === here ? "page" : null },
        icon(name),
        h("span", {}, t(words)),
        path === "/log" && n > 0 && h("b.badge", {}, n),
      ),
    ),
  );
}

// A whole screen. `act` is the one filled button at the bottom, `tab` where the tabs stand instead.
// Drawn anew where it stands (`isQuiet`), it leaves whoever reads on at the place.
export function screen({ title, about, back, tab, act, name, isQuiet }, ...content) {
  const body = h(`main.body${name ? `.${name}` : ""}`, {}, ...content);
  const made = [head({ title, about, back }), body];
  if (act) made.push(h("div.foot", {}, act));
  if (tab) made.push(tabs(tab));
  if (isQuiet && mustWait()) return body;
  const at = isQuiet ? scrollY : 0;
  show(made);
  document.title = title;
  scrollTo(0, at);
  if (!isQuiet) document.querySelector(".head h1").focus({ preventScroll: true });
  return body;
}

export const isHere = (path) => (decodeURIComponent(location.hash.slice(1)) || "/") === path;

export function main(words, onclick) {
  return h("button.main", { type: "button", onclick }, words);
}

export function card(title, aside, ...content) {
  const made = h("section.card", {});
  if (title) made.append(h("div.card-head", {}, h("h2", {}, title), aside ?? null));
  return add(made, content);
}

// Asks before something that cannot be undone.
export function ask({ title, words, yes, no = t("取消"), isGrave = false }) {
  return new Promise((resolve) => {
    const box = h(
      "dialog.ask",
      { "aria-labelledby": "ask-title" },
      h("h2", { id: "ask-title" }, title),
      h("p", {}, words),
      h(
        "div.ask-acts",
        {},
        h("button.plain", { type: "button", onclick: () => box.close("no") }, no),
        h(
          `button.${isGrave ? "grave" : "main"}`,
          { type: "button", onclick: () => box.close("yes") },
          yes,
        ),
      ),
    );
    box.addEventListener("close", () => {
      resolve(box.returnValue === "yes");
      box.remove();
    });
    document.body.append(box);
    box.showModal();
  });
}

const wide = (title) => [...String(title)].reduce((sum, one) => sum + (one > "\u2e7f" ? 1 : 0.55), 0);

// A choice of a few: big buttons, one of them pressed.
export function choice({ label, options, value, onpick, columns }) {
  // Long words stand below one another; short ones side by side.
  const longest = Math.max(...options.map(({ title }) => wide(title)));
  const most = document.documentElement.classList.contains("elder") ? 3.2 : 4.6;
  const fitting = options.length < 3 ? 2 : longest > most ? 1 : 3;
  const group = h(`div.choice.of-${columns ?? fitting}`, {
    role: "radiogroup",
    "aria-label": label,
  });
  const buttons = options.map(({ code, title, hint }) =>
    h(
      "button",
      {
        type: "button",
        role: "radio",
        "aria-checked": String(code === value),
        tabindex: code === value || (value === "" && code === options[0].code) ? "0" : "-1",
        "data-code": code,
        onclick: () => pick(code),
      },
      hint && h("small", {}, hint),
      title,
    ),
  );
  function pick(code) {
    for (const one of buttons) {
      one.setAttribute("aria-checked", String(one.dataset.code === code));
      one.tabIndex = one.dataset.code === code ? 0 : -1;
    }
    onpick(code);
  }
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next.focus();
    pick(next.dataset.code);
  });
  group.append(...buttons);
  return group;
}
