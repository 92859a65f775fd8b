// The rest of the window: settings, palette, recovery, shortcuts, and a look at every screen for the ear.
import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { nav, type Overlay } from '../src/features/shared/nav.svelte';
import { commands, SPECS } from '../src/features/shared/commands.svelte';
import type { Scene } from '../src/ipc/dev';
import { toasts } from '../src/features/shared/toasts.svelte';
import { expectAccessible, open, refuse, settle } from './app';

describe('nothing serious for the ear', () => {
  test.each<Scene>(['main', 'empty', 'stopped', 'restored', 'waiting', 'refused', 'locked', 'draft'])(
    '%s',
    async (scene) => {
      await open(scene);
      await expectAccessible();
    },
  );
  test.each<Overlay>([
    { type: 'palette' },
    { type: 'shortcuts' },
    { type: 'vault', vault: null },
    { type: 'recovery' },
    { type: 'team_sheet' },
    { type: 'keychain' },
    { type: 'limits' },
    { type: 'generator' },
    { type: 'discard', then: () => undefined },
  ])('$type', async (overlay) => {
    await open('main');
    nav.overlay = overlay;
    await settle();
    expect(screen.getByRole(overlay.type === 'discard' ? 'alertdialog' : 'dialog')).toBeInTheDocument();
    await expectAccessible();
  });
  test('editing, settings, compare, history', async () => {
    const { user } = await open('main');
    await user.keyboard('{Control>}e{/Control}');
    await settle();
    await expectAccessible();
    await user.keyboard('{Escape}');
    await user.keyboard('{Control>},{/Control}');
    await settle();
    await expectAccessible();
    nav.page = 'items';
    await settle();
    await user.click(screen.getByRole('option', { name: /Postgres/ }));
    await settle();
    for (const type of ['conflict', 'history'] as const) {
      nav.overlay = { type, item: nav.selected ?? '' };
      await settle();
      await expectAccessible();
    }
  });
});

describe('keys', () => {
  test('no two commands share a chord', () => {
    const chords = SPECS.flatMap((spec) => spec.chords as readonly string[]);
    expect(new Set(chords).size).toBe(chords.length);
  });
  test('every command does something in the open window', async () => {
    await open('main');
    expect(SPECS.filter((spec) => !commands.has(spec.id)).map((spec) => spec.id)).toEqual([]);
  });
  test('while a dialog is open only the lock works', async () => {
    const { user, called } = await open('main');
    nav.overlay = { type: 'shortcuts' };
    await settle();
    await user.keyboard('{Control>}n{/Control}{Control>}b{/Control}');
    expect(called('item_copy_field')).toEqual([]);
    await user.keyboard('{Control>}l{/Control}');
    await settle();
    expect(called('lock')).toHaveLength(1);
  });
  test('F6 goes round the panes', async () => {
    const { user } = await open('main');
    screen.getByRole('listbox', { name: 'Items' }).focus();
    await user.keyboard('{F6}');
    expect(screen.getByRole('region', { name: 'Item' })).toHaveFocus();
    await user.keyboard('{F6}');
    expect(screen.getByRole('button', { name: 'All items' })).toHaveFocus();
    await user.keyboard('{F6}');
    expect(screen.getByRole('listbox', { name: 'Items' })).toHaveFocus();
  });
  test.each(['people', 'settings'] as const)('F6 goes between the sidebar and %s', async (page) => {
    const { user } = await open('main');
    nav.page = page;
    await settle();
    const main = screen.getByRole('main');
    const sidebar = screen.getByRole('navigation');
    for (const key of ['{F6}', '{Shift>}{F6}{/Shift}']) {
      sidebar.querySelector('button')!.focus();
      await user.keyboard(key);
      expect(main).toContainElement(document.activeElement as HTMLElement);
      await user.keyboard(key);
      expect(sidebar).toContainElement(document.activeElement as HTMLElement);
    }
  });
  test('the native menu runs the same commands', async () => {
    const { fake } = await open('main');
    fake.emit('command', { id: 'settings' });
    await settle();
    expect(screen.getByRole('heading', { level: 1, name: 'Settings' })).toBeInTheDocument();
  });
});

