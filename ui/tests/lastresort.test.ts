// The last-resort sheet: its words, then what it is to do; either can be left.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { expectAccessible, open, pick, settle } from './app';

const SHEET = Array.from({ length: 22 }, () => 'anchor').join(' ');

async function openSheet() {
  const opened = await open('main');
  opened.fake.emit('command', { id: 'settings' });
  await settle();
  await opened.user.click(screen.getByRole('button', { name: 'Use the sheet' }));
  await settle();
  return opened;
}
const dialog = () => within(screen.getByRole('dialog', { name: 'Use the last-resort sheet' }));
const words = () => dialog().getByRole('textbox', { name: 'The words of the last-resort sheet' });

test('wrong words are said, and closing forgets the right ones', async () => {
  const { user, called } = await openSheet();
  await expectAccessible();
  expect(dialog().getByRole('button', { name: /^Continue/ })).toBeDisabled();
  await user.type(words(), SHEET.replace('anchor', 'velvet'));
  await user.click(dialog().getByRole('button', { name: /^Continue/ }));
  await settle();
  expect(dialog().getByText(/not the ones on the sheet/)).toBeInTheDocument();
  await user.keyboard('{Escape}');
  await settle();
  expect(called('last_resort_close')).toHaveLength(1);
  expect(called('last_resort_use')).toEqual([]);
});
test('an owner is made, others go, and the strip says so until it is seen', async () => {
  const { user, called } = await openSheet();
  await user.type(words(), SHEET);
  await user.click(dialog().getByRole('button', { name: /^Continue/ }));
  await settle();
  await expectAccessible();
  // Whoever types the words is offered first, and nobody goes unless somebody says so.
  await pick(user, dialog().getByRole('combobox', { name: /^Who becomes an owner/ }), 'Mara Lindqvist');
  const ana = dialog().getByRole('checkbox', { name: /Ana Ferreira/ });
  expect(ana).not.toBeChecked();
  await user.click(ana);
  await user.click(dialog().getByRole('button', { name: 'Make Mara an owner' }));
  await settle();
  expect(called('last_resort_use')).toEqual([{ req: { owner: 'mara', remove: ['ana'] } }]);
  const told = screen.getByText(/^Mara Lindqvist became an owner by the last-resort sheet/);
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Got it' }));
  await settle();
  expect(told).not.toBeInTheDocument();
});
