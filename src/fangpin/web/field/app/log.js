// What was sent and what waits, record by record; and the screen on which people choose field by field.
import { writeAgain } from "./clue.js";
import { h, icon, inParts, toast } from "./dom.js";
import { ask, card, choice, go, isHere, main, screen } from "./frame.js";
import { spoken } from "./form.js";
import { stateWords } from "./list.js";
import { dropRecord, putRecord, state } from "./store.js";
import { isStuck, sync } from "./sync.js";
import { clockOf, isEnglish, said, t } from "./words.js";

const KINDS = { visit: "入户核查", clue: "线索", follow_up: "走访" };
// t("入户核查") t("线索") t("走访")

export async function logScreen({ isQuiet } = {}) {
  const records = [...state.outbox.values()].sort((a, b) => b.saved - a.saved);
  const waiting = records.filter((one) => one.state !== "stored");
  const sent = records.filter((one) => one.state === "stored");
  const saved = sent.reduce((sum, one) => sum + (one.minutes ?? 0), 0);
  const about = state.updated ? t("更新 {at}", { at: clockOf(new Date(state.updated)) }) : t("还没有更新过");
  screen(
    { title: t("上传记录"), about, tab: "/log", name: "log-screen", isQuiet },
    card(
      null,
      null,
      h("p.sentence", {}, line(waiting.length)),
      saved > 0 && h("p.small", {}, t("这些天比填纸表省下约 {n} 分钟。", { n: saved })),
      main(t("现在上传和更新"), () => sync({ byHand: true })),
    ),
    waiting.length > 0 && group(t("还在手机里"), waiting),
    sent.length > 0 && group(t("已上传"), sent),
    !records.length && h("p.empty-line", {}, t("还没有记录。")),
  );
}

function line(n) {
  if (state.isSignedOut) return t("请重新登录，资料还在。");
  if (state.isSending) return t("正在上传…");
  if (state.line === "off") {
    return n ? t("没有信号。{n} 份存在手机里，有网自动上传。", { n }) : t("没有信号；待办可能不是最新的。");
  }
  const stuck = [...state.outbox.values()].filter(isStuck).length;
  if (state.isFull) return t("手机存储已满，有的没有存下。请删去一些照片或应用，再点下面更新。");
  if (stuck) return t("{n} 份要您看一下，请看下面。", { n: stuck });
  if (state.trouble) return troubleWords(state.trouble);
  if (state.line !== "on") return t("还没有和服务器对上，资料都在手机里。");
  return n ? t("{n} 份等待上传。", { n }) : t("都已上传，待办是最新的。");
}

// In the server's own words where it has some: a post that has ended, too many calls.
function troubleWords(problem) {
  const words = isEnglish() ? [problem.en, problem.fix_en] : [problem.zh, problem.fix_zh];
  return words.filter(Boolean).join(" ") || t("服务器暂时办不了，过一会儿会再试；资料都在手机里。");
}

function group(title, records) {
  return h(
    "section.group",
    {},
    h("div.group-head", {}, h("h2", {}, title), h("span", {}, t("{n} 份", { n: records.length }))),
    h("ul", {}, records.map((one) => h("li", {}, entry(one)))),
  );
}

function entry(one) {
  const mine = h(
    `div.entry.is-${one.state}`,
    {},
    h("span.entry-mark", { "aria-hidden": "true" }, icon(one.state === "stored" ? "tick" : one.state === "refused" ? "cross" : "upload")),
    h(
      "div.entry-words",
      {},
      h("b", {}, one.head),
      h("span", {}, inParts([t(KINDS[one.kind]), clockOf(new Date(one.saved))])),
      h("span.entry-state", {}, stateWords(one)),
      one.minutes > 0 && one.state === "stored" && h("span.small", {}, t("省约 {n} 分钟", { n: one.minutes })),
    ),
  );
  if (one.state === "differs") mine.append(h("button.plain", { type: "button", onclick: () => go(`/differs/${one.key}`) }, t("去选择")));
  if (one.state === "refused") mine.append(refusal(one));
  return mine;
}

function refusal(one) {
  const problem = one.problem ?? {};
  const words = isEnglish() ? [problem.en, problem.fix_en] : [problem.zh, problem.fix_zh];
  return h(
    "div.refusal",
    {},
    h("p", {}, words[0] ?? t("服务器没有收下（{code}）。", { code: problem.code ?? "?" })),
    words[1] && h("p.small", {}, words[1]),
    problem.households && households(one),
    h(
      "div.refusal-acts",
      {},
      h("button.plain", { type: "button", onclick: () => again(one) }, t("再传一次")),
      problem.may_be_another && h("button.plain", { type: "button", onclick: () => another(one) }, t("都不是，是另一户")),
      one.kind === "clue" && problem.code === "HOUSEHOLD_NOT_FOUND" && state.forms?.unregistered &&
        h("button.plain", { type: "button", onclick: () => rewrite(one, { isNew: true }) }, t("这户不在册，补登记")),
      one.kind === "clue" && MENDED.has(problem.code) &&
        h("button.plain", { type: "button", onclick: () => rewrite(one) }, t("改一改")),
      one.kind === "visit" && ENDED.has(problem.code) &&
        h("button.plain", { type: "button", onclick: () => asClue(one) }, t("改登记为线索")),
      h("button.plain.is-grave", { type: "button", onclick: () => drop(one) }, t("删去")),
    ),
  );
}

