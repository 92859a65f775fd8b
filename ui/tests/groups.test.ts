// Groups: making one, who is in it, what it opens, and what other screens say of it.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { AppError } from '../src/ipc';
import { expectAccessible, open, settle } from './app';

async function openPeople() {
  const opened = await open('main');
  await opened.user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ }));
  await settle();
  return opened;
}
async function openGroups() {
  const opened = await openPeople();
  await opened.user.click(screen.getByRole('radio', { name: 'Groups' }));
  await settle();
  return opened;
}
async function openOperations() {
  const opened = await openGroups();
  await opened.user.click(screen.getByRole('button', { name: 'Open Operations' }));
  await settle();
  return opened;
}
const dialog = (name: string | RegExp) => within(screen.getByRole('dialog', { name }));
type User = Awaited<ReturnType<typeof open>>['user'];
async function choose(user: User, list: string, option: string) {
  screen.getByLabelText(list).focus();
  await user.keyboard('{Enter}');
  await settle();
  // Where nothing is laid out, what floats counts as hidden and has no name.
  await user.click(document.querySelector(`[role=option][data-label="${option}"]`)!);
  await settle();
}

test('groups stand beside people, with members and vaults', async () => {
  const { user } = await openGroups();
  await expectAccessible();
  const row = within(screen.getByRole('row', { name: /Operations/ }));
  expect(row.getByText('3 people')).toBeInTheDocument();
  expect(row.getByText('1 vault')).toBeInTheDocument();
  await user.type(screen.getByRole('textbox', { name: 'Search groups' }), 'zzz');
  expect(screen.getByText('No group is called “zzz”.')).toBeInTheDocument();
});
test('without groups it is said what they are for', async () => {
  const { fake } = await openGroups();
  fake.world.groups = [];
  fake.emit('people-changed', null);
  await settle();
  expect(screen.getByText('No groups yet')).toBeInTheDocument();
  await expectAccessible();
});
test('a new group has a name, and is opened at once', async () => {
  const { user, called } = await openGroups();
  await user.click(screen.getByRole('button', { name: 'New group' }));
  await settle();
  await expectAccessible();
  await user.keyboard('{Enter}');
  await settle();
  expect(called('group_create')).toEqual([]);
  await user.type(dialog('New group').getByRole('textbox', { name: 'Name' }), 'On call{Enter}');
  await settle();
  expect(called('group_create')).toEqual([{ req: { name: 'On call' } }]);
  const made = dialog('On call');
  expect(made.getByText('It opens no vault yet.')).toBeInTheDocument();
  expect(within(made.getByRole('list', { name: 'Members' })).getByText(/Ana Ferreira/)).toBeInTheDocument();
});
test('before somebody is added it is said what they will open', async () => {
  const { user, called } = await openOperations();
  await expectAccessible();
  await choose(user, 'Add a person', 'Mara Lindqvist');
  await expectAccessible();
  const group = dialog('Operations');
  expect(group.getByText(/^Mara will be able to open Production, with everything/)).toHaveTextContent(
    /Mara may change items in Production as well\.$/,
  );
  expect(called('group_add')).toEqual([]);
  await user.click(group.getByRole('button', { name: 'Add Mara' }));
  await settle();
  expect(called('group_add')).toEqual([{ req: { group: 'g-operations', user: 'mara' } }]);
  expect(
    within(group.getByRole('list', { name: 'Members' })).getByText('Mara Lindqvist'),
  ).toBeInTheDocument();
  await user.click(group.getByRole('button', { name: 'Remove Mara Lindqvist from the group' }));
  await settle();
  expect(called('group_remove_member')).toEqual([{ req: { group: 'g-operations', user: 'mara' } }]);
  // The cursor is not lost with the row.
  expect(screen.getByRole('dialog', { name: 'Operations' })).toContainElement(
    document.activeElement as HTMLElement,
  );
});
test('whose key nobody confirmed is compared first, and is chosen still when that is done', async () => {
  const { user, called } = await openOperations();
  await choose(user, 'Add a person', 'Tomás Silva');
  expect(screen.getByText(/Tomás’s key is not confirmed/)).toBeInTheDocument();
  const add = () => dialog('Operations').getByRole('button', { name: 'Add Tomás' });
  expect(add()).toBeDisabled();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Verify with Tomás' }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'Not now' }));
  await settle();
  expect(add()).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Verify with Tomás' }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'They match' }));
  await settle();
  expect(screen.queryByText(/key is not confirmed/)).not.toBeInTheDocument();
  await user.click(add());
  await settle();
  expect(called('group_add')).toEqual([{ req: { group: 'g-operations', user: 'tomas' } }]);
});
test('a vault waits for a member whose key nobody confirmed', async () => {
  const { user, fake, called } = await openGroups();
  fake.world.people.find((one) => one.user === 'jonas')!.key_state = 'not_verified';
  await user.click(screen.getByRole('button', { name: 'Open Operations' }));
  await settle();
  await choose(user, 'Give it a vault', 'Marketing');
  const give = () => dialog('Operations').getByRole('button', { name: 'Give Marketing' });
  expect(give()).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Verify with Jonas' }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'They match' }));
  await settle();
  await user.click(give());
  await settle();
  expect(called('group_give')).toHaveLength(1);
});
test('somebody whose key is no longer confirmed is not added, and it says why', async () => {
  const { user, fake } = await openOperations();
  await choose(user, 'Add a person', 'Mara Lindqvist');
  fake.world.people.find((one) => one.user === 'mara')!.key_state = 'not_verified';
  await user.click(dialog('Operations').getByRole('button', { name: 'Add Mara' }));
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent(/Mara Lindqvist’s key was not confirmed/);
  await expectAccessible();
});
test('a refusal says who may', async () => {
  const { user, fake } = await openOperations();
  const invoke = fake.invoke.bind(fake);
  fake.invoke = (command, args) =>
    command === 'group_remove_member'
      ? Promise.reject(new AppError('not_allowed', 'no'))
      : invoke(command, args);
  await user.click(dialog('Operations').getByRole('button', { name: 'Remove Jonas Weber from the group' }));
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent(/^Only somebody who manages this group/);
});
test('a vault is given with a level, changed and taken', async () => {
  const { user, called } = await openOperations();
  await choose(user, 'Give it a vault', 'Marketing');
  const group = dialog('Operations');
  expect(
    group.getByText(
      'Everybody in Operations, now and later, will be able to open and copy what is in Marketing.',
    ),
  ).toBeInTheDocument();
  await user.click(group.getByRole('radio', { name: 'Change' }));
  expect(group.getByText(/open, copy and change what is in Marketing/)).toBeInTheDocument();
  await expectAccessible();
  await user.click(group.getByRole('button', { name: 'Give Marketing' }));
  await settle();
  await choose(user, 'What members may do in Marketing: Change', 'See and copy');
  expect(called('group_give')).toEqual([
    { req: { group: 'g-operations', vault: 'v-marketing', role: 'editor' } },
    { req: { group: 'g-operations', vault: 'v-marketing', role: 'viewer' } },
  ]);
  await user.click(group.getByRole('button', { name: 'Take Marketing from the group' }));
  await settle();
  expect(called('group_take')).toEqual([{ req: { group: 'g-operations', vault: 'v-marketing' } }]);
  await user.click(group.getByRole('button', { name: 'Rename group' }));
  await settle();
  const name = dialog('Rename group').getByRole('textbox', { name: 'Name' });
  await user.clear(name);
  await user.type(name, 'On call{Enter}');
  await settle();
  expect(called('group_rename')).toEqual([{ req: { group: 'g-operations', name: 'On call' } }]);
  expect(screen.getByRole('dialog', { name: 'On call' })).toBeInTheDocument();
});
test('a person’s page, a vault’s list and a removal say what a group opens', async () => {
  const { user } = await openPeople();
  await user.click(screen.getByRole('button', { name: 'Open Priya Nair' }));
  await settle();
  const person = dialog('Priya Nair');
  expect(person.getByText('through the group Operations')).toBeInTheDocument();
  await user.click(person.getByRole('button', { name: 'Remove from Production' }));
  await settle();
  await expectAccessible();
  expect(
    screen.getByText('Priya can still open Production through the group Operations.'),
  ).toBeInTheDocument();
});
