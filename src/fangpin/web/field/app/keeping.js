// A draft of a form, kept as it is written: on a full phone the words stay on the page.
import { FullDisk } from "./vault.js";
import { toast } from "./dom.js";
import { saveDraft } from "./store.js";
import { t } from "./words.js";

const PAUSE = 250;

export function tellFull() {
  toast(t("手机存储已满，还没有存下。请删去一些照片或应用，再点一次保存；不要关闭这一页。"), "bad");
}

// Every change is kept after a moment, one after the other, and at once when the page goes away.
export function keeper(id, written) {
  let timer = 0;
  let told = false;
  let chain = Promise.resolve();
  let isOver = false;
  function put() {
    clearTimeout(timer);
    timer = 0;
    if (isOver) return chain;
    const content = JSON.parse(JSON.stringify(written));
    chain = chain
      .then(() => saveDraft(id, content))
      .then(() => {
        told = false;
      })
      .catch((error) => {
        if (!(error instanceof FullDisk)) throw error;
        if (!told) toast(t("手机存储已满，草稿没有存下。请删去一些照片或应用；不要关闭这一页。"), "bad");
        told = true;
      });
    return chain;
  }
  document.addEventListener("visibilitychange", () => {
    if (timer && document.visibilityState === "hidden") put();
  });
  return {
    soon() {
      clearTimeout(timer);
      timer = setTimeout(put, PAUSE);
    },
    now: put,
    // The record takes the draft's place: nothing is written to it afterwards.
    last() {
      clearTimeout(timer);
      isOver = true;
      return chain;
    },
    // It could not: the draft is kept on.
    on() {
      isOver = false;
    },
  };
}
