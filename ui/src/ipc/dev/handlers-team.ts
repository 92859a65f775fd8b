// The stand-in's side of the contract: first run, people, sharing, sync, settings.
import type { AppState, InviteReady, Keychain, PeopleView } from '../contract';
import { AppError } from '../errors';
import type { Handlers } from './handlers';
import { groupHandlers } from './handlers-groups';
import { activityHandlers } from './handlers-activity';
import { machineHandlers } from './handlers-machines';
import { removalHandlers } from './handlers-removal';
import { shareHandlers } from './handlers-share';
import { pick, WORDS } from './words';
import { DAY, HOUR, MINUTE, type World } from './world';

export const CODE = 'anchor velvet harbor crisp meadow tunnel';

export function teamHandlers(
  world: World,
  emit: (event: string, payload: unknown) => void,
  refused: boolean,
): Handlers {
  const setState = (part: Partial<AppState>): AppState => {
    world.state = { ...world.state, ...part };
    emit('state-changed', world.state);
    return world.state;
  };
  const people = (): PeopleView => ({
    people: world.people.map((person) => world.personRow(person.user)),
    invites: world.invites,
    requests: world.requests,
    can_invite: true,
    roles_offered: ['viewer', 'editor', 'manager', 'auditor', 'guest'],
    leaving: world.leaving.map(({ user, at_ms }) => ({ ...world.refer(user), at_ms })),
    ended: world.ended,
    spoilers: world.spoilers,
    last_resort: world.lastResort,
    vaults_offered: world.vaults
      .filter((vault) => !vault.personal)
      .map(({ id, name, colour }) => ({ id, name, colour })),
  });
  const ready = (id: string, name: string, colour: number): InviteReady => ({
    invite: id,
    name,
    colour,
    words: CODE.split(' '),
    expires_ms: world.now + 3 * DAY,
    file_name: `${name.split(' ')[0]!.toLowerCase()}.conclave`,
    in_folder: world.sync.folder !== null,
  });
  const checkFolder = (path: string) => {
    if (/missing/.test(path)) throw new AppError('folder_not_found', 'no such folder');
    const place = /dropbox/i.test(path) ? ('dropbox' as const) : ('plain' as const);
    return { ok: true, place, existing_team: null };
  };

  return {
    app_state: () => world.state,
    touch: () => null,
    lock: () => {
      setState({ phase: 'locked', lock_reason: 'manual', has_draft: world.draft !== null });
      return null;
    },
    unlock_keychain: () => setState({ phase: 'unlocked' }),
    setup_cancel: () => null,
    storage_pick_folder: () => ({ path: '/home/ana/Dropbox/Northwind' }),
    storage_test: ({ storage }) => checkFolder(storage.type === 'folder' ? storage.path : ''),
    team_create: (request) => {
      world.vaults = [{ id: 'v-personal', name: request.personal_vault_name, colour: 3, personal: true }];
      world.people = [
        {
          user: 'ana',
          name: request.person_name,
          colour: request.colour,
          me: true,
          key_state: 'verified',
          role: 'owner',
          devices: 1,
          seen: world.now,
        },
      ];
      world.grants = [{ scope: { type: 'vault', id: 'v-personal' }, user: 'ana', role: 'owner' }];
      const local = request.storage.type === 'none';
      world.sync = {
        ...world.sync,
        state: local ? 'local_only' : 'synced',
        last_ms: local ? null : Date.now(),
      };
      world.settings.storage = request.storage;
      return setState({
        phase: 'unlocked',
        team: { id: 't', name: request.team_name },
        me: { user: 'ana', name: request.person_name, colour: request.colour, me: true },
        my_role: 'owner',
      });
    },
    invitation_pick: () => ({ path: '/home/mara/Downloads/mara.conclave' }),
    invitation_open: ({ source }) => {
      const given = source.type === 'path' ? source.path : source.text;
      if (!/conclave/.test(given)) throw new AppError('invitation_unreadable', 'not an invitation');
      if (/expired/.test(given)) throw new AppError('invitation_expired', 'expired');
      return {
        invite: 'inv',
        team_name: 'Northwind',
        inviter_name: 'Ana Ferreira',
        invited_name: 'Mara Lindqvist',
        expires_ms: world.now + 2 * DAY,
        folder_hint: '/home/mara/Dropbox/Northwind',
        folder: null,
      };
    },
    join_folder: ({ storage }) => checkFolder(storage.type === 'folder' ? storage.path : ''),
    join_send: (request) =>
      setState({
        phase: 'waiting',
        team: { id: 't', name: 'Northwind' },
        me: { user: 'mara', name: request.person_name, colour: request.colour, me: true },
      }),
    join_status: () => ({
      way: world.way,
      words: world.way === 'device' ? ['harbor', 'crisp', 'meadow'] : [],
      state: refused ? 'refused' : 'waiting',
      team_name: 'Northwind',
      inviter_name: 'Ana Ferreira',
      sent_ms: world.now - 4 * MINUTE,
      checked_ms: Date.now() - 8_000,
    }),
    start_over: () => setState({ phase: 'first_run', team: null, me: null }),
    word_complete: ({ prefix }) => {
      const words = WORDS.filter((word) => word.startsWith(prefix)).slice(0, 6);
      const near = WORDS.find(
        (word) => word.length === prefix.length && [...word].filter((c, i) => c !== prefix[i]).length === 1,
      );
      return { words, exact: WORDS.includes(prefix), corrected: words.length ? null : (near ?? null) };
    },
    people_list: people,
    last_resort_use: ({ owner, remove }) => {
      world.people = world.people
        .filter((person) => !remove.includes(person.user))
        .map((person) => (person.user === owner ? { ...person, role: 'owner' } : person));
      world.lastResort = { owner: world.refer(owner), at_ms: world.now };
      return people();
    },
    last_resort_close: () => null,
    last_resort_seen: () => {
      world.lastResort = null;
      return people();
    },
    invite_create: ({ name, role, vaults, access_until_ms }) => {
      if (world.sync.folder === null) throw new AppError('no_folder', 'kept here only');
      const id = world.newId('inv');
      world.invites.push({
        id,
        name,
        colour: 2,
        role,
        vaults,
        created_ms: Date.now(),
        expires_ms: world.now + 3 * DAY,
        state: 'open',
        access_until_ms,
      });
      emit('people-changed', null);
      return ready(id, name, 2);
    },
    invite_replace: ({ invite }) => {
      const found = world.invites.find((one) => one.id === invite)!;
      return ready(invite, found.name, found.colour);
    },
    invite_cancel: ({ invite }) => {
      world.invites = world.invites.filter((one) => one.id !== invite);
      return null;
    },
    invite_file_save: () => ({ path: '/home/ana/mara.conclave' }),
    invite_file_copy: () => null,
    request_admit: ({ request }) => {
      const found = world.requests.find((one) => one.id === request)!;
      world.requests = world.requests.filter((one) => one.id !== request);
      world.invites = world.invites.filter((one) => one.id !== found.invite);
      world.people.push({
        user: 'kofi',
        name: found.person_name,
        colour: 5,
        me: false,
        key_state: 'joined_by_code',
        role: found.role,
        devices: 1,
        seen: Date.now(),
      });
      for (const vault of found.vaults)
        world.grants.push({ scope: { type: 'vault', id: vault.id }, user: 'kofi', role: found.role });
      return people();
    },
    request_reject: ({ request }) => {
      world.requests = world.requests.filter((one) => one.id !== request);
      return people();
    },
    ...shareHandlers(world),
    ...groupHandlers(world, emit),
    ...activityHandlers(world),
    ...machineHandlers(world, emit),
    ...removalHandlers(world, emit, people),
    sync_status: () => world.sync,
    storage_get: () => ({
      since_ms: world.sync.folder === null ? null : world.now - 3 * 3_600_000,
      wrote_ms: world.sync.folder === null ? null : world.now - 5 * 60_000,
      put_back: 1,
      copies: 2,
      files: 418,
      bytes: 3_140_000,
    }),
    sync_now: () => (world.sync = { ...world.sync, last_ms: Date.now() }),
    stop_details_copy: () => null,
    notices_seen: () => (world.sync = { ...world.sync, notices: [] }),
    stop_go_on: () => (world.sync = { ...world.sync, state: 'synced', stop: null }),
    settings_get: () => world.settings,
    settings_set: (prefs) => {
      world.settings = { ...world.settings, prefs };
      world.state = { ...world.state, look: prefs.look, lock_idle_min: prefs.lock_idle_min };
      return world.settings;
    },
    storage_set: ({ storage }) => {
      world.settings = { ...world.settings, storage };
      world.sync = { ...world.sync, state: 'synced', folder: 'x', last_ms: Date.now() };
      emit('sync-status', world.sync);
      return world.sync;
    },
    keychain_disable: () => setKeychain(world, 'off'),
    recovery_sheet_save: ({ path }) => ({
      path: path ?? '/media/stick/conclave-recovery-sheet.pdf',
      ask: [3, 11],
    }),
    text_copy: () => null,
    diagnostics_copy: () => ({ lines: 120 }),
  };
}

