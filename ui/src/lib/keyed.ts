// Whether keys or the pointer were used last, kept on the root for the styles: WebKit takes the mark
// of the focus away once arrows have moved it from one radio button to the next.

/** Follows both until the returned function is called. */
export function followKeys(root = document.documentElement): () => void {
  const keyed = () => (root.dataset['keys'] = '');
  const pointed = () => delete root.dataset['keys'];
  const capture = { capture: true };
  addEventListener('keydown', keyed, capture);
  addEventListener('pointerdown', pointed, capture);
  return () => {
    removeEventListener('keydown', keyed, capture);
    removeEventListener('pointerdown', pointed, capture);
  };
}
