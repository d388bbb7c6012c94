// The official, the language and size, the PIN, and signing out, which empties the phone.
import * as vault from "./vault.js";
import { NoAnswer, Refused, request } from "./net.js";
import { h, inParts, toast } from "./dom.js";
import { ask, card, choice, go, screen } from "./frame.js";
import { choosePin } from "./enter.js";
import { state, waiting } from "./store.js";
import { isEnglish, said, setLook, t } from "./words.js";

export async function moreScreen() {
  const who = state.who;
  const elder = document.documentElement.classList.contains("elder");
  screen(
    { title: t("我的"), about: inParts([said(who?.places), said(who?.role)]), tab: "/more" },
    card(
      said(who?.name),
      h("span.small", {}, who?.official),
      h(
        "div.question",
        {},
        h("p.question-title", {}, t("语言"), !isEnglish() && h("small", { lang: "en" }, "Language")),
        choice({
          label: t("语言"),
          options: [
            { code: "zh", title: "中文" },
            { code: "en", title: "English" },
          ],
          value: isEnglish() ? "en" : "zh",
          onpick: (language) => {
            setLook({ language });
            moreScreen();
          },
        }),
      ),
      h(
        "div.question",
        {},
        h("p.question-title", {}, t("字号")),
        choice({
          label: t("字号"),
          options: [
            { code: "plain", title: t("标准") },
            { code: "elder", title: t("大字") },
          ],
          value: elder ? "elder" : "plain",
          onpick: (size) => {
            setLook({ elder: size === "elder" });
            moreScreen();
          },
        }),
      ),
    ),
    card(
      t("资料安全"),
      null,
      h("p", {}, t("资料加密存在这部手机里，只有您负责的村。")),
      state.forms?.keep_days &&
        h("p.small", {}, t("{n} 天没有连上服务器，农户资料会自动清除；没上传的记录留着。", { n: state.forms.keep_days })),
      h("button.plain.wide", { type: "button", onclick: newPin }, t("更换 PIN")),
      h("button.plain.wide", { type: "button", onclick: lockNow }, t("锁住")),
      h("button.plain.wide.is-grave", { type: "button", onclick: signOut }, t("退出并清空这部手机")),
    ),
    card(
      t("放到桌面"),
      null,
      h("p", {}, t("在浏览器菜单里选“添加到主屏幕”，下次像应用一样打开，没有信号也能用。")),
    ),
  );
}

function newPin() {
  choosePin({
    done: async (pin) => {
      await vault.changePin(pin);
      toast(t("PIN 已更换。"));
      go("/more");
    },
  });
}

function lockNow() {
  vault.lock();
  location.reload();
}

async function signOut() {
  const n = waiting().length;
  const isSure = await ask({
    title: n ? t("还有 {n} 份没有上传", { n }) : t("退出并清空这部手机？"),
    words: n ? t("退出会删去它们，找不回来。请先到有信号的地方上传。") : t("下次使用要重新登录。"),
    yes: n ? t("仍然删去并退出") : t("退出并清空"),
    isGrave: true,
  });
  if (!isSure) return;
  try {
    await request("session", { method: "DELETE" });
  } catch (error) {
    // Without a line the phone is emptied all the same; the session ends by itself.
    if (!(error instanceof NoAnswer || error instanceof Refused)) throw error;
  }
  await vault.wipe();
  setLook({ isSetUp: false });
  location.hash = "";
  location.reload();
}
