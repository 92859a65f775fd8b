// Sharing with people and groups, until a day; guests; and asking to leave.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { dateField, lastMoment } from '../src/lib/ends';
import { expectAccessible, hold, open, pick, settle } from './app';

const sidebar = () => within(screen.getByRole('navigation'));
const DAY = 86_400_000;

async function shareVault(name: string) {
  const opened = await open('main');
  await opened.user.click(screen.getByRole('button', { name }));
  await settle();
  await opened.user.click(screen.getByRole('button', { name: `${name}, menu` }));
  await opened.user.click(await screen.findByText('Share this vault'));
  await settle();
  return { ...opened, sheet: within(screen.getByRole('dialog', { name: `Share ${name}` })) };
}

test('the search has the cursor once the people are there, unless somebody went elsewhere', async () => {
  const { user, fake } = await open('main');
  const go = hold(fake, 'share_get');
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  expect(screen.queryByLabelText('Add a person or group')).not.toBeInTheDocument();
  go();
  await settle();
  expect(screen.getByLabelText('Add a person or group')).toHaveFocus();
  await user.keyboard('{Escape}');
  await settle();
  const again = hold(fake, 'share_get');
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  await user.tab();
  again();
  await settle();
  expect(screen.getByLabelText('Add a person or group')).not.toHaveFocus();
});

test('one item for one person: what it means is said before it is done', async () => {
  const { user, called } = await open('main');
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  await expectAccessible();
  const sheet = within(screen.getByRole('dialog', { name: 'Share Cloudflare' }));
  expect(sheet.getByRole('button', { name: /^Share/ })).toBeDisabled();
  await user.click(sheet.getByRole('button', { name: /^Lena Okafor/ }));
  const preview = within(sheet.getByRole('region', { name: 'Lena will be able to…' }));
  expect(preview.getByText('not pass it on to others')).toBeInTheDocument();
  expect(sheet.queryByRole('radiogroup')).not.toBeInTheDocument();
  await user.click(sheet.getByRole('button', { name: /^Share/ }));
  await settle();
  expect(called('share_grant')).toEqual([
    {
      req: {
        scope: { type: 'item', id: expect.any(String) },
        who: { type: 'person', id: 'lena' },
        role: 'viewer',
        expires_ms: null,
      },
    },
  ]);
  const readers = within(sheet.getByRole('list', { name: 'Can open it' }));
  expect(readers.getByText('Lena Okafor')).toBeInTheDocument();
  await user.click(readers.getByRole('button', { name: 'Stop sharing with Lena Okafor' }));
  await settle();
  expect(readers.queryByText('Lena Okafor')).not.toBeInTheDocument();
});

test('a vault for a group, with a level and an end, and whoever comes by it says so', async () => {
  const { user, called, sheet } = await shareVault('Marketing');
  await user.click(sheet.getByRole('button', { name: /^Operations/ }));
  expect(sheet.queryByRole('radio', { name: 'Manage' })).not.toBeInTheDocument();
  await user.click(sheet.getByRole('radio', { name: 'Change' }));
  await pick(user, sheet.getByRole('combobox', { name: 'Ends: No end' }), 'In 1 week');
  await settle();
  const preview = sheet.getByRole('region', { name: 'The 3 people in Operations will be able to…' });
  expect(preview).toHaveTextContent('see and copy everything in Marketing, also what it held before');
  expect(preview).toHaveTextContent(/It ends on [\w ]*\d/);
  await expectAccessible();
  await user.click(sheet.getByRole('button', { name: /^Share/ }));
  await settle();
  const [call] = called('share_grant') as [{ req: { who: unknown; role: string; expires_ms: number } }];
  expect(call.req).toMatchObject({ who: { type: 'group', id: 'g-operations' }, role: 'editor' });
  expect(dateField(lastMoment(call.req.expires_ms))).toBe(dateField(Date.now() + 7 * DAY));
  const readers = within(sheet.getByRole('list', { name: 'Can open it' }));
  const jonas = readers.getByText('Jonas Weber').closest('li')!;
  expect(jonas).toHaveTextContent('through Operations');
  expect(within(jonas).queryByRole('button')).not.toBeInTheDocument();
  const group = readers.getByText('Operations').closest('li')!;
  expect(group).toHaveTextContent(/3 people\s*until [\w ]*\d/);
  // Another level, in the row.
  await pick(
    user,
    within(group).getByRole('combobox', { name: 'Level of Operations: Change' }),
    'See and copy',
  );
  await settle();
  expect(called('share_level')).toMatchObject([{ req: { who: { id: 'g-operations' }, role: 'viewer' } }]);
  const ended = within(sheet.getByRole('list', { name: 'Ended by its day' }));
  expect(ended.getByText('Tomás Silva').closest('li')).toHaveTextContent(/ended on [\w ]*\d/);
  await user.click(readers.getByRole('button', { name: 'Stop sharing with Operations' }));
  await settle();
  expect(readers.queryByText('Jonas Weber')).not.toBeInTheDocument();
});