const MENDED = new Set(["ANSWER_MISSING", "ANSWER_WRONG", "IDENTITY_UNREADABLE", "VILLAGE_OUTSIDE", "HOUSEHOLD_NOT_FOUND"]);
const ENDED = new Set(["CASE_ENDED", "DECISION_MADE", "NOT_FOUND"]);

// Households of one name: chosen by group and members.
function households(one) {
  return choice({
    label: t("是哪一户"),
    columns: 1,
    options: one.problem.households.map((found) => ({
      code: found.household_no,
      title: [found.group, t("{n} 口人", { n: found.count })].filter(Boolean).join(" · "),
      hint: found.household_no,
    })),
    value: "",
    onpick: async (number) => {
      await putRecord({ ...one, state: "waiting", problem: null, body: { ...one.body, household_no: number } });
      await sync();
      if (isHere("/log")) logScreen();
    },
  });
}

// The official has seen those that may be the same one.
async function another(one) {
  const body = { ...one.body, new: { ...one.body.new, another: true } };
  await putRecord({ ...one, state: "waiting", problem: null, body });
  await sync();
  if (isHere("/log")) logScreen();
}

async function rewrite(one, changes = {}) {
  if (changes.isNew) changes.answers = headOf(one);
  if (!(await writeAgain(one, changes))) {
    toast(t("还有一条线索没写完，请先存好或清空。"), "bad");
    return;
  }
  await dropRecord(one.key);
  go("/clue");
}

function headOf(one) {
  const field = state.forms.unregistered.fields.find((known) => known.holds === "head_name");
  return { [field.field]: one.body.head_name ?? "" };
}

async function again(one) {
  await putRecord({ ...one, state: "waiting" });
  await sync({ byHand: true });
}

// What was seen does not get lost because the case has ended: it becomes the beginning of the next.
async function asClue(one) {
  const key = crypto.randomUUID();
  const clue = {
    key,
    kind: "clue",
    about: "",
    head: one.head,
    saved: one.saved,
    state: "waiting",
    body: {
      key,
      head_name: one.head,
      on: one.body.visited_at.slice(0, 10),
      cause: one.body.causes[0]?.cause ?? "",
      note: one.body.judgement,
    },
  };
  await putRecord(clue);
  await dropRecord(one.key);
  await sync();
  if (isHere("/log")) logScreen();
}

async function drop(one) {
  const isSure = await ask({
    title: t("删去这份记录？"),
    words: t("它没有上传，删去后找不回来。"),
    yes: t("删去"),
    isGrave: true,
  });
  if (!isSure) return;
  await dropRecord(one.key);
  logScreen();
}

// ── both sides changed the same field ────────────────────────────────────────────────────────────

export async function differsScreen(key) {
  const record = state.outbox.get(key);
  if (!record?.fields) {
    go("/log");
    return;
  }
  const chosen = Object.fromEntries(Object.keys(record.fields).map((field) => [field, "mine"]));
  const fields = new Map((state.forms?.visits[record.body.form]?.fields ?? []).map((one) => [one.field, one]));
  screen(
    {
      title: t("{name}：有出入", { name: record.head }),
      about: t("别人在您之后改过这一户"),
      back: "/log",
      act: main(t("用选好的上传"), save),
      name: "differs-screen",
    },
    h("p.notice", {}, t("您的核查结论、照片和签名都会保留，只选下面这几项用哪个。")),
    card(
      null,
      null,
      Object.entries(record.fields).map(([field, [mine, theirs]]) => {
        const known = fields.get(field);
        const title = said(known?.title) || field;
        return h(
          "div.question",
          {},
          h("p.question-title", {}, title),
          choice({
            label: title,
            options: [
              { code: "mine", hint: t("您填的"), title: spoken(known, mine) },
              { code: "theirs", hint: t("系统现在的"), title: spoken(known, theirs) },
            ],
            value: "mine",
            onpick: (which) => {
              chosen[field] = which;
            },
          }),
        );
      }),
    ),
  );

  async function save() {
    const answers = JSON.parse(JSON.stringify(record.body.answers));
    for (const [field, [mine, theirs]] of Object.entries(record.fields)) {
      answers[field].found = chosen[field] === "mine" ? mine : theirs;
      answers[field].chosen_over = theirs;
    }
    const { fields: _told, problem: _problem, ...rest } = record;
    await putRecord({ ...rest, state: "waiting", body: { ...record.body, answers } });
    go("/log");
    sync();
  }
}
