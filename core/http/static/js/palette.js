// Ctrl K: go to a menu, a record or an action by typing a part of its name.
const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input[name=q]");
const results = document.getElementById("palette-results");
let asked = 0;

async function ask() {
  const turn = ++asked;
  const answer = await grial.fetch(`/web/palette?q=${encodeURIComponent(input.value)}`).catch(() => null);
  if (turn === asked && answer?.ok) {
    results.innerHTML = await answer.text();
    point(results.querySelector("[role=option]"));
  }
}

function point(option) {
  for (const other of results.querySelectorAll("[aria-selected=true]")) other.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function open() {
  dialog.showModal();
  input.value = "";
  ask();
}

if (dialog) {
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-palette]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
  });
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 90);
  });
  input.addEventListener("keydown", (event) => {
    const options = [...results.querySelectorAll("[role=option]")];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      point(options[(at + step + options.length) % options.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      options[at]?.click();
    }
  });
  results.addEventListener("click", (event) => {
    const option = event.target.closest("a");
    if (!option || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    dialog.close();
    grial.visit(option.getAttribute("href"));
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
