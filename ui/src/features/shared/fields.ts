// How a field is called, alone and inside a sentence.
import type { FieldRole } from '$ipc';
import { m } from '$paraglide/messages';

const NAMES: Record<FieldRole | 'title' | 'file', () => string> = {
  title: m.field_title,
  file: m.field_file,
  username: m.field_username,
  password: m.field_password,
  url: m.field_url,
  note: m.field_note,
  key: m.field_key,
  host: m.field_host,
  port: m.field_port,
  database: m.field_database,
  email: m.field_email,
  environment: m.field_environment,
  expires: m.field_expires,
  text: m.field_text,
  secret: m.field_secret,
};

interface Named {
  role: FieldRole | 'title' | 'file';
  label: string | null;
}

/** The name over or beside a field: the person's own label, else the name of its role. */
export function fieldName(field: Named): string {
  return field.label?.trim() || (NAMES[field.role] ?? NAMES.text)();
}

/** The same inside a sentence (“Copy user name”): our own names lose their capital, people's stay. */
export function fieldInSentence(field: Named): string {
  if (field.label?.trim()) return field.label.trim();
  const name = fieldName(field);
  return /^\p{Lu}{2}/u.test(name) ? name : name.charAt(0).toLocaleLowerCase() + name.slice(1);
}

/** “the password, the host and the note”, as the language joins a list. */
export function joinNames(fields: Named[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(fields.map(fieldInSentence));
}

const MONO: ReadonlySet<FieldRole> = new Set(['password', 'key', 'host', 'port', 'database', 'secret']);

/** Values that are read character by character get the fixed-width face. */
export function isMono(role: FieldRole): boolean {
  return MONO.has(role);
}
