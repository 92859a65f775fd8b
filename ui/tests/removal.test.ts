// One person: role, taking out, and what is set aside.
import { screen, within } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import type { AsideRow } from '../src/ipc';
import { session } from '../src/features/shared/session.svelte';
import { expectAccessible, hold, open, pick, refuse, settle } from './app';

afterEach(() => vi.useRealTimers());

async function openMara() {
  const opened = await open('main');
  await opened.user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ }));
  await settle();
  await opened.user.click(screen.getByRole('button', { name: 'Open Mara Lindqvist' }));
  await settle();
  return opened;
}
const dialog = (name: string | RegExp) => within(screen.getByRole('dialog', { name }));

test('a person: key, devices, access', async () => {
  await openMara();
  await expectAccessible();
  const person = dialog('Mara Lindqvist');
  expect(within(person.getByRole('list', { name: 'Access' })).getByText('Production')).toBeInTheDocument();
  expect(person.getByText('Mara’s laptop')).toBeInTheDocument();
});
test('a role is shown as it is, not as it was asked for', async () => {
  const { user, fake, called } = await openMara();
  const person = dialog('Mara Lindqvist');
  const role = person.getByLabelText(/^Role in Production: /);
  const before = role.getAttribute('aria-label');
  refuse(fake, 'role_change', 'not_allowed');
  const go = hold(fake, 'role_change');
  await pick(user, role, 'Viewer');
  await user.click(person.getByRole('button', { name: 'Save' }));
  expect(role).toBeDisabled();
  go();
  await settle();
  expect(person.getByRole('alert')).toBeInTheDocument();
  expect(role).toBeEnabled();
  await user.click(person.getByRole('button', { name: 'Cancel' }));
  expect(role).toHaveAttribute('aria-label', before);
  expect(called('role_change')).toEqual([]);
});
test('removing takes two steps, and either can be left', async () => {
  const { user, called } = await openMara();
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  await expectAccessible();
  const first = dialog('Remove Mara Lindqvist?');
  expect(first.getByText('Postgres primary')).toBeInTheDocument();
  await user.keyboard('{Escape}');
  await settle();
  expect(called('person_remove')).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Open Mara Lindqvist' }));
  await settle();
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  // Enter goes on; a key that is held does nothing more, since the way out has the cursor.
  await user.keyboard('{Enter}');
  await settle();
  expect(dialog('Remove Mara Lindqvist?').getByRole('button', { name: 'Cancel' })).toHaveFocus();
  await expectAccessible();
  expect(called('person_remove')).toEqual([]);
  await user.click(dialog('Remove Mara Lindqvist?').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  expect(called('person_remove')).toEqual([{ req: { user: 'mara', vault: null, emergency: false } }]);
  // What is to be changed stays until it was read.
  const last = dialog('Removed Mara.');
  await expectAccessible();
  expect(within(last.getByRole('list')).getByText('Postgres primary')).toBeInTheDocument();
  expect(last.getByRole('button', { name: 'Done' })).toHaveFocus();
  await user.keyboard('{Enter}');
  await settle();
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Open Mara Lindqvist' })).not.toBeInTheDocument();
});
test('what was copied and opened stands first; who cannot read that is told', async () => {
  const { user, fake } = await openMara();
  const world = fake.world;
  const [first, second] = world.items.filter((one) => one.vault === 'v-production').slice(-2);
  world.uses = {
    [first!.id]: { what: 'opened', at_ms: world.now - 86_400_000 },
    [second!.id]: { what: 'copied', at_ms: world.now },
  };
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  await expectAccessible();
  const rows = () => dialog('Remove Mara Lindqvist?').getAllByRole('listitem');
  expect(rows()[0]).toHaveTextContent(`${second!.title} Copied: Now`);
  expect(rows()[1]).toHaveTextContent(`${first!.title} Opened: Yesterday`);
  expect(rows()[2]).toHaveTextContent('Could open');
  expect(screen.getByText(/as far as their app recorded it/)).toBeInTheDocument();
  await user.keyboard('{Escape}');
  await settle();
  [world.uses, world.recorded] = [{}, 'unreadable'];
  await user.click(screen.getByRole('button', { name: 'Open Mara Lindqvist' }));
  await settle();
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  expect(rows()[0]).toHaveTextContent('Could open');
  expect(screen.getByText(/for owners and auditors of the team to see/)).toBeInTheDocument();
});
test('without a recent sync only an emergency removal is offered', async () => {
  const { user, fake, called } = await openMara();
  fake.world.sync = { ...fake.world.sync, last_ms: 1 };
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  await expectAccessible();
  const first = dialog('Remove Mara Lindqvist?');
  expect(first.getByText('This computer has not synced for a day.')).toBeInTheDocument();
  expect(first.queryByRole('button', { name: 'Continue' })).not.toBeInTheDocument();
  await user.click(first.getByRole('button', { name: 'Remove at once' }));
  await settle();
  const second = dialog('Remove Mara Lindqvist?');
  expect(second.getByText(/2 changes by Mara have not arrived here/)).toBeInTheDocument();
  await user.click(second.getByRole('button', { name: 'Remove Mara' }));
  await settle();
  expect(called('person_remove')).toEqual([{ req: { user: 'mara', vault: null, emergency: true } }]);
});
test('somebody who could open nothing is taken out with one sentence', async () => {
  const { user, fake, called } = await openMara();
  fake.world.grants = fake.world.grants.filter((one) => one.user !== 'mara');
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  const first = dialog('Remove Mara Lindqvist?');
  expect(first.getByText(/Mara could open nothing that is open to you/)).toBeInTheDocument();
  expect(first.queryByText(/\b0\b|listed here/)).not.toBeInTheDocument();
  await expectAccessible();
  await user.keyboard('{Enter}');
  await settle();
  expect(dialog('Remove Mara Lindqvist?').queryByText(/\b0\b/)).not.toBeInTheDocument();
  await user.click(dialog('Remove Mara Lindqvist?').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  expect(called('person_remove')).toHaveLength(1);
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(screen.getByText('Removed Mara.')).toBeInTheDocument();
});
test('while a group still opens the vault, no step says that anything ends', async () => {
  const { user, fake } = await openMara();
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (command, args) => {
    const answer = (await invoke(command, args)) as object;
    if (command !== 'removal_preview') return answer;
    return { ...answer, still_through: ['Operations'], new_keys: 0 };
  };
  await user.click(screen.getByRole('button', { name: 'Remove from Production' }));
  await settle();
  const name = 'Remove Mara Lindqvist from Production?';
  const still = 'Mara can still open Production through the group Operations.';
  expect(dialog(name).getByText(still)).toBeInTheDocument();
  expect(dialog(name).queryByText(/nothing new\. They keep/)).not.toBeInTheDocument();
  await user.click(dialog(name).getByRole('button', { name: 'Continue' }));
  expect(dialog(name).getByText(still)).toBeInTheDocument();
  expect(dialog(name).queryByText(/gets nothing new|new key/)).not.toBeInTheDocument();
  await expectAccessible();
});
test('where a removal is refused, nothing is said of what it would do', async () => {
  const { user, fake } = await openMara();
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (command, args) => {
    const answer = (await invoke(command, args)) as object;
    return command === 'removal_preview'
      ? { ...answer, why_not: { key: 'removal_senior', args: {} } }
      : answer;
  };
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  expect(screen.getByText('They stand above you, so you cannot remove them.')).toBeInTheDocument();
  expect(screen.queryByText(/they get nothing new/)).not.toBeInTheDocument();
});
test('a removal that takes long says what it is doing', async () => {
  const { user, fake } = await openMara();
  const answer = hold(fake, 'person_remove');
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  await user.keyboard('{Enter}');
  await user.click(dialog('Remove Mara Lindqvist?').getByRole('button', { name: 'Remove Mara' }));
  expect(screen.queryByText(/^Re-keying/)).not.toBeInTheDocument();
  expect(await screen.findByText(/^Re-keying \d vaults?…$/)).toBeInTheDocument();
  answer();
  await settle();
  expect(screen.queryByText(/^Re-keying/)).not.toBeInTheDocument();
});
test('a role that is picked says what it lets them do, and is given by Save alone', async () => {
  const { user, called } = await openMara();
  const person = dialog('Mara Lindqvist');
  const role = (name: RegExp) => person.getByRole('combobox', { name });
  await pick(user, role(/^Role in The team/), 'Owner');
  expect(person.getByText(/making further owners/)).toBeInTheDocument();
  expect(called('role_change')).toEqual([]);
  await user.click(person.getByRole('button', { name: 'Cancel' }));
  expect(person.queryByText(/making further owners/)).not.toBeInTheDocument();
  await pick(user, role(/^Role in Production/), 'Viewer');
  expect(person.getByText('Opens and copies what is in Production. Changes nothing.')).toBeInTheDocument();
  await expectAccessible();
  await user.click(person.getByRole('button', { name: 'Save' }));
  await settle();
  expect(called('role_change')).toEqual([{ req: { user: 'mara', vault: 'v-production', role: 'viewer' } }]);
  expect(role(/^Role in Production/)).toHaveAccessibleName('Role in Production: Viewer');
  expect(person.getByRole('button', { name: 'Done' })).toBeInTheDocument();
});

async function openAside(...rows: Partial<AsideRow>[]) {
  const opened = await open('main');
  const { world } = opened.fake;
  world.aside = rows.map((row, i) => ({
    entry: `e${i + 1}`,
    author: { user: 'x', name: 'Tom', colour: 1, me: false },
    title: 'Stripe live key',
    archives: false,
    vault: { id: 'v-production', name: 'Production', colour: 1 },
    at_ms: world.now,
    ...row,
  }));
  opened.fake.emit('people-changed', null);
  await settle();
  await opened.user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ }));
  await settle();
  return opened;
}
test('what came after a removal waits for an admin', async () => {
  const { user, called } = await openAside({});
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Take back in: Stripe live key' }));
  await settle();
  expect(called('aside_adopt')).toEqual([{ req: { entry: 'e1' } }]);
  expect(screen.queryByText('Stripe live key')).not.toBeInTheDocument();
});
test('what is left out can be taken back for ten seconds', async () => {
  const { user, called } = await openAside({});
  const leave = () => screen.getByRole('button', { name: 'Leave out: Stripe live key' });
  await user.click(leave());
  await settle();
  expect(screen.queryByText('Stripe live key')).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await settle();
  expect(called('aside_leave_out')).toEqual([]);
  vi.useFakeTimers();
  leave().click();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(called('aside_leave_out')).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(called('aside_leave_out')).toEqual([{ req: { entry: 'e1' } }]);
});
test('a lock leaves what was being left out as it was', async () => {
  const { called } = await openAside({});
  vi.useFakeTimers();
  screen.getByRole('button', { name: 'Leave out: Stripe live key' }).click();
  session.wipe();
  await vi.advanceTimersByTimeAsync(11_000);
  expect(called('aside_leave_out')).toEqual([]);
});
test('a change that cannot be opened here is not one without a title', async () => {
  await openAside({ title: null }, { title: '' });
  expect(screen.getByText('A change that cannot be opened here')).toBeInTheDocument();
  expect(screen.getByText('Without a title')).toBeInTheDocument();
});
test('the number beside People counts all that waits there', async () => {
  const { fake } = await openAside({}, {});
  fake.world.leaving = [{ user: 'mara', at_ms: Date.now() }];
  fake.emit('people-changed', null);
  await settle();
  const requests = fake.world.requests.length;
  const entry = within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ });
  expect(entry).toHaveAccessibleName(`People ${requests + 3} are waiting`);
});
test('somebody who was removed is told so calmly, and is offered nothing that would need the team', async () => {
  const { fake, user } = await open('main');
  await user.keyboard('{ArrowDown}');
  await settle();
  expect(screen.getByRole('button', { name: 'Share' })).toBeEnabled();
  fake.emit('state-changed', { ...fake.world.state, removed: true });
  await settle();
  expect(screen.getByText('You are no longer in this team.')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Share' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Share' })).toHaveAttribute(
    'title',
    'You are no longer in this team.',
  );
  expect(screen.queryByRole('button', { name: 'New vault' })).not.toBeInTheDocument();
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  await user.keyboard('{Control>}k{/Control}');
  await settle();
  expect(screen.queryByRole('option', { name: /New vault/ })).not.toBeInTheDocument();
  await user.keyboard('{Escape}');
  await user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ }));
  await settle();
  expect(screen.getByRole('button', { name: /^Invite/ })).toBeDisabled();
  await expectAccessible();
});

