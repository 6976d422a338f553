// Text fields with a list below: a link to one record, tags. Without this script the text alone is resolved by the server.
class Combobox extends HTMLElement {
  #waiting;
  #asked = 0;

  connectedCallback() {
    this.addEventListener("input", (event) => event.target === this.input && this.#later());
    this.addEventListener("keydown", (event) => event.target === this.input && this.#key(event));
    this.addEventListener("click", (event) => {
      if (event.target === this.input && this.list.hidden) this.search();
    });
    this.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) {
        event.preventDefault();
        this.choose(option);
      }
    });
    this.addEventListener("focusout", (event) => {
      if (!this.contains(event.relatedTarget)) this.leave();
    });
  }

  get input() { return this.querySelector("[role=combobox]"); }
  get list() { return this.querySelector("[role=listbox]"); }
  get options() { return [...this.list.querySelectorAll("[role=option]:not([aria-disabled])")]; }
  get current() { return this.list.querySelector("[aria-selected=true]"); }

  #later() {
    clearTimeout(this.#waiting);
    this.typed = true;
    this.#waiting = setTimeout(() => this.search(), 120);
  }

  address(text) {
    const url = new URL(this.dataset.source, location.href);
    url.searchParams.set("q", text);
    const form = this.closest("form");
    for (const name of this.dataset.needs?.split(" ") ?? []) {
      for (const value of new FormData(form).getAll(name)) url.searchParams.append(`v.${name}`, value);
    }
    return url;
  }

  async search() {
    const turn = ++this.#asked;
    const text = this.typed ? this.input.value : "";
    const answer = await grial.fetch(this.address(text)).catch(() => null);
    if (turn !== this.#asked || !answer?.ok || document.activeElement !== this.input) return;
    this.list.innerHTML = await answer.text();
    this.options.forEach((option, place) => { option.id = `${this.list.id}-${place}`; });
    this.show();
    if (this.typed && text) this.point(this.options[0]);
  }

  show() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    clearTimeout(this.#waiting);
    this.#asked++;
    if (!this.list) return;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  point(option) {
    this.current?.setAttribute("aria-selected", "false");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.list.hidden) return this.search();
      const { options } = this;
      this.point(options[(options.indexOf(this.current) + step + options.length) % options.length]);
    } else if (event.key === "Enter" && !this.list.hidden && this.current) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.current);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else this.other?.(event);
  }

  async choose(option) {
    const { value, text, create, open, hue } = option.dataset;
    this.close();
    if (open) {
      grial.asker = this;
      return grial.visit(open, { push: "false" });
    }
    if (value) return this.take(value, text, hue);
    if (!create) return;
    const answer = await grial.fetch(this.address(create), { method: "POST", body: new URLSearchParams({ name: create }) }).catch(() => null);
    const holder = document.createElement("div");
    holder.innerHTML = answer?.ok ? await answer.text() : "";
    const made = holder.querySelector("[data-value]");
    if (made) this.take(made.dataset.value, made.dataset.text, made.dataset.hue);
    else grial.notice(answer ? (await answer.text().catch(() => "")) || grial.words.fault : grial.words.offline, "danger");
  }

  match() {
    const typed = grial.fold(this.input.value);
    const found = this.options.filter((option) => option.dataset.value);
    return found.find((option) => grial.fold(option.dataset.text) === typed) ?? (this.current?.dataset.value ? this.current : null) ?? (found.length === 1 ? found[0] : null);
  }
}

class Link extends Combobox {
  get hidden_input() { return this.querySelector("input[type=hidden]"); }

  take(value, text) {
    this.typed = false;
    this.input.value = text;
    this.hidden_input.value = value;
    this.hidden_input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  leave() {
    if (this.typed) {
      const option = this.input.value.trim() && !this.list.hidden ? this.match() : null;
      if (option) this.take(option.dataset.value, option.dataset.text);
      else this.take("", this.input.value.trim());
    }
    this.close();
  }
}

class Tags extends Combobox {
  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("click", (event) => event.target === this && this.input.focus());
  }

  take(value, text, hue = "0") {
    this.typed = false;
    this.input.value = "";
    const there = this.querySelector(`input[type=checkbox][value="${CSS.escape(value)}"]`);
    const box = there ?? document.createElement("input");
    if (!there) {
      Object.assign(box, { type: "checkbox", name: this.dataset.name, value, className: "visually-hidden" });
      const label = Object.assign(document.createElement("label"), { className: `tag hue-${hue}`, id: `${this.input.id}-tag-${value}` });
      const words = Object.assign(document.createElement("span"), { className: "clip", textContent: text });
      const cross = Object.assign(document.createElement("span"), { className: "remove", textContent: "×" });
      label.append(box, words, cross);
      this.input.before(label);
    }
    box.checked = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    this.input.focus();
  }

  other(event) {
    if (event.key === "Backspace" && !this.input.value) {
      const last = [...this.querySelectorAll("input[type=checkbox]:checked")].at(-1);
      if (last) {
        last.checked = false;
        last.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
  }

  leave() {
    const option = this.input.value.trim() && !this.list.hidden ? this.match() : null;
    if (option) this.take(option.dataset.value, option.dataset.text, option.dataset.hue);
    this.close();
  }
}

customElements.define("gr-link", Link);
customElements.define("gr-tags", Tags);
