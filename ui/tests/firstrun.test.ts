// First run, joining, locking: the only places where a passphrase is typed.
import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { AppError } from '../src/ipc';
import { CODE } from '../src/ipc/dev';
import { session } from '../src/features/shared/session.svelte';
import { setup, sourceOf } from '../src/features/onboarding/setup.svelte';
import { expectAccessible, open, settle } from './app';

const secrets = (fake: { calls: { command: string; args: unknown }[] }) =>
  fake.calls.filter((call) => call.args === 'bytes').map((call) => call.command);

test('a new team in four screens and one secret', async () => {
  const { user, called, fake } = await open('first_run');
  await expectAccessible();
  expect(screen.getByRole('button', { name: /^Start a new vault/ })).toHaveFocus();
  await user.keyboard('{Enter}');
  await settle();
  await expectAccessible();
  await user.type(screen.getByRole('textbox', { name: 'Your name' }), 'Ana Ferreira');
  await user.type(screen.getByRole('textbox', { name: 'Name of the team' }), 'Northwind');
  expect(screen.getByRole('textbox', { name: 'This computer' })).toHaveValue('ana-desk');
  await user.keyboard('{Enter}');
  await settle();
  await expectAccessible();
  expect(screen.getByTestId('suggested-passphrase').textContent?.trim().split(' ')).toHaveLength(5);
  expect(screen.getByRole('checkbox', { name: /^Also unlock with/ })).not.toBeChecked();
  const suggested = setup.suggestion;
  await user.click(screen.getByRole('button', { name: /^Use this/ }));
  await settle();
  await expectAccessible();
  expect(setup.suggestion).toBe('');
  expect(screen.getByRole('radio', { name: /^Only on this computer/ })).toBeChecked();
  await user.click(screen.getByRole('button', { name: /^Finish/ }));
  await settle();
  expect(screen.getByRole('heading', { name: 'Your vault is ready, Ana' })).toBeInTheDocument();
  expect(called('team_create')).toEqual([
    {
      req: {
        team_name: 'Northwind',
        person_name: 'Ana Ferreira',
        colour: expect.any(Number),
        device_name: 'ana-desk',
        keychain: false,
        storage: { type: 'none' },
        personal_vault_name: 'Personal',
        without_keychain: false,
      },
    },
  ]);
  expect(JSON.stringify(fake.calls)).not.toContain(suggested);
  expect(secrets(fake)).toContain('setup_passphrase');
  expect(setup.personName).toBe('');
});
test('an own passphrase that is too weak cannot be used', async () => {
  const { user, called } = await open('first_run');
  setup.personName = 'Ana';
  setup.teamName = 'N';
  setup.choose('start');
  await setup.confirmYou();
  await settle();
  await user.click(screen.getByRole('button', { name: 'Write my own' }));
  await user.type(screen.getByLabelText('Passphrase'), 'abc');
  await settle();
  expect(screen.getByRole('meter', { name: 'Strength' })).toHaveAttribute('aria-valuenow', '0');
  expect(screen.getByRole('button', { name: /^Use mine/ })).toBeDisabled();
  await user.type(screen.getByLabelText('Passphrase'), ' quarry lantern otter brisk');
  await settle();
  expect(screen.getByRole('button', { name: /^Use mine/ })).toBeEnabled();
  expect(called('setup_passphrase')).toEqual([]);
});
test('without a key store, what that means is read before it goes on', async () => {
  const { user, fake } = await open('first_run');
  const state = session.state;
  if (state) {
    const reason = { key: 'keychain_reason_no_service', args: {} };
    fake.emit('state-changed', { ...state, keychain: { ...state.keychain, state: 'unavailable', reason } });
  }
  Object.assign(setup, { personName: 'Ana', teamName: 'N' });
  setup.choose('start');
  await setup.confirmYou();
  await settle();
  await expectAccessible();
  expect(screen.getByText(/runs no key store/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: /^Use this/ })).toBeDisabled();
  await user.click(screen.getByRole('checkbox', { name: /^I understand/ }));
  expect(screen.getByRole('button', { name: /^Use this/ })).toBeEnabled();
});
test('a shared folder is tried before it is used', async () => {
  const { user, called } = await open('first_run');
  Object.assign(setup, { personName: 'Ana', teamName: 'N' });
  setup.choose('start');
  await setup.confirmYou();
  await waitFor(() => expect(setup.suggestion).not.toBe(''));
  await setup.confirmPassphrase();
  await settle();
  await user.click(screen.getByRole('radio', { name: /^A shared folder/ }));
  const folder = screen.getByRole('textbox', { name: 'Folder' });
  await user.type(folder, '/missing');
  await user.click(screen.getByRole('button', { name: /^Finish/ }));
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('This folder does not exist.');
  expect(called('team_create')).toEqual([]);
  await user.clear(folder);
  await user.type(folder, '/home/ana/Dropbox/N');
  await user.click(screen.getByRole('button', { name: /^Finish/ }));
  await settle();
  expect(called('team_create')).toMatchObject([
    { req: { storage: { type: 'folder', path: '/home/ana/Dropbox/N' } } },
  ]);
});

