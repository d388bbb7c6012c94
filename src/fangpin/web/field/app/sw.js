// Keeps the pages of one version whole, so that they start without a server. Keeps no data: what
// concerns households lies encrypted in IndexedDB and never in this cache.
const CACHE = `field-${KEPT.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await cache.addAll(KEPT.files);
      await cache.add(new Request(KEPT.shell, { cache: "reload", credentials: "omit" }));
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) =>
      Promise.all(
        names
          .filter((name) => name.startsWith("field-") && name !== CACHE)
          .map((name) => caches.delete(name)),
      ),
    ),
  );
  self.clients.claim();
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  const path = new URL(request.url).pathname;
  if (request.mode === "navigate" && path === KEPT.shell) {
    event.respondWith(kept(KEPT.shell, request));
  } else if (KEPT.files.includes(path)) {
    event.respondWith(kept(path, request));
  }
});

async function kept(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) || fetch(request);
}
