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
  isFull: false,
  trouble: null, // what a server said that would not answer as it should
};

const listeners = new Set();

export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function changed() {
  for (const listener of listeners) listener();
}

const DAY = 86400000;

// After the pack's days without hearing from the server households leave the phone: also one that
// nobody unlocks any more, since no key is needed for it. What was not sent stays: it is the only
// copy of somebody's visit.
export async function forgetUnheard() {
  const [days, heard] = await Promise.all([vault.meta("days"), vault.meta("heard")]);
  if (!days || !heard || Date.now() - heard < days * DAY) return;
  await vault.write({ remove: [...(await vault.keys("task:")), "mark"] });
}

export async function load() {
  await forgetUnheard();
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
  await forgetSent();
}

// The log of what was sent names households too: it is as long as the pack's days.
async function forgetSent() {
  const days = state.forms?.keep_days;
  if (!days) return;
  const old = [...state.outbox.values()].filter(
    (one) => one.state === "stored" && Date.now() - one.stored >= days * DAY,
  );
  if (!old.length) return;
  await vault.write({ remove: old.map((one) => `out:${one.key}`) });
  for (const one of old) state.outbox.delete(one.key);
}

export async function setWho(who) {
  const isKnown = state.who?.official === who.official;
  state.who = who;
  try {
    await vault.write({ put: { who } });
  } catch (error) {
    // A full phone may sign in again and upload: that makes room.
    if (!(isKnown && error instanceof vault.FullDisk)) throw error;
  }
}

export async function setForms(forms) {
  state.forms = forms;
  await vault.write({ put: { forms } });
  await vault.setMeta("days", forms.keep_days);
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

// What a form is about: as the list has it now, else as the draft has it: a household leaves the list
// when someone else has been there, and what was half written is still to be ended.
export function taskOf(id, kind, begun) {
  const listed = state.tasks.get(id);
  if (listed?.kind === kind) return listed;
  return begun?.task?.kind === kind ? begun.task : null;
}

export const draft = (id) => vault.read(`draft:${id}`);
export const saveDraft = (id, content) => vault.write({ put: { [`draft:${id}`]: content } });

// A draft that its owner gives up, with its photos and its signature.
export async function dropDraft(id) {
  const papers = papersOf(await draft(id));
  await vault.write({ remove: [`draft:${id}`] });
  await dropPapers(papers);
}
export const drafts = async () => (await vault.keys("draft:")).map((key) => key.slice(6));

// ── papers ───────────────────────────────────────────────────────────────────────────────────────

export async function keepPaper(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join("");
  await vault.write({ put: { [`paper:${sha256}`]: bytes } });
  return sha256;
}

export const paper = (sha256) => vault.read(`paper:${sha256}`, true);

// Photos and signatures that were taken out again leave the phone, unless something else names them:
// two households may have been given the same picture.
export async function dropPapers(papers) {
  if (!papers.length) return;
  const named = new Set();
  const drafted = await vault.readAll("draft:");
  for (const body of [...drafted, ...waiting().map((one) => one.body)]) {
    for (const one of papersOf(body)) named.add(one.sha256);
  }
  const remove = papers.filter((one) => !named.has(one.sha256)).map((one) => `paper:${one.sha256}`);
  await vault.write({ remove });
}

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
