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
