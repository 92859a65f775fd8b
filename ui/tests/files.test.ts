// Files of an item: added and removed in the editor, saved from the item. Only names and sizes are here.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { AppError, type ItemSave } from '../src/ipc';
import { expectAccessible, open, settle } from './app';

async function withFiles() {
  const opened = await open('main');
  await opened.user.click(screen.getByText('*.northwind.example'));
  await settle();
  return opened;
}

test('the files of an item are saved by name, to where the person says', async () => {
  const { user, called } = await withFiles();
  const files = screen.getByRole('region', { name: 'Files' });
  expect(within(files).getByRole('group', { name: 'northwind-chain.pem' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Save… northwind.key' }));
  expect(screen.getByText(/The copy is not protected/)).toBeVisible();
  await expectAccessible();
  await user.type(screen.getByLabelText('Save as'), '/tmp/out.key');
  await user.click(screen.getByRole('button', { name: /^Save file/ }));
  await settle();
  expect(called('file_save')).toMatchObject([{ req: { file: 'file-key', path: '/tmp/out.key' } }]);
  expect(screen.queryByRole('dialog')).toBeNull();
});
test('what has not arrived yet is said in the dialog, which stays', async () => {
  const { user, fake } = await withFiles();
  const invoke = fake.invoke.bind(fake);
  fake.invoke = (command, args) =>
    command === 'file_save' ? Promise.reject(new AppError('file_not_here', 'x')) : invoke(command, args);
  await user.click(screen.getByRole('button', { name: 'Save… northwind.key' }));
  await user.click(screen.getByRole('button', { name: /^Save file/ }));
  await settle();
  expect(screen.getByText('This file has not arrived yet. Try again in a moment.')).toBeVisible();
  expect(screen.getByRole('dialog')).toBeVisible();
});
test('an edit names the files that stay and the one that was added', async () => {
  const { user, called } = await withFiles();
  await user.click(screen.getByRole('button', { name: /^Edit/ }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'Remove “northwind.key”' }));
  await user.click(screen.getByRole('button', { name: 'Add file' }));
  await user.type(screen.getByLabelText('File'), '/home/ana/root.pem');
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: /^Add file/ }));
  await settle();
  expect(called('file_add')).toMatchObject([{ req: { path: '/home/ana/root.pem', files: ['file-chain'] } }]);
  await user.keyboard('{Control>}s{/Control}');
  await settle();
  const [save] = called('item_save').map((args) => (args as { req: ItemSave }).req);
  expect(save?.files).toHaveLength(2);
  expect(save?.files?.[0]).toBe('file-chain');
  const files = within(screen.getByRole('region', { name: 'Files' }));
  expect(files.getAllByRole('group').map((file) => file.getAttribute('aria-label'))).toEqual([
    'northwind-chain.pem',
    'root.pem',
  ]);
});
