// The visit's form, made from the pack's definition: first what is missing or doubtful, then the
// judgement; what the system knows is folded away and may be corrected. Every change is kept.
import { FullDisk } from "./vault.js";
import { h, toast } from "./dom.js";
import { keeper, tellFull } from "./keeping.js";
import { card, choice, go, goOn, main, placeNow, screen } from "./frame.js";
import { missingIn, tellMissing, valueOf } from "./missing.js";
import { now } from "./net.js";
import { photoField, placeField, signatureField } from "./pictures.js";
import { draft as readDraft, dropPapers, keepRecord, paper, papersOf, state, taskOf } from "./store.js";
import { sync } from "./sync.js";
import { dayOf, number, said, t } from "./words.js";

export async function formScreen(id) {
  const kept = await readDraft(id);
  const task = taskOf(id, "visit", kept);
  const form = state.forms?.visits[task?.form];
  if (!form) {
    go("/");
    return;
  }
  const begun = kept ?? {
    key: crypto.randomUUID(),
    version: task.version,
    // What the phone had when it went out: what the server joins the answers from.
    base: { ...task.values },
    ask: task.ask,
    answers: {},
    causes: [],
    papers: [],
    seconds: 0,
  };
  const visit = { is_at_risk: null, judgement: "", coping: "", note: "", second: "", is_severe: false, consent: null, ...begun };
  visit.task = { kind: "visit", id, head: task.head, form: task.form, cause: task.cause, consent: task.consent };
  const keep = keeper(id, visit);
  const asked = form.fields.filter((field) => visit.ask.includes(field.field));
  const known = form.fields.filter((field) => !visit.ask.includes(field.field));

  const summary = h("p.fault.summary", { role: "alert", hidden: true, tabindex: "-1" });

  const body = screen(
    {
      title: t("{name} 入户核查", { name: task.head }),
      about: t("自动存草稿，没网也能填"),
      back: `/case/${id}`,
      act: main(t("保存核查结果"), save),
      name: "form-screen",
    },
    summary,
    asked.length &&
      card(
        t("请核对 {n} 项", { n: asked.length }),
        h("span.small", {}, t("系统缺的、拿不准的")),
        asked.map((field) => question(field, visit, keep)),
      ),
    judgement(task, visit, keep),
    proof(visit, keep),
    task.consent && consent(visit, keep),
    known.length && folded(known, visit, keep),
  );
  const clock = setInterval(() => {
    if (!document.querySelector(".form-screen")) clearInterval(clock);
    else if (document.visibilityState === "visible") visit.seconds += 1;
  }, 1000);

  const missingNow = () => missingIn(form, asked, visit);
  // Once told, what is missing grows less as it is filled in.
  for (const kind of ["input", "change", "click", "pointerup"]) {
    body.addEventListener(kind, () => summary.hidden || tellMissing(summary, missingNow()));
  }

  async function save() {
    const missing = missingNow();
    if (missing.length) {
      tellMissing(summary, missing);
      summary.focus();
      summary.scrollIntoView({ block: "center" });
      return;
    }
    const from = placeNow();
    const names = [visit.second.trim(), ...state.names.filter((one) => one !== visit.second.trim())];
    try {
      await keep.last();
      await keepRecord(recordOf(task, form, visit), { draft: id, names: names.slice(0, 8) });
    } catch (error) {
      keep.on();
      if (!(error instanceof FullDisk)) throw error;
      tellFull();
      return;
    }
    // A consent that was begun another way, or left for another day.
    await dropPapers(papersOf(visit));
    toast(savedWords(visit.seconds));
    goOn(from, "/");
    sync();
  }
}

export function minutesSaved(seconds) {
  const paperMinutes = state.forms?.paper_minutes;
  if (!paperMinutes) return null;
  return Math.max(0, paperMinutes - Math.max(1, Math.round(seconds / 60)));
}

