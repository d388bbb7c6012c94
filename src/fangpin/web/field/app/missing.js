// What a visit's form still lacks: told at its head by name, and where it stands by a mark.
import { h } from "./dom.js";
import { state } from "./store.js";
import { said, t } from "./words.js";

export const valueOf = (visit, field) => visit.answers[field.field] ?? visit.base[field.field] ?? "";

// [id of the box, words] of each, in the order of the form.
export const missingIn = (form, asked, visit) => [
  ...faults(form, asked, visit),
  ...(visit.task.consent ? consentFaults(visit) : []),
];

const NUMBER = /^\d{1,12}(\.\d{1,2})?$/;

function faults(form, asked, visit) {
  const found = [];
  for (const field of form.fields) {
    const value = valueOf(visit, field);
    if (field.required && asked.includes(field) && value === "") {
      found.push([`f-${field.field}`, said(field.title)]);
    } else if ((field.type === "amount" || field.type === "count") && value !== "" && !NUMBER.test(value)) {
      found.push([`f-${field.field}`, t("{title}：只写数字", { title: said(field.title) })]);
    }
  }
  if (visit.is_at_risk === null) found.push(["f-risk", t("有没有风险")]);
  if (visit.is_at_risk && !visit.causes.length) found.push(["f-causes", t("主要风险")]);
  if (!visit.judgement.trim()) found.push(["f-judgement", t("户主怎么说，您怎么看")]);
  if (state.forms.verifiers > 1 && !visit.second.trim()) found.push(["f-second", t("同行核实人")]);
  return found;
}

function consentFaults(visit) {
  const { form, is_read_aloud: isReadAloud, papers } = visit.consent ?? {};
  if (!form) return [["f-consent", t("承诺授权")]];
  if (form === "agent" && !isReadAloud) return [["f-consent-papers", t("代书的要宣读")]];
  if (form === "signature" && !papers.some((one) => one.kind === "signature")) {
    return [["f-consent-papers", t("承诺授权签名")]];
  }
  return [];
}

// At the head of the form by name, and in the form by a mark.
export function tellMissing(summary, missing) {
  const told = [...summary.querySelectorAll("a")].map((link) => link.textContent);
  if (!summary.hidden && told.join() === missing.map(([, words]) => words).join()) return;
  for (const box of document.querySelectorAll(".is-missing")) box.classList.remove("is-missing");
  for (const [target] of missing) document.getElementById(target).classList.add("is-missing");
  summary.hidden = !missing.length;
  summary.replaceChildren(
    t("还差 {n} 项：", { n: missing.length }),
    ...missing.map(([target, words]) =>
      h("a", { href: `#${target}`, onclick: (event) => jump(event, target) }, words),
    ),
  );
}

function jump(event, target) {
  event.preventDefault();
  const box = document.getElementById(target);
  box.closest("details")?.setAttribute("open", "");
  box.scrollIntoView({ block: "center" });
  box.querySelector("input, textarea, button")?.focus({ preventScroll: true });
}
