// A person and their devices: the list, ending one, and coming back with the sheet.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { SHEET } from '../src/ipc/dev';
import { nav } from '../src/features/shared/nav.svelte';
import { expectAccessible, hold, open, settle } from './app';

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
  expect(screen.getByTestId('state-words').textContent?.split(' ')).toHaveLength(6);
  expect(section.getAllByRole('button', { name: /^End/ })).toHaveLength(1);
  await expectAccessible();
  await user.click(section.getByRole('button', { name: 'End ana-x1' }));
  await settle();
  await expectAccessible();
  expect(called('device_revoke')).toEqual([]);
  // The way out has the cursor, so that a key that is held ends nothing.
  const ends = within(screen.getByRole('dialog'));
  expect(ends.getByRole('button', { name: 'Cancel' })).toHaveFocus();
  await user.tab();
  await user.keyboard('{Enter}');
  await settle();
  expect(called('device_revoke')).toEqual([{ req: { device: 'd-x1' } }]);
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(section.queryByRole('button', { name: /^End/ })).not.toBeInTheDocument();
  expect(section.getByText(/^Ended:/)).toBeInTheDocument();
});

test('back with the sheet: folder, words, a name, a passphrase, what is lost', async () => {
  const { user, called, fake } = await open('first_run');
  await user.click(screen.getByRole('button', { name: /^Recover with your sheet/ }));
  await settle();
  await expectAccessible();
  await user.type(
    screen.getByRole('textbox', { name: 'The team’s folder on this computer' }),
    '/home/ana/Northwind',
  );
  const words = screen.getByRole('textbox', { name: 'The words of your recovery sheet' });
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
  await user.click(screen.getByRole('checkbox', { name: /^ana-tower/ }));
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
  const dialog = within(screen.getByRole('dialog', { name: 'Start over?' }));
  expect(dialog.getByText('You will type the words of the sheet again.')).toBeInTheDocument();
  await user.click(dialog.getByRole('button', { name: 'Start over' }));
  await settle();
  expect(called('start_over')).toEqual([{ req: { team_name: null } }]);
});

test('a device that was ended says so', async () => {
  const { fake } = await open('main');
  const read_only = { key: 'read_only_ended', args: {} };
  fake.emit('state-changed', { ...fake.world.state, read_only });
  await settle();
  expect(screen.getByText(/This computer was ended by its person/)).toBeInTheDocument();
  await expectAccessible();
});

test('another device: a code there, three words on both, one button', async () => {
  const { user, called } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Add a device' }));
  await settle();
  await expectAccessible();
  expect(screen.getAllByTestId('device-word')).toHaveLength(10);
  const dialog = await screen.findByRole('dialog', { name: 'Compare these three words' }, { timeout: 4000 });
  await expectAccessible();
  const words = within(dialog).getByRole('list', { name: 'Compare these three words' });
  expect(words).toHaveTextContent(/harbor.*crisp.*meadow/);
  await user.click(within(dialog).getByRole('button', { name: 'Same words' }));
  await settle();
  expect(called('device_admit')).toHaveLength(1);
  expect(called('device_cancel')).toEqual([]);
  expect(screen.getByRole('button', { name: 'End ana-new' })).toBeInTheDocument();
});

test('words that differ end the code', async () => {
  const { user, called } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Add a device' }));
  await settle();
  const differ = await screen.findByRole('button', { name: 'They differ' }, { timeout: 4000 });
  await user.click(differ);
  await settle();
  expect(called('device_cancel')).toHaveLength(1);
  expect(called('device_admit')).toEqual([]);
});

test('Enter lets no device in, and the button for leaving stays one', async () => {
  const { user, called } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Add a device' }));
  await settle();
  const dialog = screen.getByRole('dialog', { name: 'Add a device' });
  const leave = within(dialog).getByRole('button', { name: 'Cancel' });
  await screen.findByRole('button', { name: 'Same words' }, { timeout: 4000 });
  expect(leave).toHaveAccessibleName('They differ');
  expect(screen.getByRole('button', { name: 'Same words' })).not.toHaveFocus();
  await user.keyboard('{Enter}');
  await settle();
  expect(called('device_admit')).toEqual([]);
  leave.focus();
  await user.keyboard('{Enter}');
  await settle();
  expect([called('device_admit').length, called('device_cancel').length]).toEqual([0, 1]);
});

