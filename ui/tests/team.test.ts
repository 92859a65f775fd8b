// People: inviting, letting in, refusing, sharing.
import { screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { expectAccessible, open, refuse, settle } from './app';

const sidebar = () => within(screen.getByRole('navigation'));
const dialogs = () => within(screen.getByRole('dialog'));

async function openPeople(scene: 'main' | 'bad_request' | 'empty' = 'main') {
  const opened = await open(scene);
  await opened.user.click(sidebar().getByRole('button', { name: /^People/ }));
  await settle();
  return opened;
}

test('three clicks invite: file and six words by two ways', async () => {
  const { user, called } = await openPeople();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: /^Invite/ }));
  await settle();
  await expectAccessible();
  const dialog = within(screen.getByRole('dialog', { name: 'Invite a teammate' }));
  expect(dialog.getByRole('textbox', { name: 'Their name' })).toHaveFocus();
  await user.keyboard('Mara Lindqvist');
  await user.click(dialog.getByRole('checkbox', { name: 'Production' }));
  await user.click(dialog.getByRole('button', { name: /^Create invitation/ }));
  await settle();
  expect(called('invite_create')).toEqual([
    { req: { name: 'Mara Lindqvist', role: 'editor', vaults: ['v-production'], access_until_ms: null } },
  ]);
  await expectAccessible();
  const ready = within(screen.getByRole('dialog', { name: 'Mara’s invitation is ready' }));
  expect(ready.getAllByTestId('invite-word').map((word) => word.textContent)).toEqual(
    'anchor velvet harbor crisp meadow tunnel'.split(' '),
  );
  await user.click(ready.getByRole('button', { name: 'Copy the invitation' }));
  await user.click(ready.getByRole('button', { name: 'Copy code' }));
  await settle();
  expect(ready.getByRole('alert')).toHaveTextContent('Send these two by different ways.');
  await user.click(ready.getByRole('button', { name: /^Done/ }));
  await settle();
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});
test('a search that finds nobody says so', async () => {
  const { user } = await openPeople();
  await user.type(screen.getByRole('textbox', { name: 'Search people' }), 'zzz');
  expect(screen.getByText('Nobody is called “zzz”.')).toBeInTheDocument();
  expect(screen.queryByRole('table')).not.toBeInTheDocument();
});
test('a name is asked for', async () => {
  const { user, called } = await openPeople();
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  await user.keyboard('{Enter}');
  await settle();
  expect(screen.getByRole('alert')).toHaveTextContent('Please fill this in.');
  expect(called('invite_create')).toEqual([]);
});
test('the code fits: one green sentence, one button', async () => {
  const { user, called } = await openPeople();
  expect(sidebar().getByRole('button', { name: /^People 1 is waiting/ })).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Look at Kofi’s request' }));
  await settle();
  await expectAccessible();
  const dialog = within(screen.getByRole('dialog', { name: 'Somebody with Kofi’s code asks to join' }));
  expect(dialog.getByText('The code is right, and this is its first use.')).toBeInTheDocument();
  expect(dialog.getByRole('button', { name: /^Let Kofi in/ })).toHaveFocus();
  await user.keyboard('{Enter}');
  await settle();
  expect(called('request_admit')).toHaveLength(1);
  expect(
    within(screen.getByRole('row', { name: /Kofi Mensah/ })).getByText('Joined by code'),
  ).toBeInTheDocument();
  expect(sidebar().getByRole('button', { name: /^People$/ })).toBeInTheDocument();
});
test('a request that is gone leaves nothing behind that takes the keys', async () => {
  const { user, fake } = await openPeople();
  await user.click(screen.getByRole('button', { name: 'Look at Kofi’s request' }));
  await settle();
  const invoke = fake.invoke.bind(fake);
  fake.invoke = async (command, args) => {
    const answer = await invoke(command, args);
    return command === 'people_list' ? { ...(answer as object), requests: [] } : answer;
  };
  fake.emit('people-changed', null);
  await settle();
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  expect(screen.getByRole('dialog', { name: 'Invite a teammate' })).toBeInTheDocument();
});
test('the code does not fit: a red stop without a way in', async () => {
  const { user, called } = await openPeople('bad_request');
  await user.click(screen.getByRole('button', { name: 'Look at Kofi’s request' }));
  await settle();
  await expectAccessible();
  const dialog = within(screen.getByRole('alertdialog', { name: 'Do not let this one in' }));
  expect(dialog.getByRole('alert')).toHaveTextContent('This request does not match the code you gave.');
  expect(dialog.getByRole('alert')).toHaveClass('bg-stop');
  expect(dialog.queryByRole('button', { name: /Let .* in/ })).not.toBeInTheDocument();
  await user.click(dialog.getByRole('button', { name: 'Cancel and make a new code' }));
  await settle();
  expect(called('request_admit')).toEqual([]);
  expect(called('request_reject')).toHaveLength(1);
  expect(called('invite_replace')).toHaveLength(1);
});
test('where no new code can be made, the stop says why and the old invitation stays', async () => {
  const { user, fake, called } = await openPeople('bad_request');
  await user.click(screen.getByRole('button', { name: 'Look at Kofi’s request' }));
  await settle();
  refuse(fake, 'invite_replace', 'folder_not_found');
  const stop = within(screen.getByRole('alertdialog'));
  await user.click(stop.getByRole('button', { name: 'Cancel and make a new code' }));
  await settle();
  expect(stop.getAllByRole('alert')[1]).toHaveTextContent(/folder/i);
  expect(called('request_reject')).toEqual([]);
});

