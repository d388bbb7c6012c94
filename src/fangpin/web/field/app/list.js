// The households to visit: overdue, within three days, later, done; the days are the largest figure.
import { h, inParts, shape, svg } from "./dom.js";
import { go, isHere, screen } from "./frame.js";
import { now } from "./net.js";
import { draft, drafts, recordOf, state } from "./store.js";
import { clockOf, dayOf, daysBetween, said, t } from "./words.js";

const SOON = 3;

export function daysLeft(task) {
  return task.due ? daysBetween(dayOf(now()), task.due) : null;
}

// Households that have left the list while a form of theirs was half written.
async function leftBehind(begun) {
  const left = await Promise.all([...begun].filter((id) => !state.tasks.has(id)).map(draft));
  return left.map((one) => one?.task).filter(Boolean);
}

function groups(left) {
  const found = { left, late: [], soon: [], later: [], done: [] };
  for (const task of state.tasks.values()) {
    const left = daysLeft(task);
    if (task.kind === "done" || recordOf(task.id)) found.done.push(task);
    else if (left !== null && left < 0) found.late.push(task);
    else if (left !== null && left <= SOON) found.soon.push(task);
    else found.later.push(task);
  }
  const order = (a, b) => (daysLeft(a) ?? 9999) - (daysLeft(b) ?? 9999) || a.rank - b.rank;
  for (const group of [found.late, found.soon, found.later]) group.sort(order);
  found.done.sort((a, b) => (b.on ?? "9999").localeCompare(a.on ?? "9999"));
  return found;
}

export async function listScreen({ isQuiet } = {}) {
  const begun = new Set(await drafts());
  const left = await leftBehind(begun);
  if (!isHere("/")) return;
  const found = groups(left);
  const who = state.who;
  const updated = state.updated ? t("更新 {at}", { at: clockOf(new Date(state.updated)) }) : "";
  const about = inParts([said(who?.places), updated]);
  const titles = {
    left: t("没写完的"),
    late: t("已逾期"),
    soon: t("3 天内"),
    later: t("以后"),
    done: t("已办"),
  };
  const content = Object.entries(found)
    .filter(([, tasks]) => tasks.length)
    .map(([group, tasks]) =>
      h(
        `section.group.is-${group}`,
        {},
        h("div.group-head", {}, h("h2", {}, titles[group]), h("span", {}, t("{n} 户", { n: tasks.length }))),
        h("ul", {}, tasks.map((task) => h("li", {}, row(task, group, begun.has(task.id))))),
      ),
    );
  screen({ title: t("入户待办"), about, tab: "/", isQuiet }, content.length ? content : nothing());
}

function nothing() {
  return h(
    "div.empty",
    {},
    svg(
      "svg",
      { viewBox: "0 0 120 72", class: "empty-picture", "aria-hidden": "true" },
      svg("path", { d: "M2 66 36 22l22 28 14-18 46 34Z" }),
      svg("circle", { cx: "86", cy: "18", r: "9" }),
    ),
    h("h2", {}, state.updated ? t("现在没有要去的农户") : t("还没有取到待办")),
    h(
      "p",
      {},
      state.updated
        ? t("走访时发现新的困难，可以随时登记线索。")
        : t("有信号时会自动更新；也可以在“上传记录”里手动更新。"),
    ),
  );
}

function row(task, group, isBegun) {
  const record = recordOf(task.id);
  const severity = badge(task);
  return h(
    `button.task.is-${group}`,
    { type: "button", onclick: () => go(`/case/${task.id}`) },
    days(task, group, record),
    h(
      "span.task-words",
      {},
      h("span.task-head", {}, h("b", {}, task.head), severity),
      group === "left" && h("span.task-why", {}, t("不在待办里了，草稿还在")),
      task.kind === "follow_up" && group !== "done" && group !== "left" && h("span.task-why", {}, t("监测对象走访")),
      task.why && group !== "done" && h("span.task-why", {}, said(task.why)),
      h("span.task-place", {}, place(task)),
      isBegun && group !== "left" && h("span.task-begun", {}, t("填了一半，已存草稿")),
      record && h("span.task-begun", {}, stateWords(record)),
    ),
  );
}

export function stateWords(record) {
  const words = {
    waiting: t("已存手机，待上传"),
    differs: t("有出入，请逐项选择"),
    refused: t("没有收下，请查看原因"),
    stored: t("已上传"),
  };
  return words[record.state] ?? words.waiting;
}

// Village and group; addresses that name the village themselves do not say it twice.
export function where(task) {
  const village = said(task.village);
  const group = task.group ?? "";
  if (group.startsWith(village)) return group;
  // Addresses are in the language of the place, whichever is read.
  const rest = task.village?.zh && group.startsWith(task.village.zh) ? group.slice(task.village.zh.length) : group;
  return [village, rest.trim()].filter(Boolean).join(" ");
}

function place(task) {
  const parts = [where(task)];
  if (task.count) parts.push(t("{n} 口人", { n: task.count }));
  return inParts(parts);
}

function days(task, group, record) {
  if (group === "left") return h("span.days", {}, h("small", {}, t("草稿")), h("b.days-done", {}, "…"));
  const left = daysLeft(task);
  if (group === "done") {
    return h(
      "span.days",
      {},
      h("small", {}, record ? t("待传") : t("已办")),
      h("b.days-done", {}, task.on ? task.on.slice(5) : "✓"),
    );
  }
  if (left === null) return h("span.days", {}, h("small", {}, t("不限时")), h("b", {}, "—"));
  if (left === 0) return h("span.days", {}, h("small", {}, t("今天")), h("b", {}, "0"), h("small", {}, t("到期")));
  return h(
    "span.days",
    {},
    h("small", {}, left < 0 ? t("逾期") : t("还有")),
    h("b", {}, Math.abs(left)),
    h("small", {}, t("天", { n: Math.abs(left) })),
  );
}

export function badge(task) {
  const severity = state.forms?.severities.find((one) => one.rank === task.rank);
  if (!severity) return null;
  return h(
    `span.degree.degree-${severity.rank}`,
    {},
    shape(severity.shape),
    `${severity.numeral} ${said(severity.title)}`,
  );
}
