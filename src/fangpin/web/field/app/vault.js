// What the phone keeps, encrypted. One content key (AES-GCM 256) lives in memory while the phone is
// unlocked. At rest it is wrapped twice: by a key from the PIN (or the password), and around that by
// a key of this device that no script can read out. Without the PIN the rows are noise.

const NAME = "fangpin-field";
const ROUNDS = 310000;
const FREE_TRIES = 5;
const FIRST_WAIT = 30000;

let db = null;
let content = null; // CryptoKey while unlocked
let raw = null; // its bytes, to wrap anew when PIN or password change
let unkept = null; // the count of wrong PINs that a full disk did not take

export class FullDisk extends Error {}

export async function open() {
  db ??= await new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("meta");
      asked.result.createObjectStore("rows");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(told(asked.error));
  });
  db.onversionchange = () => {
    db.close();
    db = null;
  };
  return db;
}

function told(error) {
  return error?.name === "QuotaExceededError" ? new FullDisk(error.message) : error;
}

// One transaction: everything in it is stored, or nothing.
async function transaction(stores, mode, work) {
  const opened = await open();
  return new Promise((resolve, reject) => {
    let result;
    let tx;
    try {
      tx = opened.transaction(stores, mode, { durability: "strict" });
      result = work(tx);
    } catch (error) {
      reject(told(error));
      return;
    }
    tx.oncomplete = () => resolve(result instanceof IDBRequest ? result.result : result);
    tx.onabort = () => reject(told(tx.error ?? new Error("aborted")));
  });
}

const meta = (key) => transaction(["meta"], "readonly", (tx) => tx.objectStore("meta").get(key));
const setMetas = (values) =>
  transaction(["meta"], "readwrite", (tx) => {
    for (const [key, value] of Object.entries(values)) tx.objectStore("meta").put(value, key);
  });
const setMeta = (key, value) => setMetas({ [key]: value });

export { meta, setMeta, setMetas };

export const isUnlocked = () => content !== null;

export async function isSetUp() {
  return Boolean(await meta("locks"));
}

export const owner = () => meta("owner");

// ── keys ─────────────────────────────────────────────────────────────────────────────────────────

async function wordKey(word, salt) {
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(word), "PBKDF2", false, [
    "deriveKey",
  ]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

async function deviceKey() {
  const known = await meta("device");
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  await setMeta("device", made);
  return made;
}

async function encrypt(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

async function decrypt(key, box) {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv }, key, box.data);
}

async function lockWith(word) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const inner = await encrypt(await wordKey(word, salt), raw);
  const packed = new Uint8Array(12 + inner.data.byteLength);
  packed.set(inner.iv);
  packed.set(new Uint8Array(inner.data), 12);
  return { salt, box: await encrypt(await deviceKey(), packed) };
}

async function openLock(lock, word) {
  const packed = new Uint8Array(await decrypt(await deviceKey(), lock.box));
  const inner = { iv: packed.slice(0, 12), data: packed.slice(12) };
  return new Uint8Array(await decrypt(await wordKey(word, lock.salt), inner));
}

async function useKey(bytes) {
  raw = bytes;
  content = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

// A new phone, or a new owner: an empty vault with its own key.
export async function setUp({ official, pin, password }) {
  await useKey(crypto.getRandomValues(new Uint8Array(32)));
  const locks = { pin: await lockWith(`pin:${pin}`), password: await lockWith(`word:${password}`) };
  await setMeta("locks", locks);
  await setMeta("owner", official);
  await setMeta("tries", { wrong: 0, until: 0 });
}

export async function changePin(pin) {
  const locks = await meta("locks");
  await setMeta("locks", { ...locks, pin: await lockWith(`pin:${pin}`) });
}

// The password that signs in also opens the vault when the PIN is forgotten.
export async function rememberPassword(password) {
  if (!raw) return;
  const locks = await meta("locks");
  try {
    await setMeta("locks", { ...locks, password: await lockWith(`word:${password}`) });
  } catch (error) {
    // A full phone goes on with the password that it knows.
    if (!(error instanceof FullDisk)) throw error;
  }
}

// Milliseconds until the PIN may be tried again.
export async function wait() {
  return Math.max(0, (await tried()).until - Date.now());
}

export async function unlock(word, kind = "pin") {
  if (kind === "pin" && (await wait()) > 0) return false;
  const locks = await meta("locks");
  try {
    await useKey(await openLock(locks[kind], `${kind === "pin" ? "pin" : "word"}:${word}`));
  } catch {
    const wrong = (await tried()).wrong + 1;
    const over = wrong - FREE_TRIES;
    const until = over < 0 ? 0 : Date.now() + FIRST_WAIT * 2 ** Math.min(over, 10);
    if (kind === "pin") await count({ wrong, until });
    return false;
  }
  if ((await tried()).wrong) await count({ wrong: 0, until: 0 });
  return true;
}

// Wrong PINs are counted in memory where a full disk takes no more, which keeps no owner out.
async function count(now) {
  unkept = null;
  try {
    await setMeta("tries", now);
  } catch (error) {
    if (!(error instanceof FullDisk)) throw error;
    unkept = now;
  }
}

const tried = async () => unkept ?? (await meta("tries")) ?? { wrong: 0, until: 0 };

export function lock() {
  content = null;
  raw = null;
}

// Everything goes, the keys first: what a disk may still hold of the rows can never be read again.
export async function wipe() {
  lock();
  await transaction(["meta", "rows"], "readwrite", (tx) => {
    tx.objectStore("meta").clear();
    tx.objectStore("rows").clear();
  });
}

// ── rows ─────────────────────────────────────────────────────────────────────────────────────────

export async function seal(value) {
  if (!content) throw new Error("locked");
  const bytes =
    value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value));
  return encrypt(content, bytes);
}

export async function unseal(box, isBytes = false) {
  if (!content) throw new Error("locked");
  const bytes = await decrypt(content, box);
  return isBytes ? new Uint8Array(bytes) : JSON.parse(new TextDecoder().decode(bytes));
}

// Put and remove many rows at once; `put` holds values, encrypted before the transaction begins.
export async function write({ put = {}, remove = [] }) {
  const sealed = [];
  for (const [key, value] of Object.entries(put)) sealed.push([key, await seal(value)]);
  await transaction(["rows"], "readwrite", (tx) => {
    const rows = tx.objectStore("rows");
    for (const [key, box] of sealed) rows.put(box, key);
    for (const key of remove) rows.delete(key);
  });
}

export async function read(key, isBytes = false) {
  const box = await transaction(["rows"], "readonly", (tx) => tx.objectStore("rows").get(key));
  return box ? unseal(box, isBytes) : undefined;
}

export async function keys(prefix) {
  const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
  return transaction(["rows"], "readonly", (tx) => tx.objectStore("rows").getAllKeys(range));
}

export async function readAll(prefix) {
  const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
  const boxes = await transaction(["rows"], "readonly", (tx) =>
    tx.objectStore("rows").getAll(range),
  );
  return Promise.all(boxes.map((box) => unseal(box)));
}
