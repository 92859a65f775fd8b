// Dialogs, whatever they are for: when they close, what Enter does, and whose the keys are meanwhile.
import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { nav, type Overlay } from '../src/features/shared/nav.svelte';
import { draw, expectAccessible, hold, open, refuse, settle } from './app';

const shown = () => screen.queryByRole('dialog');
type User = Awaited<ReturnType<typeof open>>['user'];
/** A click on the scrim, which counts after a moment. */
async function beside(user: User) {
  const target = document.querySelector('[data-dialog-overlay]')!;
  await user.pointer({ keys: '[MouseLeft]', target, coords: { clientX: 9, clientY: 9 } });
  await new Promise((done) => setTimeout(done, 50));
}

describe('a dialog whose work is under way', () => {
  test.each<[string, Overlay, string, string]>([
    ['vault_create', { type: 'vault', vault: null }, 'Zoo{Enter}', 'Cancel'],
    ['group_create', { type: 'group_name', group: null }, 'On call{Enter}', 'Cancel'],
    ['invite_create', { type: 'invite' }, 'Zoe{Enter}', 'Cancel'],
    ['keychain_enable', { type: 'keychain' }, 'harbor{Enter}', 'Cancel'],
    ['recovery_sheet_save', { type: 'recovery' }, '{Enter}', 'Later'],
  ])('%s: it stays, and says what did not work', async (command, overlay, keys, leave) => {
    const { user, fake } = await open('main');
    nav.overlay = overlay;
    await settle();
    refuse(fake, command, 'disk_full');
    const go = hold(fake, command);
    await user.keyboard(keys);
    await user.keyboard('{Escape}');
    await beside(user);
    await settle();
    const dialog = within(shown()!);
    expect(dialog.getByRole('button', { name: leave })).toBeDisabled();
    await expectAccessible();
    go();
    await settle();
    expect(dialog.getByText(/disk is full/)).toBeInTheDocument();
    expect(dialog.getByRole('button', { name: leave })).toBeEnabled();
    await user.keyboard('{Escape}');
    await settle();
    expect(shown()).not.toBeInTheDocument();
  });
  test('a sheet stays as well', async () => {
    const { user, fake } = await open('main');
    await user.keyboard('{Control>}i{/Control}');
    await settle();
    const sheet = within(shown()!);
    await user.click(sheet.getByRole('button', { name: /^Lena Okafor/ }));
    const go = hold(fake, 'share_grant');
    await user.click(sheet.getByRole('button', { name: /^Share/ }));
    await user.keyboard('{Escape}');
    await settle();
    for (const name of ['Close', 'Cancel']) expect(sheet.getByRole('button', { name })).toBeDisabled();
    go();
    await settle();
    await beside(user);
    await settle();
    expect(shown()).not.toBeInTheDocument();
  });
  test('what is only being read can be left', async () => {
    const { user, fake } = await open('main');
    hold(fake, 'removal_preview');
    nav.overlay = { type: 'remove', user: 'mara', vault: null };
    await settle();
    await user.keyboard('{Escape}');
    await settle();
    expect(shown()).not.toBeInTheDocument();
  });
});

describe('the keys of the window', () => {
  test('wait for a dialog that a part of the page has opened itself', async () => {
    const { user, called } = await open('main');
    await user.click(screen.getByText('*.northwind.example'));
    await settle();
    await user.click(screen.getByRole('button', { name: 'Save… northwind.key' }));
    await settle();
    await user.keyboard('{Control>}d{/Control}');
    within(shown()!).getByRole('button', { name: 'Cancel' }).focus();
    await user.keyboard('{Delete}{Control>}1{/Control}');
    await settle();
    expect([called('item_duplicate'), called('item_archive')]).toEqual([[], []]);
    expect(shown()).toBeInTheDocument();
    await user.keyboard('{Escape}');
    await settle();
    await user.keyboard('{Control>}d{/Control}');
    await settle();
    expect(called('item_duplicate')).toHaveLength(1);
  });
});

describe('the cursor', () => {
  test.each<[string, Overlay, string, string]>([
    ['vault_create', { type: 'vault', vault: null }, 'Zoo', 'Create vault'],
    ['recovery_sheet_save', { type: 'recovery' }, '/tmp', 'Save PDF'],
  ])('%s: is back on the button when its work was refused', async (command, overlay, keys, name) => {
    const { user, fake } = await open('main');
    nav.overlay = overlay;
    await settle();
    await user.keyboard(keys);
    const button = () => within(shown()!).getByRole('button', { name: new RegExp(`^${name}`) });
    button().focus();
    refuse(fake, command, 'disk_full');
    const go = hold(fake, command);
    await user.keyboard('{Enter}');
    await settle();
    expect([draw(), document.activeElement]).toEqual([true, document.body]);
    go();
    await settle();
    expect(button()).toHaveFocus();
  });
  test('of a sheet is back as well, or where the sheet begins when its button is still shut', async () => {
    const { user, fake } = await open('main');
    await user.keyboard('{Control>}i{/Control}');
    await settle();
    const sheet = within(shown()!);
    const share = () => sheet.getByRole('button', { name: /^Share/ });
    await user.click(sheet.getByRole('button', { name: /^Lena Okafor/ }));
    const press = async () => {
      const go = hold(fake, 'share_grant');
      await user.click(share());
      await settle();
      expect([draw(), document.activeElement]).toEqual([true, document.body]);
      go();
      await settle();
    };
    const accept = refuse(fake, 'share_grant', 'disk_full');
    await press();
    expect(share()).toHaveFocus();
    accept();
    await press();
    expect(share()).toBeDisabled();
    expect(sheet.getByRole('textbox', { name: 'Add a person or group' })).toHaveFocus();
  });
  test('stays where somebody has put it meanwhile', async () => {
    const { user, fake } = await open('main');
    nav.overlay = { type: 'vault', vault: null };
    await settle();
    const field = within(shown()!).getByRole('textbox', { name: 'Name' });
    await user.type(field, 'Zoo');
    within(shown()!)
      .getByRole('button', { name: /^Create vault/ })
      .focus();
    refuse(fake, 'vault_create', 'disk_full');
    const go = hold(fake, 'vault_create');
    await user.keyboard('{Enter}');
    await settle();
    expect(draw()).toBe(true);
    field.focus();
    go();
    await settle();
    expect(field).toHaveFocus();
  });
  test('is inside while the primary button cannot be pressed yet, and Enter presses nothing', async () => {
    const { user, fake, called } = await open('main');
    hold(fake, 'item_conflict');
    nav.overlay = { type: 'conflict', item: fake.world.items[0]!.id };
    await settle();
    expect(shown()).toContainElement(document.activeElement as HTMLElement);
    await user.keyboard('{Enter}');
    await settle();
    expect(called('item_resolve')).toEqual([]);
  });
});

test.each<[string, Overlay, string]>([
  ['person_get', { type: 'person', user: 'mara' }, 'Mara Lindqvist'],
  ['group_get', { type: 'group', group: 'g-operations' }, 'A group of the team'],
  ['removal_preview', { type: 'remove', user: 'mara', vault: null }, 'Remove'],
])('%s: a title while there is nothing to show', async (command, overlay, title) => {
  const { fake } = await open('main');
  refuse(fake, command, 'busy');
  nav.overlay = overlay;
  await settle();
  expect(screen.getByRole('dialog', { name: title })).toBeInTheDocument();
  await expectAccessible();
});
