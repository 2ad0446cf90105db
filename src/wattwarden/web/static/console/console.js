// Draws charts: an element with data-chart holds an ECharts option as JSON.
"use strict";
function drawCharts(root) {
  for (const element of root.querySelectorAll("[data-chart]")) {
    if (echarts.getInstanceByDom(element)) continue;
    const chart = echarts.init(element, null, { renderer: "svg" });
    chart.setOption(JSON.parse(element.dataset.chart));
    new ResizeObserver(() => chart.resize()).observe(element);
  }
}
document.addEventListener("DOMContentLoaded", () => drawCharts(document));
document.addEventListener("htmx:afterSwap", (event) => drawCharts(event.detail.target));