test('whoever is out is told by whom, and why their own removal does not count', async () => {
  const { fake } = await open('main');
  for (const [key, words] of [
    ['out_by', /^Mara Lindqvist removed you\. What you could open/],
    ['out_by_mutual', /^You and Mara Lindqvist removed each other at the same time\. They stand above you/],
  ] as const) {
    const removed_by = { key, args: { name: 'Mara Lindqvist' } };
    fake.emit('state-changed', { ...fake.world.state, removed: true, removed_by });
    await settle();
    expect(screen.getByText(words)).toBeInTheDocument();
  }
});

test('an owner or admin is made once words were compared, and the refusal leads there', async () => {
  const { user, fake } = await openMara();
  await pick(user, dialog('Mara Lindqvist').getByRole('combobox', { name: /^Role in the team/i }), 'Admin');
  refuse(fake, 'role_change', 'not_compared');
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Save' }));
  await settle();
  expect(dialog('Mara Lindqvist').getByRole('alert')).toHaveTextContent(/Compare words with/);
  await expectAccessible();
  await user.click(dialog('Mara Lindqvist').getByRole('button', { name: 'Verify with Mara' }));
  await settle();
  expect(screen.getByRole('button', { name: 'They match' })).toBeInTheDocument();
});
test('ending somebody’s rights waits for no update', async () => {
  const { fake } = await openMara();
  const read_only = { key: 'read_only_update', args: {} };
  fake.emit('state-changed', { ...fake.world.state, read_only });
  await settle();
  expect(dialog('Mara Lindqvist').getByRole('button', { name: 'Remove Mara' })).toBeEnabled();
  fake.emit('state-changed', { ...fake.world.state, read_only: { key: 'read_only_ended', args: {} } });
  await settle();
  expect(dialog('Mara Lindqvist').queryByRole('button', { name: 'Remove Mara' })).not.toBeInTheDocument();
});