test('a code ends with its dialog, however that goes', async () => {
  const { user, called } = await openSettings();
  await user.click(screen.getByRole('button', { name: 'Add a device' }));
  await settle();
  await user.keyboard('{Control>}1{/Control}');
  await settle();
  expect(screen.getByRole('dialog', { name: 'Add a device' })).toBeInTheDocument();
  expect(called('device_cancel')).toEqual([]);
  nav.page = 'items';
  await settle();
  expect(called('device_cancel')).toHaveLength(1);
});

test('a code that is made too late for its dialog ends as well', async () => {
  const { user, fake, called } = await openSettings();
  const go = hold(fake, 'device_code');
  await user.click(screen.getByRole('button', { name: 'Add a device' }));
  await settle();
  await user.keyboard('{Escape}');
  go();
  await settle();
  const calls = fake.calls.map((call) => call.command).filter((command) => /^device_c/.test(command));
  expect(calls.at(-1)).toBe('device_cancel');
  expect(called('device_asked')).toEqual([]);
});

test('the new device shows the words and has nothing to press', async () => {
  await open('pairing');
  expect(screen.getByRole('list', { name: 'Compare these three words' })).toHaveTextContent(/harbor/);
  expect(screen.getAllByRole('button')).toHaveLength(1);
  await expectAccessible();
});

test('ten words of the other computer, by keyboard alone', async () => {
  const { user, called } = await open('first_run');
  await user.tab();
  await user.tab();
  await user.keyboard('{Enter}');
  await settle();
  await user.type(screen.getByRole('textbox', { name: 'The team’s folder on this computer' }), '/home/ana/N');
  const words = screen.getByRole('textbox', { name: 'The ten words of your other computer' });
  await user.type(words, 'velvet{Enter}');
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('The code has ten words');
  await user.clear(words);
  await user.type(words, `${Array.from({ length: 10 }, () => 'velvet').join(' ')}{Enter}`);
  await settle();
  await expectAccessible();
  await user.keyboard('{Enter}');
  await settle();
  await user.click(screen.getByRole('button', { name: /^Use this/ }));
  await settle();
  expect(called('pair_start')).toHaveLength(1);
});

test('comparing words can be put off', async () => {
  const { user, called } = await open('main');
  await user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ }));
  await settle();
  await user.click(screen.getByRole('button', { name: /compare words with Mara Lindqvist/ }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'Not now' }));
  await settle();
  expect(called('safety_confirm')).toEqual([]);
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});

test('words are compared with a person, and the state says what was found', async () => {
  const { user, called } = await open('main');
  const sidebar = within(screen.getByRole('navigation'));
  await user.click(sidebar.getByRole('button', { name: /^People/ }));
  await settle();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: /compare words with Mara Lindqvist/ }));
  await settle();
  await expectAccessible();
  const dialog = within(screen.getByRole('dialog', { name: 'Compare words with Mara' }));
  expect(within(dialog.getByRole('list')).getAllByRole('listitem')).toHaveLength(8);
  expect(dialog.getByRole('button', { name: 'They match' })).not.toHaveFocus();
  expect(dialog.getByRole('button', { name: 'They do not match' })).not.toHaveFocus();
  await user.click(dialog.getByRole('button', { name: 'They match' }));
  await settle();
  expect(called('safety_confirm')).toEqual([{ req: { user: 'mara', same: true } }]);
  const row = within(screen.getByRole('row', { name: /Mara Lindqvist/ }));
  expect(row.getByText('Verified')).toBeInTheDocument();
});

test('the new device says it when the other one puts the code away, or cannot be reached', async () => {
  const { fake } = await open('pairing');
  const invoke = fake.invoke.bind(fake);
  let state = 'put_away';
  fake.invoke = async (command, args) => {
    const answer = (await invoke(command, args)) as object;
    return command === 'join_status' ? { ...answer, state, words: [] } : answer;
  };
  fake.emit('sync-status', fake.world.sync);
  await settle();
  expect(screen.getByRole('heading', { name: /no longer shows the code/ })).toBeInTheDocument();
  expect(screen.queryByRole('list')).not.toBeInTheDocument();
  await expectAccessible();
  state = 'refused';
  fake.emit('sync-status', fake.world.sync);
  await settle();
  expect(screen.getByRole('heading', { name: 'Do not continue' })).toBeInTheDocument();
  state = 'unreachable';
  fake.emit('sync-status', fake.world.sync);
  await settle();
  expect(screen.getByText('The shared folder cannot be reached right now.')).toBeInTheDocument();
});