function savedWords(seconds) {
  const saved = minutesSaved(seconds);
  const words = t("已存在手机里，有网自动上传");
  return saved ? `${words}${t("；比填纸表省约 {n} 分钟", { n: saved })}` : words;
}

// ── questions ────────────────────────────────────────────────────────────────────────────────────

const TRUTH = () => [
  { code: "true", title: t("是") },
  { code: "false", title: t("否") },
];

export function spoken(field, value) {
  if (value === undefined || value === null || value === "") return t("不明");
  if (field?.type === "truth") return value === "true" ? t("是") : t("否");
  if (field?.type === "choice") return said(field.choices.find((one) => one.code === value)?.title) || value;
  if (field?.type === "amount" || field?.type === "count") return `${number(value)} ${unitOf(field, value)}`.trim();
  return value;
}

function unitOf(field, value) {
  const currency = state.forms.currency;
  if (currency && field.unit === currency.zh) return said(currency);
  return field.unit === "人" ? t("人", { n: Number(value) }) : field.unit;
}

// Of what no department sends nothing is on record, and nobody need be told so.
function recorded(field, system) {
  if (system) return h("small", {}, t("系统记 {value}", { value: spoken(field, system) }));
  return field.is_known ? h("small", {}, t("系统没有")) : null;
}

function question(field, visit, keep) {
  const title = said(field.title);
  const system = visit.base[field.field];
  const about = recorded(field, system);
  const id = `f-${field.field}`;
  const hint = field.hint && h("p.hint", { id: `${id}-hint` }, said(field.hint));
  const onpick = (value) => {
    visit.answers[field.field] = value;
    keep.soon();
  };
  if (field.type === "truth" || field.type === "choice") {
    const options =
      field.type === "truth"
        ? TRUTH()
        : field.choices.map((one) => ({ code: one.code, title: said(one.title) }));
    const group = choice({ label: title, options, value: valueOf(visit, field), onpick });
    return h(
      "div.question",
      { id },
      h("p.question-title", {}, title, about),
      hint,
      group,
    );
  }
  const control = h("input", {
    id: `${id}-input`,
    type: field.type === "date" ? "date" : "text",
    inputmode: { amount: "decimal", count: "numeric" }[field.type] ?? null,
    autocomplete: "off",
    maxlength: "200",
    "aria-describedby": hint ? `${id}-hint` : null,
    oninput: () => onpick(control.value.trim()),
  });
  control.value = valueOf(visit, field);
  return h(
    "div.question",
    { id },
    h("label.question-title", { for: `${id}-input` }, title, about),
    hint,
    field.unit ? h("div.with-unit", {}, control, h("span", {}, unitOf(field))) : control,
  );
}

function folded(fields, visit, keep) {
  return h(
    "details.card.folded",
    {},
    h("summary", {}, h("b", {}, t("系统已有的 {n} 项", { n: fields.length })), h("small", {}, t("不对才改"))),
    fields.map((field) => question(field, visit, keep)),
  );
}

// ── judgement ────────────────────────────────────────────────────────────────────────────────────

