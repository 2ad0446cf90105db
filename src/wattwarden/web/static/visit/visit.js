// The field page: notes go into the phone first and are sent when there is a connection, each exactly once.
"use strict";
const root = document.getElementById("visit");
const words = JSON.parse(root.dataset.words);
const caseId = Number(root.dataset.case);
const user = root.dataset.user;
let version = Number(root.dataset.version);
const PART = 256 * 1024;

// The phone's own store: one record an entry, a photo with its file.
function store() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("wattwarden-visits", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("entries", { keyPath: "id" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}
async function inStore(mode, use) {
  const base = await store();
  return new Promise((resolve, reject) => {
    const work = base.transaction("entries", mode);
    const asked = use(work.objectStore("entries"));
    work.oncomplete = () => { base.close(); resolve(asked && asked.result); };
    work.onerror = work.onabort = () => { base.close(); reject(work.error); };
  });
}
const put = (entry) => inStore("readwrite", (entries) => entries.put(entry));
const all = async () => (await inStore("readonly", (entries) => entries.getAll()))
  .filter((entry) => entry.user === user && entry.case === caseId)
  .sort((a, b) => (a.at < b.at ? -1 : 1));

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
async function note(kind, data, file) {
  const now = new Date();
  const entry = { id: uuid(), case: caseId, user, kind, data, at: now.toISOString(), version, state: "saved", told: "" };
  if (file) {
    entry.file = file;
    entry.sha256 = [...new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))]
      .map((b) => b.toString(16).padStart(2, "0")).join("");
  }
  await put(entry);
  await show();
  sync();
}

// Sending: in the order of noting, photos in parts; what fails stays and is tried again.
let sending = false;
let again = false;
async function sync() {
  if (sending) { again = true; return; }
  sending = true;
  try {
    do {
      again = false;
      for (const entry of await all()) if (entry.state === "saved") await send(entry);
    } while (again);
    say("");
  } catch (error) {
    say(error.message === "sign-in" ? words.sign_in : words.offline);
  } finally {
    sending = false;
    await show();
  }
}
function token() { return (document.cookie.match(/(?:^|; )csrftoken=([^;]+)/) || [])[1] || root.dataset.token; }
async function post(path, body, headers) {
  const answer = await fetch(path, { method: "POST", body, redirect: "manual", credentials: "same-origin",
    headers: { "X-CSRFToken": token(), ...headers } });
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new Error("sign-in");
  if (answer.status >= 500) throw new Error("offline");
  return answer.json();
}
async function send(entry) {
  const taken = entry.kind === "photo" ? await sendPhoto(entry) : await sendNote(entry);
  if (!taken) return;
  entry.state = taken.state === "refused" || taken.conflict ? "conflict" : "sent";
  entry.told = taken.conflict || "";
  if (taken.version) version = taken.version;
  if (entry.state === "sent") delete entry.file;
  await put(entry);
}
async function sendNote(entry) {
  const sent = { id: entry.id, kind: entry.kind, noted_at: entry.at, version: entry.version, data: entry.data };
  const answer = await post(root.dataset.entries, JSON.stringify([sent]), { "Content-Type": "application/json" });
  return answer.entries[0];
}
async function sendPhoto(entry) {
  let offset = 0;
  let empty = true;
  for (let tries = 0; tries < 2000; tries += 1) {
    const told = { offset, total: entry.file.size, sha256: entry.sha256, noted_at: entry.at, version: entry.version, data: entry.data };
    // The first request is empty: it asks how far an earlier attempt came.
    const part = empty ? new Blob([]) : entry.file.slice(offset, offset + PART);
    const answer = await post(root.dataset.photos.replace("ENTRY", entry.id), part,
      { "Content-Type": "application/octet-stream", "X-Photo": JSON.stringify(told) });
    if (answer.problem) return { state: "refused", conflict: answer.problem };
    if (answer.entry) return answer.entry;
    offset = answer.size;
    empty = false;
  }
  return null;
}

// What the page shows.
function say(text) { const line = document.getElementById("sync"); line.textContent = text; line.hidden = !text; }
const icons = { saved: "📱", sent: "✓", conflict: "⚠" };
function told(entry) {
  const { data } = entry;
  if (entry.kind === "check") return `${data.done ? "☑" : "☐"} ${data.label}`;
  if (entry.kind === "measurement") return `${data.name} = ${data.value} ${data.unit}`;
  if (entry.kind === "position") return `${words.position} ${data.latitude.toFixed(5)}, ${data.longitude.toFixed(5)} (±${Math.round(data.accuracy)} m)`;
  if (entry.kind === "outcome") return `${words.outcome}: ${data.outcome_label}`;
  return { photo: words.photo, arrive: words.arrive, note: data.note }[entry.kind] || entry.kind;
}
async function show() {
  const entries = await all();
  const list = document.getElementById("noted");
  list.replaceChildren(...entries.map((entry) => {
    const line = document.createElement("li");
    line.className = `list-group-item noted-${entry.state}`;
    line.dataset.state = entry.state;
    line.textContent = `${icons[entry.state]} ${new Date(entry.at).toLocaleTimeString()} ${told(entry)} — ${words[entry.state]}`;
    if (entry.told) {
      const why = document.createElement("div");
      why.className = "small text-danger";
      why.textContent = entry.told;
      line.append(why);
    }
    return line;
  }));
  const waiting = entries.filter((entry) => entry.state === "saved").length;
  document.getElementById("waiting").textContent = waiting ? words.waiting.replace("N", String(waiting)) : words.all_sent;
  document.getElementById("line").textContent = navigator.onLine ? words.online : words.offline;
  document.getElementById("line").dataset.online = String(navigator.onLine);
}
function place() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) { resolve({}); return; }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy }),
      () => resolve({}), { enableHighAccuracy: true, timeout: 5000, maximumAge: 60000 });
  });
}
document.addEventListener("change", async (event) => {
  const box = event.target;
  if (box.matches("[data-check]")) await note("check", { index: box.value, label: box.dataset.check, done: box.checked });
  if (box.matches("#photo")) {
    const files = [...box.files];
    const where = await place();
    for (const file of files) await note("photo", where, file);
    box.value = "";
  }
});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-note]")) return;
  event.preventDefault();
  const fields = new FormData(form);
  if (form.dataset.note === "measurement") {
    await note("measurement", { name: fields.get("name"), value: fields.get("value"), unit: fields.get("unit") });
  } else {
    const chosen = form.querySelector("[name=outcome] option:checked");
    const checked = [...document.querySelectorAll("[data-step]:checked")].map((box) => box.value);
    await note("outcome", { outcome: fields.get("outcome"), outcome_label: chosen.textContent, cause: fields.get("cause"),
      note: fields.get("note"), materials: fields.getAll("materials"), checked });
  }
  form.reset();
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-does]");
  if (!button) return;
  if (button.dataset.does === "arrive") await note("arrive", await place());
  if (button.dataset.does === "position") {
    const where = await place();
    if ("latitude" in where) await note("position", where); else say(words.no_position);
  }
  if (button.dataset.does === "sync") sync();
});
window.addEventListener("online", () => { show(); sync(); });
window.addEventListener("offline", show);
setInterval(sync, 20000);
show().then(sync);
