// What the theme leaves out for who reads with the keyboard or a screen reader.
(() => {
  // A box that scrolls can be scrolled with the keyboard once it can be reached.
  const reach = () => document.querySelectorAll("pre > code, .md-typeset__scrollwrap").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  // The theme puts the copy button of each block into a landmark; dozens of them, all without a name, lead nowhere.
  const unmark = () => document.querySelectorAll("nav.md-code__nav").forEach((one) => one.setAttribute("role", "none"));
  new MutationObserver(unmark).observe(document.body, { childList: true, subtree: true });
  addEventListener("resize", reach);
  addEventListener("load", reach);
  unmark();
  reach();
})();