test('the palette finds commands, items and vaults', async () => {
  const { user, called } = await open('main');
  await user.keyboard('{Control>}k{/Control}');
  await settle();
  await user.keyboard('copy us');
  await settle();
  expect(within(screen.getByRole('dialog')).getByRole('option', { selected: true })).toHaveTextContent(
    'Copy user name',
  );
  await user.keyboard('{Enter}');
  await settle();
  expect(called('item_copy_field')).toHaveLength(1);
  await user.keyboard('{Control>}k{/Control}');
  await settle();
  await user.keyboard('confl');
  await settle();
  await user.keyboard('{Enter}');
  await settle();
  expect(screen.getByRole('heading', { level: 1, name: 'Confluence' })).toBeInTheDocument();
});
test('a setting is saved at once, and a theme is seen at once', async () => {
  const { user, called } = await open('main');
  await user.keyboard('{Control>},{/Control}');
  await settle();
  await user.click(screen.getByRole('radio', { name: 'Compact' }));
  await settle();
  expect(called('settings_set')).toMatchObject([
    { req: { look: { density: 'compact' }, lock_idle_min: 10 } },
  ]);
});
test('unlocking by the key store is switched on by the passphrase, never by itself', async () => {
  const { user, fake, called } = await open('main');
  await user.keyboard('{Control>},{/Control}');
  await settle();
  await user.click(screen.getByRole('button', { name: 'Turn on' }));
  await settle();
  const dialog = within(screen.getByRole('dialog', { name: 'Unlock with the system password' }));
  await user.type(dialog.getByLabelText('Passphrase'), 'wrong{Enter}');
  await settle();
  expect(dialog.getByRole('alert')).toBeInTheDocument();
  await user.type(dialog.getByLabelText('Passphrase'), 'velvet otter{Enter}');
  await settle();
  expect(fake.calls.filter((call) => call.command === 'keychain_enable').map((call) => call.args)).toEqual([
    'bytes',
    'bytes',
  ]);
  expect(screen.getByRole('button', { name: 'Turn off' })).toBeInTheDocument();
  expect(called('keychain_disable')).toEqual([]);
});
test('the recovery sheet is saved, and two of its words are asked back', async () => {
  const { user, called } = await open('empty');
  await user.click(screen.getByRole('button', { name: 'Recovery sheet not saved' }));
  await settle();
  await user.click(screen.getByRole('button', { name: /^Save PDF/ }));
  await settle();
  expect(called('recovery_sheet_save')).toEqual([{ req: { sheet: 'kit', path: null } }]);
  await user.type(screen.getByRole('textbox', { name: 'Word 3' }), 'wrong');
  await user.type(screen.getByRole('textbox', { name: 'Word 11' }), 'wrong');
  await user.click(screen.getByRole('button', { name: /^Confirm/ }));
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('These words are not the ones on the sheet.');
  await user.clear(screen.getByRole('textbox', { name: 'Word 3' }));
  await user.type(screen.getByRole('textbox', { name: 'Word 3' }), 'otter');
  await user.click(screen.getByRole('button', { name: /^Confirm/ }));
  await settle();
  expect(screen.queryByRole('button', { name: 'Recovery sheet not saved' })).not.toBeInTheDocument();
  // The team's sheet is another paper, for somebody else: it is still due.
  await user.click(screen.getByRole('button', { name: 'Last-resort sheet not saved' }));
  await settle();
  await user.click(screen.getByRole('button', { name: /^Save PDF/ }));
  await settle();
  expect(called('recovery_sheet_save').at(-1)).toEqual({ req: { sheet: 'team', path: null } });
  await user.type(screen.getByRole('textbox', { name: 'Word 3' }), 'otter');
  await user.type(screen.getByRole('textbox', { name: 'Word 11' }), 'lamp');
  await user.click(screen.getByRole('button', { name: /^Confirm/ }));
  await settle();
  expect(screen.queryByRole('button', { name: 'Last-resort sheet not saved' })).not.toBeInTheDocument();
});
test('a new vault', async () => {
  const { user, called } = await open('main');
  await user.click(screen.getByRole('button', { name: 'New vault' }));
  await settle();
  await user.keyboard('Finance{Enter}');
  await settle();
  expect(called('vault_create')).toEqual([{ req: { name: 'Finance', colour: 1 } }]);
  expect(screen.getByRole('button', { name: 'Finance' })).toHaveAttribute('aria-current', 'page');
});
test('a computer that was set back goes on with one click', async () => {
  const { user, called } = await open('restored');
  await user.click(screen.getByRole('button', { name: 'Go on' }));
  await settle();
  expect(called('stop_go_on')).toHaveLength(1);
  expect(screen.queryByRole('button', { name: 'Go on' })).not.toBeInTheDocument();
});
test('what was put back is said until it was seen', async () => {
  const { user, fake, called } = await open('main');
  fake.emit('sync-status', { ...fake.world.sync, notices: [{ key: 'notice_put_back', args: {} }] });
  await settle();
  expect(screen.getByText('The storage had lost changes.')).toBeInTheDocument();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Got it' }));
  await settle();
  expect(called('notices_seen')).toHaveLength(1);
  expect(screen.queryByText('The storage had lost changes.')).not.toBeInTheDocument();
});
test('other views of the same team are said with whose they are, and where to compare', async () => {
  const { fake } = await open('main');
  const args = { by: 'Mara Lindqvist', of: 'Jonas Weber' };
  const notices = [
    { key: 'notice_seen_differs', args },
    { key: 'notice_put_back', args: {} },
  ];
  fake.emit('sync-status', { ...fake.world.sync, notices });
  await settle();
  expect(
    screen.getByText('Mara Lindqvist’s computer has seen other changes of Jonas Weber than this one.'),
  ).toBeInTheDocument();
  expect(screen.getByText(/Compare your state words by phone/)).toBeInTheDocument();
  await expectAccessible();
});
test('days without an answer from anybody are said', async () => {
  const { fake } = await open('main');
  fake.emit('sync-status', { ...fake.world.sync, unseen_since_ms: Date.now() - 4 * 86_400_000 });
  await settle();
  expect(screen.getByText(/Nobody else has seen your changes since/)).toBeInTheDocument();
  await expectAccessible();
});
test('the stop can be looked into', async () => {
  const { user, called } = await open('stopped');
  await user.click(screen.getByRole('button', { name: 'Details' }));
  expect(screen.getByText('Change 1207')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Copy details' }));
  await settle();
  expect(called('stop_details_copy')).toHaveLength(1);
});
test.each([
  [{ state: 'local_only' }, 'Only on this computer'],
  [{ state: 'saving', pending: 3 }, 'Saving 3 changes'],
  [{ state: 'saving', pending: 1 }, 'Saving 1 change'],
  [{ state: 'offline', pending: 3 }, 'Offline – 3 changes kept on this computer'],
  [{ state: 'folder_missing' }, 'Folder not found'],
  [{ state: 'stopped' }, 'Writing stopped'],
])('the footer says %o', async (part, words) => {
  const { fake } = await open('main');
  fake.emit('sync-status', { ...fake.world.sync, ...part });
  await settle();
  expect(screen.getByTestId('sync-status')).toHaveTextContent(words);
});
test('a name of ten thousand characters, an emoji and right-to-left text do not break a screen', async () => {
  const { fake } = await open('main');
  for (const title of ['x'.repeat(10_000), '👩‍🚀 🔑', 'كلمة مرور الخادم']) {
    fake.world.items[0]!.title = title;
    fake.emit('items-changed', { generation: 9, items: null });
    await settle();
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(title);
  }
});

describe('what did not work is said', () => {
  const toast = () => within(screen.getByTestId('toast'));

  test('whichever command it was', async () => {
    const { user, fake } = await open('main');
    refuse(fake, 'lock', 'busy');
    await user.keyboard('{Control>}l{/Control}');
    await settle();
    expect(toast().getByText(/\w+\.$/)).toBeInTheDocument();
  });
  test('when nobody waits for it', async () => {
    const { fake } = await open('main');
    for (const [event, command] of [
      ['items-changed', 'item_list'],
      ['vaults-changed', 'vault_list'],
    ] as const) {
      const back = refuse(fake, command, 'database_damaged');
      fake.emit(event, { items: null });
      await settle();
      expect(toast().getByText(/damaged/)).toBeInTheDocument();
      toasts.hide();
      back();
    }
  });
  test('but not that the app is locked, which its screen says', async () => {
    const { fake } = await open('main');
    refuse(fake, 'vault_list', 'locked');
    fake.emit('vaults-changed', null);
    await settle();
    expect(screen.queryByTestId('toast')).not.toBeInTheDocument();
  });
  test('in a whole sentence, with the diagnostics that it asks for', async () => {
    const { user, fake, called } = await open('main');
    refuse(fake, 'item_duplicate', 'internal');
    await user.keyboard('{Control>}d{/Control}');
    await settle();
    const sentence = toast().getByText(/^Something went wrong inside Conclave\. .*again\.$/);
    expect(sentence).not.toHaveClass('truncate');
    await expectAccessible();
    await user.click(toast().getByRole('button', { name: 'Copy diagnostics' }));
    await settle();
    expect(called('diagnostics_copy')).toHaveLength(1);
    expect(toast().getByText(/^Copied diagnostics/)).toBeInTheDocument();
  });
  test('of what was put back, and of choosing a folder', async () => {
    const { user, fake } = await open('main');
    fake.emit('sync-status', { ...fake.world.sync, notices: [{ key: 'notice_put_back', args: {} }] });
    await settle();
    refuse(fake, 'notices_seen', 'storage_failed');
    await user.click(screen.getByRole('button', { name: 'Got it' }));
    await settle();
    expect(screen.getByTestId('toast')).toBeInTheDocument();
    await user.keyboard('{Control>},{/Control}');
    await settle();
    refuse(fake, 'storage_pick_folder', 'internal');
    await user.click(screen.getByRole('button', { name: /^Choose/ }));
    await settle();
    expect(screen.getByRole('textbox', { name: 'Folder' })).toBeInvalid();
  });
});
