// Opens the whole window on a scene of the stand-in, as a test sees it.
import { render } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import axe from 'axe-core';
import { expect } from 'vitest';
import App from '../src/views/App.svelte';
import { AppError, setTransport, type Commands, type ErrorCode } from '../src/ipc';
import { Fake, type Scene } from '../src/ipc/dev';
import { session } from '../src/features/shared/session.svelte';

/** Lets promises and effects of a few rounds settle. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 6; i += 1) await new Promise((done) => setTimeout(done, 0));
}

export async function open(scene: Scene) {
  session.wipe();
  session.state = null;
  session.problem = null;
  const fake = new Fake(scene);
  setTransport(fake);
  const user = userEvent.setup();
  render(App);
  await settle();
  const called = (command: string) =>
    fake.calls.filter((call) => call.command === command).map((call) => call.args);
  return { fake, user, called };
}

/** From now on the shell refuses a command; the answer ends that. */
export function refuse(fake: Fake, command: string, code: ErrorCode = 'internal'): () => void {
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (asked, args) => {
    if (asked === command) throw new AppError(code, 'refused');
    return invoke(asked, args);
  };
  return () => (fake.invoke = invoke);
}
/** What a command answers is another thing from now on. */
export function answer<C extends keyof Commands>(
  fake: Fake,
  command: C,
  change: (view: Commands[C][1]) => Commands[C][1],
): void {
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (asked, args) => {
    const view = await invoke(asked, args);
    return asked === command ? change(view as Commands[C][1]) : view;
  };
}
/** A command takes its time: until the answer is called. */
export function hold(fake: Fake, command: string): () => void {
  const invoke = fake.invoke.bind(fake);
  let release = (): void => undefined;
  const until = new Promise<void>((done) => (release = done));
  fake.invoke = async (asked, args) => {
    const answer = invoke(asked, args);
    if (asked === command) {
      answer.catch(() => undefined);
      await until;
    }
    return answer;
  };
  return () => release();
}

/**
 * What a browser does when it draws and jsdom does not: it takes the cursor from what cannot be pressed
 * (HTML, “focus fixup”). jsdom blurs only what can, so it can for that one moment. True if it was taken.
 */
export function draw(): boolean {
  const at = document.activeElement;
  if (!(at instanceof HTMLElement) || !at.matches(':disabled')) return false;
  const shut = [at, at.closest('fieldset')].filter((one) => one?.hasAttribute('disabled'));
  for (const one of shut) one?.removeAttribute('disabled');
  at.blur();
  for (const one of shut) one?.setAttribute('disabled', '');
  return true;
}

/** Nothing serious or critical; colours need a real browser and are measured elsewhere. */
export async function expectAccessible(): Promise<void> {
  const result = await axe.run(document, {
    resultTypes: ['violations'],
    rules: { 'color-contrast': { enabled: false }, 'page-has-heading-one': { enabled: false } },
  });
  const loud = result.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
  expect(loud.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join('\n')}`)).toEqual([]);
}

/** Chooses in a list that opens, by the keyboard alone: the first option that begins so. */
export async function pick(user: UserEvent, list: HTMLElement, text: string) {
  list.focus();
  await user.keyboard('{Enter}');
  // Where nothing is laid out the list has no place, so that no role is seen in it.
  await settle();
  await user.keyboard('{Home}');
  const marked = () => document.querySelector('[role=option][data-highlighted]')?.textContent?.trim() ?? '';
  for (let i = 0; !marked().startsWith(text) && i < 9; i += 1) await user.keyboard('{ArrowDown}');
  await user.keyboard('{Enter}');
  await settle();
}
