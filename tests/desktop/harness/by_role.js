// Finds what a screen reader would find: elements with a role and an accessible name, computed by
// axe-core. Arguments: role (or null), name (or null). Gives elements and, for the message of a
// test that fails, what there is instead.
const [role, name] = arguments;
const squeeze = (text) => text.replace(/\s+/g, " ").trim();
const places = document.querySelectorAll("body, body *");
axe.setup(document.documentElement);
try {
  const found = [];
  const there = [];
  for (const element of places) {
    const its = axe.commons.aria.getRole(element);
    if (!its || its === "presentation" || its === "none") continue;
    if (!axe.commons.dom.isVisibleToScreenReaders(element)) continue;
    const text = squeeze(axe.commons.text.accessibleText(element));
    if ((role === null || its === role) && (name === null || text === name)) found.push(element);
    if (text && there.length < 80) there.push(`${its} "${text.slice(0, 60)}"`);
  }
  return { found, there };
} finally {
  axe.teardown();
}