function judgement(task, visit, keep) {
  const causes = h("div.question", { id: "f-causes" });
  const words = h("textarea", {
    id: "f-judgement-input",
    rows: "3",
    maxlength: "4000",
    oninput: () => {
      visit.judgement = words.value;
      keep.soon();
    },
  });
  words.value = visit.judgement;

  function drawCauses() {
    causes.hidden = visit.is_at_risk !== true;
    const needsNote = visit.causes.some(
      (code) => state.forms.causes.find((one) => one.code === code)?.note,
    );
    const note = h("input", {
      id: "f-note",
      maxlength: "200",
      oninput: () => {
        visit.note = note.value;
        keep.soon();
      },
    });
    note.value = visit.note;
    causes.replaceChildren(
      h("p.question-title", {}, t("主要风险"), h("small", {}, t("先点的是主要的"))),
      h(
        "div.chips",
        {},
        state.forms.causes.map((one) => {
          const at = visit.causes.indexOf(one.code);
          return h(
            "button.chip",
            {
              type: "button",
              "aria-pressed": String(at >= 0),
              "data-code": one.code,
              onclick: () => {
                if (at >= 0) visit.causes.splice(at, 1);
                else visit.causes.push(one.code);
                keep.soon();
                drawCauses();
                causes.querySelector(`[data-code="${one.code}"]`).focus();
              },
            },
            said(one.title),
            at >= 0 && visit.causes.length > 1 && h("small", {}, at + 1),
          );
        }),
      ),
      needsNote
        ? h("div", {}, h("label.question-title", { for: "f-note" }, t("请说明")), note)
        : "",
      h(
        "div.question",
        {},
        h("p.question-title", {}, t("基本生活有没有严重困难")),
        choice({
          label: t("基本生活有没有严重困难"),
          options: TRUTH(),
          value: String(visit.is_severe),
          onpick: (value) => {
            visit.is_severe = value === "true";
            keep.soon();
          },
        }),
      ),
    );
  }

  const risk = choice({
    label: t("有没有返贫致贫风险"),
    options: [
      { code: "true", title: t("有风险") },
      { code: "false", title: t("没有风险") },
    ],
    value: visit.is_at_risk === null ? "" : String(visit.is_at_risk),
    onpick: (value) => {
      visit.is_at_risk = value === "true";
      // The alert's own cause is offered; the cadre may take it back.
      if (visit.is_at_risk && !visit.causes.length && task.cause) visit.causes = [task.cause];
      keep.soon();
      drawCauses();
    },
  });
  drawCauses();
  const coping = state.forms.coping.map((one) => ({ code: one.code, title: said(one.title) }));
  return card(
    t("核实结论"),
    null,
    h("div.question", { id: "f-risk" }, h("p.question-title", {}, t("有没有返贫致贫风险")), risk),
    causes,
    coping.length > 0 &&
      h(
        "div.question",
        { id: "f-coping" },
        h("p.question-title", {}, t("自己能不能应对"), h("small", {}, t("可不填"))),
        choice({
          label: t("自己能不能应对"),
          options: coping,
          value: visit.coping,
          onpick: (value) => {
            visit.coping = value;
            keep.soon();
          },
        }),
      ),
    h(
      "div.question",
      { id: "f-judgement" },
      h("label.question-title", { for: "f-judgement-input" }, t("户主怎么说，您怎么看")),
      words,
    ),
  );
}

// ── proof ────────────────────────────────────────────────────────────────────────────────────────

function proof(visit, keep) {
  const fields = { papers: visit.papers, read: paper, save: () => keep.now(), drop: dropPapers };
  const second = h("input", {
    id: "f-second-input",
    list: "names",
    autocomplete: "off",
    maxlength: "60",
    oninput: () => {
      visit.second = second.value;
      keep.soon();
    },
  });
  second.value = visit.second;
  return card(
    t("现场记录"),
    null,
    h("div.question", {}, h("p.question-title", {}, t("照片"), h("small", {}, t("自动缩小，位置另存"))), photoField(fields)),
    h("div.question", {}, h("p.question-title", {}, t("户主签名")), signatureField(fields)),
    state.forms.verifiers > 1 &&
      h(
        "div.question",
        { id: "f-second" },
        h("label.question-title", { for: "f-second-input" }, t("同行核实人"), h("small", {}, t("至少 {n} 人核实", { n: state.forms.verifiers }))),
        second,
        h("datalist", { id: "names" }, state.names.map((name) => h("option", { value: name }))),
      ),
    h(
      "div.question",
      {},
      h("p.question-title", {}, t("位置"), h("small", {}, t("可不填"))),
      placeField({
        get: () => visit.place,
        set: (place) => {
          visit.place = place;
          return keep.now();
        },
      }),
    ),
  );
}

