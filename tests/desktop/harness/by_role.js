// Finds what a screen reader would find: elements with a role and an accessible name, computed by
// axe-core. Arguments: role (or null), name (or null). The name is the whole one or, where no
// element has it, how longer ones begin, since a button's name ends with the keys that press it.
// Gives elements and, for the message of a test that fails, what there is instead.
const [role, name] = arguments;
const squeeze = (text) => text.replace(/\s+/g, " ").trim();
// Behind an open dialog nothing can be reached.
const dialog = [...document.querySelectorAll("dialog:modal, [aria-modal=true]")].at(-1);
const places = dialog ? [dialog, ...dialog.querySelectorAll("*")] : document.querySelectorAll("body, body *");
axe.setup(document.documentElement);
try {
  const exact = [];
  const longer = [];
  const there = [];
  for (const element of places) {
    const its = axe.commons.aria.getRole(element);
    if (!its || its === "presentation" || its === "none") continue;
    if (!axe.commons.dom.isVisibleToScreenReaders(element)) continue;
    const text = squeeze(axe.commons.text.accessibleText(element));
    if (text && there.length < 80) there.push(`${its} "${text.slice(0, 60)}"`);
    if (role !== null && its !== role) continue;
    if (name === null || text === name) exact.push(element);
    else if (text.startsWith(`${name} `)) longer.push(element);
  }
  return { found: exact.length ? exact : longer, there };
} finally {
  axe.teardown();
}
