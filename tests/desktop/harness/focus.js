// What has the focus, for whoever has no mouse: its role and name, and what keeps it from being seen.
const element = document.activeElement ?? document.body;
const squeeze = (text) => text.replace(/\s+/g, " ").trim();
axe.setup(document.documentElement);
try {
  const role = axe.commons.aria.getRole(element) ?? "";
  const name = squeeze(axe.commons.text.accessibleText(element));
  // A radio button and a tick are drawn by their label.
  const drawn = element.matches("input[type=radio], input[type=checkbox]")
    ? (element.closest("label") ?? element)
    : element;
  const at = drawn.getBoundingClientRect();
  const inside = at.bottom > 0 && at.right > 0 && at.top < innerHeight && at.left < innerWidth;
  // A field has a cursor.
  const typed = element.matches("textarea, input:not([type=radio], [type=checkbox])");
  const marked =
    typed ||
    [element, drawn].some((one) => {
      const style = getComputedStyle(one);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      return outlined || style.boxShadow !== "none";
    });
  const x = Math.min(Math.max(at.left + at.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(at.top + at.height / 2, 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const covered = top !== null && !drawn.contains(top) && !top.contains(drawn);
  const unseen =
    element === document.body
      ? "nothing has it"
      : !inside
        ? "out of sight"
        : covered
          ? `covered by ${top.outerHTML.slice(0, 80)}`
          : !marked
            ? "not marked"
            : "";
  return { role, name, unseen };
} finally {
  axe.teardown();
}
