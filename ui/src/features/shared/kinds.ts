// What each kind of item looks like, and the fields a new one starts with.
import Braces from '@lucide/svelte/icons/braces';
import CreditCard from '@lucide/svelte/icons/credit-card';
import Database from '@lucide/svelte/icons/database';
import FileBadge from '@lucide/svelte/icons/file-badge';
import FileCode from '@lucide/svelte/icons/file-code-corner';
import Fingerprint from '@lucide/svelte/icons/fingerprint-pattern';
import Globe from '@lucide/svelte/icons/globe';
import IdCard from '@lucide/svelte/icons/id-card';
import KeyRound from '@lucide/svelte/icons/key-round';
import Notebook from '@lucide/svelte/icons/notebook-text';
import Server from '@lucide/svelte/icons/server';
import Stamp from '@lucide/svelte/icons/stamp';
import Terminal from '@lucide/svelte/icons/square-terminal';
import Ticket from '@lucide/svelte/icons/ticket-check';
import Unknown from '@lucide/svelte/icons/circle-question-mark';
import Wifi from '@lucide/svelte/icons/wifi';
import type { Glyph } from '$components/icon';
import type { FieldRole, Kind } from '$ipc';
import { m } from '$paraglide/messages';

export interface KindLook {
  icon: Glyph;
  tone: 1 | 2 | 3 | 4 | 5;
  name: () => string;
}

export const KINDS: Record<Kind, KindLook> = {
  login: { icon: Globe, tone: 1, name: m.kind_login },
  passkey: { icon: Fingerprint, tone: 1, name: m.kind_passkey },
  password: { icon: KeyRound, tone: 1, name: m.kind_password },
  card: { icon: CreditCard, tone: 1, name: m.kind_card },
  server: { icon: Server, tone: 2, name: m.kind_server },
  database: { icon: Database, tone: 2, name: m.kind_database },
  ssh_key: { icon: Terminal, tone: 2, name: m.kind_ssh_key },
  wifi: { icon: Wifi, tone: 2, name: m.kind_wifi },
  api_key: { icon: Braces, tone: 3, name: m.kind_api_key },
  environment: { icon: FileCode, tone: 3, name: m.kind_environment },
  certificate: { icon: FileBadge, tone: 4, name: m.kind_certificate },
  signing_key: { icon: Stamp, tone: 4, name: m.kind_signing_key },
  note: { icon: Notebook, tone: 5, name: m.kind_note },
  identity: { icon: IdCard, tone: 5, name: m.kind_identity },
  licence: { icon: Ticket, tone: 5, name: m.kind_licence },
  unknown: { icon: Unknown, tone: 5, name: m.kind_unknown },
};

/** The look of a kind; one that this version does not know gets the plain one. */
export function look(kind: Kind): KindLook {
  return KINDS[kind] ?? KINDS.unknown;
}

/** The kinds that this version can make. */
export const MAKEABLE = ['login', 'note', 'api_key'] as const satisfies readonly Kind[];

export interface Slot {
  role: FieldRole;
  concealed: boolean;
}

const TEMPLATES: Partial<Record<Kind, Slot[]>> = {
  login: [
    { role: 'username', concealed: false },
    { role: 'password', concealed: true },
    { role: 'url', concealed: false },
    { role: 'note', concealed: false },
  ],
  note: [{ role: 'note', concealed: true }],
  api_key: [
    { role: 'key', concealed: true },
    { role: 'environment', concealed: false },
    { role: 'url', concealed: false },
    { role: 'note', concealed: false },
  ],
};

/** The empty fields that an item of this kind always offers while it is edited. */
export function template(kind: Kind): Slot[] {
  return TEMPLATES[kind] ?? [];
}

/** True for a field that belongs to every item of the kind: its name cannot be changed. */
export function isBuiltIn(kind: Kind, role: FieldRole): boolean {
  return template(kind).some((slot) => slot.role === role);
}
