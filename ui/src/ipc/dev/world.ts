// A small team in memory, for working on screens without the shell. Nothing here is ever built into
// the app: src/main.ts asks for it only where `__FAKE__` is true, and a test looks for it in the bundle.
import type {
  AsideRow,
  EndedRow,
  LastResortUsed,
  SpoilerRow,
  AppState,
  FieldRole,
  FileView,
  Id,
  Invite,
  ItemSave,
  JoinRequest,
  JoinWay,
  Kind,
  KeyChange,
  KeyState,
  LastUse,
  MachineRow,
  Look,
  Person,
  PersonRow,
  Recorded,
  Role,
  Scope,
  Settings,
  SyncView,
  VaultChip,
} from '../contract';

export const MARKER = 'conclave-in-memory-stand-in';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Scene =
  | 'main'
  | 'empty'
  | 'first_run'
  | 'locked'
  | 'waiting'
  | 'refused'
  | 'stopped'
  | 'restored'
  | 'many'
  | 'viewer'
  | 'bad_request'
  | 'draft'
  | 'recovering'
  | 'pairing';

export interface StoredField {
  id: string;
  role: FieldRole;
  label: string | null;
  concealed: boolean;
  value: string;
}
export interface StoredItem {
  id: Id;
  title: string;
  subtitle: string;
  kind: Kind;
  vault: Id;
  favourite: boolean;
  archived: boolean;
  fields: StoredField[];
  files: FileView[];
  usedAt: number;
  changedAt: number;
  changedBy: string;
  history: {
    by: string;
    at: number;
    changed: { role: FieldRole | 'title' | 'file'; label: string | null }[];
  }[];
  /** The other side of two edits at once: field id → Mara's value. */
  other: Record<string, string> | null;
}
export interface Grant {
  scope: Scope;
  user: Id;
  role: Role;
}

const look: Look = { theme: 'system', density: 'comfortable', text_percent: 100, reduce_motion: false };
const id = (prefix: string, n: number) => `${prefix}${String(n).padStart(4, '0')}`.padEnd(64, '0');

/** A group: who is in it, who manages it, and what it opens. */
export interface StoredGroup {
  id: Id;
  name: string;
  colour: number;
  members: Id[];
  managers: Id[];
  vaults: { id: Id; role: Role }[];
}

export class World {
  now = Date.now();
  state: AppState;
  settings: Settings;
  sync: SyncView;
  items: StoredItem[] = [];
  vaults: (VaultChip & { personal: boolean })[] = [];
  people: (Person & {
    key_state: KeyState;
    key_change?: KeyChange | null;
    role: Role;
    devices: number;
    seen: number | null;
  })[] = [];
  grants: Grant[] = [];
  invites: Invite[] = [];
  requests: JoinRequest[] = [];
  aside: AsideRow[] = [];
  uses: Record<Id, LastUse> = {};
  recorded: Recorded = 'all';
  /** What somebody could open and the person at this computer cannot. */
  beyond = { items: 0, vaults: 0 };
  groups: StoredGroup[] = [];
  machines: MachineRow[] = [];
  leaving: { user: Id; at_ms: number }[] = [];
  ended: EndedRow[] = [];
  lastResort: LastResortUsed | null = null;
  spoilers: SpoilerRow[] = [];
  draft: ItemSave | null = null;
  /** Added in the editor, not saved yet. */
  added: FileView[] = [];
  pendingPassphrase: string | null = null;
  generation = 1;
  way: JoinWay = 'invitation';
  private counter = 100;

  /** An item that somebody sealed under a key that was replaced. */
  oldKey: Id | null = null;

  constructor(scene: Scene) {
    this.state = {
      phase: 'unlocked',
      version: '0.1.0',
      os: 'linux',
      team: { id: id('team', 1), name: 'Northwind' },
      me: { user: 'ana', name: 'Ana Ferreira', colour: 1, me: true },
      device_name: 'ana-desk',
      person_name_hint: '',
      lock_reason: null,
      lock_idle_min: 10,
      unlock_wait_s: 0,
      keychain: { state: 'off', kind: 'system_password', reason: null },
      look,
      recovery_saved: true,
      team_sheet_saved: true,
      has_draft: scene === 'draft',
      my_role: 'owner',
      removed: false,
      removed_by: null,
      read_only: null,
      clipboard_limited: false,
    };
    this.settings = {
      prefs: { look, lock_idle_min: 10, lock_on_sleep: true, clipboard_clear_s: 30 },
      keychain: this.state.keychain,
      storage: { type: 'folder', path: '/home/ana/Dropbox/Northwind' },
      data_dir: '/home/ana/.local/share/conclave/default',
      version: '0.1.0',
    };
    this.sync = {
      state: 'synced',
      pending: 0,
      last_ms: this.now - 12_000,
      folder: '/home/ana/Dropbox/Northwind',
      stop: null,
      problem: null,
      notices: [],
      unseen_since_ms: null,
    };
    this.setScene(scene);
  }