// ── consent ──────────────────────────────────────────────────────────────────────────────────────

const LATER = "later";

// Signed at the same visit, or left for another day: nothing is taken for a signature but one.
function consent(visit, keep) {
  const { text, forms } = state.forms.consent;
  const box = h("div.question", { id: "f-consent-papers" });
  visit.consent ??= { form: "", is_read_aloud: false, papers: [] };
  const given = visit.consent;
  const fields = { papers: given.papers, read: paper, save: () => keep.now(), drop: dropPapers };

  function draw() {
    const isNow = given.form && given.form !== LATER;
    box.hidden = !isNow;
    if (!isNow) return;
    const aloud = h("input", {
      id: "f-aloud",
      type: "checkbox",
      onchange: () => {
        given.is_read_aloud = aloud.checked;
        keep.soon();
      },
    });
    aloud.checked = given.is_read_aloud;
    box.replaceChildren(
      given.form === "signature"
        ? signatureField({ ...fields, label: t("承诺授权签名"), ask: t("请在授权上签名") })
        : h("div.question", {}, h("p.question-title", {}, t("拍下签好的授权书"), h("small", {}, t("可不填"))), photoField(fields)),
      h("label.tick", { for: "f-aloud" }, aloud, h("span", {}, t("已向农户宣读"))),
    );
  }
  draw();
  return card(
    t("承诺授权"),
    h("span.small", {}, t("签了，部门才能查询比对")),
    text && h("p.quote", {}, said(text)),
    h(
      "div.question",
      { id: "f-consent" },
      choice({
        label: t("承诺授权"),
        columns: "flow",
        options: [
          ...forms.map((one) => ({ code: one.code, title: said(one.title) })),
          { code: LATER, title: t("这次没有签") },
        ],
        value: given.form,
        onpick: (form) => {
          given.form = form;
          keep.soon();
          draw();
        },
      }),
    ),
    box,
  );
}

// What of it is sent: nothing where it was left for another day.
function consentOf(visit) {
  const { form, is_read_aloud, papers } = visit.consent ?? {};
  if (!form || form === LATER) return {};
  const kinds = form === "signature" ? ["signature"] : ["photo"];
  const sent = papers.filter((one) => kinds.includes(one.kind));
  return { consent: { form, signed_date: dayOf(now()), is_read_aloud, papers: sent } };
}

// ── the record ───────────────────────────────────────────────────────────────────────────────────

function recordOf(task, form, visit) {
  const answers = {};
  for (const field of form.fields) {
    const wasAsked = visit.ask.includes(field.field);
    const found = valueOf(visit, field);
    const base = visit.base[field.field] ?? "";
    if (found === "" || (!wasAsked && found === base)) continue;
    answers[field.field] = { found, base };
  }
  return {
    key: visit.key,
    kind: "visit",
    about: task.id,
    head: task.head,
    saved: now().getTime(),
    state: "waiting",
    minutes: minutesSaved(visit.seconds),
    body: {
      key: visit.key,
      case_no: task.id,
      base_version: visit.version,
      form: form.form,
      form_version: form.version,
      visited_at: now().toISOString(),
      device_at: new Date().toISOString(),
      verifiers: [state.who.official, visit.second.trim()].filter(Boolean),
      is_at_risk: visit.is_at_risk,
      is_in_severe_difficulty: visit.is_at_risk && visit.is_severe,
      coping: visit.coping,
      judgement: visit.judgement.trim(),
      causes: visit.is_at_risk
        ? visit.causes.map((cause) => ({
            cause,
            note: state.forms.causes.find((one) => one.code === cause)?.note ? visit.note : "",
          }))
        : [],
      answers,
      papers: visit.papers,
      ...(visit.place ? { place: visit.place } : {}),
      entry_seconds: visit.seconds,
      ...(task.consent ? consentOf(visit) : {}),
    },
  };
}