test('a day that is none keeps the button shut and says why', async () => {
  const { user, called, sheet } = await shareVault('Production');
  await user.click(sheet.getByRole('button', { name: /^Lena Okafor/ }));
  await pick(user, sheet.getByRole('combobox', { name: 'Ends: No end' }), 'On a date');
  await settle();
  const field = sheet.getByRole('textbox', { name: 'Last day' });
  await user.clear(field);
  await user.type(field, '2020-01-01');
  expect(sheet.getByText('Choose a day that is still ahead.')).toBeInTheDocument();
  expect(sheet.getByRole('button', { name: /^Share/ })).toBeDisabled();
  await user.clear(field);
  await user.type(field, '2999-12-31');
  await user.click(sheet.getByRole('button', { name: /^Share/ }));
  await settle();
  expect(called('share_grant')).toHaveLength(1);
});

test('the day of somebody who is in can be moved, and taken away, without stopping', async () => {
  const { user, called, sheet } = await shareVault('Marketing');
  const readers = within(sheet.getByRole('list', { name: 'Can open it' }));
  const button = () => readers.getByRole('button', { name: 'When it ends for Lena Okafor' });
  await user.click(button());
  expect(button()).toHaveAttribute('aria-pressed', 'true');
  await pick(user, readers.getByRole('combobox', { name: 'Ends: No end' }), 'On a date');
  const field = () => readers.getByRole('textbox', { name: 'Last day' });
  await user.clear(field());
  await user.type(field(), '2020-01-01');
  expect(readers.getByText('Choose a day that is still ahead.')).toBeInTheDocument();
  expect(sheet.getByRole('button', { name: /^Save/ })).toBeDisabled();
  await user.clear(field());
  await user.type(field(), '2999-12-31');
  await expectAccessible();
  await user.keyboard('{Enter}');
  await settle();
  expect(readers.getByText(/^until .*2999$/)).toBeInTheDocument();
  expect(readers.queryByRole('textbox')).not.toBeInTheDocument();
  // It begins with the day as it is; adding somebody puts it away.
  await user.click(button());
  expect(field()).toHaveValue('2999-12-31');
  await user.click(sheet.getByRole('button', { name: /^Operations/ }));
  expect(readers.queryByRole('textbox')).not.toBeInTheDocument();
  expect(sheet.getByRole('combobox', { name: 'Ends: No end' })).toBeInTheDocument();
  await user.click(button());
  expect(sheet.queryByRole('region', { name: /will be able to/ })).not.toBeInTheDocument();
  await pick(user, readers.getByRole('combobox', { name: 'Ends: On a date' }), 'No end');
  await user.click(sheet.getByRole('button', { name: /^Save/ }));
  await settle();
  expect(readers.queryByText(/until/)).not.toBeInTheDocument();
  const who = { type: 'person', id: 'lena' };
  expect(called('share_until')).toMatchObject([
    { req: { who, expires_ms: expect.any(Number) } },
    { req: { who, expires_ms: null } },
  ]);
  expect(called('share_grant')).toEqual([]);
});

