// Upload and refresh: in the order of saving, each record until it has an answer. Nothing leaves the
// outbox but by an answer of the server, or by its owner's own hand.
import * as vault from "./vault.js";
import { FullDisk } from "./vault.js";
import { NoAnswer, Refused, request } from "./net.js";
import { changed, dropRecord, paper, papersOf, putRecord, setForms, setWho, state, takeTasks, waiting } from "./store.js";

const PIECE = 96 * 1024;
const FIRST_PAUSE = 5000;
const LONGEST_PAUSE = 10 * 60000;
const PATHS = { visit: "visits", clue: "clues", follow_up: "follow-ups" };

let pause = FIRST_PAUSE;
let timer = 0;
let running = null;
let asked = null; // what was asked for while a turn was under way: perhaps it had passed that record

// Whether the server would take it now: people first have to choose, or to mend.
export const isStuck = (one) => one.state === "differs" || one.state === "refused";

// Resolves when what it was asked for was tried.
export function sync({ byHand = false } = {}) {
  if (!vault.isUnlocked()) return Promise.resolve();
  asked = { byHand: byHand || Boolean(asked?.byHand) };
  running ??= turns().finally(() => {
    running = null;
  });
  return running;
}

async function turns() {
  try {
    while (asked) {
      const { byHand } = asked;
      asked = null;
      clearTimeout(timer);
      // Two windows of one phone take turns; one that has no turn now tries again like one without a line.
      await navigator.locks.request("field-sync", { ifAvailable: true }, (held) =>
        held ? turn(byHand) : later(),
      );
    }
  } finally {
    state.isSending = false;
    changed();
  }
}

async function turn(byHand) {
  try {
    for (const record of waiting().sort((a, b) => a.saved - b.saved)) {
      if (isStuck(record) && !(byHand && record.state === "refused")) continue;
      state.isSending = true;
      changed();
      await send(record);
    }
    await refresh();
    Object.assign(state, { line: "on", isFull: false, trouble: null });
    pause = FIRST_PAUSE;
    timer = setTimeout(sync, LONGEST_PAUSE);
  } catch (error) {
    noted(error);
    if (error.status !== 401) later();
  }
}

// What keeps the phone from being up to date: no line, a server in trouble, a full disk, no sign-in.
function noted(error) {
  const isRefused = error instanceof Refused;
  if (!isRefused && !(error instanceof NoAnswer || error instanceof FullDisk)) throw error;
  state.line = error instanceof NoAnswer ? "off" : "on";
  state.isFull = error instanceof FullDisk;
  state.trouble = null;
  if (isRefused && error.status === 401) state.isSignedOut = true;
  else if (isRefused) state.trouble = error.problem ?? { code: String(error.status) };
}

function later() {
  timer = setTimeout(sync, pause * (0.75 + Math.random() / 2));
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

export async function refresh() {
  const asked = state.since ? `tasks?since=${encodeURIComponent(state.since)}` : "tasks";
  const { told } = await request(asked);
  state.isSignedOut = false;
  if (told.whole || !state.forms) await setForms((await request("forms")).told);
  await takeTasks(told);
}

async function send(record) {
  try {
    for (const one of papersOf(record.body)) {
      if (!record.sent?.includes(one.sha256)) await sendPaper(record, one.sha256);
    }
    const { told } = await request(PATHS[record.kind], { method: "POST", json: record.body });
    await stored(record, told);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await heard(record, error);
  }
}

// What the server has is dropped from the phone but for a line of the log.
async function stored(record, told) {
  const papers = papersOf(record.body).map((one) => `paper:${one.sha256}`);
  const { key, kind, about, head, saved, minutes } = record;
  const line = { key, kind, about, head, saved, minutes, state: "stored", stored: Date.now(), answer: told };
  try {
    await putRecord(line, papers);
  } catch (error) {
    if (!(error instanceof FullDisk)) throw error;
    // On a full phone what the server has goes first: that makes room, for its line in the log too.
    await dropRecord(key);
    await note(line);
  }
}

// How far a record has come is known again after a restart too: on a full disk memory will do.
async function note(record) {
  try {
    await putRecord(record);
  } catch (error) {
    if (!(error instanceof FullDisk)) throw error;
    state.outbox.set(record.key, record);
  }
}

async function heard(record, { status, problem }) {
  if (status === 401) throw new Refused(401, problem);
  if (status === 409 && problem?.fields) {
    await note({ ...record, state: "differs", problem, fields: problem.fields });
    return;
  }
  if (status === 422 && problem?.code === "PAPER_MISSING") {
    await note({ ...record, sent: [], problem });
    throw new NoAnswer("papers");
  }
  // A server in trouble is asked again later; everything else people must look at.
  if (status >= 500 || status === 429 || status === 408) throw new Refused(status, problem);
  await note({ ...record, state: "refused", problem: problem ?? { code: String(status) } });
}

async function sendPaper(record, sha256) {
  const bytes = await paper(sha256);
  if (!bytes) return;
  const asked = await request(`blobs/${sha256}`, { method: "HEAD" });
  let from = Number(asked.headers.get("Upload-Offset") ?? 0);
  let isWhole = asked.headers.get("Upload-Complete") === "?1";
  while (!isWhole) {
    const to = Math.min(from + PIECE, bytes.length);
    const answer = await request(`blobs/${sha256}`, {
      method: "PUT",
      body: bytes.slice(from, to),
      headers: {
        "Content-Type": "application/octet-stream",
        "Content-Range": `bytes ${from}-${to - 1}/${bytes.length}`,
      },
    }).catch((error) => {
      if (error instanceof Refused && error.problem?.code === "PAPER_OFFSET") return error;
      throw error;
    });
    from = answer.problem ? answer.problem.received : Number(answer.headers.get("Upload-Offset"));
    isWhole = answer.headers?.get("Upload-Complete") === "?1";
  }
  record.sent = [...(record.sent ?? []), sha256];
  await note(record);
}

export async function signIn(username, password, code = "") {
  const { told } = await request("session", { method: "POST", json: { username, password, code } });
  state.isSignedOut = false;
  return told;
}

export async function afterSignIn(who) {
  await setWho(who);
  await sync();
}

// No Background Sync: shells like WeChat's have none. The page itself tries again.
export function startTrying() {
  addEventListener("online", () => {
    pause = FIRST_PAUSE;
    sync();
  });
  addEventListener("offline", () => {
    state.line = "off";
    changed();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") sync();
  });
}
