// The mark on the root that keys were used last.
import { expect, test } from 'vitest';
import { followKeys } from './keyed';

test('keys set the mark and the pointer takes it, until nobody follows', () => {
  const root = document.createElement('html');
  const stop = followKeys(root);
  const press = () => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
  press();
  expect(root).toHaveAttribute('data-keys');
  window.dispatchEvent(new Event('pointerdown'));
  expect(root).not.toHaveAttribute('data-keys');
  stop();
  press();
  expect(root).not.toHaveAttribute('data-keys');
});
