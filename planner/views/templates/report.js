(() => {
  "use strict";
  const tools = document.getElementById("tools");
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const filters = [...tools.querySelectorAll("button[data-filter]")];
  const changes = [...document.querySelectorAll(".change")].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
    tags: element.dataset.tags.split(" "),
  }));
  let chosen = "all";
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const change of changes) {
      const isShown =
        (chosen === "all" || change.tags.includes(chosen)) && words.every((word) => change.text.includes(word));
      change.element.hidden = !isShown;
      shown += Number(isShown);
    }
    count.textContent = `${shown} of ${changes.length} changes shown`;
  };
  for (const button of filters) {
    button.addEventListener("click", () => {
      chosen = button.dataset.filter;
      for (const other of filters) other.setAttribute("aria-pressed", String(other === button));
      apply();
    });
  }
  search.addEventListener("input", apply);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      apply();
    }
  });
  document.getElementById("fold").addEventListener("click", (event) => {
    const visible = changes.filter((change) => !change.element.hidden);
    const isOpening = visible.some((change) => !change.element.open);
    for (const change of visible) change.element.open = isOpening;
    event.currentTarget.textContent = isOpening ? "Close all" : "Open all";
  });
  tools.hidden = false;
  apply();
})();
