// One person: role, taking out, and what is set aside.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { expectAccessible, hold, open, pick, refuse, settle } from './app';

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
  const go = hold(fake, 'role_change');
  refuse(fake, 'role_change', 'not_allowed');
  const again = hold(fake, 'role_change');
  await pick(user, role, 'Viewer');
  expect(role).toBeDisabled();
  go();
  again();
  await settle();
  expect(person.getByRole('alert')).toBeInTheDocument();
  expect(role).toBeEnabled();
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
  // Enter goes on, and once more does it.
  await user.keyboard('{Enter}');
  await settle();
  await expectAccessible();
  expect(called('person_remove')).toEqual([]);
  await user.click(dialog('Remove Mara Lindqvist?').getByRole('button', { name: 'Remove Mara' }));
  await settle();
  expect(called('person_remove')).toEqual([{ req: { user: 'mara', vault: null, emergency: false } }]);
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
test('what came after a removal waits for an admin', async () => {
  const { user, fake, called } = await open('main');
  fake.world.aside = [
    {
      entry: 'e1',
      author: { user: 'x', name: 'Tom', colour: 1, me: false },
      title: 'Stripe live key',
      archives: false,
      vault: { id: 'v-production', name: 'Production', colour: 1 },
      at_ms: fake.world.now,
    },
  ];
  await user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ }));
  await settle();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Take back in: Stripe live key' }));
  await settle();
  expect(called('aside_adopt')).toEqual([{ req: { entry: 'e1' } }]);
  expect(screen.queryByText('Stripe live key')).not.toBeInTheDocument();
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
