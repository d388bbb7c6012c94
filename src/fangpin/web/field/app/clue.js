// A new household that an inspection came upon, and the follow-up of one in monitoring: short forms.
import { FullDisk } from "./vault.js";
import { h, toast } from "./dom.js";
import { keeper, tellFull } from "./keeping.js";
import { card, choice, go, goOn, main, placeNow, screen } from "./frame.js";
import { now } from "./net.js";
import { draft as readDraft, keepRecord, saveDraft, state, taskOf } from "./store.js";
import { sync } from "./sync.js";
import { dayOf, said, t } from "./words.js";

async function kept(record, id, keep) {
  const from = placeNow();
  try {
    await keep.last();
    await keepRecord(record, { draft: id });
  } catch (error) {
    keep.on();
    if (!(error instanceof FullDisk)) throw error;
    tellFull();
    return;
  }
  toast(t("已存在手机里，有网自动上传"));
  goOn(from, "/");
  sync();
}

function text(id, { label, hint, rows, value, oninput, type = "text", inputmode = null, most = "60" }) {
  const control = rows
    ? h("textarea", { id, rows: String(rows), maxlength: "4000" })
    : h("input", { id, type, inputmode, autocomplete: "off", maxlength: most });
  control.value = value;
  control.addEventListener("input", () => oninput(control.value));
  return h(
    "div.question",
    {},
    h("label.question-title", { for: id }, label, hint && h("small", {}, hint)),
    control,
  );
}

// What is missing is told where it is to be mended.
function need(words, id) {
  document.querySelector(".summary")?.remove();
  const control = document.getElementById(id);
  (control?.closest(".question") ?? control).before(h("p.fault.summary", { role: "alert" }, words));
  (control.matches("input, select, textarea") ? control : control.querySelector("button"))?.focus();
}

const empty = () => ({
  key: crypto.randomUUID(),
  isNew: false,
  head: "",
  number: "",
  village: "",
  answers: {},
  cause: "",
  note: "",
});

// A clue that was not taken goes back into the form; false where another one is half written.
export async function writeAgain(record, changes = {}) {
  const begun = await readDraft("clue");
  if (begun && (begun.head || begun.note || Object.keys(begun.answers ?? {}).length)) return false;
  const { body } = record;
  await saveDraft("clue", {
    ...empty(),
    isNew: Boolean(body.new),
    head: body.head_name ?? "",
    number: body.household_no ?? "",
    village: body.new?.village ?? "",
    answers: body.new?.answers ?? {},
    cause: body.cause,
    note: body.note,
    ...changes,
  });
  return true;
}

