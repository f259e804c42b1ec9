/** A service worker as many apps have one: it passes on what it doesn't know, and keeps copies of what it was given. */

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('fetch', (event) => {
  event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open('copies');
  const response = await fetch(request);
  if (request.method === 'GET' && response.ok) await cache.put(request, response.clone());
  return response;
}
