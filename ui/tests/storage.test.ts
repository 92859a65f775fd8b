// Storage and sync: opened from the footer and from the settings, with the numbers that the shell counted.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { nav } from '../src/features/shared/nav.svelte';
import { expectAccessible, open, refuse, settle } from './app';

const dialog = () => screen.getByRole('dialog', { name: 'Storage and sync' });

test('the footer opens it by Enter, Esc closes it, and the focus comes back', async () => {
  const { user, called } = await open('main');
  const footer = screen.getByTestId('sync-status');
  footer.focus();
  await user.keyboard('{Enter}');
  await settle();
  await expectAccessible();
  const shown = within(dialog());
  expect(shown.getByText('/home/ana/Dropbox/Northwind')).toBeInTheDocument();
  expect(shown.getByText('418 files, 3.1 MB')).toBeInTheDocument();
  expect(shown.getByTestId('state-words').textContent?.split(' ')).toHaveLength(6);
  expect(dialog()).toContainElement(document.activeElement as HTMLElement);

  await user.click(shown.getByRole('button', { name: 'Test the folder' }));
  await settle();
  expect(called('storage_test')).toEqual([
    { req: { storage: { type: 'folder', path: '/home/ana/Dropbox/Northwind' } } },
  ]);
  expect(shown.getByText('Wrote, read back and removed a test file.')).toBeInTheDocument();
  await user.click(shown.getByRole('button', { name: /^Sync now/ }));
  await settle();
  await user.keyboard('{Control>}r{/Control}');
  await settle();
  expect(called('sync_now')).toHaveLength(2);

  await user.keyboard('{Escape}');
  await settle();
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(footer).toHaveFocus();
});

test('a folder that does not pass its test is said beside it', async () => {
  const { user, fake } = await open('main');
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (command, args) => {
    if (command === 'storage_test') throw { code: 'folder_not_writable', message: 'no', args: {} };
    return invoke(command, args);
  };
  await user.click(screen.getByTestId('sync-status'));
  await settle();
  await user.click(screen.getByRole('button', { name: 'Test the folder' }));
  await settle();
  expect(within(dialog()).getByText('Conclave may not write into this folder.')).toBeInTheDocument();
});

test('a stop and a problem stand on top', async () => {
  const { user, fake } = await open('stopped');
  await user.click(screen.getByTestId('sync-status'));
  await settle();
  expect(within(dialog()).getByText(/wrote two histories/)).toBeInTheDocument();
  await expectAccessible();
  const problem = { key: 'sync_problem_full', args: {} };
  fake.emit('sync-status', { ...fake.world.sync, state: 'offline', stop: null, problem });
  await settle();
  expect(within(dialog()).getByText(/^The disk of the folder is full/)).toBeInTheDocument();
});

test('the settings open it', async () => {
  const { user } = await open('main');
  await user.keyboard('{Control>},{/Control}');
  await settle();
  await user.click(screen.getByRole('button', { name: 'Open storage and sync' }));
  await settle();
  expect(dialog()).toBeInTheDocument();
});

test('without a folder it leads to choosing one', async () => {
  const { user } = await open('empty');
  await user.click(screen.getByTestId('sync-status'));
  await settle();
  await expectAccessible();
  await user.click(within(dialog()).getByRole('button', { name: 'Choose a folder' }));
  await settle();
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(screen.getByRole('heading', { name: 'Settings' })).toBeInTheDocument();
});

test('an invitation without a folder leads to choosing one, and goes on from there', async () => {
  const { user, fake, called } = await open('empty');
  nav.overlay = { type: 'invite' };
  await settle();
  await user.keyboard('Zoe{Enter}');
  await settle();
  const invite = within(screen.getByRole('dialog', { name: 'Invite a teammate' }));
  expect(invite.getByText(/needs a shared folder.*goes on from here/)).toBeInTheDocument();
  expect(invite.queryByRole('alert')).not.toBeInTheDocument();
  expect(invite.getByRole('textbox', { name: 'Their name' })).toHaveValue('Zoe');
  const use = () => invite.getByRole('button', { name: /^Use this folder/ });
  expect(use()).toBeDisabled();
  await expectAccessible();
  // The cursor is where the way on is.
  await user.keyboard('{Enter}');
  await settle();
  expect(called('storage_pick_folder')).toHaveLength(1);
  expect(invite.getByText(/^Wrote, read back/)).toBeInTheDocument();
  const again = refuse(fake, 'storage_test', 'folder_not_writable');
  await user.click(use());
  await settle();
  expect(invite.getByText('Conclave may not write into this folder.')).toBeInTheDocument();
  again();
  expect(called('storage_set')).toEqual([]);
  await user.click(use());
  await settle();
  expect(called('storage_set')).toHaveLength(1);
  expect(called('invite_create')).toHaveLength(2);
  expect(screen.queryByRole('dialog', { name: 'Invite a teammate' })).not.toBeInTheDocument();
  expect(screen.getByRole('dialog')).toHaveTextContent('Zoe');
});

test('so does another device', async () => {
  const { user, called } = await open('empty');
  await user.keyboard('{Control>},{/Control}');
  await settle();
  await user.click(screen.getByRole('button', { name: 'Add a device' }));
  await settle();
  const add = within(screen.getByRole('dialog'));
  expect(add.getByText(/needs a shared folder/)).toBeInTheDocument();
  await expectAccessible();
  await user.click(add.getByRole('button', { name: /^Choose/ }));
  await settle();
  await user.click(add.getByRole('button', { name: /^Use this folder/ }));
  await settle();
  expect(called('storage_set')).toHaveLength(1);
  expect(called('device_code')).toHaveLength(2);
  expect(add.getAllByTestId('device-word')).toHaveLength(10);
});
