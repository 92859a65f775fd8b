// What a browser has and jsdom lacks, so that components mount as they do in the window.
import { readFileSync } from 'node:fs';
import '@testing-library/jest-dom/vitest';
import { afterEach, vi } from 'vitest';

if (typeof document !== 'undefined') browser();

function browser(): void {
  const page = new DOMParser().parseFromString(readFileSync('index.html', 'utf8'), 'text/html');
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    dispatchEvent: () => false,
  }));
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  Element.prototype.scrollIntoView = () => undefined;
  Element.prototype.hasPointerCapture = () => false;
  Element.prototype.animate ??= (() => ({ cancel() {}, finished: Promise.resolve() })) as never;
  Object.defineProperty(window, 'innerWidth', { value: 1180, writable: true });
}

afterEach(() => {
  if (typeof document !== 'undefined') document.body.innerHTML = '';
});
