// One household: why someone goes there, its income of twelve months, what the registry knows.
import { h, inParts, svg } from "./dom.js";
import { ask, card, go, isHere, main, screen } from "./frame.js";
import { badge, daysLeft, stateWords, where } from "./list.js";
import { draft, dropDraft, recordOf, state } from "./store.js";
import { number, said, t } from "./words.js";

export async function cardScreen(id) {
  const begun = await draft(id);
  if (!isHere(`/case/${id}`)) return;
  const task = state.tasks.get(id) ?? begun?.task;
  if (!task) {
    go("/");
    return;
  }
  const record = recordOf(id);
  const left = begun?.task && begun.task.kind !== state.tasks.get(id)?.kind;
  const about = inParts([where(task), task.phone]);
  let act = null;
  if (record) act = main(stateWords(record), () => go(record.state === "differs" ? `/differs/${record.key}` : "/log"));
  else if (left) {
    act = main(t("接着填"), () => go(begun.task.kind === "visit" ? `/visit/${id}` : `/follow/${id}`));
  } else if (task.kind === "visit") {
    act = main(begun ? t("接着填") : t("开始核查"), () => go(`/visit/${id}`));
  } else if (task.kind === "follow_up") act = main(t("记录走访"), () => go(`/follow/${id}`));
  if (left) {
    const listed = state.tasks.get(id);
    screen(
      { title: task.head, about, back: "/", act, name: "card-screen" },
      halfWritten(id),
      listed && finished(listed),
    );
    return;
  }
  screen(
    { title: task.head, about, back: "/", act, name: "card-screen" },
    task.why && why(task),
    task.kind === "follow_up" && followed(task),
    task.income?.some(([, amount]) => amount !== null) && income(task),
    task.kind === "done" ? finished(task) : facts(task),
    task.members && members(task),
  );
}

function due(task) {
  const left = daysLeft(task);
  if (left === null) return "";
  if (left < 0) return t("逾期 {n} 天", { n: -left });
  return left === 0 ? t("今天到期") : t("还有 {n} 天", { n: left });
}

function why(task) {
  return card(
    t("为什么要去"),
    badge(task),
    h("p.sentence", {}, strong(said(task.why))),
    task.figures &&
      h(
        "div.figures",
        {},
        h("p.small", {}, said(task.figures.title)),
        h(
          "ul",
          {},
          task.figures.months.map(([month, amount]) =>
            h(
              "li",
              {},
              h("small", {}, monthWords(month)),
              h("b", {}, number(amount)),
              h("small", {}, said(task.figures.unit)),
            ),
          ),
        ),
      ),
    task.due && h("p.due", {}, inParts([t("限期 {day}", { day: task.due }), h("b", {}, due(task))])),
  );
}

function followed(task) {
  return card(
    t("监测对象走访"),
    null,
    h("p.sentence", {}, t("看看收入、住房、饮水、看病、上学有没有新的困难。")),
    task.due && h("p.due", {}, inParts([t("限期 {day}", { day: task.due }), h("b", {}, due(task))])),
  );
}

// Someone else has been there, or was sent there: what was half written is its owner's to end.
function halfWritten(id) {
  return card(
    t("没写完的"),
    null,
    h("p.sentence", {}, t("这户不在您的待办里了：已有人去过，或改派给了别人。您写了一半的还在，可以接着填，上传后一并保留。")),
    h("button.plain.wide.is-grave", { type: "button", onclick: () => drop(id) }, t("删去草稿")),
  );
}

async function drop(id) {
  const isSure = await ask({
    title: t("删去这份草稿？"),
    words: t("它只在这部手机里，删去后找不回来。"),
    yes: t("删去草稿"),
    isGrave: true,
  });
  if (!isSure) return;
  await dropDraft(id);
  go("/");
}

function finished(task) {
  return card(t("已办"), null, h("p.sentence", {}, t("{day} 已记录入户。", { day: task.on })));
}

const monthWords = (month) => t("{n} 月", { n: Number(month.slice(5)), name: MONTHS[Number(month.slice(5)) - 1] });
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// Figures of a sentence set strong.
export function strong(sentence) {
  return sentence
    .split(/(\d[\d,]*(?:\.\d+)?%?)/)
    .map((part, at) => (at % 2 ? h("b", {}, part) : part));
}

const WIDE = 312;
const HIGH = 96;

// Twelve bars; a month that did not arrive is hatched, never zero.
function income(task) {
  const known = task.income.map(([, amount]) => (amount === null ? null : Number(amount)));
  const most = Math.max(1, ...known.filter((one) => one !== null));
  const step = WIDE / known.length;
  const usual = known.filter((one) => one !== null).sort((a, b) => a - b);
  const half = (usual[Math.floor(usual.length / 2)] ?? 0) / 2;
  const bars = known.map((amount, at) => {
    const height = amount === null ? HIGH : Math.max(3, (amount / most) * HIGH);
    const kind = amount === null ? "unknown" : amount < half ? "low" : "usual";
    return svg("rect", {
      class: `bar is-${kind}`,
      x: String(Math.round(at * step * 10) / 10 + 2),
      y: String(Math.round(HIGH - height)),
      width: String(Math.round((step - 4) * 10) / 10),
      height: String(Math.round(height)),
      rx: "2",
    });
  });
  // Beside the drawing, not in it: words in a drawing shrink with it.
  const names = task.income.filter((_, at) => at % 2).map(([month]) => h("span", {}, monthWords(month)));
  const total = known.reduce((sum, one) => sum + (one ?? 0), 0);
  return card(
    t("近 12 月收入"),
    h("span.small", {}, t("元/月", {}), ""),
    svg(
      "svg",
      {
        viewBox: `0 0 ${WIDE} ${HIGH}`,
        class: "bars",
        role: "img",
        "aria-label": t("近 12 月收入合计 {sum}", { sum: number(total) }),
      },
      bars,
    ),
    h("div.bar-names", { "aria-hidden": "true" }, names),
    h(
      "details.twin",
      {},
      h("summary", {}, t("看数字")),
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("月份")), h("th", { scope: "col" }, t("收入")))),
        h(
          "tbody",
          {},
          task.income.map(([month, amount]) =>
            h("tr", {}, h("td", {}, month), h("td", {}, amount === null ? t("没有到数") : number(amount))),
          ),
        ),
      ),
    ),
  );
}

function facts(task) {
  const lines = [
    [t("人口"), t("{n} 人", { n: task.count })],
    ...(said(task.facts) || []),
    task.phone ? [t("电话"), task.phone] : null,
    task.due ? [t("限期"), task.due] : null,
  ].filter(Boolean);
  return card(
    t("家庭卡"),
    null,
    h("dl.facts", {}, lines.map(([title, value]) => h("div", {}, h("dt", {}, title), h("dd", {}, value)))),
  );
}

function members(task) {
  const people = said(task.members) || [];
  if (!people.length) return null;
  return card(
    t("家庭成员"),
    h("span.small", {}, t("{n} 人", { n: people.length })),
    h(
      "ul.people",
      {},
      people.map((one) =>
        h(
          "li",
          {},
          h("b", {}, one.name),
          h(
            "span",
            {},
            inParts([one.relation, one.age === null ? "" : t("{n} 岁", { n: one.age }), ...one.about]),
          ),
          one.id && h("small", {}, t("尾号 {id}", { id: one.id })),
        ),
      ),
    ),
  );
}
