// What could not be read says so and can be asked for again; that there is nothing is said of an answer only.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { expectAccessible, hold, open, refuse, settle } from './app';

const people = () => within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ });
const again = () => screen.getByRole('button', { name: 'Try again' });

test.each([
  ['Groups', 'group_list', 'No groups yet', 'Open Operations'],
  ['Machines', 'machine_list', 'No machines yet', 'End Nightly build'],
])('%s that cannot be read are not none', async (name, command, none, there) => {
  const { user, fake } = await open('main');
  const allow = refuse(fake, command);
  await user.click(people());
  await user.click(screen.getByRole('radio', { name }));
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('Something went wrong');
  expect(screen.queryByText(none)).not.toBeInTheDocument();
  await expectAccessible();
  allow();
  await user.click(again());
  await settle();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  expect(screen.getByRole('button', { name: there })).toBeInTheDocument();
});
test('while groups are still being read, nobody is told that there are none', async () => {
  const { user, fake } = await open('main');
  const answer = hold(fake, 'group_list');
  await user.click(people());
  await user.click(screen.getByRole('radio', { name: 'Groups' }));
  await settle();
  expect(screen.queryByText('No groups yet')).not.toBeInTheDocument();
  answer();
  await settle();
  expect(screen.getByRole('button', { name: 'Open Operations' })).toBeInTheDocument();
});
test('people who cannot be read anew stay as they were, under the reason', async () => {
  const { user, fake } = await open('main');
  await user.click(people());
  await settle();
  const allow = refuse(fake, 'people_list');
  fake.emit('people-changed', null);
  await settle();
  expect(screen.getByRole('alert')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Open Mara Lindqvist' })).toBeInTheDocument();
  allow();
  await user.click(again());
  await settle();
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});
test('changes set aside that cannot be read are not none', async () => {
  const { user, fake } = await open('main');
  refuse(fake, 'aside_list');
  fake.emit('people-changed', null);
  await user.click(people());
  await settle();
  expect(screen.getByRole('heading', { name: 'Changes set aside' })).toBeInTheDocument();
  expect(again()).toBeInTheDocument();
});
test('a share that cannot be read says why', async () => {
  const { user, fake } = await open('main');
  const allow = refuse(fake, 'share_get', 'not_found');
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('This is no longer here.');
  await expectAccessible();
  allow();
  await user.click(again());
  await settle();
  expect(screen.getByRole('dialog', { name: 'Share Cloudflare' })).toBeInTheDocument();
});
