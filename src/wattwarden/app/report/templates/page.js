(function () {
  "use strict";
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById("data").textContent);
  const charts = new Map();
  const colours = { "1.1": "#1d4ed8", "1.2": "#b42318", "1.3": "#b45309", "1.4": "#7c3aed", "1.5": "#0f766e" };
  const spare = ["#1d4ed8", "#b45309", "#0f766e", "#7c3aed"];
  const soft = "#5b6878", line = "#e4e9ef";
  const isNarrow = () => window.innerWidth < 560;
  const lang = () => root.dataset.lang;
  const say = (zh, en) => (lang() === "zh" ? zh : en);
  const words = (thing) => say(thing.zh, thing.en);
  const escape = (text) => String(text).replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
  const number = (value, digits) => Number(value).toLocaleString("en-US", { maximumFractionDigits: digits === undefined ? 2 : digits });
  const yuan = (fen) => number(fen / 100, 0) + say(" 元", " yuan");

  function short(value) {
    if (lang() === "zh") {
      if (value >= 1e8) return number(value / 1e8) + "亿";
      return value >= 1e4 ? number(value / 1e4) + "万" : number(value);
    }
    if (value >= 1e6) return number(value / 1e6) + " M";
    return value >= 1e3 ? number(value / 1e3) + " k" : number(value);
  }

  function risks() {
    const most = Math.max(1, ...data.risks.map((r) => r.expected));
    const points = data.risks.map((r) => ({
      value: [Math.max(r.likely, 0.1), Math.max(r.each / 100, 1)],
      symbolSize: 14 + 46 * Math.sqrt(r.expected / most) * (isNarrow() ? 0.7 : 1),
      itemStyle: { color: colours[r.number.slice(0, 3)], opacity: 0.78 },
      risk: r,
    })).sort((a, b) => b.symbolSize - a.symbolSize);
    const axis = { type: "log", nameLocation: "middle", nameTextStyle: { color: soft }, splitLine: { lineStyle: { color: "#ffffff", width: 1.5 } }, };
    const decades = (values, room) => ({
      min: Math.pow(10, Math.floor(Math.log10(Math.min(...values)) - 0.2)),
      max: Math.pow(10, Math.ceil(Math.log10(Math.max(...values) * room))),
    });
    return {
      animation: false,
      grid: {
        show: true, borderWidth: 0, left: isNarrow() ? 54 : 74, right: 18, top: 16, bottom: 46,
        backgroundColor: { type: "linear", x: 0, y: 1, x2: 1, y2: 0, colorStops: [{ offset: 0, color: "#e5f6ec" }, { offset: 0.5, color: "#fdf6df" }, { offset: 1, color: "#fbe0dc" }] },
      },
      tooltip: {
        confine: true,
        formatter: (p) => {
          const r = p.data.risk;
          return "<b>" + escape(r.number + " " + words(r)) + "</b><br>" +
            say("疑点 ", "Findings: ") + number(r.findings) + "<br>" +
            say("预计属实 ", "Expected to be confirmed: ") + number(r.likely, 1) + "<br>" +
            say("每条约 ", "Each about ") + yuan(r.each) + "<br>" +
            say("期望可挽回 ", "Expected to be made good: ") + yuan(r.expected);
        },
      },
      xAxis: Object.assign({}, axis, decades(points.map((p) => p.value[0]), isNarrow() ? 1.2 : 1.6), { name: say("预计属实的疑点数（条）", "Findings expected to be confirmed"), nameGap: 28, axisLabel: { color: soft, formatter: (v) => number(v, 1) } }),
      yAxis: Object.assign({}, axis, decades(points.map((p) => p.value[1]), 1.4), { name: say("每条金额或后果（元）", "Money or consequence of each (yuan)"), nameGap: isNarrow() ? 40 : 58, axisLabel: { color: soft, formatter: short } }),
      series: [
        { type: "scatter", data: points, emphasis: { scale: 1.1 } },
        {
          type: "scatter", silent: true, z: 5, data: points.map((p) => Object.assign({}, p, { itemStyle: { color: "transparent" } })),
          label: {
            show: true, position: "right", color: "#16202e", fontSize: 12, textBorderColor: "rgba(255,255,255,.85)", textBorderWidth: 2,
            formatter: (p) => p.data.risk.number + (isNarrow() ? "" : " " + words(p.data.risk)),
          },
        },
      ],
    };
  }

  // Each label goes to the first side where it covers no other label and no bubble.
  function placeLabels(chart) {
    const option = chart.getOption(), labels = option.series[1].data, width = chart.getWidth();
    const bubbles = labels.map((p) => {
      const at = chart.convertToPixel({ seriesIndex: 1 }, p.value), r = p.symbolSize / 2;
      return { x: at[0] - r, y: at[1] - r, w: 2 * r, h: 2 * r, cx: at[0], cy: at[1], r: r };
    });
    const taken = [];
    const cover = (a, b) => Math.max(0, Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)) * Math.max(0, Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y));
    labels.forEach((p, i) => {
      const text = p.risk.number + (isNarrow() ? "" : " " + words(p.risk)), b = bubbles[i];
      const w = [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 255 ? 12 : 6.6), 0), h = 15;
      const boxes = {
        right: { x: b.cx + b.r + 5, y: b.cy - h / 2, w: w, h: h }, left: { x: b.cx - b.r - 5 - w, y: b.cy - h / 2, w: w, h: h },
        top: { x: b.cx - w / 2, y: b.cy - b.r - 5 - h, w: w, h: h }, bottom: { x: b.cx - w / 2, y: b.cy + b.r + 5, w: w, h: h },
        inside: { x: b.cx - w / 2, y: b.cy - h / 2, w: w, h: h },
      };
      const cost = (box) => taken.concat(bubbles.filter((_, k) => k !== i)).reduce((sum, other) => sum + cover(box, other), 0) + (box.x < 60 || box.x + box.w > width - 8 ? 1e6 : 0);
      const side = Object.keys(boxes).reduce((best, key) => (cost(boxes[key]) < cost(boxes[best]) ? key : best), "right");
      taken.push(boxes[side]);
      p.label = { position: side };
    });
    chart.setOption({ series: [{}, { data: labels }] });
  }

  function trend() {
    const base = {
      animation: false, tooltip: { trigger: "axis", confine: true }, legend: { bottom: 0, type: isNarrow() ? "scroll" : "plain", textStyle: { fontSize: 11.5 } },
      grid: { left: 46, right: 16, top: 20, bottom: isNarrow() ? 58 : 84 },
      yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: line } }, name: say("条", "") },
    };
    if (data.scans.length > 1) {
      base.xAxis = { type: "category", data: data.scans.map((s) => s.today + "\n#" + s.number) };
      const bar = (zh, en, key, colour, sign) => ({ name: say(zh, en), type: "bar", stack: "change", itemStyle: { color: colour }, barMaxWidth: 34, data: data.scans.map((s) => sign * s[key]) });
      base.series = [
        bar("新增", "New", "new", "#d97706", 1), bar("复发", "Back", "back", "#7c3aed", 1), bar("消失", "Gone", "gone", "#15803d", -1),
        { name: say("未消除", "Open"), type: "line", data: data.scans.map((s) => s.open), itemStyle: { color: "#0c2742" }, lineStyle: { width: 2.5 }, symbolSize: 7 },
      ];
      base.tooltip.valueFormatter = (v) => number(Math.abs(v));
      return base;
    }
    base.xAxis = { type: "category", data: data.months.map((m) => m.month) };
    base.series = data.chapters.map((c) => ({ name: words(c), type: "bar", stack: "all", barMaxWidth: 34, itemStyle: { color: colours[c.chapter] || soft }, data: data.months.map((m) => m[c.chapter] || 0) }));
    return base;
  }

  function curve(c) {
    const few = c.x.length <= 36 && c.x.every((x) => x.slice(8, 10) === "01");
    const unit = (l) => say(l.uzh, l.uen);
    const name = (l) => words(l) + (unit(l) ? " (" + unit(l) + ")" : "");
    const series = c.lines.map((l, i) => ({
      name: name(l), type: few ? "bar" : "line", showSymbol: c.x.length < 3, barMaxWidth: 22, connectNulls: false,
      itemStyle: { color: spare[i % spare.length] }, lineStyle: { width: 1.8 },
      data: few ? l.y : c.x.map((x, k) => [x, l.y[k]]),
    }));
    if (c.from && series.length && c.x.length) {
      const first = c.x[0], last = c.x[c.x.length - 1];
      let from = c.from < first ? first : c.from, to = !c.to || c.to > last ? last : c.to;
      if (few) { from = c.x.find((x) => x >= from.slice(0, 7)) || last; to = c.x.filter((x) => x <= to).pop() || first; }
      const wide = c.x.filter((x) => x >= from && x <= to).length > c.x.length * 0.25;
      if (from <= to) {
        series[0].markArea = {
          silent: true, itemStyle: { color: "rgba(180,35,24,.10)" },
          label: { show: wide, color: "#b42318", fontSize: 11, position: "insideTop" },
          data: [[{ name: say("疑点期间", "period of the finding"), xAxis: few ? from.slice(0, 7) : from }, { xAxis: few ? to.slice(0, 7) : to }]],
        };
      }
    }
    return {
      animation: false,
      title: { left: 0, top: 0, text: series.length === 1 && unit(c.lines[0]) ? words(c) + " (" + unit(c.lines[0]) + ")" : words(c), textStyle: { fontSize: 13, fontWeight: 600, color: "#16202e" } },
      legend: { top: 22, left: 0, show: series.length > 1, type: "scroll", itemHeight: 9, textStyle: { fontSize: 11 } },
      tooltip: { trigger: "axis", confine: true, valueFormatter: (v) => (v === null || v === undefined ? "–" : number(v, 3)) },
      grid: { left: 52, right: 14, top: series.length > 1 ? 56 : 36, bottom: 26 },
      xAxis: few ? { type: "category", data: c.x.map((x) => x.slice(0, 7)) }
        : { type: "time", axisLabel: { hideOverlap: true, formatter: { year: "{yyyy}-{MM}", month: "{MM}-{dd}", day: "{MM}-{dd}", hour: "{HH}:{mm}" } } },
      yAxis: { type: "value", scale: !few, splitLine: { lineStyle: { color: line } }, axisLabel: { formatter: short, color: soft } },
      series: series,
    };
  }

  function options(element) {
    if (element.id === "map") return risks();
    if (element.id === "trend") return trend();
    const c = data.curves[element.dataset.curve];
    return c ? curve(c) : null;
  }

  function draw(element) {
    if (!element.clientWidth) return;
    let chart = charts.get(element);
    const option = options(element);
    if (!option) return;
    if (!chart) {
      chart = echarts.init(element, null, { renderer: "svg" });
      charts.set(element, chart);
      if (element.id === "map") chart.on("click", (event) => { location.hash = "risk-" + event.data.risk.number; });
    }
    chart.setOption(option, true);
    chart.resize();
    if (element.id === "map") placeLabels(chart);
  }

  function show(language) {
    root.dataset.lang = language;
    root.lang = language === "zh" ? "zh-CN" : "en";
    document.title = document.querySelector("h1 ." + language).textContent;
    charts.forEach((_, element) => draw(element));
  }

  function follow() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  }

  document.getElementById("toggle").addEventListener("click", () => show(lang() === "zh" ? "en" : "zh"));
  document.getElementById("print").addEventListener("click", () => window.print());
  document.querySelectorAll("details.case").forEach((d) => d.addEventListener("toggle", () => { if (d.open) d.querySelectorAll(".curve").forEach(draw); }));
  document.querySelectorAll("select[data-filters]").forEach((select) => select.addEventListener("change", () => {
    document.querySelectorAll("#" + select.dataset.filters + " tbody tr").forEach((row) => { row.hidden = Boolean(select.value) && row.dataset.kind !== select.value; });
  }));
  window.addEventListener("hashchange", follow);
  let waiting;
  window.addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(() => charts.forEach((_, element) => draw(element)), 150); });
  window.addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize()));
  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
  const watcher = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting) { links.forEach((a) => a.classList.remove("here")); links.get(entry.target.id).classList.add("here"); }
  }), { rootMargin: "-20% 0px -70% 0px" });
  links.forEach((_, id) => { const section = document.getElementById(id); if (section) watcher.observe(section); });
  show(lang());
  document.querySelectorAll(".chart").forEach(draw);
  document.querySelectorAll("details.case[open] .curve").forEach(draw);
  follow();
})();
