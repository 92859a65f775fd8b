import { describe, expect, test } from 'vitest';
import { isEditable, isTyping, matches, showChord } from './keys';

const press = (key: string, mods: Partial<KeyboardEventInit> = {}) =>
  new KeyboardEvent('keydown', { key, ...mods });

describe('matches', () => {
  test.each([
    ['mod+k', press('k', { ctrlKey: true }), true],
    ['mod+k', press('K', { ctrlKey: true, shiftKey: true }), false],
    ['mod+shift+c', press('C', { ctrlKey: true, shiftKey: true }), true],
    ['mod+k', press('k'), false],
    ['mod+k', press('k', { metaKey: true }), false],
    ['mod+k', press('k', { ctrlKey: true, altKey: true }), false],
    ['?', press('?', { shiftKey: true }), true],
    ['mod+/', press('/', { ctrlKey: true }), true],
    ['mod+,', press(',', { ctrlKey: true }), true],
    ['f6', press('F6'), true],
    ['f6', press('F6', { shiftKey: true }), false],
    ['shift+f6', press('F6', { shiftKey: true }), true],
    ['delete', press('Delete'), true],
    ['alt+arrowleft', press('ArrowLeft', { altKey: true }), true],
  ])('%s', (chord, event, expected) => {
    expect(matches(event, chord, 'linux')).toBe(expected);
  });
  test('on macOS the command key stands for Ctrl', () => {
    expect(matches(press('k', { metaKey: true }), 'mod+k', 'macos')).toBe(true);
    expect(matches(press('k', { ctrlKey: true }), 'mod+k', 'macos')).toBe(false);
  });
});
test('chords are written as the platform writes them', () => {
  expect(showChord('mod+shift+c', 'linux')).toBe('Ctrl Shift C');
  expect(showChord('mod+shift+c', 'macos')).toBe('⌘⇧C');
  expect(showChord('enter', 'windows')).toBe('Enter');
});
test('only visible characters type', () => {
  expect(isTyping(press('a'))).toBe(true);
  expect(isTyping(press('é'))).toBe(true);
  expect(isTyping(press('Enter'))).toBe(false);
  expect(isTyping(press(' '))).toBe(false);
  expect(isTyping(press('a', { ctrlKey: true }))).toBe(false);
});
test('a check box is not a place to write', () => {
  const make = (type: string) => Object.assign(document.createElement('input'), { type });
  expect(isEditable(make('text'))).toBe(true);
  expect(isEditable(make('password'))).toBe(true);
  expect(isEditable(make('checkbox'))).toBe(false);
  expect(isEditable(document.createElement('textarea'))).toBe(true);
  expect(isEditable(document.body)).toBe(false);
});