test('a request that comes too late is a stop, and nobody is called a stranger for it', async () => {
  const { user, fake } = await openPeople();
  fake.world.requests = fake.world.requests.map((one) => ({ ...one, problem: 'expired' }));
  fake.emit('people-changed', null);
  await settle();
  await user.click(screen.getByRole('button', { name: 'Look at Kofi’s request' }));
  await settle();
  const dialog = within(screen.getByRole('alertdialog', { name: 'Kofi’s invitation has run out' }));
  expect(dialog.getByRole('alert')).toHaveTextContent('This request can no longer be let in.');
  expect(dialog.getByRole('alert')).toHaveClass('bg-stop');
  expect(dialog.queryByText(/does not match/)).not.toBeInTheDocument();
  expect(dialog.queryByRole('button', { name: /Let .* in/ })).not.toBeInTheDocument();
  expect(dialog.getByRole('button', { name: 'Cancel and make a new code' })).toBeInTheDocument();
});
test('a stop of the shell while letting in is red too', async () => {
  const { user, fake } = await openPeople();
  const invoke = fake.invoke.bind(fake);
  fake.invoke = (command, args) =>
    command === 'request_admit'
      ? Promise.reject({ code: 'request_unproven', message: 'swapped', args: {} })
      : invoke(command, args);
  await user.click(screen.getByRole('button', { name: 'Look at Kofi’s request' }));
  await settle();
  await user.click(screen.getByRole('button', { name: /^Let Kofi in/ }));
  await settle();
  expect(screen.getByRole('alertdialog')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: /^Let Kofi in/ })).not.toBeInTheDocument();
});
test('alone in the team', async () => {
  await openPeople('empty');
  expect(screen.getByRole('heading', { name: 'It is only you' })).toBeInTheDocument();
  await expectAccessible();
});

test('a key that changed is a red stop, and nothing offers to go on', async () => {
  const { user, fake } = await open('main');
  const invoke = fake.invoke.bind(fake);
  fake.invoke = (command, args) =>
    command === 'share_grant'
      ? Promise.reject({ code: 'key_changed', message: 'pin', args: { name: 'Lena' } })
      : invoke(command, args);
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  await user.click(dialogs().getByRole('button', { name: /^Lena Okafor/ }));
  await user.click(dialogs().getByRole('button', { name: /^Share/ }));
  await settle();
  const stop = screen.getByRole('alert');
  expect(stop).toHaveTextContent('Lena’s key is different from the one that was confirmed.');
  expect(stop).toHaveClass('bg-stop');
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});
test('a changed key says since when, does not share, and leads to the words', async () => {
  const { user, fake, called } = await open('main');
  const lena = fake.world.people.find((person) => person.user === 'lena')!;
  lena.key_change = { confirmed_ms: Date.parse('2026-05-03T12:00:00Z'), was_called: null };
  await user.keyboard('{Control>}i{/Control}');
  await settle();
  await user.click(dialogs().getByRole('button', { name: /^Lena Okafor/ }));
  await settle();
  const stop = within(screen.getByRole('alertdialog', { name: 'Lena’s key has changed' }));
  expect(stop.getByRole('alert')).toHaveTextContent('different from the one you confirmed on May 3');
  expect(stop.getAllByRole('button', { name: /Don’t share|Verify with Lena/ })).toHaveLength(2);
  await user.click(stop.getByRole('button', { name: 'Verify with Lena' }));
  await settle();
  await user.click(screen.getByRole('button', { name: 'They match' }));
  await settle();
  expect(called('share_grant')).toEqual([]);
  expect(called('safety_confirm')).toEqual([{ req: { user: 'lena', same: true } }]);
});
test('who keeps sending keys that do not fit is named, with the way to them', async () => {
  const { user, fake } = await open('main');
  const mara = fake.world.people.find((person) => person.user === 'mara')!;
  const { name, colour, me } = mara;
  const row = { user: 'mara', name, colour, me, device: 'd1', device_name: 'lap' };
  fake.world.spoilers = [
    { ...row, fault: 'unfit', keys: 3 },
    { ...row, fault: 'given_away', keys: 2 },
  ];
  fake.emit('people-changed', null);
  await user.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^People/ }));
  await settle();
  await expectAccessible();
  expect(screen.getByText('3 keys from Mara’s computer “lap” did not fit.')).toBeInTheDocument();
  const given = '2 keys from Mara’s computer “lap” went to somebody who must not have them.';
  expect(screen.getByText(given)).toBeInTheDocument();
  await user.click(screen.getAllByRole('button', { name: 'Look at Mara' })[0]!);
  await settle();
  expect(screen.getByRole('dialog', { name: 'Mara Lindqvist' })).toBeInTheDocument();
});
