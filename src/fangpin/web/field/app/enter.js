// The way in: account and password once, then a PIN of six digits at every start.
import * as vault from "./vault.js";
import { NoAnswer, Refused } from "./net.js";
import { h, icon, show, svg, toast } from "./dom.js";
import { go } from "./frame.js";
import { load, state, waiting } from "./store.js";
import { afterSignIn, signIn } from "./sync.js";
import { isEnglish, said, setLook, t } from "./words.js";

const DIGITS = 6;

function mark() {
  return svg(
    "svg",
    { viewBox: "0 0 28 28", class: "gate-mark", "aria-hidden": "true" },
    svg("rect", { class: "mark-ground", width: "28", height: "28", rx: "6.5" }),
    svg("path", { class: "mark-hill", d: "m4.5 20 6-8 4.4 5.6 2.6-3.2 6 5.6" }),
    svg("circle", { class: "mark-sun", cx: "18.8", cy: "8.8", r: "2.3" }),
  );
}

function gate(title, lead, ...content) {
  show(h("main.gate", {}, mark(), h("h1", {}, title), h("p.gate-lead", {}, lead), ...content, look()));
  document.title = title;
}

function look() {
  return h(
    "p.gate-look",
    {},
    h(
      "button.link",
      {
        type: "button",
        lang: isEnglish() ? "zh-Hans" : "en",
        onclick: () => {
          setLook({ language: isEnglish() ? "zh" : "en" });
          dispatchEvent(new HashChangeEvent("hashchange"));
        },
      },
      isEnglish() ? "中文" : "English",
    ),
    h(
      "button.link",
      {
        type: "button",
        onclick: () => {
          setLook({ elder: !document.documentElement.classList.contains("elder") });
          dispatchEvent(new HashChangeEvent("hashchange"));
        },
      },
      document.documentElement.classList.contains("elder") ? t("标准字号") : t("大字"),
    ),
  );
}

export function early() {
  const value = (id) => document.getElementById(id)?.value ?? "";
  return { username: value("early-name"), password: value("early-word") };
}

