// Finding and copying without leaving the keyboard.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { open, settle } from './app';

const options = () => screen.getAllByRole('option');
const chosen = () => screen.getByRole('option', { selected: true });
const search = () => screen.getByRole('combobox', { name: 'Search' });

test('the first item is chosen and shown', async () => {
  await open('main');
  expect(chosen()).toHaveTextContent('Cloudflare');
  expect(screen.getByRole('heading', { level: 1, name: 'Cloudflare' })).toBeInTheDocument();
});
test('arrows, Home and End move; the list is one stop of the Tab key', async () => {
  const { user } = await open('main');
  const list = screen.getByRole('listbox', { name: 'Items' });
  list.focus();
  await user.keyboard('{ArrowDown}{ArrowDown}');
  await settle();
  expect(chosen()).toHaveTextContent('Stripe live key');
  expect(list).toHaveAttribute('aria-activedescendant', chosen().id);
  expect(document.activeElement).toBe(list);
  await user.keyboard('{End}');
  await settle();
  expect(chosen()).toHaveTextContent('Bank');
  await user.keyboard('{Home}');
  await settle();
  expect(chosen()).toHaveTextContent('Cloudflare');
  expect(options().filter((option) => option.tabIndex === 0)).toEqual([]);
});
test('Enter opens: the focus goes to the item', async () => {
  const { user } = await open('main');
  screen.getByRole('listbox', { name: 'Items' }).focus();
  await user.keyboard('{Enter}');
  await new Promise((done) => requestAnimationFrame(done));
  expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Item' }));
});
test('typing anywhere searches, and the first hit is the answer', async () => {
  const { user } = await open('main');
  await user.keyboard('pos');
  await settle();
  expect(search()).toHaveFocus();
  expect(search()).toHaveValue('pos');
  expect(chosen()).toHaveTextContent('Postgres primary');
  expect(search()).toHaveAttribute('aria-activedescendant', chosen().id);
});
test('arrows work from the search field, Tab lands on the list, Esc clears', async () => {
  const { user } = await open('main');
  await user.click(search());
  await user.keyboard('co');
  await settle();
  const first = chosen().textContent;
  await user.keyboard('{ArrowDown}');
  await settle();
  expect(chosen().textContent).not.toBe(first);
  await user.keyboard('{Tab}');
  expect(screen.getByRole('listbox', { name: 'Items' })).toHaveFocus();
  await user.click(search());
  await user.keyboard('{Escape}');
  await settle();
  expect(search()).toHaveValue('');
});
test('an answer that arrives late does not replace a newer one', async () => {
  const { fake, user } = await open('main');
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (command, args) => {
    const request = (args as { req?: { query?: string } })?.req;
    if (command === 'item_list' && request?.query === 'f') await new Promise((done) => setTimeout(done, 60));
    return invoke(command, args);
  };
  await user.keyboard('fig');
  await new Promise((done) => setTimeout(done, 120));
  expect(options().map((option) => option.textContent)).toEqual([expect.stringContaining('Figma')]);
});
test('nothing found says so', async () => {
  const { user } = await open('main');
  await user.keyboard('zzz');
  await settle();
  expect(screen.getByText('Nothing found')).toBeInTheDocument();
});
test('Ctrl+C copies the main secret in the shell, never through the window', async () => {
  const { user, called } = await open('main');
  screen.getByRole('listbox', { name: 'Items' }).focus();
  await user.keyboard('{ArrowDown}');
  await settle();
  await user.keyboard('{Control>}c{/Control}');
  await settle();
  expect(called('item_copy_field')).toEqual([
    { req: { item: expect.any(String), field: '@main', revision: null } },
  ]);
  expect(called('item_reveal_field')).toEqual([]);
  const note = screen.getAllByRole('status').find((status) => status.textContent?.includes('Copied'));
  expect(note).toHaveTextContent('Copied password – Postgres primary');
  expect(document.body.innerHTML).not.toContain('kT7#vOqZ0Il1mR');
});
test('Ctrl+B copies the user name', async () => {
  const { user, called } = await open('main');
  await user.keyboard('{Control>}b{/Control}');
  expect(called('item_copy_field')).toEqual([{ req: expect.objectContaining({ field: '@username' }) }]);
});
test('five thousand items draw only what is in sight', async () => {
  const { user } = await open('many');
  expect(options().length).toBeLessThan(60);
  expect(options()[0]).toHaveAttribute('aria-setsize', '5013');
  screen.getByRole('listbox', { name: 'Items' }).focus();
  await user.keyboard('{End}');
  await settle();
  expect(options().length).toBeLessThan(60);
});
test('the state of an item is said in words', async () => {
  await open('main');
  const row = options().find((option) => option.textContent?.includes('Postgres'))!;
  expect(within(row).getByText('2 versions')).toBeInTheDocument();
});
test('a vault, by click and by Ctrl+1', async () => {
  const { user } = await open('main');
  await user.click(screen.getByRole('button', { name: 'Marketing' }));
  await settle();
  expect(options()).toHaveLength(4);
  await user.keyboard('{Control>}1{/Control}');
  await settle();
  expect(screen.getByRole('button', { name: 'Production' })).toHaveAttribute('aria-current', 'page');
});
