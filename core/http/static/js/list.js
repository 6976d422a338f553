// A list: tick a page, a range with Shift, walk with J and K, open a row by a click anywhere.
class List extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-all]")) for (const box of this.boxes) box.checked = event.target.checked;
      this.count();
    });
    this.addEventListener("click", (event) => this.range(event) || this.open(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("reset", () => setTimeout(() => this.count()));
    this.count();
  }

  get boxes() { return [...this.querySelectorAll("tbody .tick input")]; }
  get links() { return [...this.querySelectorAll("tbody .row-link, tbody .group a")]; }

  count() {
    const { boxes } = this;
    const ticked = boxes.filter((box) => box.checked).length;
    const all = this.querySelector("[data-all]");
    if (all) {
      all.checked = boxes.length > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    const whole = this.querySelector("[name=all]:checked");
    for (const button of this.querySelectorAll("[data-asks]")) button.dataset.confirm = grial.say(button.dataset.asks, { count: whole?.dataset.total ?? ticked });
    const told = this.querySelector("[data-count]");
    if (told) told.textContent = grial.say(grial.words.selected, { count: ticked });
  }

  range(event) {
    const box = event.target.closest(".tick input");
    if (!box || !event.target.closest("tbody")) return event.target.closest(".tick");
    const { boxes } = this;
    if (event.shiftKey && this.last) {
      const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
      this.count();
    }
    this.last = box;
    return true;
  }

  open(event) {
    if (event.target.closest("a, button, input, label, summary") || String(getSelection())) return;
    const link = event.target.closest("tbody tr")?.querySelector(".row-link, .group a");
    if (!link) return;
    if (event.ctrlKey || event.metaKey) window.open(link.href);
    else link.click();
  }

  key(event) {
    if (grial.typing(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    const { links } = this;
    const at = links.indexOf(document.activeElement);
    if (step) {
      event.preventDefault();
      links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
    } else if (event.key === "x" && at >= 0) {
      links[at].closest("tr").querySelector(".tick input")?.click();
    }
  }
}

customElements.define("gr-list", List);