export function setKeychain(world: World, state: Keychain['state']): Keychain {
  const keychain = { ...world.state.keychain, state };
  world.state = { ...world.state, keychain };
  world.settings = { ...world.settings, keychain };
  return keychain;
}

/** Answers to the commands whose body is one secret. */
export function secretHandlers(
  world: World,
  emit: (event: string, payload: unknown) => void,
): Record<string, (secret: string) => unknown> {
  return {
    unlock: (secret) => {
      if (secret === 'wrong') throw new AppError('wrong_passphrase', 'no', { wait_s: '0' });
      if (secret === 'wait') throw new AppError('wait', 'wait', { wait_s: '20' });
      world.state = { ...world.state, phase: 'unlocked', my_role: 'owner', lock_reason: null };
      return world.state;
    },
    join_code: (secret) => {
      if (secret !== CODE) throw new AppError('code_wrong', 'wrong');
      return {
        team_name: 'Northwind',
        inviter_name: 'Ana Ferreira',
        invited_name: 'Mara Lindqvist',
        role: 'editor',
        vaults: ['Production'],
        expires_ms: world.now + 40 * HOUR,
      };
    },
    keychain_enable: (secret) => {
      if (secret === 'wrong') throw new AppError('wrong_passphrase', 'no');
      return setKeychain(world, 'on');
    },
    passphrase_change: (secret) => {
      if (secret === 'wrong') throw new AppError('wrong_passphrase', 'no');
      return null;
    },
    recovery_confirm: (secret) => {
      if (secret === 'wrong wrong') throw new AppError('recovery_words_wrong', 'no');
      world.state = { ...world.state, recovery_saved: true };
      emit('state-changed', world.state);
      return world.state;
    },
    team_sheet_confirm: (secret) => {
      if (secret === 'wrong wrong') throw new AppError('recovery_words_wrong', 'no');
      world.state = { ...world.state, team_sheet_saved: true };
      emit('state-changed', world.state);
      return world.state;
    },
    secret_copy: () => ({ clears_in_s: 30 }),
  };
}

export const suggestion = (): string => pick(5).join(' ');
