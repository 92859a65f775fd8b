// Keyboard chords: written once as `mod+shift+c`, matched against events, shown as the platform writes them.

export type Os = 'linux' | 'macos' | 'windows';

const SHOWN: Record<string, string> = {
  enter: 'Enter',
  escape: 'Esc',
  delete: 'Del',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  space: 'Space',
  tab: 'Tab',
};
const MAC: Record<string, string> = {
  mod: '⌘',
  shift: '⇧',
  alt: '⌥',
  enter: '↩',
  escape: 'esc',
  delete: '⌫',
};

/** How the chord is written on a key cap. */
export function showChord(chord: string, os: Os): string {
  const parts = splitChord(chord).map((part) => {
    if (os === 'macos' && MAC[part]) return MAC[part];
    if (part === 'mod') return 'Ctrl';
    if (part === 'shift') return 'Shift';
    if (part === 'alt') return 'Alt';
    return SHOWN[part] ?? part.toUpperCase();
  });
  return parts.join(os === 'macos' ? '' : ' ');
}

function splitChord(chord: string): string[] {
  return chord === '+' ? ['+'] : chord.split('+').map((part) => part || '+');
}

/** True where the event is exactly this chord, no more keys and no fewer. */
export function matches(event: KeyboardEvent, chord: string, os: Os): boolean {
  const parts = splitChord(chord);
  const key = parts.at(-1) ?? '';
  const mod = os === 'macos' ? event.metaKey : event.ctrlKey;
  const other = os === 'macos' ? event.ctrlKey : event.metaKey;
  const pressed = event.key === ' ' ? 'space' : event.key.toLowerCase();
  // “?” and its like carry their own Shift; letters must say it.
  const shiftFits = /^[a-z0-9]$|.{2,}/.test(key) ? event.shiftKey === parts.includes('shift') : true;
  return (
    pressed === key &&
    mod === parts.includes('mod') &&
    !other &&
    event.altKey === parts.includes('alt') &&
    shiftFits
  );
}

/** True while the person is writing, so that plain letters belong to the field. */
export function isEditable(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|range|button|submit)$/.test(target.type);
  return target.isContentEditable === true;
}

/** True for an event that would type one visible character. */
export function isTyping(event: KeyboardEvent): boolean {
  return (
    [...event.key].length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey
  );
}
