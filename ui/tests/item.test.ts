// One item: showing for thirty seconds, editing in place, never losing what was typed.
import { screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import type { ItemSave } from '../src/ipc';
import { detail } from '../src/features/items/detail.svelte';
import { editor } from '../src/features/editor/editor.svelte';
import { nav } from '../src/features/shared/nav.svelte';
import { session } from '../src/features/shared/session.svelte';
import { answer, expectAccessible, hold, open, refuse, settle } from './app';

afterEach(() => vi.useRealTimers());
const SECRET = 'hazel-Quarry-7-otter-Lantern-brisk';
const saves = (called: (command: string) => unknown[]) =>
  called('item_save').map((args) => (args as { req: ItemSave }).req);

test('a hidden value is not in the window until it is asked for', async () => {
  const { user } = await open('main');
  expect(document.body.innerHTML).not.toContain('Quarry');
  const button = screen.getByRole('button', { name: 'Show password' });
  expect(button).toHaveAttribute('aria-pressed', 'false');
  await user.click(button);
  await settle();
  expect(screen.getByTestId('revealed')).toHaveTextContent(SECRET);
  expect(screen.getByRole('button', { name: 'Hide password' })).toHaveAttribute('aria-pressed', 'true');
});
test('news on the way to another item bring the last one back no more', async () => {
  const { fake, user } = await open('main');
  const other = screen.getAllByRole('option').find((row) => row.getAttribute('aria-selected') !== 'true')!;
  const release = hold(fake, 'item_get');
  await user.click(other);
  fake.emit('items-changed', { generation: 2, items: null });
  release();
  await settle();
  expect(other).toHaveAttribute('aria-selected', 'true');
  expect(detail.view?.id).toBe(nav.selected);
  expect(other).toHaveTextContent(detail.view!.title);
});
test('it leaves after thirty seconds', async () => {
  await open('main');
  vi.useFakeTimers();
  await detail.toggleMain();
  expect([...detail.shown.values()]).toEqual([SECRET]);
  vi.advanceTimersByTime(29_900);
  expect(detail.shown.size).toBe(1);
  vi.advanceTimersByTime(200);
  expect(detail.shown.size).toBe(0);
});
test('it leaves when a newer version comes in', async () => {
  const { fake } = await open('main');
  await detail.toggleMain();
  fake.emit('items-changed', { generation: 2, items: null });
  await settle();
  expect(detail.shown.size).toBe(1);
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (command, args) => {
    const answer = await invoke(command, args);
    return command === 'item_get' ? { ...(answer as object), base: 'newer' } : answer;
  };
  fake.emit('items-changed', { generation: 3, items: null });
  await settle();
  expect(detail.shown.size).toBe(0);
});
test.each([
  ['the window loses the focus', () => void window.dispatchEvent(new Event('blur'))],
  ['another item is opened', () => void detail.open(null)],
  ['the app locks', () => session.wipe()],
])('it leaves when %s', async (_, leave) => {
  await open('main');
  await detail.toggleMain();
  expect(detail.shown.size).toBe(1);
  leave();
  expect(detail.shown.size).toBe(0);
});
test('Ctrl+Shift+C shows and hides', async () => {
  const { user } = await open('main');
  await user.keyboard('{Control>}{Shift>}C{/Shift}{/Control}');
  await settle();
  expect(detail.shown.size).toBe(1);
  await user.keyboard('{Control>}{Shift>}C{/Shift}{/Control}');
  await settle();
  expect(detail.shown.size).toBe(0);
});

test('a field that nobody touched is sent as “keep”, and its value never came', async () => {
  const { user, called } = await open('main');
  await user.keyboard('{Control>}e{/Control}');
  await settle();
  const name = screen.getByRole('textbox', { name: 'User name' });
  await user.clear(name);
  await user.type(name, 'new@northwind.example');
  await user.keyboard('{Control>}s{/Control}');
  await settle();
  const [save] = saves(called);
  expect(save?.fields.map((field) => [field.role, field.value])).toEqual([
    ['username', { type: 'set', text: 'new@northwind.example' }],
    ['password', { type: 'keep' }],
    ['url', { type: 'set', text: 'https://dash.cloudflare.com' }],
    ['note', { type: 'set', text: expect.stringContaining('Shared by on-call') }],
  ]);
  expect(save?.base).not.toBeNull();
  expect(called('item_reveal_field')).toEqual([]);
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Cloudflare');
});
test('looking at a value while editing does not change it', async () => {
  const { user, called } = await open('main');
  await user.keyboard('{Control>}e{/Control}');
  await settle();
  await user.click(screen.getByRole('button', { name: 'Show Password' }));
  await settle();
  expect(screen.getByLabelText('Password')).toHaveValue(SECRET);
  await user.click(screen.getByRole('button', { name: 'Hide Password' }));
  expect(screen.getByLabelText('Password')).toHaveValue('');
  await user.keyboard('{Control>}s{/Control}');
  await settle();
  expect(saves(called)[0]?.fields[1]?.value).toEqual({ type: 'keep' });
});
test('a new API key with an own secret field', async () => {
  const { user, called } = await open('main');
  await user.keyboard('{Control>}n{/Control}');
  await settle();
  expect(screen.getByRole('textbox', { name: 'Title' })).toHaveFocus();
  await user.keyboard('Sentry');
  await user.click(screen.getByRole('radio', { name: 'API key' }));
  await settle();
  await user.type(screen.getByLabelText('Key'), 'sntrys_abc');
  await user.click(screen.getByRole('button', { name: 'Add a field' }));
  await user.click(await screen.findByText('Secret, hidden'));
  await settle();
  const group = within(screen.getByRole('group', { name: 'Secret' }));
  await user.type(group.getByRole('textbox', { name: 'Name of the field' }), 'Webhook');
  await user.type(screen.getByLabelText('Webhook', { selector: 'input' }), 'whsec_1');
  await user.keyboard('{Control>}s{/Control}');
  await settle();
  const [save] = saves(called);
  expect(save).toMatchObject({ item: null, kind: 'api_key', title: 'Sentry', vault: 'v-production' });
  expect(save?.fields).toContainEqual({
    id: null,
    role: 'secret',
    label: 'Webhook',
    concealed: true,
    value: { type: 'set', text: 'whsec_1' },
  });
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Sentry');
  expect(screen.getByRole('group', { name: 'Webhook' })).toBeInTheDocument();
});
test('a title is asked for, under its field', async () => {
  const { user, called } = await open('main');
  await user.keyboard('{Control>}n{/Control}');
  await settle();
  await user.keyboard('{Control>}s{/Control}');
  await settle();
  expect(called('item_save')).toEqual([]);
  expect(screen.getByRole('alert')).toHaveTextContent('Please fill this in.');
  expect(screen.getByRole('textbox', { name: 'Title' })).toHaveAttribute('aria-invalid', 'true');
});
test('the draft is kept every two seconds, and before a lock at once', async () => {
  const { user, called, fake } = await open('main');
  await user.keyboard('{Control>}n{/Control}');
  await settle();
  await user.keyboard('Half typed');
  expect(called('draft_save')).toEqual([]);
  await waitFor(() => expect(called('draft_save')).toHaveLength(1), { timeout: 3_000 });
  await waitFor(() => expect(screen.getByText('Draft kept on this computer, encrypted')).toBeInTheDocument());
  await user.keyboard(' more');
  await user.keyboard('{Control>}l{/Control}');
  await settle();
  const commands = fake.calls.map((call) => call.command);
  expect(commands.indexOf('lock')).toBeGreaterThan(commands.lastIndexOf('draft_save'));
  expect(called('draft_save')).toHaveLength(2);
  expect(called('draft_save')[1]).toMatchObject({ req: { title: 'Half typed more' } });
  expect(screen.getByRole('button', { name: 'Unlock' })).toBeInTheDocument();
  expect(editor.open).toBe(false);
});
test('after unlocking the edit is still there', async () => {
  const { called } = await open('draft');
  expect(screen.getByRole('textbox', { name: 'User name' })).toHaveValue('typed before the lock');
  expect(editor.fields.find((field) => field.role === 'password')?.state).toBe('draft');
  await editor.save();
  expect(saves(called)[0]?.fields[1]?.value).toEqual({ type: 'draft' });
});
test('a draft value is fetched before places shift', async () => {
  const { called } = await open('draft');
  await editor.addField(false);
  expect(called('draft_reveal_field')).toHaveLength(1);
  expect(editor.fields.find((field) => field.role === 'password')).toMatchObject({
    state: 'set',
    text: SECRET,
  });
});
test('a draft value that cannot be fetched stays where it is, and no place shifts', async () => {
  const { fake, called } = await open('draft');
  const before = editor.fields.length;
  const back = refuse(fake, 'draft_reveal_field', 'busy');
  await editor.addField(false);
  await editor.removeField(editor.fields[0]!);
  expect(editor.fields).toHaveLength(before);
  back();
  await editor.save();
  expect(saves(called)[0]?.fields[1]?.value).toEqual({ type: 'draft' });
});
test('leaving with changes asks; staying keeps them', async () => {
  const { user } = await open('main');
  await user.keyboard('{Control>}n{/Control}');
  await settle();
  await user.keyboard('Grafana{Escape}');
  await settle();
  const question = screen.getByRole('alertdialog', { name: 'Leave without saving?' });
  await user.click(within(question).getByRole('button', { name: 'Keep editing' }));
  await settle();
  expect(screen.getByRole('textbox', { name: 'Title' })).toHaveValue('Grafana');
  await user.keyboard('{Escape}');
  await settle();
  await user.click(screen.getByRole('button', { name: 'Discard' }));
  await settle();
  expect(editor.open).toBe(false);
});
test('the generator fills the field; Enter takes the value', async () => {
  const { user } = await open('main');
  await user.keyboard('{Control>}e{/Control}');
  await settle();
  await user.click(screen.getByRole('button', { name: 'Generate Password' }));
  const made = await screen.findByTestId('generated');
  await waitFor(() => expect(made).not.toBeEmptyDOMElement());
  const value = made.textContent?.trim();
  await user.click(screen.getByText('PIN'));
  await waitFor(() => expect(made.textContent?.trim()).not.toBe(value));
  const pin = made.textContent?.trim() ?? '';
  expect(pin).toMatch(/^\d{6}$/);
  await user.keyboard('{Enter}');
  await settle();
  expect(screen.getByLabelText('Password')).toHaveValue(pin);
});
test('archiving can be undone', async () => {
  const { user, called } = await open('main');
  screen.getByRole('listbox', { name: 'Items' }).focus();
  await user.keyboard('{Delete}');
  await settle();
  expect(screen.queryByRole('option', { name: /Cloudflare/ })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await settle();
  expect(called('item_restore')).toHaveLength(1);
  expect(screen.getByRole('option', { name: /Cloudflare/ })).toBeInTheDocument();
});
test('a secret under a key that a removed person has says so, and what to do', async () => {
  const { user, fake } = await open('main');
  const item = fake.world.items.find((one) => one.title.startsWith('Postgres'))!;
  fake.world.oldKey = item.id;
  await user.click(screen.getByRole('option', { name: /Postgres/ }));
  fake.emit('items-changed', { generation: 2, items: null });
  await settle();
  expect(screen.getByText('Somebody who was removed may still be able to read this.')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Change it' }));
  await settle();
  expect(screen.getByRole('textbox', { name: 'Title' })).toBeInTheDocument();
});
test('an edit that was not on screen is not archived with what was', async () => {
  const { user, fake, called } = await open('main');
  await user.click(screen.getByRole('option', { name: /Cloudflare/ }));
  await settle();
  const shown = detail.view!.base;
  // It arrives between the drawing and the click.
  const stored = fake.world.items.find((one) => one.title === 'Cloudflare')!;
  stored.changedAt += 1;
  stored.fields.find((field) => field.role === 'username')!.value = 'new@northwind.example';
  await user.keyboard('{Delete}');
  await settle();
  expect(called('item_archive')).toEqual([{ req: { items: [{ item: stored.id, base: shown }] } }]);
  expect(stored.archived).toBe(false);
  expect(screen.getByText(/This was changed meanwhile/)).toBeInTheDocument();
  // What came is on screen now, and can be archived.
  expect(screen.getByText('new@northwind.example')).toBeInTheDocument();
  await user.keyboard('{Delete}');
  await settle();
  expect(stored.archived).toBe(true);
});
test('two edits at once: choose per field', async () => {
  const { user, called } = await open('main');
  await user.click(screen.getByRole('option', { name: /Postgres/ }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'Compare' }));
  await settle();
  const dialog = within(screen.getByRole('dialog', { name: 'Two edits at once' }));
  expect(document.body.innerHTML).not.toContain('maple-Drift');
  // Nothing decides by itself, and Enter decides nothing.
  const use = dialog.getByRole('button', { name: 'Use chosen' });
  for (const radio of dialog.getAllByRole('radio')) expect(radio).not.toBeChecked();
  // One's own stands first, in the columns as in the buttons.
  expect(dialog.getAllByRole('radio')[0]).toHaveAccessibleName(/, Yours$/);
  expect(dialog.getAllByRole('button', { name: /^Use all/ })[0]).toHaveTextContent('Use all mine');
  expect(use).toBeDisabled();
  await user.click(dialog.getByRole('radio', { name: 'Host, Mara’s' }));
  expect(use).toBeDisabled();
  dialog.getByRole('radio', { name: 'Host, Mara’s' }).closest('form')!.requestSubmit();
  await settle();
  expect(called('item_resolve')).toEqual([]);
  await user.click(dialog.getByRole('radio', { name: 'Password, Yours' }));
  await user.click(dialog.getByRole('button', { name: 'Use chosen' }));
  await settle();
  expect(called('item_resolve')).toEqual([
    {
      req: {
        item: expect.any(String),
        base: expect.any(String),
        choices: [
          { field: 'f1', revision: 'mine' },
          { field: 'f2', revision: 'theirs' },
        ],
      },
    },
  ]);
  expect(screen.getByText('db-2.internal:5432')).toBeInTheDocument();
});
test.each([
  ['ana', ['Yours, on Desk', 'Yours, on Laptop'], 'Both are kept.'],
  ['mara', ['Mara’s, on Desk', 'Mara’s, on Laptop'], 'Both are kept.'],
])('two edits by one person (%s) are told apart by the computer', async (user, names, text) => {
  const opened = await open('main');
  const { world } = opened.fake;
  answer(opened.fake, 'item_conflict', (view) => ({
    ...view,
    sides: view.sides.map((side, i) => ({
      ...side,
      by: world.refer(user),
      device: ['Desk', 'Laptop'][i]!,
    })),
  }));
  answer(opened.fake, 'item_get', (view) => ({
    ...view,
    versions_by: view.versions_by.map(() => world.refer(user)),
  }));
  await opened.user.click(screen.getByRole('option', { name: /Postgres/ }));
  await settle();
  const banner = screen.getByText('Two edits at once.').closest('[role=status]')!;
  expect(banner).toHaveTextContent(`Two edits at once. ${text} Compare`);
  await opened.user.click(screen.getByRole('button', { name: 'Compare' }));
  await settle();
  const dialog = within(screen.getByRole('dialog', { name: 'Two edits at once' }));
  expect(dialog.getByText(/was changed twice at once\. Both are kept\./)).toBeInTheDocument();
  for (const name of names) {
    expect(dialog.getByText(name)).toBeInTheDocument();
    expect(dialog.getByRole('radio', { name: `Password, ${name}` })).toBeInTheDocument();
  }
  await expectAccessible();
  await opened.user.click(dialog.getByRole('button', { name: 'Use all from Laptop' }));
  expect(dialog.getByRole('radio', { name: `Password, ${names[1]}` })).toBeChecked();
});
async function showBoth() {
  const opened = await open('main');
  await opened.user.click(screen.getByRole('option', { name: /Postgres/ }));
  await settle();
  await opened.user.click(screen.getByRole('button', { name: 'Compare' }));
  await settle();
  const dialog = within(screen.getByRole('dialog', { name: 'Two edits at once' }));
  const shown = () => dialog.queryByRole('button', { name: 'Hide' }) !== null;
  return { ...opened, dialog, shown, show: () => dialog.getByRole('button', { name: 'Show' }) };
}
test('two edits at once can be left as they are', async () => {
  const { user, dialog, called } = await showBoth();
  expect(dialog.getByRole('button', { name: 'Cancel' })).toHaveFocus();
  await user.keyboard('{Enter}');
  await settle();
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(called('item_resolve')).toEqual([]);
});
test('hidden values of two edits leave after thirty seconds, and when nobody looks', async () => {
  const { user, shown, show } = await showBoth();
  await user.click(show());
  await settle();
  expect(shown()).toBe(true);
  window.dispatchEvent(new Event('blur'));
  await settle();
  expect(shown()).toBe(false);
  vi.useFakeTimers();
  show().click();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(shown()).toBe(true);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(shown()).toBe(false);
  expect(document.body.innerHTML).not.toContain('maple-Drift');
});
test('while writing has stopped, nothing offers to write', async () => {
  const { user } = await open('stopped');
  expect(screen.getByRole('alert')).toHaveTextContent('wrote two histories');
  expect(screen.getByRole('button', { name: 'Edit' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'New item' })).toBeDisabled();
  await user.keyboard('{Control>}n{/Control}');
  await settle();
  expect(editor.open).toBe(false);
  expect(screen.getByRole('button', { name: 'Copy password' })).toBeEnabled();
});