test('whose key nobody confirmed is compared first, and is chosen still when that is done', async () => {
  const { user, fake, called } = await open('main');
  fake.world.people.find((one) => one.user === 'lena')!.key_state = 'not_verified';
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  const sheet = () => within(screen.getByRole('dialog', { name: 'Share Cloudflare' }));
  await user.click(sheet().getByRole('button', { name: /^Lena Okafor/ }));
  expect(sheet().getByText(/Lena’s key is not confirmed/)).toBeInTheDocument();
  expect(sheet().getByRole('button', { name: /^Share/ })).toBeDisabled();
  await expectAccessible();
  await user.click(sheet().getByRole('button', { name: 'Verify with Lena' }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'They match' }));
  await settle();
  expect(sheet().queryByText(/key is not confirmed/)).not.toBeInTheDocument();
  expect(sheet().getByRole('region', { name: 'Lena will be able to…' })).toBeInTheDocument();
  await user.click(sheet().getByRole('button', { name: /^Share/ }));
  await settle();
  expect(called('share_grant')).toHaveLength(1);
});

test('a second press while the first is under way does nothing', async () => {
  const { user, fake, called, sheet } = await shareVault('Marketing');
  const answer = hold(fake, 'share_revoke');
  const stop = sheet.getByRole('button', { name: 'Stop sharing with Lena Okafor' });
  await user.click(stop);
  expect(stop).toBeDisabled();
  await user.click(stop);
  answer();
  await settle();
  expect(called('share_revoke')).toHaveLength(1);
  expect(sheet.queryByRole('alert')).not.toBeInTheDocument();
});

test('sharing that takes long says for how many', async () => {
  const { user, fake, sheet } = await shareVault('Marketing');
  const answer = hold(fake, 'share_grant');
  await user.click(sheet.getByRole('button', { name: /^Operations/ }));
  await user.click(sheet.getByRole('button', { name: /^Share/ }));
  expect(sheet.queryByText(/^Sealing/)).not.toBeInTheDocument();
  expect(await sheet.findByText('Sealing for 3 people…')).toBeInTheDocument();
  answer();
  await settle();
  expect(sheet.queryByText(/^Sealing/)).not.toBeInTheDocument();
});

test('alone in the team, nobody is said to be able to open it already', async () => {
  const { user, fake } = await open('main');
  fake.world.people = fake.world.people.filter((one) => one.me);
  fake.world.grants = fake.world.grants.filter((one) => one.user === 'ana');
  fake.world.groups = [];
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  const sheet = within(screen.getByRole('dialog', { name: 'Share Cloudflare' }));
  expect(sheet.getByText(/^Only you can open it/)).toBeInTheDocument();
  expect(sheet.queryByText(/Everybody in the team/)).not.toBeInTheDocument();
});

async function invite() {
  const opened = await open('main');
  await opened.user.click(sidebar().getByRole('button', { name: /^People/ }));
  await settle();
  await opened.user.click(screen.getByRole('button', { name: /^Invite/ }));
  await settle();
  const dialog = within(screen.getByRole('dialog', { name: 'Invite a teammate' }));
  await opened.user.type(dialog.getByRole('textbox', { name: 'Their name' }), 'Gus Brandt');
  return { ...opened, dialog };
}

test('a guest has vaults and an end', async () => {
  const { user, called, dialog } = await invite();
  await user.click(dialog.getByRole('radio', { name: 'Guest' }));
  expect(dialog.getByText(/Sees no names/)).toBeInTheDocument();
  expect(dialog.getByRole('combobox', { name: 'Ends: In 1 month' })).toBeInTheDocument();
  await expectAccessible();
  await user.click(dialog.getByRole('button', { name: /^Create invitation/ }));
  expect(dialog.getByRole('alert')).toHaveTextContent('Choose at least one vault');
  await user.click(dialog.getByRole('checkbox', { name: 'Production' }));
  await user.click(dialog.getByRole('button', { name: /^Create invitation/ }));
  await settle();
  expect(called('invite_create')).toEqual([
    {
      req: {
        name: 'Gus Brandt',
        role: 'guest',
        vaults: ['v-production'],
        access_until_ms: expect.any(Number),
      },
    },
  ]);
});

