// Keys: Alt and a letter for what carries data-hotkey, Ctrl S, Ctrl K, a slash for the search; Alt alone shows the letters. Menus close by themselves.
const letter = (event) => (event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "");

function press(element) {
  if (element.matches("input, textarea, select")) element.focus();
  else if (element.matches("summary")) {
    element.parentElement.open = !element.parentElement.open;
    element.focus();
  } else element.click();
}

function visible(selector) {
  const scope = document.querySelector("dialog[open]") ?? document;
  const all = [...scope.querySelectorAll(selector)].filter((element) => element.checkVisibility() && element.getAttribute("aria-disabled") !== "true");
  const near = document.activeElement?.closest("gr-lines");
  return all.find((element) => near?.contains(element)) ?? all[0];
}

let showing = 0;
addEventListener("keydown", (event) => {
  if (event.key === "Alt" && !event.repeat) showing = setTimeout(() => document.body.classList.add("show-hotkeys"), 350);
  else clearTimeout(showing);
  if ((event.ctrlKey || event.metaKey) && !event.altKey && letter(event) === "s") {
    const save = visible("[data-save]");
    if (save) {
      event.preventDefault();
      document.activeElement?.dispatchEvent(new Event("change", { bubbles: true }));
      save.click();
    }
  } else if (event.altKey && !event.ctrlKey && !event.metaKey && letter(event)) {
    const element = visible(`[data-hotkey="${letter(event)}"]`);
    if (element) {
      event.preventDefault();
      press(element);
    }
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && !grial.typing(event.target)) {
    const element = visible(`[data-hotkey-plain="${CSS.escape(event.key)}"]`);
    if (element) {
      event.preventDefault();
      press(element);
    }
  } else if (event.key === "Escape") {
    const menu = document.querySelector("details.menu-box[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    document.getElementById("side")?.classList.remove("open");
  }
});
const hide = () => {
  clearTimeout(showing);
  document.body.classList.remove("show-hotkeys");
};
addEventListener("keyup", (event) => event.key === "Alt" && hide());
addEventListener("blur", hide);

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu-box[open]")) if (!menu.contains(event.target)) menu.open = false;
  const target = event.target.closest?.("[data-drawer], [data-drawer-close], [data-theme-toggle], [data-show-keys]");
  if (!target) return;
  if (target.matches("[data-drawer], [data-drawer-close]")) {
    event.preventDefault();
    const side = document.getElementById("side");
    if (side.classList.toggle("open", target.matches("[data-drawer]"))) side.querySelector("a, summary").focus();
  } else if (target.matches("[data-theme-toggle]")) {
    const order = ["auto", "light", "dark"];
    const next = order[(order.indexOf(document.documentElement.dataset.theme) + 1) % 3];
    document.documentElement.dataset.theme = next;
    document.cookie = `theme=${next};path=/;max-age=31536000;samesite=lax`;
  } else {
    document.body.classList.add("show-hotkeys");
    setTimeout(hide, 4000);
  }
});
