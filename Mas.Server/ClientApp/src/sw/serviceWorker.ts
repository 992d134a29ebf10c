/// <reference lib="webworker" />
/** Keeps the files of the page, so that it opens without a network. Messages are never kept here. */

// The build puts the list of files in the place of this text.
const shell = '__MAS_SHELL__' as unknown as { version: string; files: string[] };
const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const cacheName = `mas-${shell.version}`;

worker.addEventListener('install', event => {
  event.waitUntil(caches.open(cacheName).then(cache => cache.addAll(shell.files)));
});

worker.addEventListener('activate', event => {
  event.waitUntil(dropOthers().then(() => worker.clients.claim()));
});

// The page sends this when the user agreed to the update.
worker.addEventListener('message', event => {
  if (event.data === 'take-over') void worker.skipWaiting();
});

worker.addEventListener('fetch', event => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (request.mode === 'navigate' && !url.pathname.startsWith('/api') && !url.pathname.startsWith('/admin'))
    event.respondWith(fromCache('/', request));
  else if (shell.files.includes(url.pathname)) event.respondWith(fromCache(url.pathname, request));
});

worker.addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil(
    worker.clients.matchAll({ type: 'window' }).then(async clients => {
      await (clients[0] ? clients[0].focus() : worker.clients.openWindow('/'));
    }),
  );
});

async function fromCache(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(key)) ?? fetch(request);
}

async function dropOthers(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith('mas-') && name !== cacheName) await caches.delete(name);
}