test('an auditor has no vaults', async () => {
  const { user, called, dialog } = await invite();
  await user.click(dialog.getByRole('checkbox', { name: 'Production' }));
  await user.click(dialog.getByRole('radio', { name: 'Auditor' }));
  expect(dialog.queryByRole('checkbox')).not.toBeInTheDocument();
  await user.click(dialog.getByRole('button', { name: /^Create invitation/ }));
  await settle();
  expect(called('invite_create')).toEqual([
    { req: { name: 'Gus Brandt', role: 'auditor', vaults: [], access_until_ms: null } },
  ]);
});

test('a guest’s app is calm where names are unknown and access is over', async () => {
  const { user, fake } = await open('main');
  fake.world.people = fake.world.people.filter((one) => one.me);
  const invoke = fake.invoke.bind(fake);
  const nobody = { user: 'x', name: '', colour: 0, me: false };
  fake.invoke = async (command, args) => {
    const answer = (await invoke(command, args)) as object;
    if (command === 'item_get') return { ...answer, changed_by: nobody, can_share: false };
    if (command === 'vault_list') return { ...answer, over: [{ name: 'Staging', at_ms: Date.now() - DAY }] };
    return answer;
  };
  fake.emit('state-changed', { ...fake.world.state, my_role: 'guest' });
  fake.emit('vaults-changed', null);
  await user.click(screen.getByRole('option', { name: /Figma/ }));
  await settle();
  expect(screen.getByText(/Somebody of the team/)).toBeInTheDocument();
  expect(screen.getByText(/Your access to Staging ended on/)).toBeInTheDocument();
  expect(sidebar().queryByRole('button', { name: 'New vault' })).not.toBeInTheDocument();
  await user.click(sidebar().getByRole('button', { name: /^People/ }));
  await settle();
  expect(screen.getByRole('heading', { name: 'You are a guest here' })).toBeInTheDocument();
  await expectAccessible();
});

test('an auditor is told why the list is empty', async () => {
  const { fake } = await open('empty');
  fake.emit('state-changed', { ...fake.world.state, my_role: 'auditor' });
  await settle();
  expect(screen.getByRole('heading', { name: 'You audit this team' })).toBeInTheDocument();
  expect(screen.getByText(/No vault is open to you/)).toBeInTheDocument();
  await expectAccessible();
});

test('leaving is asked in two steps and waits', async () => {
  const { user, fake, called } = await open('main');
  fake.world.state = { ...fake.world.state, my_role: 'editor' };
  await user.keyboard('{Control>},{/Control}');
  await settle();
  await user.click(screen.getByRole('button', { name: 'Leave this team' }));
  await settle();
  const dialog = within(screen.getByRole('dialog', { name: 'Leave Northwind?' }));
  expect(dialog.getByText(/Jonas can do that/)).toBeInTheDocument();
  await expectAccessible();
  await user.click(dialog.getByRole('button', { name: 'Continue' }));
  expect(called('leave_ask')).toHaveLength(0);
  expect(dialog.getByText(/it cannot be taken back/)).toBeInTheDocument();
  await user.click(dialog.getByRole('button', { name: 'Ask to leave' }));
  await settle();
  expect(called('leave_ask')).toHaveLength(1);
  expect(screen.getByText(/You asked to leave just now/)).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Leave this team' })).not.toBeInTheDocument();
});

test('an owner alone is told why not', async () => {
  const { user } = await open('main');
  await user.keyboard('{Control>},{/Control}');
  await settle();
  expect(screen.getByText(/You are the only owner, so you cannot leave/)).toBeInTheDocument();
});

test('whoever may remove sees at the top who wants to leave', async () => {
  const { user, fake } = await open('main');
  fake.world.leaving = [{ user: 'mara', at_ms: Date.now() - 3 * DAY }];
  fake.emit('people-changed', null);
  await user.click(sidebar().getByRole('button', { name: /^People/ }));
  await settle();
  expect(screen.getByText('Mara wants to leave')).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Look at Mara’s wish to leave' }));
  await settle();
  expect(screen.getByRole('dialog', { name: 'Remove Mara Lindqvist?' })).toBeInTheDocument();
});
