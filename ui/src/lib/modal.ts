// What lies over the window. Every dialog counts itself, whoever opened it, so that no key of the
// window reaches what is beneath.
let covers = 0;

/** For `onMount` of whatever covers the window: counts it until it is gone. */
export function cover(): () => void {
  covers += 1;
  return () => (covers -= 1);
}

/** Whether a dialog has the keys. */
export const isCovered = (): boolean => covers > 0;

/** Puts the cursor where the work of a form begins, as soon as that is there: what it shows may be
 * on its way. Until then the form has it, and whoever goes elsewhere meanwhile stays there. */
export function land(form: HTMLElement, begin: () => HTMLElement | null | undefined): void {
  const found = begin();
  (found ?? form).focus();
  if (found) return;
  const watch = new MutationObserver(() => {
    const there = document.activeElement === form ? begin() : null;
    there?.focus();
    if (document.activeElement !== form) watch.disconnect();
  });
  watch.observe(form, { childList: true, subtree: true, attributeFilter: ['disabled'] });
}
