// What the pages need beyond HTML: charts, keys, rows that are chosen together, messages that go away.
"use strict";

// Charts: an element with data-chart holds an ECharts option as JSON. Figures keep their unit in the tooltip.
function drawCharts(root) {
  for (const element of root.querySelectorAll("[data-chart]")) drawChart(element);
}
function drawChart(element) {
  const before = echarts.getInstanceByDom(element);
  if (before) before.dispose();
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--tblr-body-color").trim() || "#333";
  const line = style.getPropertyValue("--tblr-border-color").trim() || "#ccc";
  const option = JSON.parse(element.dataset.chart);
  option.textStyle = { color: ink, fontFamily: style.getPropertyValue("--tblr-font-sans-serif") };
  option.animation = false;
  for (const axis of [option.xAxis, option.yAxis].flat().filter(Boolean)) {
    axis.axisLabel = { color: ink, hideOverlap: true, ...axis.axisLabel };
    axis.nameTextStyle = { color: ink };
    axis.axisLine = { lineStyle: { color: line } };
    axis.splitLine = { show: axis.type === "value", lineStyle: { color: line, opacity: 0.5 } };
  }
  if (option.legend) option.legend.textStyle = { color: ink };
  option.tooltip = { confine: true, ...option.tooltip };
  const unit = element.dataset.unit || "";
  option.tooltip.valueFormatter = (value) =>
    value === null || value === undefined ? "–" : `${Number(value).toLocaleString("en-US", { maximumFractionDigits: 4 })} ${unit}`.trim();
  const chart = echarts.init(element, null, { renderer: "svg" });
  chart.setOption(option);
  if (!element.watched) {
    element.watched = new ResizeObserver(() => echarts.getInstanceByDom(element)?.resize());
    element.watched.observe(element);
  }
}

// Keys: "/" search, "?" help, j and k or arrows through the rows of a list, Enter opens, x chooses.
let at = -1;
function rows() { return [...document.querySelectorAll("table[data-rows] tbody tr")]; }
function moveTo(index) {
  const all = rows();
  if (!all.length) return;
  at = Math.max(0, Math.min(index, all.length - 1));
  all.forEach((row, number) => row.classList.toggle("chosen", number === at));
  all[at].scrollIntoView({ block: "nearest" });
}
function isTyping(target) { return target.closest("input, select, textarea, [contenteditable]") !== null; }
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) { event.target.blur(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const row = rows()[at];
  const actions = {
    "/": () => document.getElementById("search")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
    j: () => moveTo(at + 1), ArrowDown: () => moveTo(at + 1),
    k: () => moveTo(at - 1), ArrowUp: () => moveTo(at - 1),
    x: () => row?.querySelector("input[type=checkbox]")?.click(),
    Enter: () => row?.querySelector("a")?.click(),
  };
  const arrows = event.key.startsWith("Arrow");
  if (!(event.key in actions) || (arrows && (!rows().length || event.target.closest("[role=tablist], a, button"))) ||
      (event.key === "Enter" && event.target !== document.body)) return;
  event.preventDefault();
  actions[event.key]();
});

function paint(theme) {
  document.documentElement.dataset.bsTheme = theme;
  document.querySelectorAll("[data-chart]").forEach(drawChart);
}
document.addEventListener("click", (event) => {
  const on = (name) => event.target.closest(`[data-do="${name}"]`);
  if (on("theme")) {
    const now = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    paint(now);
    try { localStorage.setItem("theme", now); } catch { /* a browser that keeps nothing still shows it */ }
  } else if (on("print")) window.print();
  else if (on("keys")) document.getElementById("keys").showModal();
  else if (on("close")) event.target.closest("dialog, .alert").tagName === "DIALOG" ? event.target.closest("dialog").close() : event.target.closest(".alert").remove();
  else if (on("copy")) navigator.clipboard?.writeText(on("copy").dataset.text);
});

// Choosing rows for one action: the bar shows how many, and stays hidden while there are none.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of document.querySelectorAll("input[name=key]")) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-all], input[name=key]")) countChosen();
});
function countChosen() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const count = document.querySelectorAll("input[name=key]:checked").length;
  bar.hidden = count === 0;
  bar.querySelector("[data-count]").textContent = String(count);
}

// Paper is light, whatever the screen is.
let onScreen = "light";
window.addEventListener("beforeprint", () => {
  onScreen = document.documentElement.dataset.bsTheme;
  if (onScreen === "dark") paint("light");
});
window.addEventListener("afterprint", () => { if (onScreen === "dark") paint("dark"); });

const busy = () => document.getElementById("busy");
document.addEventListener("htmx:beforeRequest", () => busy()?.classList.add("on"));
document.addEventListener("htmx:afterRequest", () => busy()?.classList.remove("on"));
document.addEventListener("htmx:afterSwap", (event) => { at = -1; drawCharts(event.detail.target); countChosen(); });
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, () => { document.getElementById("failed")?.removeAttribute("hidden"); });
}
document.addEventListener("submit", (event) => { if (!event.target.matches("[hx-get], [data-file]")) busy()?.classList.add("on"); });
window.addEventListener("pageshow", () => busy()?.classList.remove("on"));
document.addEventListener("DOMContentLoaded", () => {
  drawCharts(document);
  setTimeout(() => document.querySelectorAll(".toasts .alert-success").forEach((alert) => alert.remove()), 8000);
});
