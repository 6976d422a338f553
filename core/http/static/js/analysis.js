// A chart, drawn from the table below it; a click on a bar follows the link of its figure.
const LIGHT = ["#0f6b73", "#c0891a", "#7a5bb0", "#2f7d4f", "#b3453c", "#3c6fb4", "#9a6a3a", "#5d6670", "#b0588f", "#6f8a1f", "#1f8a86", "#8a4b1f"];
const DARK = ["#5fc3cb", "#e5b567", "#b9a0e6", "#7fcf9b", "#f1928b", "#8fb8ee", "#d3a877", "#a8b0b8", "#e59ac8", "#b6d05f", "#6fd6cf", "#e0a06a"];

class ChartView extends HTMLElement {
  async connectedCallback() {
    this.looks = new MutationObserver(() => this.draw());
    this.looks.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    if (!globalThis.Chart) await import(this.dataset.src).catch(() => null);
    if (globalThis.Chart) this.draw();
    else this.classList.add("failed");
  }

  disconnectedCallback() {
    this.looks.disconnect();
    this.chart?.destroy();
  }

  // The figures: a row for each label, a series for each column; the total is for charts without columns, and for pies.
  read() {
    const table = document.querySelector("#figures table");
    const rows = [...table.querySelectorAll("tbody tr[data-deep]")];
    const heads = [...table.querySelectorAll("[data-series]")];
    const chosen = heads.length > 1 && this.dataset.kind !== "pie" ? heads.slice(0, -1) : heads.slice(-1);
    return {
      labels: rows.map((row) => row.querySelector("th").textContent),
      series: chosen.map((head) => ({ label: head.textContent, cells: rows.map((row) => row.querySelectorAll("td")[heads.indexOf(head)]) })),
    };
  }

  draw() {
    this.chart?.destroy();
    const { kind } = this.dataset;
    const { labels, series } = this.read();
    const style = getComputedStyle(this);
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const { theme } = document.documentElement.dataset;
    const palette = theme === "dark" || (theme === "auto" && dark) ? DARK : LIGHT;
    const colour = (at) => palette[at % palette.length];
    const pie = kind === "pie";
    const stacked = "stacked" in this.dataset && !pie;
    const scale = { stacked, grid: { color: `color-mix(in srgb, ${style.color} 12%, transparent)` }, ticks: { color: style.color } };
    Object.assign(Chart.defaults, { color: style.color });
    Chart.defaults.font.family = style.fontFamily;
    this.chart = new Chart(this.querySelector("canvas"), {
      type: kind === "area" ? "line" : kind,
      data: {
        labels,
        datasets: series.map(({ label, cells }, at) => ({
          label, cells, data: cells.map((cell) => Number(cell.dataset.value) || 0), fill: kind === "area", borderWidth: kind === "bar" ? 0 : 2, maxBarThickness: 64, borderRadius: 3,
          backgroundColor: pie ? cells.map((cell, place) => colour(place)) : colour(at), borderColor: pie ? style.backgroundColor : colour(at),
        })),
      },
      options: {
        animation: false, maintainAspectRatio: false, locale: document.documentElement.lang, indexAxis: "horizontal" in this.dataset && kind === "bar" ? "y" : "x",
        scales: pie ? {} : { x: scale, y: { ...scale, beginAtZero: true } },
        plugins: {
          legend: { display: pie || series.length > 1, position: "bottom", labels: { boxWidth: 12 } },
          tooltip: { callbacks: { label: ({ dataset, dataIndex }) => `${dataset.label}: ${dataset.cells[dataIndex].textContent || "0"}` } },
        },
        onClick: (event, [hit]) => hit && series[hit.datasetIndex].cells[hit.index].querySelector("a")?.click(),
      },
    });
  }
}

customElements.define("gr-chart", ChartView);