  newId(prefix: string): Id {
    return id(prefix, (this.counter += 1));
  }
  private setScene(scene: Scene): void {
    if (scene === 'first_run') {
      this.state = {
        ...this.state,
        phase: 'first_run',
        team: null,
        me: null,
        my_role: null,
        recovery_saved: false,
        team_sheet_saved: false,
      };
      return;
    }
    if (scene === 'empty') {
      this.vaults = [{ id: 'v-personal', name: 'Personal', colour: 3, personal: true }];
      this.people = [this.person('ana', 'Ana Ferreira', 1, 'verified', 'owner', 1, this.now)];
      this.state = { ...this.state, recovery_saved: false, team_sheet_saved: false };
      this.sync = { ...this.sync, state: 'local_only', last_ms: null, folder: null };
      this.settings.storage = { type: 'none' };
      return;
    }
    this.fill();
    if (scene === 'locked') {
      const keychain = { ...this.state.keychain, state: 'on' as const };
      this.state = { ...this.state, phase: 'locked', lock_reason: 'idle', my_role: null, keychain };
    }
    if (scene === 'waiting' || scene === 'refused' || scene === 'recovering' || scene === 'pairing')
      this.state = { ...this.state, phase: 'waiting', my_role: null };
    if (scene === 'stopped') {
      this.sync = {
        ...this.sync,
        state: 'stopped',
        stop: {
          kind: 'fork',
          can_go_on: false,
          facts: [
            { label: { key: 'stop_fact_storage', args: {} }, change: 1207, at_ms: this.now - 22 * DAY },
            { label: { key: 'stop_fact_here', args: {} }, change: 1482, at_ms: this.now - HOUR },
            {
              label: { key: 'stop_fact_other', args: { name: 'Jonas' } },
              change: 1481,
              at_ms: this.now - 2 * HOUR,
            },
          ],
        },
      };
    }
    if (scene === 'restored')
      this.sync = {
        ...this.sync,
        state: 'stopped',
        stop: { kind: 'own_log', facts: [], can_go_on: true },
      };
    if (scene === 'many') this.fillMany();
    if (scene === 'bad_request') this.requests = [{ ...this.requestOf('Kofi'), problem: 'used_twice' }];
  }
  private person(
    user: Id,
    name: string,
    colour: number,
    key_state: KeyState,
    role: Role,
    devices: number,
    seen: number | null,
  ) {
    return { user, name, colour, me: user === 'ana', key_state, role, devices, seen };
  }
  private fill(): void {
    const t = this.now;
    this.vaults = [
      { id: 'v-production', name: 'Production', colour: 1, personal: false },
      { id: 'v-marketing', name: 'Marketing', colour: 2, personal: false },
      { id: 'v-personal', name: 'Personal', colour: 3, personal: true },
    ];
    this.people = [
      this.person('ana', 'Ana Ferreira', 1, 'verified', 'owner', 3, t),
      this.person('mara', 'Mara Lindqvist', 2, 'joined_by_code', 'editor', 2, t - 3 * HOUR),
      this.person('jonas', 'Jonas Weber', 3, 'verified', 'manager', 2, t - DAY),
      this.person('priya', 'Priya Nair', 4, 'verified', 'editor', 1, t - 5 * HOUR),
      this.person('tomas', 'Tomás Silva', 5, 'not_verified', 'viewer', 1, t - 12 * DAY),
      this.person('lena', 'Lena Okafor', 6, 'joined_by_code', 'viewer', 2, t - 22 * DAY),
    ];
    for (const user of ['ana', 'mara', 'jonas', 'priya'])
      this.grants.push({
        scope: { type: 'vault', id: 'v-production' },
        user,
        role: user === 'ana' ? 'owner' : user === 'jonas' ? 'manager' : 'editor',
      });
    this.grants.push({ scope: { type: 'vault', id: 'v-marketing' }, user: 'ana', role: 'owner' });
    this.grants.push({ scope: { type: 'vault', id: 'v-marketing' }, user: 'lena', role: 'viewer' });
    this.grants.push({ scope: { type: 'vault', id: 'v-personal' }, user: 'ana', role: 'owner' });
    this.groups = [
      {
        id: 'g-operations',
        name: 'Operations',
        colour: 1,
        members: ['ana', 'priya', 'jonas'],
        managers: ['ana'],
        vaults: [{ id: 'v-production', role: 'editor' }],
      },
    ];
    this.machines = [
      {
        id: 'm-build',
        name: 'Nightly build',
        owner: this.refer('jonas'),
        role: 'viewer',
        vaults: [{ id: 'v-production', name: 'Production', colour: 1 }],
        hidden_vaults: 0,
        last_seen_ms: t - 4 * HOUR,
        can_end: true,
      },
    ];
    this.requests = [this.requestOf('Kofi')];
    this.invites = [
      {
        id: 'inv-kofi',
        name: 'Kofi Mensah',
        colour: 0,
        role: 'editor',
        vaults: ['v-production', 'v-marketing'],
        created_ms: t - 2 * DAY,
        expires_ms: t + 2 * DAY,
        state: 'open',
        access_until_ms: null,
      },
    ];
    this.fillItems();
  }
  private requestOf(name: string): JoinRequest {
    return {
      id: 'req-1',
      invite: 'inv-kofi',
      invited_name: `${name} Mensah`,
      colour: 0,
      person_name: `${name} Mensah`,
      device_name: 'kofi-thinkpad',
      os: 'Linux',
      at_ms: this.now - 2 * MINUTE,
      invited_ms: this.now - 2 * DAY,
      key_change: null,
      role: 'editor',
      vaults: this.vaults
        .filter((vault) => !vault.personal)
        .map(({ id: vault, name: text, colour }) => ({ id: vault, name: text, colour })),
      access_until_ms: null,
      problem: null,
      details:
        'invitation 7f3a…21\nrequest 9b10…e4 at 09:40\nrequest 02cc…7d at 09:41\nboth signed by the key of the code',
    };
  }
  add(
    kind: Kind,
    title: string,
    vault: Id,
    subtitle: string,
    fields: [FieldRole, string, boolean?][],
    ageMs: number,
    by = 'ana',
  ): StoredItem {
    const item: StoredItem = {
      id: this.newId('item'),
      title,
      subtitle,
      kind,
      vault,
      favourite: false,
      archived: false,
      fields: fields.map(([role, value, concealed = false], i) => ({
        id: `f${i}`,
        role,
        label: null,
        concealed,
        value,
      })),
      files: [],
      usedAt: this.now - ageMs,
      changedAt: this.now - ageMs - 3 * DAY,
      changedBy: by,
      history: [{ by, at: this.now - ageMs - 300 * DAY, changed: [] }],
      other: null,
    };
    this.items.push(item);
    return item;
  }
  private fillItems(): void {
    const { add } = { add: this.add.bind(this) };
    const cloudflare = add(
      'login',
      'Cloudflare',
      'v-production',
      'ops@northwind.example',
      [
        ['username', 'ops@northwind.example'],
        ['password', 'hazel-Quarry-7-otter-Lantern-brisk', true],
        ['url', 'https://dash.cloudflare.com'],
        [
          'note',
          'Shared by on-call. Zone changes go through the infra repository; use this only when that path is down, and tell #ops.',
        ],
      ],
      5 * MINUTE,
      'mara',
    );
    cloudflare.favourite = true;
    for (const days of [200, 90, 40, 3])
      cloudflare.history.unshift({
        by: days === 3 ? 'mara' : 'ana',
        at: this.now - days * DAY,
        changed: [{ role: 'password', label: null }],
      });
    const postgres = add(
      'database',
      'Postgres primary',
      'v-production',
      'app_rw · db-1.internal',
      [
        ['username', 'app_rw'],
        ['password', 'kT7#vOqZ0Il1mR!w9', true],
        ['host', 'db-1.internal:5432'],
        ['database', 'checkout'],
      ],
      30 * MINUTE,
    );
    this.uses[postgres.id] = { what: 'opened', at_ms: this.now - DAY };
    postgres.other = { f1: 'maple-Drift-4-signal-Ember', f2: 'db-2.internal:5432' };
    add(
      'api_key',
      'Stripe live key',
      'v-production',
      'sk_live… · billing',
      [
        ['key', 'sk_live_51H8aXq2eZvKYlo2C', true],
        ['environment', 'production'],
      ],
      HOUR,
    );
    add(
      'certificate',
      '*.northwind.example',
      'v-production',
      'TLS certificate',
      [['secret', 'MIIEvQIBADANBgkqhkiG9w0B', true]],
      2 * HOUR,
    ).files = [
      { id: 'file-chain', name: 'northwind-chain.pem', size: 5_912 },
      { id: 'file-key', name: 'northwind.key', size: 1_704 },
    ];
    add(
      'login',
      'AWS root',
      'v-production',
      'Break glass · 2 managers',
      [
        ['username', 'root@northwind.example'],
        ['password', 'Vt8-quarry-lamp', true],
      ],
      25 * HOUR,
    );
    add(
      'ssh_key',
      'GitHub deploy key',
      'v-production',
      'ed25519 · read only',
      [['secret', 'AAAAC3NzaC1lZDI1NTE5AAAAI', true]],
      27 * HOUR,
    );
    add(
      'environment',
      'checkout.env',
      'v-production',
      '14 variables · production',
      [['secret', 'DATABASE_URL=postgres', true]],
      28 * HOUR,
    );
    add(
      'login',
      'Figma',
      'v-marketing',
      'design@northwind.example',
      [
        ['username', 'design@northwind.example'],
        ['password', 'summer2024', true],
        ['url', 'https://figma.com'],
      ],
      29 * HOUR,
    ).favourite = true;
    add(
      'wifi',
      'Office Wi-Fi',
      'v-marketing',
      'Northwind-5G',
      [
        ['text', 'Northwind-5G'],
        ['password', 'guest house river', true],
      ],
      3 * DAY,
    );
    add(
      'card',
      'Company card',
      'v-marketing',
      'Visa ending 4417',
      [['secret', '4111 1111 1111 4417', true]],
      4 * DAY,
    );
    add(
      'note',
      'Runbook: restore backups',
      'v-production',
      'Secure note',
      [
        [
          'note',
          '1. Stop the writers.\n2. Restore last night’s dump to db-2.\n3. Point the proxy at db-2 and start the writers.',
          true,
        ],
      ],
      5 * DAY,
      'priya',
    );
    add(
      'login',
      'Confluence',
      'v-marketing',
      'ana@northwind.example',
      [
        ['username', 'ana@northwind.example'],
        ['password', 'teal-Boat-9-index', true],
      ],
      12 * DAY,
    );
    add(
      'login',
      'Bank',
      'v-personal',
      'ana',
      [
        ['username', 'ana'],
        ['password', 'onyx-Pillow-3-raven', true],
      ],
      40 * DAY,
    );
  }
  private fillMany(): void {
    for (let i = 1; i <= 5000; i += 1)
      this.add(
        'login',
        `Service ${String(i).padStart(4, '0')}`,
        'v-production',
        `user${i}@northwind.example`,
        [
          ['username', `user${i}`],
          ['password', `pass-${i}-word`, true],
        ],
        60 * DAY + i * MINUTE,
      );
  }

  personRow(user: Id): PersonRow {
    const found = this.people.find((one) => one.user === user) ?? this.people[0]!;
    return {
      user: found.user,
      name: found.name,
      colour: found.colour,
      me: found.me,
      key_state: found.key_state,
      key_change: found.key_change ?? null,
      role: found.role,
      devices: found.devices,
      last_seen_ms: found.seen,
      vaults: this.grants.filter((g) => g.user === user && g.scope.type === 'vault').map((g) => g.scope.id),
      until_ms: null,
    };
  }
  refer(user: Id): Person {
    const { name, colour, me } = this.people.find((one) => one.user === user) ?? this.people[0]!;
    return { user, name, colour, me };
  }
  readers(item: StoredItem): Id[] {
    const direct = this.grants.filter(
      (g) =>
        (g.scope.type === 'vault' && g.scope.id === item.vault) ||
        (g.scope.type === 'item' && g.scope.id === item.id),
    );
    return [...new Set(direct.map((g) => g.user))];
  }
}
