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

/** What takes no key: the page itself, or something that cannot be pressed. */
const isNothing = (at: Element | null): boolean =>
  at === null || at === document.body || at.matches(':disabled');

/**
 * While the work of a dialog is under way the buttons that would begin it again cannot be pressed, and
 * a browser takes the cursor from whatever cannot. When the work is over and the dialog still there,
 * the cursor is back where it was, or on `first` where that is gone or still shut. Whoever has moved it
 * meanwhile keeps it.
 */
export function keepCursor(
  busy: () => boolean,
  form: () => HTMLElement | undefined,
  first: () => void,
): void {
  let was: Element | null = null;
  let under = false;
  // Before the page is drawn anew: afterwards it is on nothing already.
  $effect.pre(() => {
    const at = document.activeElement;
    if (busy() && !isNothing(at)) was = at;
  });
  function back() {
    const at = document.activeElement;
    if (!isNothing(at) && !at?.matches('form, [role=dialog], [role=alertdialog]')) return;
    if (was instanceof HTMLElement && form()?.contains(was) && !isNothing(was)) was.focus();
    else first();
  }
  $effect(() => {
    if (busy()) under = true;
    else if (under) {
      under = false;
      // What the answer changed is in place then: a button may be shut again because of it.
      const soon = setTimeout(back);
      return () => clearTimeout(soon);
    }
    return undefined;
  });
}
