// The search bar: what a typed text may mean, chosen by keys; Backspace takes the last facet away.
class Search extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.suggest());
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => this.contains(event.relatedTarget) || this.close());
    this.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) {
        event.preventDefault();
        this.choose(option);
      }
    });
  }

  get input() { return this.querySelector("[name=q]"); }
  get list() { return this.querySelector("[role=listbox]"); }
  get options() { return [...(this.list?.querySelectorAll("[role=option]") ?? [])].filter((option) => !option.hidden); }

  suggest() {
    if (!this.list) return;
    const text = this.input.value.trim();
    for (const option of this.list.querySelectorAll("[role=option]")) {
      const typed = option.querySelector("[data-typed]");
      if (typed) typed.textContent = text;
      else option.hidden = !grial.fold(option.textContent).includes(grial.fold(text));
    }
    this.list.hidden = !text;
    this.input.setAttribute("aria-expanded", String(Boolean(text)));
    this.point(null);
  }

  close() {
    if (!this.list) return;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.point(null);
  }

  point(option) {
    for (const other of this.options) other.setAttribute("aria-selected", String(other === option));
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.target !== this.input) return;
    const { options } = this;
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.list && !this.list.hidden) {
      event.preventDefault();
      this.point(options[(at + step + options.length) % options.length]);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      this.choose(options[at]);
    } else if (event.key === "Escape" && this.list && !this.list.hidden) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && !this.input.value) {
      [...this.querySelectorAll(".facet a")].at(-1)?.click();
    }
  }

  choose(option) {
    const form = this.querySelector("form");
    const query = new URLSearchParams(new FormData(form));
    query.delete("q");
    query.append(option.dataset.name, option.dataset.value ?? this.input.value.trim());
    grial.visit(`${form.getAttribute("action")}?${query}`);
  }
}

// An own filter: only the comparisons that fit the field, and its values to choose from.
class Condition extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => event.target.matches("select") && this.fit());
    this.fit();
  }

  fit() {
    const [field, comparison] = this.querySelectorAll("select");
    const value = this.querySelector("[name=value]");
    const { fits = "", list } = field.selectedOptions[0]?.dataset ?? {};
    const fitting = fits.split(",");
    for (const option of comparison.options) option.hidden = option.disabled = !fitting.includes(option.value);
    if (!fitting.includes(comparison.value)) [comparison.value] = fitting;
    value.hidden = comparison.value.endsWith("set");
    if (list) value.setAttribute("list", list);
    else value.removeAttribute("list");
  }
}

// Narrows a long list of tick boxes down while typing.
class Filter extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", (event) => {
      const typed = grial.fold(event.target.value);
      for (const item of this.parentElement.querySelectorAll(".field-list li")) item.hidden = !grial.fold(item.textContent).includes(typed);
    });
  }
}

// A place to drop a file on.
class Drop extends HTMLElement {
  connectedCallback() {
    const over = (on) => (event) => {
      event.preventDefault();
      this.classList.toggle("over", on);
    };
    this.addEventListener("dragover", over(true));
    this.addEventListener("dragleave", over(false));
    this.addEventListener("drop", (event) => {
      over(false)(event);
      if (event.dataTransfer.files.length) this.querySelector("input[type=file]").files = event.dataTransfer.files;
    });
  }
}

customElements.define("gr-search", Search);
customElements.define("gr-condition", Condition);
customElements.define("gr-filter", Filter);
customElements.define("gr-drop", Drop);