export async function clueScreen() {
  const clue = { ...empty(), ...(await readDraft("clue")) };
  const form = state.forms?.unregistered;
  const keep = keeper("clue", clue);
  const set = (name) => (value) => {
    clue[name] = value;
    keep.soon();
  };
  const who = h("div", {});
  const drawWho = () => who.replaceChildren(...(clue.isNew && form ? unregistered(form, clue, keep) : listed(clue, set)));
  drawWho();
  screen(
    { title: t("登记线索"), about: t("不在待办里的新困难"), tab: "/clue", name: "clue-screen" },
    card(
      null,
      null,
      form &&
        h(
          "div.question",
          {},
          h("p.question-title", {}, t("这户在册吗"), h("small", {}, t("新迁入、没上户口的选不在册"))),
          choice({
            label: t("这户在册吗"),
            options: [
              { code: "listed", title: t("在册") },
              { code: "new", title: t("不在册") },
            ],
            value: clue.isNew ? "new" : "listed",
            onpick: (value) => {
              clue.isNew = value === "new";
              if (clue.isNew) clue.answers[holding(form, "head_name")] ??= clue.head;
              keep.soon();
              drawWho();
            },
          }),
        ),
      who,
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
    const isNew = clue.isNew && form;
    if (isNew) {
      const fault = faultOf(form, clue);
      if (fault) return need(...fault);
    } else if (!clue.head.trim() && !clue.number.trim()) return need(t("请填写户主姓名。"), "c-head");
    if (!clue.note.trim()) return need(t("请写看到了什么。"), "c-note");
    const head = isNew ? clue.answers[holding(form, "head_name")].trim() : clue.head.trim();
    return kept(
      {
        key: clue.key,
        kind: "clue",
        about: "",
        head: head || clue.number.trim(),
        saved: now().getTime(),
        state: "waiting",
        body: {
          key: clue.key,
          head_name: head,
          household_no: isNew ? "" : clue.number.trim(),
          on: dayOf(now()),
          cause: clue.cause,
          note: clue.note.trim(),
          device_at: new Date().toISOString(),
          ...(isNew ? { new: { village: villageOf(clue), answers: filled(clue.answers) } } : {}),
        },
      },
      "clue",
      keep,
    );
  }
}

const listed = (clue, set) => [
  text("c-head", { label: t("户主姓名"), hint: t("与户口本一致"), value: clue.head, oninput: set("head") }),
  text("c-number", { label: t("户编号"), hint: t("知道就填"), value: clue.number, oninput: set("number") }),
];

// ── a household that no registry lists: the pack's form ──────────────────────────────────────────

const holding = (form, what) => form.fields.find((one) => one.holds === what)?.field;

const villages = () => state.forms?.villages ?? [];

const villageOf = (clue) => clue.village || (villages().length === 1 ? villages()[0].code : "");

const filled = (answers) =>
  Object.fromEntries(Object.entries(answers).map(([field, value]) => [field, value.trim()]).filter(([, value]) => value));

function unregistered(form, clue, keep) {
  const several = villages().length > 1;
  const village = h(
    "select",
    {
      id: "c-village",
      onchange: () => {
        clue.village = village.value;
        keep.soon();
      },
    },
    h("option", { value: "" }, t("请选择")),
    villages().map((one) => h("option", { value: one.code }, said(one.title))),
  );
  village.value = clue.village;
  return [
    several && h("div.question", { id: "c-village-box" }, h("label.question-title", { for: "c-village" }, t("哪个村")), village),
    ...form.fields.map((field) => asked(field, clue, keep)),
  ].filter(Boolean);
}

function asked(field, clue, keep) {
  const onpick = (value) => {
    clue.answers[field.field] = value;
    keep.soon();
  };
  const value = clue.answers[field.field] ?? "";
  const label = said(field.title);
  const hint = said(field.hint) || (field.required ? "" : t("可不填"));
  if (field.type === "choice") {
    const options = field.choices.map((one) => ({ code: one.code, title: said(one.title) }));
    return h(
      "div.question",
      { id: `c-${field.field}` },
      h("p.question-title", {}, label, hint && h("small", {}, hint)),
      choice({ label, options, value, onpick, columns: "flow" }),
    );
  }
  return text(`c-${field.field}`, {
    label,
    hint,
    value,
    oninput: onpick,
    type: field.holds === "phone" ? "tel" : "text",
    inputmode: field.type === "count" ? "numeric" : null,
    most: "200",
  });
}

// [words, the control's id] of the first thing that is missing or wrong; null: nothing is.
function faultOf(form, clue) {
  if (villages().length > 1 && !clue.village) return [t("请选哪个村。"), "c-village"];
  for (const field of form.fields) {
    const value = (clue.answers[field.field] ?? "").trim();
    const title = said(field.title);
    if (field.required && !value) return [t("请填写：{title}", { title }), `c-${field.field}`];
    if (field.type === "count" && value && !/^[1-9]\d?$/.test(value)) {
      return [t("{title}：只写数字", { title }), `c-${field.field}`];
    }
  }
  return null;
}

export async function followScreen(id) {
  const begun = await readDraft(id);
  const task = taskOf(id, "follow_up", begun);
  if (!task) {
    go("/");
    return;
  }
  const seen = begun ?? { key: crypto.randomUUID(), situation: "", note: "" };
  seen.task = { kind: "follow_up", id, head: task.head, household_ref: task.household_ref };
  const keep = keeper(id, seen);
  screen(
    {
      title: t("{name} 走访", { name: task.head }),
      about: t("自动存草稿，没网也能填"),
      back: `/case/${id}`,
      act: main(t("保存走访"), save),
      name: "form-screen",
    },
    card(
      t("和上次比"),
      null,
      h(
        "div",
        { id: "s-situation" },
        choice({
          label: t("和上次比"),
          options: (state.forms?.situations ?? []).map((one) => ({ code: one.code, title: said(one.title) })),
          value: seen.situation,
          onpick: (value) => {
            seen.situation = value;
            keep.soon();
          },
        }),
      ),
      text("s-note", {
        label: t("看到了什么"),
        hint: t("变差时必须写"),
        rows: 4,
        value: seen.note,
        oninput: (value) => {
          seen.note = value;
          keep.soon();
        },
      }),
    ),
  );

  async function save() {
    if (!seen.situation) return need(t("请选一项。"), "s-situation");
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
      keep,
    );
  }
}
