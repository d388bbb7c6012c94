// Tasks, drafts, records to send: memory while unlocked, encrypted rows at rest.
import * as vault from "./vault.js";
import { now } from "./net.js";

export const state = {
  who: null,
  forms: null,
  tasks: new Map(),
  outbox: new Map(),
  names: [],
  since: "",
  updated: null,
  line: "unknown", // unknown, on, off
  isSignedOut: false,
  isSending: false,
};

const listeners = new Set();

export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

export async function load() {
  const [who, forms, mark, names] = await Promise.all([
    vault.read("who"),
    vault.read("forms"),
    vault.read("mark"),
    vault.read("names"),
  ]);
  Object.assign(state, {
    who: who ?? null,
    forms: forms ?? null,
    names: names ?? [],
    since: mark?.since ?? "",
    updated: mark?.updated ?? null,
  });
  state.tasks = new Map((await vault.readAll("task:")).map((one) => [one.id, one]));
  state.outbox = new Map((await vault.readAll("out:")).map((one) => [one.key, one]));
  await forgetOld();
}

// After the pack's days without hearing from the server households leave the phone. What was not
// sent yet stays: it is the only copy of somebody's visit.
async function forgetOld() {
  const days = state.forms?.keep_days;
  const heard = await vault.meta("heard");
  if (!days || !heard || Date.now() - heard < days * 86400000) return;
  const remove = [...state.tasks.keys()].map((id) => `task:${id}`);
  const sent = [...state.outbox.values()].filter((one) => one.state === "stored");
  remove.push(...sent.map((one) => `out:${one.key}`), "mark");
  await vault.write({ remove });
  state.tasks.clear();
  for (const one of sent) state.outbox.delete(one.key);
  state.since = "";
  state.updated = null;
}

export async function setWho(who) {
  state.who = who;
  await vault.write({ put: { who } });
}

export async function setForms(forms) {
  state.forms = forms;
  await vault.write({ put: { forms } });
}

// The server's changes in one transaction with their mark: after a crash both are old or both new.
export async function takeTasks(told) {
  const put = {};
  const remove = [];
  const coming = new Set(told.tasks.map((one) => one.id));
  if (told.whole) {
    for (const id of state.tasks.keys()) if (!coming.has(id)) remove.push(`task:${id}`);
  } else {
    for (const id of told.gone) remove.push(`task:${id}`);
  }
  for (const one of told.tasks) put[`task:${one.id}`] = one;
  put.mark = { since: told.since, updated: now().toISOString() };
  await vault.write({ put, remove });
  for (const key of remove) state.tasks.delete(key.slice(5));
  for (const one of told.tasks) state.tasks.set(one.id, one);
  state.since = told.since;
  state.updated = put.mark.updated;
  changed();
}

// ── drafts ───────────────────────────────────────────────────────────────────────────────────────

export const draft = (id) => vault.read(`draft:${id}`);
export const saveDraft = (id, content) => vault.write({ put: { [`draft:${id}`]: content } });
export const dropDraft = (id) => vault.write({ remove: [`draft:${id}`] });
export const drafts = async () => (await vault.keys("draft:")).map((key) => key.slice(6));

// ── papers ───────────────────────────────────────────────────────────────────────────────────────

export async function keepPaper(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join("");
  await vault.write({ put: { [`paper:${sha256}`]: bytes } });
  return sha256;
}

export const paper = (sha256) => vault.read(`paper:${sha256}`, true);

// ── records to send ──────────────────────────────────────────────────────────────────────────────

// A finished record goes out of its draft and into the outbox in one transaction.
export async function keepRecord(record, { draft: id, names } = {}) {
  const put = { [`out:${record.key}`]: record };
  if (names) put.names = names;
  await vault.write({ put, remove: id ? [`draft:${id}`] : [] });
  if (names) state.names = names;
  state.outbox.set(record.key, record);
  changed();
}

export async function putRecord(record, remove = []) {
  await vault.write({ put: { [`out:${record.key}`]: record }, remove });
  state.outbox.set(record.key, record);
  changed();
}

// Every photo and signature that a record names, its consent's included.
export const papersOf = (body) => [...(body?.papers ?? []), ...(body?.consent?.papers ?? [])];

export async function dropRecord(key) {
  const record = state.outbox.get(key);
  const papers = papersOf(record?.body).map((one) => `paper:${one.sha256}`);
  await vault.write({ remove: [`out:${key}`, ...papers] });
  state.outbox.delete(key);
  changed();
}

export const waiting = () => [...state.outbox.values()].filter((one) => one.state !== "stored");

export function recordOf(id) {
  return waiting().find((one) => one.about === id);
}
