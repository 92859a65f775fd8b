// Puts the chosen look on the document: theme, text size, motion.
import type { Look } from '$ipc';

const DARK = '(prefers-color-scheme: dark)';
const CONTRAST = '(prefers-contrast: more)';
let current: Look = { theme: 'system', density: 'comfortable', text_percent: 100, reduce_motion: false };

const asks = (query: string) => globalThis.matchMedia?.(query).matches ?? false;

/** The theme to draw: the chosen one, else what the system asks for. */
export function resolveTheme(choice: Look['theme']): string {
  if (choice === 'contrast_dark') return 'contrast-dark';
  if (choice !== 'system') return choice;
  if (asks(CONTRAST)) return asks(DARK) ? 'contrast-dark' : 'contrast';
  return asks(DARK) ? 'dark' : 'light';
}

export function applyLook(look: Look): void {
  current = look;
  const root = document.documentElement;
  root.dataset.theme = resolveTheme(look.theme);
  root.dataset.motion = look.reduce_motion ? 'less' : 'full';
  root.style.fontSize = `${look.text_percent}%`;
}

/** Follows the system when it turns dark or contrasty in the evening. */
export function followSystem(): () => void {
  applyLook(current);
  const queries = [DARK, CONTRAST].map((query) => globalThis.matchMedia?.(query)).filter(Boolean);
  const again = () => applyLook(current);
  for (const query of queries) query.addEventListener('change', again);
  return () => queries.forEach((query) => query.removeEventListener('change', again));
}