test.each([
  ['/home/mara/x.conclave', 'path'],
  ['~/x.conclave', 'path'],
  ['C:\\Users\\mara\\x.conclave', 'path'],
  ['x.conclave', 'path'],
  ['Y29uY2xhdmU6MQ==', 'text'],
])('%s is taken as a %s', (input, type) => expect(sourceOf(input).type).toBe(type));

async function toTheCode() {
  const opened = await open('first_run');
  const { user } = opened;
  await user.click(screen.getByRole('button', { name: /^I have an invitation/ }));
  await user.type(screen.getByRole('textbox', { name: 'Invitation file' }), '/home/mara/mara.conclave');
  await user.click(screen.getByRole('button', { name: /^Continue/ }));
  await settle();
  return opened;
}
test('joining: file, folder, six words, name, passphrase, waiting', async () => {
  const { user, called, fake } = await toTheCode();
  expect(screen.getByText('Invitation to Northwind')).toBeInTheDocument();
  expect(screen.getByRole('textbox', { name: 'The team’s folder on this computer' })).toHaveValue(
    '/home/mara/Dropbox/Northwind',
  );
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: /^Continue/ }));
  await settle();
  await expectAccessible();
  expect(screen.getByRole('combobox', { name: 'Word 1' })).toHaveFocus();
  // The first letters are enough, and a typo is mended.
  await user.keyboard('anch ');
  await settle();
  expect(screen.getByRole('combobox', { name: 'Word 1' })).toHaveValue('anchor');
  expect(screen.getByRole('combobox', { name: 'Word 2' })).toHaveFocus();
  await user.keyboard('velbet ');
  await settle();
  expect(screen.getByRole('combobox', { name: 'Word 2' })).toHaveValue('velvet');
  for (const word of ['harbor', 'crisp', 'meadow', 'tunnel']) {
    await user.keyboard(`${word} `);
    await settle();
  }
  await user.click(screen.getByRole('button', { name: /^Continue/ }));
  await settle();
  expect(screen.getByRole('textbox', { name: 'Your name' })).toHaveValue('Mara Lindqvist');
  expect(screen.queryByRole('textbox', { name: 'Name of the team' })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: /^Continue/ }));
  await waitFor(() => expect(setup.suggestion).not.toBe(''));
  await user.click(screen.getByRole('button', { name: /^Use this/ }));
  await settle();
  expect(screen.getByRole('heading', { name: 'Waiting for Ana to let you in' })).toBeInTheDocument();
  await expectAccessible();
  expect(secrets(fake)).toEqual(expect.arrayContaining(['join_code', 'setup_passphrase']));
  expect(called('join_send')).toHaveLength(1);
  expect(JSON.stringify(fake.calls)).not.toContain(CODE);
});
test('all six words can be pasted at once; a wrong code is a red stop', async () => {
  const { user } = await toTheCode();
  await user.click(screen.getByRole('button', { name: /^Continue/ }));
  await settle();
  await user.paste('anchor velvet harbor crisp meadow otter');
  await settle();
  expect(screen.getByRole('combobox', { name: 'Word 6' })).toHaveValue('otter');
  await user.click(screen.getByRole('button', { name: /^Continue/ }));
  await settle();
  const stop = screen.getByRole('alert');
  expect(stop).toHaveTextContent('These six words do not open this invitation.');
  expect(stop).toHaveClass('bg-stop');
});
test('the right words of an invitation that ran out lead to another invitation only', async () => {
  const { user, fake } = await toTheCode();
  const invoke = fake.invoke.bind(fake);
  fake.invoke = (command, args) =>
    command === 'join_code'
      ? Promise.reject({ code: 'invitation_expired', message: 'over', args: {} })
      : invoke(command, args);
  await user.click(screen.getByRole('button', { name: /^Continue/ }));
  await settle();
  await user.paste(CODE);
  await user.click(screen.getByRole('button', { name: /^Continue/ }));
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('This invitation has run out. Ask for a new one.');
  expect(screen.queryByRole('button', { name: /^Continue/ })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Open another invitation' }));
  expect(screen.getByRole('textbox', { name: 'Invitation file' })).toHaveValue('');
});
test('an invitation that ran out is a red stop', async () => {
  const { user } = await open('first_run');
  await user.click(screen.getByRole('button', { name: /^I have an invitation/ }));
  await user.type(
    screen.getByRole('textbox', { name: 'Invitation file' }),
    '/home/mara/expired.conclave{Enter}',
  );
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('This invitation has run out.');
});
test('a file dropped on the window opens the invitation', async () => {
  const { fake } = await open('first_run');
  fake.emit('file-dropped', { path: '/home/mara/mara.conclave' });
  await settle();
  expect(screen.getByText('Invitation to Northwind')).toBeInTheDocument();
});

test('unlocking: the passphrase goes as bytes, and a wrong one says so', async () => {
  const { user, fake } = await open('locked');
  await expectAccessible();
  expect(screen.getByRole('heading', { name: 'Northwind' })).toBeInTheDocument();
  expect(screen.getByText('Locked after 10 minutes away')).toBeInTheDocument();
  expect(screen.getByLabelText('Passphrase')).toHaveFocus();
  await user.keyboard('wrong{Enter}');
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('That passphrase does not open this vault.');
  await user.clear(screen.getByLabelText('Passphrase'));
  await user.keyboard('velvet otter canyon{Enter}');
  await settle();
  expect(screen.getByRole('listbox', { name: 'Items' })).toBeInTheDocument();
  expect(secrets(fake)).toEqual(['unlock', 'unlock']);
  expect(JSON.stringify(fake.calls)).not.toContain('velvet otter');
});
test('after too many attempts the button waits', async () => {
  const { user } = await open('locked');
  await user.type(screen.getByLabelText('Passphrase'), 'wait{Enter}');
  await settle();
  expect(screen.getByRole('button', { name: 'Unlock' })).toBeDisabled();
  expect(screen.getByRole('alert')).toHaveTextContent(/Wait (20|19) seconds/);
});
test('locking wipes what was shown and what was searched', async () => {
  const { user } = await open('main');
  await user.keyboard('stripe');
  await settle();
  await user.keyboard('{Control>}l{/Control}');
  await settle();
  expect(document.body.textContent).not.toContain('Stripe');
  expect(screen.getByText('Locked')).toBeInTheDocument();
});
test('a lock by the shell wipes as well', async () => {
  const { fake } = await open('main');
  fake.emit('state-changed', { ...fake.world.state, phase: 'locked', lock_reason: 'idle' });
  await settle();
  expect(document.body.textContent).not.toContain('Cloudflare');
});
test('activity is told to the shell at most every five seconds', async () => {
  const { user, called } = await open('main');
  const later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  await user.keyboard('abcdef');
  expect(called('touch')).toHaveLength(1);
  later.mockReturnValue(Date.now() + 5_001);
  await user.keyboard('g');
  expect(called('touch')).toHaveLength(2);
  later.mockRestore();
});
test('an error of a kind nobody knows becomes the quiet one', () => {
  expect(AppError.from({ code: 'from_the_future', message: 'x' }).code).toBe('internal');
  expect(AppError.from('text').code).toBe('internal');
  expect(AppError.from({ code: 'key_changed', message: 'x', args: { name: 'Mara' } })).toMatchObject({
    code: 'key_changed',
    args: { name: 'Mara' },
  });
});
test('where the shell does not answer, a sentence stands instead of nothing', async () => {
  const { fake } = await open('main');
  session.state = null;
  fake.invoke = () => Promise.reject({ code: 'database_damaged', message: 'page 3', args: {} });
  await session.start();
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('The data on this computer is damaged.');
});

test('a forgotten passphrase: what helps is said, and starting over asks for the team’s name', async () => {
  const { user, called } = await open('locked');
  await user.click(screen.getByRole('button', { name: 'I forgot my passphrase' }));
  await settle();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Start over' }));
  await settle();
  const dialog = within(screen.getByRole('alertdialog', { name: 'Start over on this computer?' }));
  const go = dialog.getByRole('button', { name: 'Delete and start over' });
  expect(go).toBeDisabled();
  await user.type(dialog.getByRole('textbox', { name: /Type the team’s name/ }), 'Northwin{Enter}');
  expect(called('start_over')).toEqual([]);
  await user.type(dialog.getByRole('textbox'), 'd');
  await expectAccessible();
  await user.click(go);
  await settle();
  expect(called('start_over')).toEqual([{ req: { team_name: 'Northwind' } }]);
  expect(screen.getByRole('button', { name: /^Start a new vault/ })).toBeInTheDocument();
});
