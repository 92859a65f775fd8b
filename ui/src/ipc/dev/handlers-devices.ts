// The stand-in's side of the contract: a person's devices, and coming back with the sheet.
import type { DeviceRow } from '../contract';
import { AppError } from '../errors';
import type { Handlers } from './handlers';
import { DAY, HOUR, type Scene, type World } from './world';

/** The sheet that the stand-in knows. */
export const SHEET = Array.from({ length: 22 }, () => 'anchor').join(' ');

function devicesOf(world: World): DeviceRow[] {
  const row = (part: Partial<DeviceRow> & Pick<DeviceRow, 'id' | 'kind' | 'name'>): DeviceRow => ({
    live: true,
    last_seen_ms: world.now,
    ended_ms: null,
    can_revoke: false,
    why_not: null,
    ...part,
  });
  const why = (key: string) => ({ key, args: {} });
  return [
    row({ id: 'd-kit', kind: 'kit', name: '', last_seen_ms: null, why_not: why('device_why_kit') }),
    row({
      id: 'd-tower',
      kind: 'other',
      name: 'ana-tower',
      last_seen_ms: world.now - DAY,
      why_not: why('device_why_senior'),
    }),
    row({ id: 'd-desk', kind: 'this', name: 'ana-desk', why_not: why('device_why_this') }),
    row({
      id: 'd-x1',
      kind: 'other',
      name: 'ana-x1',
      last_seen_ms: world.now - 5 * HOUR,
      can_revoke: true,
    }),
  ];
}

export function deviceHandlers(
  world: World,
  emit: (event: string, payload: unknown) => void,
  scene: Scene,
): Handlers {
  let devices = devicesOf(world);
  const safety = (user: string) => ({
    person: world.refer(user),
    key_state: world.personRow(user).key_state,
    key_change: world.personRow(user).key_change,
    words: 'anchor velvet harbor crisp meadow tunnel anchor velvet'.split(' '),
  });
  let asked = false;
  if (scene === 'pairing') world.way = 'device';
  if (scene === 'recovering') world.way = 'sheet';
  const end = (ids: readonly string[]) => {
    devices = devices.map((device) =>
      ids.includes(device.id) ? { ...device, live: false, can_revoke: false, ended_ms: world.now } : device,
    );
  };
  return {
    device_list: () => ({ devices }),
    device_revoke: ({ device }) => {
      end([device]);
      return { devices };
    },
    state_words: () => ({ words: 'crisp meadow tunnel anchor velvet harbor'.split(' ') }),
    safety_words: ({ user }) => safety(user),
    safety_confirm: ({ user, same }) => {
      const person = world.people.find((one) => one.user === user);
      if (person) {
        person.key_state = same ? 'verified' : 'not_verified';
        if (same) person.key_change = null;
      }
      return safety(user);
    },
    device_code: () => {
      if (world.sync.folder === null) throw new AppError('no_folder', 'kept here only');
      asked = false;
      return { words: Array.from({ length: 10 }, () => 'velvet') };
    },
    device_asked: () => {
      // The first look finds nobody yet.
      const first = !asked;
      asked = true;
      return first
        ? { name: null, os: null, words: [] }
        : { name: 'ana-new', os: 'linux', words: ['harbor', 'crisp', 'meadow'] };
    },
    device_admit: () => {
      const added = { id: 'd-new', kind: 'other' as const, name: 'ana-new', can_revoke: true };
      devices = [...devices, { ...devices[1]!, ...added, why_not: null }];
      return { devices };
    },
    device_cancel: () => null,
    pair_folder: () => ({ ok: true, place: 'plain', existing_team: '00' }),
    pair_start: () => {
      world.way = 'device';
      world.state = { ...world.state, phase: 'waiting' };
      return world.state;
    },
    recover_folder: () => ({ ok: true, place: 'plain', existing_team: '00' }),
    recover_start: () => {
      world.way = 'sheet';
      world.state = { ...world.state, phase: 'waiting' };
      return world.state;
    },
    recover_view: () => ({
      team_name: 'Northwind',
      person_name: 'Ana Ferreira',
      devices: devices.filter((device) => device.kind === 'other' && device.live),
    }),
    recover_finish: ({ lost }) => {
      end(lost);
      world.state = {
        ...world.state,
        phase: 'unlocked',
        my_role: 'owner',
        recovery_saved: true,
        team_sheet_saved: true,
      };
      emit('state-changed', world.state);
      return world.state;
    },
  };
}

export function deviceSecrets(world: World): Record<string, (secret: string) => unknown> {
  return {
    pair_words: (secret) => {
      if (secret.trim().split(' ').length !== 10) throw new AppError('code_incomplete', 'no');
      return { team_name: 'Northwind', person_name: 'Ana Ferreira' };
    },
    last_resort_words: (secret) => {
      if (secret.trim() !== SHEET) throw new AppError('recovery_words_wrong', 'no');
      return {
        people: world.people.map(({ user, role, seen }) => ({
          ...world.refer(user),
          role,
          last_seen_ms: seen,
        })),
      };
    },
    recover_words: (secret) => {
      if (secret.trim() !== SHEET) throw new AppError('recovery_words_wrong', 'no');
      return { team_name: 'Northwind', person_name: 'Ana Ferreira' };
    },
  };
}
