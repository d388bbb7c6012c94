// Starts the phone: finds out whether it is set up, unlocks, and shows the screen of the address.
import * as vault from "./vault.js";
import { early, again, firstTime, forgotPin, unlockScreen } from "./enter.js";
import { clueScreen, followScreen } from "./clue.js";
import { cardScreen } from "./card.js";
import { h, show } from "./dom.js";
import { formScreen } from "./form.js";
import { mustWait, watchFingers } from "./fingers.js";
import { go, renewPill } from "./frame.js";
import { differsScreen, logScreen } from "./log.js";
import { listScreen } from "./list.js";
import { moreScreen } from "./more.js";
import { startClock } from "./net.js";
import { forgetUnheard, load, onChange, state } from "./store.js";
import { startTrying, sync } from "./sync.js";
import { setLook, t } from "./words.js";

const AWAY = 15 * 60000;

const SCREENS = [
  [/^\/case\/(.+)$/, cardScreen],
  [/^\/visit\/(.+)$/, formScreen],
  [/^\/follow\/(.+)$/, followScreen],
  [/^\/differs\/(.+)$/, differsScreen],
  [/^\/clue$/, clueScreen],
  [/^\/log$/, logScreen],
  [/^\/more$/, moreScreen],
];

let isReady = false;

async function route() {
  if (!isReady) {
    await enter();
    return;
  }
  const path = decodeURIComponent(location.hash.slice(1)) || "/";
  if (path === "/sign-in") {
    again({ done: () => go("/") });
    return;
  }
  for (const [pattern, screen] of SCREENS) {
    const match = pattern.exec(path);
    if (match) {
      await screen(...match.slice(1));
      return;
    }
  }
  await listScreen();
}

async function ready() {
  isReady = true;
  await route();
  sync();
}

async function enter() {
  const isSetUp = await vault.isSetUp();
  setLook({ isSetUp });
  if (!isSetUp) {
    firstTime({ typed: early(), done: ready });
    return;
  }
  await forgetUnheard();
  unlockScreen({
    done: async () => {
      await load();
      await ready();
    },
    forgotten: () => forgotPin({ done: ready }),
  });
}

// A list that is looked at is drawn anew when something comes in; a form never is, and one that is
// only about to be shown is drawn by its own way there, from its top.
function redraw() {
  if (!isReady || mustWait()) return;
  const path = location.hash.slice(1) || "/";
  const shown = document.querySelector(".tabs a[aria-current]")?.getAttribute("href");
  if (shown !== `#${path}`) renewPill();
  else if (path === "/") listScreen({ isQuiet: true });
  else if (path === "/log") logScreen({ isQuiet: true });
  else renewPill();
}

function broken(error) {
  const title = h("h1", { tabindex: "-1" }, t("这一页出错了"));
  show(
    h(
      "main.gate",
      {},
      title,
      h(
        "p.gate-lead",
        {},
        t("存下的资料都还在手机里。请重新打开；还是这样，就把最下面一行字告诉乡镇。"),
      ),
      h("button.main", { type: "button", onclick: () => location.reload() }, t("重新打开")),
      h("p.small", { lang: "en", translate: "no" }, String(error?.message ?? error)),
    ),
  );
  title.focus();
}

function lockWhenAway() {
  let left = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") left = Date.now();
    else if (isReady && left && Date.now() - left > AWAY) {
      vault.lock();
      location.reload();
    }
  });
}

async function start() {
  await vault.open();
  await startClock();
  addEventListener("hashchange", () => route().catch(broken));
  addEventListener("unhandledrejection", (event) => broken(event.reason));
  onChange(redraw);
  watchFingers(redraw);
  startTrying();
  lockWhenAway();
  if (!navigator.onLine) state.line = "off";
  await route();
  if ("serviceWorker" in navigator) {
    await navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" }).catch((error) => {
      // Without HTTPS there is no worker: the pages still work while there is a line.
      console.info("no service worker", error.name);
    });
  }
}

start().catch(broken);