// `mode`: first (a new phone), again (a lapsed sign-in), forgotten (the PIN).
export function signInScreen({ mode, done, typed = {} }) {
  const known = mode === "first" ? (typed.username ?? "") : (state.who?.official ?? "");
  const name = h("input", {
    id: "name",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
    value: known,
  });
  name.value = known;
  const word = h("input", {
    id: "word",
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  word.value = typed.password ?? "";
  // Few have a second factor: its field comes when asked for.
  const code = h("input", {
    id: "code",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    maxlength: "7",
  });
  const second = h("div.gate-second", { hidden: true }, h("label", { for: "code" }, t("验证码")), code);
  const open = h(
    "button.link",
    {
      type: "button",
      onclick: () => {
        second.hidden = false;
        open.hidden = true;
        code.focus();
      },
    },
    t("设了两步验证"),
  );
  const fault = h("p.fault", { role: "alert", hidden: true });
  const button = h("button.main", { type: "submit" }, t("登录"));

  async function submit(event) {
    event.preventDefault();
    fault.hidden = true;
    if (!name.value.trim() || !word.value) {
      say(t("请填写账号和密码。"));
      return;
    }
    button.disabled = true;
    try {
      const who = await signIn(name.value.trim(), word.value, code.value.trim());
      await done(name.value.trim(), word.value, who);
    } catch (error) {
      say(faultOf(error));
    } finally {
      button.disabled = false;
    }
  }

  function say(words) {
    fault.textContent = words;
    fault.hidden = false;
    word.focus();
  }

  const leads = {
    first: t("没有信号也能填，有网自动上传"),
    again: t("请重新登录，资料还在。"),
    forgotten: t("用密码登录一次，再设新的 PIN；没上传的资料都在。"),
  };
  gate(
    t("入户核实"),
    leads[mode],
    h(
      "form.gate-form",
      { onsubmit: submit, novalidate: true },
      h("label", { for: "name" }, t("账号")),
      name,
      h("label", { for: "word" }, t("密码")),
      word,
      second,
      fault,
      button,
      open,
      mode !== "first" &&
        h(
          "button.plain",
          { type: "button", onclick: () => go("/") },
          mode === "again" ? t("先不登录，继续填") : t("返回输入 PIN"),
        ),
    ),
  );
}

function faultOf(error) {
  if (error instanceof NoAnswer) return t("现在没有信号。第一次使用要在有信号的地方登录。");
  if (error instanceof Refused && error.problem?.zh) {
    return isEnglish()
      ? `${error.problem.en} ${error.problem.fix_en}`
      : `${error.problem.zh}${error.problem.fix_zh}`;
  }
  if (error instanceof vault.FullDisk) return t("手机存储已满，请删去一些照片或应用后再试。");
  if (error instanceof Refused) return t("登录没有成功，请稍后再试。");
  throw error;
}

// ── the PIN ──────────────────────────────────────────────────────────────────────────────────────

function pad({ title, lead, onfull, more }) {
  let digits = "";
  const dots = h("p.gate-dots", { role: "status", "aria-live": "polite" });
  const fault = h("p.fault", { role: "alert", hidden: true });

  function draw() {
    dots.replaceChildren(
      ...Array.from({ length: DIGITS }, (_, at) => h(at < digits.length ? "i.full" : "i")),
      h("span.unseen", {}, t("已输入 {n} 位", { n: digits.length })),
    );
  }
  async function press(digit) {
    if (digits.length >= DIGITS) return;
    digits += digit;
    fault.hidden = true;
    draw();
    if (digits.length < DIGITS) return;
    const told = await onfull(digits);
    digits = "";
    if (told) {
      fault.textContent = told;
      fault.hidden = false;
    }
    draw();
  }
  const key = (digit) => h("button", { type: "button", onclick: () => press(digit) }, digit);
  const keys = h(
    "div.pad",
    { role: "group", "aria-label": t("数字键") },
    ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key),
    h("span", {}),
    key("0"),
    h(
      "button",
      {
        type: "button",
        "aria-label": t("删除一位"),
        onclick: () => {
          digits = digits.slice(0, -1);
          draw();
        },
      },
      icon("erase"),
    ),
  );
  draw();
  gate(title, lead, dots, fault, keys, more);
  document.onkeydown = (event) => {
    if (!document.querySelector(".pad")) return;
    if (/^\d$/.test(event.key)) press(event.key);
    if (event.key === "Backspace") {
      digits = digits.slice(0, -1);
      draw();
    }
  };
}

const tooPlain = (pin) =>
  /^(\d)\1+$/.test(pin) || "01234567890123456789".includes(pin) || "98765432109876543210".includes(pin);

export function choosePin({ lead, done }) {
  const first = () =>
    pad({
      title: t("设一个 6 位 PIN"),
      lead: lead ?? t("每次打开时输入；手机丢了，别人也看不到农户资料。"),
      onfull: async (pin) => {
        if (tooPlain(pin)) return t("太容易猜，请换一个。");
        pad({
          title: t("再输一次 PIN"),
          lead: t("两次要一样。"),
          onfull: async (again) => {
            if (again !== pin) {
              first();
              toast(t("两次不一样，请重新设。"), "bad");
              return "";
            }
            try {
              await done(pin);
            } catch (error) {
              if (!(error instanceof vault.FullDisk)) throw error;
              first();
              toast(t("手机存储已满，请删去一些照片或应用后再试。"), "bad");
            }
            return "";
          },
        });
        return "";
      },
    });
  first();
}

export function unlockScreen({ done, forgotten }) {
  pad({
    title: t("请输入 PIN"),
    lead: t("没有信号也能打开"),
    onfull: async (pin) => {
      if (await vault.unlock(pin)) {
        await done();
        return "";
      }
      const left = Math.ceil((await vault.wait()) / 1000);
      return left
        ? t("输错太多次，请等 {n} 秒再试。", { n: left })
        : t("PIN 不对，请再试。");
    },
    more: h("button.link", { type: "button", onclick: forgotten }, t("忘记 PIN")),
  });
}

// ── the whole way ────────────────────────────────────────────────────────────────────────────────

// A first sign-in on this phone: its own vault, its own PIN.
export function firstTime({ typed, done }) {
  signInScreen({
    mode: "first",
    typed,
    done: async (_name, password, who) => {
      choosePin({
        done: async (pin) => {
          await vault.setUp({ official: who.official, pin, password });
          setLook({ isSetUp: true });
          navigator.storage?.persist?.();
          await load();
          await afterSignIn(who);
          await done();
        },
      });
    },
  });
}

export function again({ done }) {
  signInScreen({
    mode: "again",
    done: async (name, password, who) => {
      if (who.official !== state.who?.official) {
        toast(otherOwner(), "bad");
        return;
      }
      await vault.rememberPassword(password);
      await afterSignIn(who);
      await done();
    },
  });
}

function otherOwner() {
  const n = waiting().length;
  return t("这部手机是 {name} 的，还有 {count} 份没上传；换人使用请先退出。", {
    name: said(state.who?.name),
    count: n,
  });
}

export function forgotPin({ done }) {
  signInScreen({
    mode: "forgotten",
    done: async (name, password, who) => {
      if (who.official !== (await vault.owner())) {
        toast(t("这部手机是另一个账号的。"), "bad");
        return;
      }
      if (!(await vault.unlock(password, "password"))) {
        toast(t("密码改过，打不开手机里的旧资料；请用原来的密码，或请乡镇协助。"), "bad");
        return;
      }
      choosePin({
        lead: t("原来的资料都在。"),
        done: async (pin) => {
          await vault.changePin(pin);
          await load();
          await afterSignIn(who);
          await done();
        },
      });
    },
  });
}
