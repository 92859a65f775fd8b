// Machines: a key that is saved once, who answers for it, and ending it.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { AppError } from '../src/ipc';
import { expectAccessible, open, settle } from './app';

async function openMachines() {
  const opened = await open('main');
  await opened.user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ }));
  await settle();
  await opened.user.click(screen.getByRole('radio', { name: 'Machines' }));
  await settle();
  return opened;
}
const dialog = (name: string | RegExp) => within(screen.getByRole('dialog', { name }));

test('a machine stands there with what it opens and who answers for it', async () => {
  const { user, fake } = await openMachines();
  await expectAccessible();
  const row = within(screen.getByRole('row', { name: /Nightly build/ }));
  expect(row.getByText('Production')).toBeInTheDocument();
  expect(row.getByText('Jonas Weber')).toBeInTheDocument();
  await user.type(screen.getByRole('textbox', { name: 'Search machines' }), 'zzz');
  expect(screen.getByText('No machine is called “zzz”.')).toBeInTheDocument();
  fake.world.machines = [];
  fake.emit('people-changed', null);
  await settle();
  expect(screen.getByText('No machines yet')).toBeInTheDocument();
});
test('a new machine needs a name and a vault, and says what its file is worth', async () => {
  const { user, called } = await openMachines();
  await user.click(screen.getByRole('button', { name: 'New machine' }));
  await settle();
  await expectAccessible();
  await user.keyboard('{Enter}');
  await settle();
  const machine = dialog('New machine');
  await user.type(machine.getByRole('textbox', { name: 'Name' }), 'Backup{Enter}');
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('Choose at least one vault.');
  expect(called('machine_create')).toEqual([]);
  await user.click(machine.getByRole('checkbox', { name: 'Marketing' }));
  expect(
    machine.getByText(/^Whoever has this file .* open and copy what is in Marketing/),
  ).toBeInTheDocument();
  await user.click(machine.getByRole('radio', { name: 'Change' }));
  expect(machine.getByText(/open and change what is in Marketing/)).toBeInTheDocument();
  await expectAccessible();
  await user.click(machine.getByRole('button', { name: /Save its key/ }));
  await settle();
  expect(called('machine_create')).toEqual([
    { req: { name: 'Backup', vaults: ['v-marketing'], role: 'editor', path: null } },
  ]);
  expect(screen.getByRole('row', { name: /Backup/ })).toBeInTheDocument();
});
test.each(['disk_full', 'file_refused', 'file_not_written'] as const)(
  '%s: no file, and it says that there is no machine',
  async (code) => {
    const { user, fake } = await openMachines();
    const invoke = fake.invoke.bind(fake);
    fake.invoke = (command, args) =>
      command === 'machine_create' ? Promise.reject(new AppError(code, 'no')) : invoke(command, args);
    await user.click(screen.getByRole('button', { name: 'New machine' }));
    await settle();
    const machine = dialog('New machine');
    await user.click(machine.getByRole('checkbox', { name: 'Marketing' }));
    await user.type(machine.getByRole('textbox', { name: 'Name' }), 'Backup{Enter}');
    await settle();
    expect(screen.getByRole('alert')).toHaveTextContent(/no machine was made/);
  },
);
test('ending a machine is asked once', async () => {
  const { user, called } = await openMachines();
  await user.click(screen.getByRole('button', { name: 'End Nightly build' }));
  await settle();
  await expectAccessible();
  expect(called('machine_end')).toEqual([]);
  await user.click(dialog('End Nightly build?').getByRole('button', { name: 'End' }));
  await settle();
  expect(called('machine_end')).toEqual([{ req: { machine: 'm-build' } }]);
  expect(screen.getByText('No machines yet')).toBeInTheDocument();
});
test('a vault’s list and a removal name the machine', async () => {
  const { user, fake } = await openMachines();
  await user.click(screen.getByRole('radio', { name: 'People' }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'Open Jonas Weber' }));
  await settle();
  await user.click(dialog('Jonas Weber').getByRole('button', { name: 'Remove Jonas' }));
  await settle();
  expect(
    screen.getByText('Jonas answers for the machine Nightly build: it gets nothing new either.'),
  ).toBeInTheDocument();
  await user.keyboard('{Escape}');
  await settle();
  await user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^Production/ }));
  await settle();
  fake.emit('command', { id: 'share' });
  await settle();
  expect(screen.getByText('Jonas Weber answers for it')).toBeInTheDocument();
  await expectAccessible();
});
