// The record of who opened and copied what: for owners and auditors, a window of it at a time.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { answer, expectAccessible, hold, open, pick, refuse, settle } from './app';

const side = () => within(screen.getByRole('navigation'));
const page = () => within(screen.getByRole('region', { name: 'Activity' }));

async function openActivity() {
  const opened = await open('main');
  const go = async () => {
    await opened.user.click(side().getByRole('button', { name: 'Activity' }));
    await settle();
  };
  return { ...opened, go };
}

test('it is told by day who did what, with what, and what cannot be read', async () => {
  const { go, fake } = await openActivity();
  await go();
  await expectAccessible();
  const title = fake.world.items[0]!.title;
  const [today, yesterday, before] = page().getAllByRole('list');
  const lines = (list: HTMLElement) =>
    within(list)
      .getAllByRole('listitem')
      .map((line) => line.textContent);
  expect(page().getAllByRole('heading', { level: 2 })[0]).toHaveTextContent('Today');
  expect(lines(today!)[0]).toContain(`Mara Lindqvist copied password from ${title}`);
  expect(lines(today!)[1]).toContain(`Nightly build used password from ${title}`);
  expect(lines(yesterday!)[0]).toContain('opened something in an item that is not open to you');
  expect(lines(yesterday!)[0]).toContain('Item 3f2a9c1e');
  expect(lines(yesterday!)[0]).toContain('After their removal');
  expect(lines(yesterday!)[1]).toContain('You saved a file from');
  expect(lines(before!)[0]).toContain('did something that cannot be read on this computer');
});
test('one person’s alone, and everybody’s again', async () => {
  const { go, user, called } = await openActivity();
  await go();
  await pick(user, page().getByRole('combobox', { name: 'Of whom: Everybody' }), 'Mara Lindqvist');
  await settle();
  expect(called('activity_list').at(-1)).toMatchObject({ req: { user: 'mara', after: null } });
  expect(page().queryByText(/Nightly build/)).not.toBeInTheDocument();
  await pick(user, page().getByRole('combobox', { name: 'Of whom: Mara Lindqvist' }), 'Everybody');
  await settle();
  expect(page().getByText(/Nightly build/)).toBeInTheDocument();
});
test('earlier ones come below', async () => {
  const { go, user, fake, called } = await openActivity();
  let asked = 0;
  answer(fake, 'activity_list', (page) =>
    asked++ === 0 ? { ...page, rows: page.rows.slice(0, 2), more: true } : page,
  );
  await go();
  expect(page().getAllByRole('listitem')).toHaveLength(2);
  await user.click(page().getByRole('button', { name: 'Show earlier' }));
  await settle();
  expect(called('activity_list').at(-1)).toMatchObject({ req: { after: 'a-4' } });
  expect(page().getAllByRole('listitem')).toHaveLength(5);
  expect(page().queryByRole('button', { name: 'Show earlier' })).not.toBeInTheDocument();
});
test('an answer for whom nobody asks any more is dropped', async () => {
  const { go, user, fake } = await openActivity();
  await go();
  const release = hold(fake, 'activity_list');
  await pick(user, page().getByRole('combobox', { name: 'Of whom: Everybody' }), 'Mara Lindqvist');
  await pick(user, page().getByRole('combobox', { name: 'Of whom: Mara Lindqvist' }), 'Everybody');
  release();
  await settle();
  expect(page().getAllByRole('listitem')).toHaveLength(5);
});
test('where nothing was done it says so, and a refusal can be asked again', async () => {
  const { go, user, fake } = await openActivity();
  const end = refuse(fake, 'activity_list');
  await go();
  expect(page().getByRole('alert')).toBeInTheDocument();
  expect(page().queryByText('Nothing yet')).not.toBeInTheDocument();
  end();
  answer(fake, 'activity_list', (page) => ({ ...page, people: [], rows: [] }));
  await user.click(page().getByRole('button', { name: 'Try again' }));
  await settle();
  expect(page().getByText('Nothing yet')).toBeInTheDocument();
  await expectAccessible();
});
test('whoever is not told has no entry for it, and the page says who is', async () => {
  const { user, fake } = await openActivity();
  fake.world.state = { ...fake.world.state, my_role: 'editor' };
  fake.emit('state-changed', fake.world.state);
  await settle();
  expect(side().queryByRole('button', { name: 'Activity' })).not.toBeInTheDocument();
  await user.keyboard('{Control>}k{/Control}');
  await settle();
  await user.keyboard('Activity{Enter}');
  await settle();
  expect(page().getByText('For owners and auditors')).toBeInTheDocument();
});
