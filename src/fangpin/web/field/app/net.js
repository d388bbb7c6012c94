// Speaking to the server: one header of our own, a time limit, and the server's clock kept beside
// the device's, which may be wrong.
import { FullDisk, meta, setMetas } from "./vault.js";

const LIMIT = 45000;

export class NoAnswer extends Error {}

export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.code ?? String(status));
    this.status = status;
    this.problem = problem;
  }
}

let offset = 0; // server - device, in milliseconds
let last = 0; // the server's time when it was heard last

export async function startClock() {
  offset = (await meta("offset")) ?? 0;
  last = (await meta("last")) ?? 0;
}

// The present moment as the server would tell it; never before it was heard last, though the
// device's clock be set back (a battery that ran empty begins in 1970).
export const now = () => new Date(Math.max(Date.now() + offset, last));

async function hear(at) {
  const told = Date.parse(at);
  if (!Number.isFinite(told)) return;
  offset = told - Date.now();
  last = told;
  try {
    await setMetas({ offset, last, heard: Date.now() });
  } catch (error) {
    // A full phone still uploads: that makes room.
    if (!(error instanceof FullDisk)) throw error;
  }
}

export async function request(path, { method = "GET", json, body, headers = {} } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LIMIT);
  let response;
  try {
    response = await fetch(`/field/${path}`, {
      method,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal: stop.signal,
      headers: {
        "X-Fangpin-Phone": "1",
        ...(json === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: json === undefined ? body : JSON.stringify(json),
    });
    const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
    const told = isJson ? await response.json() : null;
    const at = told?.at ?? response.headers.get("X-Server-Time");
    if (response.ok && at) await hear(at);
    if (!response.ok) throw new Refused(response.status, told);
    return { status: response.status, told, headers: response.headers };
  } catch (error) {
    if (error instanceof Refused) throw error;
    // No line, a lost answer, or an answer that is not ours (a hotel's sign-in page).
    throw new NoAnswer(String(error?.name ?? error));
  } finally {
    clearTimeout(timer);
  }
}
