// Asks the browser to keep the field pages for use without connection.
"use strict";
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/visit/worker.js", { scope: "/visit/" });
  // Pages of the list are fetched once while there is a connection, so that each opens without it.
  navigator.serviceWorker.ready.then(async () => {
    const kept = await caches.open("field-1");
    for (const link of document.querySelectorAll("[data-keep]")) {
      const page = await fetch(link.href, { credentials: "same-origin" });
      if (page.ok && !page.redirected) await kept.put(link.href, page);
    }
    const own = [location.href, ...[...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((e) => e.href || e.src)];
    for (const address of own) {
      const file = await fetch(address, { credentials: "same-origin" });
      if (file.ok && !file.redirected) await kept.put(address, file);
    }
    document.documentElement.dataset.kept = "yes";
  });
}
