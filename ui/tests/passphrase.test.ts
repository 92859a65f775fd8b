// Another passphrase for this computer: the old one is asked, the new one typed twice.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { draw, expectAccessible, hold, open, refuse, settle } from './app';

const NEW = 'outlast ferment tulip gangway crumb';

async function openDialog() {
  const opened = await open('main');
  await opened.user.keyboard('{Control>},{/Control}');
  await settle();
  await opened.user.click(screen.getByRole('button', { name: 'Change…' }));
  await settle();
  const dialog = within(screen.getByRole('dialog', { name: 'Change passphrase' }));
  const field = (name: string) => dialog.getByLabelText(name);
  const change = () => dialog.getByRole('button', { name: /^Change passphrase/ });
  const asked = () => opened.fake.calls.map((call) => call.command).filter((name) => /passphrase/.test(name));
  async function fill(old: string, wanted = NEW, again = wanted) {
    for (const [name, text] of [
      ['Passphrase until now', old],
      ['New passphrase', wanted],
      ['New passphrase once more', again],
    ] as const) {
      await opened.user.clear(field(name));
      await opened.user.type(field(name), text);
    }
    await settle();
  }
  return { ...opened, dialog, field, change, asked, fill };
}

test('the new one is given first, then the old one, and nothing of them stays', async () => {
  const { user, fill, change, asked, fake } = await openDialog();
  await expectAccessible();
  expect(change()).toBeDisabled();
  await fill('velvet otter');
  await user.keyboard('{Enter}');
  await settle();
  expect(asked()).toEqual(['setup_passphrase', 'passphrase_change']);
  expect(fake.calls.filter((call) => /passphrase/.test(call.command)).map((call) => call.args)).toEqual([
    'bytes',
    'bytes',
  ]);
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(screen.getByText('Passphrase changed')).toBeInTheDocument();
  expect(document.body.innerHTML).not.toContain(NEW);
});
test('two that differ are not sent, nor is a weak one', async () => {
  const { user, fill, dialog, change, asked, field } = await openDialog();
  await fill('velvet otter', NEW, `${NEW}s`);
  await user.keyboard('{Enter}');
  await settle();
  expect(dialog.getByText('The two are not the same.')).toBeInTheDocument();
  await expectAccessible();
  await user.type(field('New passphrase once more'), '{Backspace}');
  expect(dialog.queryByText('The two are not the same.')).not.toBeInTheDocument();
  await fill('velvet otter', 'short');
  expect(change()).toBeDisabled();
  expect(asked()).toEqual([]);
});
test('a wrong old one is said beside it, and the cursor is there', async () => {
  const { user, fake, fill, dialog, change, field } = await openDialog();
  await fill('wrong');
  const go = hold(fake, 'passphrase_change');
  await user.click(change());
  await settle();
  await user.keyboard('{Escape}');
  expect(dialog.getByRole('button', { name: 'Cancel' })).toBeDisabled();
  expect(draw()).toBe(true);
  go();
  await settle();
  expect(dialog.getByRole('alert')).toHaveTextContent('That passphrase does not open this vault.');
  expect(field('Passphrase until now')).toHaveValue('');
  expect(field('Passphrase until now')).toHaveFocus();
  expect(field('New passphrase')).toHaveValue(NEW);
});
test('what the disk refuses is said', async () => {
  const { user, fake, fill, dialog } = await openDialog();
  await fill('velvet otter');
  refuse(fake, 'passphrase_change', 'disk_full');
  await user.keyboard('{Enter}');
  await settle();
  expect(dialog.getByRole('alert')).toHaveTextContent(/disk is full/);
  await expectAccessible();
});
