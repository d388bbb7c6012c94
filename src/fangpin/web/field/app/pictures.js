// Photos made small, their place kept apart; the signature; where one stands.
import { FullDisk } from "./vault.js";
import { h, icon, toast } from "./dom.js";
import { keepPaper } from "./store.js";
import { t } from "./words.js";

const LONG_SIDE = 1280;
export const MOST_BYTES = 300 * 1000;

export async function smallPhoto(file) {
  const original = new Uint8Array(await file.arrayBuffer());
  const place = placeInside(original);
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  let scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
  for (let quality = 0.82; ; quality -= 0.12) {
    // Drawn anew, a picture carries no place, no device and no date of its own.
    const canvas = h("canvas", {});
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (blob.size <= MOST_BYTES || scale < 0.1) {
      picture.close();
      return { bytes: new Uint8Array(await blob.arrayBuffer()), place };
    }
    if (quality < 0.5) {
      scale *= 0.75;
      quality = 0.82;
    }
  }
}

// The place in a JPEG's EXIF, or null. Only what we read is read: GPS latitude and longitude.
export function placeInside(bytes) {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint16(0) !== 0xffd8) return null;
    for (let at = 2; at + 4 < view.byteLength; ) {
      const marker = view.getUint16(at);
      const length = view.getUint16(at + 2);
      if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return gps(view, at + 10);
      if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return null;
      at += 2 + length;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

function gps(view, tiff) {
  const little = view.getUint16(tiff) === 0x4949;
  const u16 = (at) => view.getUint16(tiff + at, little);
  const u32 = (at) => view.getUint32(tiff + at, little);
  const entry = (ifd, tag) => {
    for (let n = 0; n < u16(ifd); n += 1) {
      const at = ifd + 2 + n * 12;
      if (u16(at) === tag) return at;
    }
    return null;
  };
  const link = entry(u32(4), 0x8825);
  if (link === null) return null;
  const ifd = u32(link + 8);
  const degrees = (tag, reference, negative) => {
    const value = entry(ifd, tag);
    const side = entry(ifd, reference);
    if (value === null || side === null) return null;
    const from = u32(value + 8);
    const part = (n) => u32(from + n * 8) / (u32(from + n * 8 + 4) || 1);
    const whole = part(0) + part(1) / 60 + part(2) / 3600;
    return view.getUint8(tiff + side + 8) === negative.charCodeAt(0) ? -whole : whole;
  };
  const latitude = degrees(2, 1, "S");
  const longitude = degrees(4, 3, "W");
  if (latitude === null || longitude === null || (latitude === 0 && longitude === 0)) return null;
  return { latitude: latitude.toFixed(6), longitude: longitude.toFixed(6) };
}

// ── fields ───────────────────────────────────────────────────────────────────────────────────────

// The name of a content that is kept now; null on a full phone, which is told.
async function kept(bytes) {
  try {
    return await keepPaper(bytes);
  } catch (error) {
    if (!(error instanceof FullDisk)) throw error;
    toast(t("手机存储已满，照片没有存下。请删去一些照片或应用后再拍。"), "bad");
    return null;
  }
}

// Photos of a draft: `papers` is the draft's own list, `save` keeps the draft, `drop` gives back the
// room of what was taken out of it.
export function photoField({ papers, read, save, drop }) {
  const grid = h("div.photos", {});
  // Asked through the button, in the page's own words: the browser's control is never met.
  const input = h("input", {
    type: "file",
    accept: "image/*",
    capture: "environment",
    id: "photo",
    hidden: true,
    onchange: async () => {
      const files = [...input.files];
      input.value = "";
      for (const file of files) await take(file);
    },
  });

  async function take(file) {
    let made;
    try {
      made = await smallPhoto(file);
    } catch {
      toast(t("这张照片打不开，请重拍。"), "bad");
      return;
    }
    const sha256 = await kept(made.bytes);
    if (!sha256) return;
    papers.push({
      kind: "photo",
      sha256,
      taken_at: new Date(file.lastModified || Date.now()).toISOString(),
      ...(made.place ? { place: made.place } : {}),
    });
    await save();
    draw();
  }

  async function draw() {
    const tiles = [];
    for (const one of papers.filter((paper) => paper.kind === "photo")) {
      const bytes = await read(one.sha256);
      const picture = h("img", { alt: t("照片") });
      if (bytes) {
        picture.src = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
        picture.onload = () => URL.revokeObjectURL(picture.src);
      }
      tiles.push(
        h(
          "div.photo",
          {},
          picture,
          h(
            "button.photo-drop",
            {
              type: "button",
              "aria-label": t("删去这张照片"),
              onclick: async () => {
                papers.splice(papers.indexOf(one), 1);
                await save();
                draw();
                await drop([one]);
              },
            },
            icon("cross"),
          ),
        ),
      );
    }
    grid.replaceChildren(
      ...tiles,
      h(
        "button.photo-add",
        { type: "button", onclick: () => input.click() },
        icon("camera"),
        h("span", {}, tiles.length ? t("再拍一张") : t("拍照")),
      ),
    );
  }
  draw();
  return h("div", {}, grid, input);
}

export function signatureField({ papers, read, save, drop, label = t("户主签名"), ask = t("请户主签名") }) {
  const box = h("div.signature", {});

  function current() {
    return papers.find((one) => one.kind === "signature");
  }

  async function draw() {
    const known = current();
    if (!known) {
      box.replaceChildren(
        h("button.plain.wide", { type: "button", onclick: open }, icon("pen"), ask),
      );
      return;
    }
    const picture = h("img", { alt: label });
    const bytes = await read(known.sha256);
    if (bytes) picture.src = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
    box.replaceChildren(
      picture,
      h("button.plain", { type: "button", onclick: open }, t("重新签名")),
    );
  }

  function open() {
    const canvas = h("canvas", { "aria-label": t("签名板") });
    const dialog = h(
      "dialog.sign",
      { "aria-labelledby": "sign-title" },
      h("h2", { id: "sign-title" }, t("请户主在框内签名")),
      canvas,
      h(
        "div.ask-acts",
        {},
        h("button.plain", { type: "button", onclick: () => dialog.close() }, t("取消")),
        h("button.plain", { type: "button", onclick: () => clear() }, t("清除")),
        h("button.main", { type: "button", onclick: () => keep() }, t("好了")),
      ),
    );
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    const { clear, isEmpty, bytes } = pad(canvas);
    async function keep() {
      if (isEmpty()) {
        toast(t("还没有签名。"), "bad");
        return;
      }
      const sha256 = await kept(await bytes());
      if (!sha256) return;
      const known = current();
      if (known) papers.splice(papers.indexOf(known), 1);
      papers.push({ kind: "signature", sha256, taken_at: new Date().toISOString() });
      await save();
      dialog.close();
      draw();
      if (known) await drop([known]);
    }
  }
  draw();
  return box;
}

function pad(canvas) {
  const sharp = Math.min(2, devicePixelRatio || 1);
  canvas.width = Math.round(canvas.clientWidth * sharp);
  canvas.height = Math.round(canvas.clientHeight * sharp);
  const pen = canvas.getContext("2d");
  let lines = 0;
  let last = null;
  pen.lineWidth = 2.6 * sharp;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--ink");
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * sharp, (event.clientY - box.top) * sharp];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = point(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const to = point(event);
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...to);
    pen.stroke();
    last = to;
    lines += 1;
  });
  const end = () => {
    last = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  return {
    clear() {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      lines = 0;
    },
    isEmpty: () => lines < 3,
    async bytes() {
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      return new Uint8Array(await blob.arrayBuffer());
    },
  };
}

// Where one stands: asked of the phone once, told with how sure it is; nobody is held up by it.
export function placeField({ get, set }) {
  const box = h("div.place", {});

  function draw(words = "") {
    const place = get();
    box.replaceChildren(
      h(
        "p",
        { role: "status" },
        place
          ? t("已记位置，误差约 {n} 米", { n: place.accuracy_m ?? "?" })
          : words || t("还没有记位置"),
      ),
      h(
        "button.plain",
        { type: "button", onclick: ask },
        icon("pin"),
        place ? t("重新定位") : t("记下位置"),
      ),
    );
  }

  function ask() {
    if (!navigator.geolocation) {
      draw(t("这部手机不能定位，可以不填。"));
      return;
    }
    draw(t("正在定位…"));
    navigator.geolocation.getCurrentPosition(
      async ({ coords }) => {
        await set({
          latitude: coords.latitude.toFixed(6),
          longitude: coords.longitude.toFixed(6),
          accuracy_m: Math.round(coords.accuracy),
        });
        draw();
      },
      () => draw(t("没有定到位置，可以不填。")),
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 },
    );
  }
  draw();
  return box;
}
