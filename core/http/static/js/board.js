// The board: cards are dragged between columns; the server answers the board as it then is.
class Board extends HTMLElement {
  async connectedCallback() {
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("htmx:after:swap", () => this.arm());
    if (!("draggable" in this.dataset)) return;
    if (!globalThis.Sortable) await import(this.dataset.sortable).catch(() => null);
    this.arm();
  }

  arm() {
    if (!globalThis.Sortable || !("draggable" in this.dataset)) return;
    for (const column of this.querySelectorAll("[data-column]")) {
      if (Sortable.get(column)) continue;
      Sortable.create(column, {
        group: "cards", draggable: ".card-item", animation: 120, delay: 180, delayOnTouchOnly: true, touchStartThreshold: 4,
        onEnd: (event) => {
          if (event.from !== event.to || event.oldDraggableIndex !== event.newDraggableIndex) this.move(event.item, event.from, event.to);
        },
      });
    }
  }

  move(card, from, to) {
    const next = card.nextElementSibling?.dataset.id ?? "";
    const values = { id: card.dataset.id, from: from.dataset.column, to: to.dataset.column, before: next, query: location.search };
    htmx.ajax("POST", this.dataset.move, { source: this, target: "#board", select: "#board", swap: "outerMorph", push: "false", values });
  }

  key(event) {
    const card = event.target.closest(".card-item");
    if (!card || grial.typing(event.target)) return;
    const columns = [...this.querySelectorAll("[data-column]")];
    const column = card.parentElement;
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const step = { ArrowUp: -1, ArrowDown: 1, j: 1, k: -1 }[event.key];
    const other = side && columns[columns.indexOf(column) + side];
    if (other && event.shiftKey && "draggable" in this.dataset) {
      event.preventDefault();
      other.prepend(card);
      this.move(card, column, other);
      card.querySelector("a").focus();
    } else if (other) {
      event.preventDefault();
      other.querySelector(".card-item a")?.focus();
    } else if (step) {
      const cards = [...column.querySelectorAll(".card-item")];
      event.preventDefault();
      cards[cards.indexOf(card) + step]?.querySelector("a").focus();
    }
  }
}

customElements.define("gr-board", Board);
