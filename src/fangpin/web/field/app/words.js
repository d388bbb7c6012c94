// Words of the interface: Chinese stands in the sources, English in en.js. Words of policy come from
// the pack as {zh, en}.
import { EN } from "./en.js";

const LOOK = "field.look";

export function look() {
  try {
    return JSON.parse(localStorage.getItem(LOOK) || "{}");
  } catch {
    return {};
  }
}

export function setLook(changes) {
  const now = { ...look(), ...changes };
  try {
    localStorage.setItem(LOOK, JSON.stringify(now));
  } catch {
    // A full disk keeps the look as it was.
  }
  document.documentElement.lang = now.language === "en" ? "en" : "zh-Hans";
  document.documentElement.classList.toggle("elder", Boolean(now.elder));
  return now;
}

export const isEnglish = () => document.documentElement.lang === "en";

// A sentence with holes: t("还有 {n} 天", { n: 3 }).
export function t(zh, holes = {}) {
  let text = isEnglish() ? (EN[zh] ?? zh) : zh;
  if (Array.isArray(text)) text = holes.n === 1 ? text[0] : text[1];
  return text.replace(/\{(\w+)\}/g, (_, hole) => inOnePiece(String(holes[hole] ?? "")));
}

// A day does not break at its hyphens: word joiners, which nobody sees or hears, hold it together.
const inOnePiece = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text.replaceAll("-", "\u2060-\u2060") : text);

// The half of a pack's words that this reader reads.
export function said(words) {
  if (words === null || words === undefined) return "";
  if (typeof words === "string") return words;
  return (isEnglish() ? words.en : words.zh) ?? "";
}

export function number(value) {
  if (value === null || value === undefined || value === "") return "—";
  const plain = Number(value);
  if (!Number.isFinite(plain)) return String(value);
  return plain.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

export function dayOf(moment) {
  const pad = (part) => String(part).padStart(2, "0");
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}

export function clockOf(moment) {
  const pad = (part) => String(part).padStart(2, "0");
  return `${pad(moment.getMonth() + 1)}-${pad(moment.getDate())} ${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
}

// Whole days from one ISO day to another.
export function daysBetween(from, to) {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86400000);
}
