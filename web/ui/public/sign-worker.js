/** Keeps the sign's page and its scripts, so that a display starts again without network. Departures are kept by the page. */

const KEPT = "machinami-sign-1";
const SHELL = "sign-shell";

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page names what it was made of: names of scripts carry a hash that nobody here knows.
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(shell(request));
  else if (url.pathname.includes("/assets/")) event.respondWith(asset(request));
});

async function keep({ page, parts }) {
  const cache = await caches.open(KEPT);
  const wanted = new Set(parts);
  for (const old of await cache.keys()) if (old.url.includes("/assets/") && !wanted.has(old.url)) await cache.delete(old);
  await Promise.all([...wanted].map(async (part) => (await cache.match(part)) ?? cache.add(part)));
  const answer = await fetch(page, { cache: "no-cache" });
  if (answer.ok) await cache.put(SHELL, answer);
}

async function shell(request) {
  try {
    const answer = await fetch(request);
    if (answer.status < 500) return answer;
  } catch {
    // No network, or the server is being started again.
  }
  const kept = await (await caches.open(KEPT)).match(SHELL);
  return kept ?? Response.error();
}

async function asset(request) {
  const kept = await (await caches.open(KEPT)).match(request);
  return kept ?? fetch(request);
}
