// A record's form: a change goes to the server and comes back as the form it makes; lines are added, opened and removed the same way.
class Form extends HTMLElement {
  #pending = new Set();

  connectedCallback() {
    this.addEventListener("input", (event) => this.touch(event.target));
    this.addEventListener("change", (event) => this.changed(event.target));
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("htmx:config:request", (event) => {
      const { body } = event.detail.ctx.request;
      body.set("_script", "1");
      for (const name of this.#pending) body.append("_changed", name);
    });
    this.addEventListener("htmx:after:swap", (event) => {
      if (event.detail.ctx.marker === this) this.#pending.clear();
      this.mark();
    });
    this.mark();
  }

  get form() { return this.querySelector("form"); }

  mark() {
    const told = this.querySelector("[data-unsaved]");
    if (told) told.hidden = !("dirty" in (this.form?.dataset ?? {}));
  }

  touch(input) {
    const row = input.closest(".bulk-field");
    if (row && input.name !== "set") row.querySelector("[name=set]").checked = true;
    if (!this.form?.matches(".editing") || !input.name || input.name.startsWith("_tab")) return;
    this.form.dataset.dirty = "";
    this.mark();
  }

  changed(input) {
    const { form } = this;
    if (!input.name || !form?.dataset.onchange || input.name.startsWith("_")) return;
    this.touch(input);
    const name = input.name.replace(/\.(text|pick|clear)$/, "");
    if (input.name.endsWith(".text")) return;
    this.#pending.add(name);
    if (this.reacts(name)) this.ask({});
  }

  reacts(name) {
    const known = this.form.dataset.reacts;
    if (known === undefined || known === "*") return true;
    const plain = name.split(".").filter((part) => !/^(\d+|new\d*)$/.test(part));
    return known.split(" ").some((field) => field === plain[0] || field === plain.join("."));
  }

  ask(values) {
    const { form } = this;
    if (!globalThis.htmx) return form.requestSubmit();
    return htmx.ajax("POST", form.dataset.onchange, { source: form, target: form, select: "#record", swap: "outerMorph", push: "false", values, marker: this });
  }

  click(event) {
    const button = event.target.closest("button[name=_do]");
    if (button && globalThis.htmx) {
      event.preventDefault();
      this.form.dataset.dirty = "";
      return this.ask({ _do: button.value });
    }
    const field = event.target.closest("[data-editable]");
    if (field && this.form?.dataset.edit && !event.target.closest("a, button, input, label, summary") && !String(getSelection())) {
      const url = new URL(this.form.dataset.edit, location.href);
      url.searchParams.set("focus", field.dataset.field);
      grial.visit(url.pathname + url.search, { swap: "outerMorph show:none" });
    }
  }

  key(event) {
    if (event.key !== "Enter" || event.defaultPrevented || !this.form?.matches(".editing") || event.ctrlKey) return;
    if (!event.target.matches("input:not([type=file], [type=button], [type=submit])")) return;
    event.preventDefault();
    const line = event.target.closest("tr[data-line]");
    const lines = event.target.closest("gr-lines");
    if (line && lines && !event.target.closest(".line-form")) {
      const next = line.nextElementSibling?.matches("[data-line]") ? line.nextElementSibling : null;
      const place = [...line.children].indexOf(event.target.closest("td"));
      if (next) return next.children[place]?.querySelector("input:not([type=hidden]), select")?.focus();
      event.target.blur();
      return lines.querySelector("[data-add]")?.click();
    }
    const inputs = [...this.form.querySelectorAll("input:not([type=hidden], .visually-hidden), select, textarea")].filter((input) => input.checkVisibility() && input.tabIndex >= 0);
    inputs[inputs.indexOf(event.target) + 1]?.focus();
  }
}

// A date: the text in the reader's format, a calendar behind a button, and short ways such as +3 or a dot for today.
class DateInput extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-pick]")) this.picker.showPicker?.();
    });
    this.addEventListener("change", (event) => {
      if (event.target === this.picker) {
        event.stopPropagation();
        this.write(this.picker.value);
      } else if (/^(\.|[+-]\d{1,3})$/.test(event.target.value.trim())) {
        event.stopPropagation();
        const day = new Date();
        day.setDate(day.getDate() + (Number.parseInt(event.target.value, 10) || 0));
        const two = (number) => String(number).padStart(2, "0");
        const date = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
        this.write(this.picker.type === "date" ? date : `${date}T${two(day.getHours())}:${two(day.getMinutes())}`);
      }
    }, true);
  }

  get picker() { return this.querySelector("[data-picker]"); }
  get text() { return this.querySelector("input[name]"); }

  write(iso) {
    const [, y, m, d, H = "00", M = "00"] = iso.match(/^(\d+)-(\d+)-(\d+)(?:T(\d+):(\d+))?/) ?? [];
    const parts = { yyyy: y, MM: m, dd: d, HH: H, mm: M };
    this.text.value = y ? this.text.dataset.format.replace(/yyyy|MM|dd|HH|mm/g, (part) => parts[part]) : "";
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.text.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("gr-form", Form);
customElements.define("gr-lines", class extends HTMLElement {});
customElements.define("gr-date", DateInput);
