// A person and their devices: the list, ending one, and coming back with the sheet.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { SHEET } from '../src/ipc/dev';
import { expectAccessible, open, settle } from './app';

async function openSettings() {
  const opened = await open('main');
  await opened.user.keyboard('{Control>},{/Control}');
  await settle();
  return opened;
}

test('the list says who may end which, and ending asks once', async () => {
  const { user, called } = await openSettings();
  const section = within(screen.getByRole('region', { name: 'Your devices' }));
  expect(section.getAllByRole('listitem')).toHaveLength(4);
  expect(section.getByText(/came before this computer/)).toBeInTheDocument();
  expect(section.getAllByRole('button')).toHaveLength(1);
  await expectAccessible();
  await user.click(section.getByRole('button', { name: 'End ana-x1' }));
  await settle();
  await expectAccessible();
  expect(called('device_revoke')).toEqual([]);
  await user.keyboard('{Enter}');
  await settle();
  expect(called('device_revoke')).toEqual([{ req: { device: 'd-x1' } }]);
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(section.queryByRole('button')).not.toBeInTheDocument();
  expect(section.getByText(/^Ended:/)).toBeInTheDocument();
});

test('back with the sheet: folder, words, a name, a passphrase, what is lost', async () => {
  const { user, called, fake } = await open('first_run');
  await user.click(screen.getByRole('button', { name: /^Recover with your sheet/ }));
  await settle();
  await expectAccessible();
  await user.type(screen.getByRole('textbox', { name: 'The team’s folder on this computer' }), '/home/ana/Northwind');
  const words = screen.getByRole('textbox', { name: 'The words of your recovery kit' });
  await user.type(words, 'anchor anchor');
  expect(screen.getByText(/^2 of 22 words/)).toBeInTheDocument();
  await user.keyboard('{Enter}');
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('These words are not the ones on the sheet');
  await user.clear(words);
  await user.click(words);
  await user.paste(SHEET);
  await user.keyboard('{Enter}');
  await settle();
  expect(screen.getByRole('heading', { name: 'Welcome back, Ana' })).toBeInTheDocument();
  await expectAccessible();
  await user.keyboard('{Enter}');
  await settle();
  await user.click(screen.getByRole('button', { name: /^Use this/ }));
  await settle();
  expect(called('recover_start')).toEqual([
    { req: { device_name: 'ana-desk', keychain: false, without_keychain: false } },
  ]);
  expect(JSON.stringify(fake.calls)).not.toContain('anchor');
  expect(screen.getByRole('heading', { name: 'Your sheet is ready' })).toBeInTheDocument();
  await expectAccessible();
  await user.click(screen.getByRole('checkbox', { name: 'ana-tower' }));
  await user.click(screen.getByRole('button', { name: /^Bring everything back/ }));
  await settle();
  expect(called('recover_finish')).toEqual([{ req: { lost: ['d-tower'] } }]);
  expect(screen.queryByRole('heading', { name: 'Your sheet is ready' })).not.toBeInTheDocument();
});

test('words that were forgotten are asked for anew', async () => {
  const { user, fake, called } = await open('recovering');
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (command, args) => {
    if (command === 'recover_finish') throw { code: 'kit_not_here', message: 'gone', args: {} };
    return invoke(command, args);
  };
  await user.click(screen.getByRole('button', { name: /^Bring everything back/ }));
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('type them again');
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Start over' }));
  await settle();
  expect(called('join_restart')).toHaveLength(1);
});

test('a device that was ended says so', async () => {
  const { fake } = await open('main');
  const read_only = { key: 'read_only_ended', args: {} };
  fake.emit('state-changed', { ...fake.world.state, read_only });
  await settle();
  expect(screen.getByText(/This computer was ended by its person/)).toBeInTheDocument();
  await expectAccessible();
});
