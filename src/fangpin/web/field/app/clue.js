// A new household that an inspection came upon, and the follow-up of one in monitoring: short forms.
import { FullDisk } from "./vault.js";
import { h, toast } from "./dom.js";
import { card, choice, go, main, screen } from "./frame.js";
import { now } from "./net.js";
import { draft as readDraft, keepRecord, saveDraft, state } from "./store.js";
import { sync } from "./sync.js";
import { dayOf, said, t } from "./words.js";

async function kept(record, id) {
  try {
    await keepRecord(record, { draft: id });
  } catch (error) {
    if (!(error instanceof FullDisk)) throw error;
    toast(t("手机存储已满，还没有存下。请删去一些照片或应用，再点一次保存；不要关闭这一页。"), "bad");
    return;
  }
  toast(t("已存在手机里，有网自动上传"));
  go("/");
  sync();
}

function text(id, { label, hint, rows, value, oninput }) {
  const control = rows
    ? h("textarea", { id, rows: String(rows), maxlength: "4000" })
    : h("input", { id, autocomplete: "off", maxlength: "60" });
  control.value = value;
  control.addEventListener("input", () => oninput(control.value));
  return h(
    "div.question",
    {},
    h("label.question-title", { for: id }, label, hint && h("small", {}, hint)),
    control,
  );
}

function need(words, id) {
  const summary = document.querySelector(".summary");
  summary.textContent = words;
  summary.hidden = false;
  document.getElementById(id)?.focus();
}

const summary = () => h("p.fault.summary", { role: "alert", hidden: true });

export async function clueScreen() {
  const clue = (await readDraft("clue")) ?? { key: crypto.randomUUID(), head: "", number: "", cause: "", note: "" };
  const keep = () => saveDraft("clue", clue);
  const set = (name) => (value) => {
    clue[name] = value;
    keep();
  };
  screen(
    { title: t("登记线索"), about: t("走访时发现的新困难，不在待办里的户"), tab: "/clue", name: "clue-screen" },
    summary(),
    card(
      null,
      null,
      text("c-head", { label: t("户主姓名"), hint: t("与户口本一致"), value: clue.head, oninput: set("head") }),
      text("c-number", { label: t("户编号"), hint: t("知道就填"), value: clue.number, oninput: set("number") }),
      h(
        "div.question",
        {},
        h("p.question-title", {}, t("什么困难")),
        choice({
          label: t("什么困难"),
          columns: "flow",
          options: (state.forms?.causes ?? []).map((one) => ({ code: one.code, title: said(one.title) })),
          value: clue.cause,
          onpick: set("cause"),
        }),
      ),
      text("c-note", { label: t("看到了什么"), rows: 4, value: clue.note, oninput: set("note") }),
      main(t("保存线索"), save),
    ),
  );

  async function save() {
    if (!clue.head.trim() && !clue.number.trim()) return need(t("请填写户主姓名。"), "c-head");
    if (!clue.note.trim()) return need(t("请写看到了什么。"), "c-note");
    return kept(
      {
        key: clue.key,
        kind: "clue",
        about: "",
        head: clue.head.trim() || clue.number.trim(),
        saved: now().getTime(),
        state: "waiting",
        body: {
          key: clue.key,
          head_name: clue.head.trim(),
          household_no: clue.number.trim(),
          on: dayOf(now()),
          cause: clue.cause,
          note: clue.note.trim(),
          device_at: new Date().toISOString(),
        },
      },
      "clue",
    );
  }
}

export async function followScreen(id) {
  const task = state.tasks.get(id);
  if (!task || task.kind !== "follow_up") {
    go("/");
    return;
  }
  const seen = (await readDraft(id)) ?? { key: crypto.randomUUID(), situation: "", note: "" };
  const keep = () => saveDraft(id, seen);
  screen(
    {
      title: t("{name} 走访", { name: task.head }),
      about: t("自动存草稿，没网也能填"),
      back: `/case/${id}`,
      act: main(t("保存走访"), save),
      name: "form-screen",
    },
    summary(),
    card(
      t("和上次比"),
      null,
      choice({
        label: t("和上次比"),
        options: (state.forms?.situations ?? []).map((one) => ({ code: one.code, title: said(one.title) })),
        value: seen.situation,
        onpick: (value) => {
          seen.situation = value;
          keep();
        },
      }),
      text("s-note", {
        label: t("看到了什么"),
        hint: t("变差时必须写"),
        rows: 4,
        value: seen.note,
        oninput: (value) => {
          seen.note = value;
          keep();
        },
      }),
    ),
  );

  async function save() {
    if (!seen.situation) return need(t("请选一项。"), "s-note");
    if (seen.situation === "worse" && !seen.note.trim()) return need(t("请写什么变差了。"), "s-note");
    return kept(
      {
        key: seen.key,
        kind: "follow_up",
        about: task.id,
        head: task.head,
        saved: now().getTime(),
        state: "waiting",
        body: {
          key: seen.key,
          household_ref: task.household_ref,
          visited_at: now().toISOString(),
          device_at: new Date().toISOString(),
          situation: seen.situation,
          note: seen.note.trim(),
        },
      },
      id,
    );
  }
}
