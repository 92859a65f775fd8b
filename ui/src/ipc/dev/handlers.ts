// The stand-in's side of the contract: items, vaults, generator.
import type {
  Commands,
  Field,
  ItemListRequest,
  ItemPage,
  ItemSave,
  ItemView,
  Strength,
  Vault,
} from '../contract';
import { AppError } from '../errors';
import { pick } from './words';
import { DAY, type StoredItem, type World } from './world';

type Handler<C extends keyof Commands> = (request: Commands[C][0]) => Commands[C][1];
export type Handlers = { [C in keyof Commands]?: Handler<C> };

export function strengthOf(text: string): Strength {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length;
  const bits = text.length * (1.4 + kinds * 0.5);
  const score = bits < 18 ? 0 : bits < 28 ? 1 : bits < 36 ? 2 : bits < 48 ? 3 : 4;
  const keys = ['guess_instant', 'guess_minutes', 'guess_days', 'guess_years', 'guess_centuries'];
  return { score, guess_time: { key: keys[score]!, args: {} }, acceptable: score >= 3 };
}

const MAIN = ['password', 'key', 'secret', 'note'];

export function itemHandlers(world: World, emit: (event: string, payload: unknown) => void): Handlers {
  const find = (id: string): StoredItem => {
    const item = world.items.find((one) => one.id === id);
    if (!item) throw new AppError('not_found', 'no such item');
    return item;
  };
  const changed = (items: string[] | null) => {
    world.generation += 1;
    emit('items-changed', { generation: world.generation, items });
    emit('vaults-changed', null);
  };
  const mainField = (item: StoredItem) =>
    item.fields.find((field) => field.concealed && MAIN.includes(field.role) && field.value) ?? null;

  const viewOf = (item: StoredItem): ItemView => {
    const vault = world.vaults.find((one) => one.id === item.vault)!;
    const main = mainField(item);
    const readers = world.readers(item);
    const fields: Field[] = item.fields.map((field) => ({
      id: field.id,
      role: field.role,
      label: field.label,
      concealed: field.concealed,
      filled: field.value !== '',
      value: field.concealed || field.value === '' ? null : field.value,
    }));
    return {
      id: item.id,
      title: item.title,
      kind: item.kind,
      vault: item.vault,
      vault_name: vault.name,
      favourite: item.favourite,
      archived: item.archived,
      base: `base-${item.changedAt}`,
      fields,
      files: item.files,
      main_field: main?.id ?? null,
      username_field: item.fields.find((field) => field.role === 'username' && field.value)?.id ?? null,
      url_field: item.fields.find((field) => field.role === 'url' && field.value)?.id ?? null,
      changed_by: world.refer(item.changedBy),
      changed_ms: item.changedAt,
      changed_device: item.changedBy === 'mara' ? 'mara-x1' : 'ana-desk',
      created_ms: item.history.at(-1)?.at ?? item.changedAt,
      can_edit: true,
      can_share: true,
      people: readers.slice(0, 4).map((user) => world.refer(user)),
      people_count: readers.length,
      earlier_versions: item.history.length - 1,
      old_key: world.oldKey === item.id,
      versions: item.other ? 2 : 1,
      versions_by: item.other ? [world.refer('ana'), world.refer('mara')] : [],
      strength: main && main.role !== 'note' ? strengthOf(main.value) : null,
      state: item.other ? { type: 'versions', count: 2 } : null,
    };
  };

  const select = (request: ItemListRequest): StoredItem[] => {
    const query = request.query.trim().toLowerCase();
    const rows = world.items.filter(
      (item) =>
        item.archived === (request.filter === 'archived') &&
        (request.filter !== 'favourites' || item.favourite) &&
        request.filter !== 'shared' &&
        (request.vault === null || item.vault === request.vault) &&
        `${item.title} ${item.subtitle}`.toLowerCase().includes(query),
    );
    if (request.sort === 'title') return rows.sort((a, b) => a.title.localeCompare(b.title));
    return rows.sort((a, b) =>
      request.sort === 'changed' ? b.changedAt - a.changedAt : b.usedAt - a.usedAt,
    );
  };
  const list = (request: ItemListRequest): ItemPage => {
    const rows = select(request);
    const labels = rows.map((item) => {
      const age = Math.floor(world.now / DAY) - Math.floor(item.usedAt / DAY);
      return age <= 0
        ? 'group_today'
        : age === 1
          ? 'group_yesterday'
          : age < 7
            ? 'group_week'
            : age < 31
              ? 'group_month'
              : 'group_older';
    });
    const groups =
      request.sort === 'title' || request.query
        ? []
        : labels.flatMap((key, start) =>
            labels[start - 1] === key ? [] : [{ start, label: { key, args: {} } }],
          );
    return {
      total: rows.length,
      offset: request.offset,
      generation: world.generation,
      groups,
      rows: rows.slice(request.offset, request.offset + request.limit).map((item) => ({
        id: item.id,
        title: item.title,
        subtitle: item.subtitle,
        kind: item.kind,
        vault: item.vault,
        favourite: item.favourite,
        state: item.other ? { type: 'versions' as const, count: 2 } : null,
      })),
    };
  };

  const save = (request: ItemSave): ItemView => {
    const old = request.item ? find(request.item) : null;
    const fields = request.fields
      .map((edit, i) => {
        const stored = old?.fields.find((field) => field.id === edit.id);
        const drafted = world.draft?.fields[i]?.value;
        const value =
          edit.value.type === 'set'
            ? edit.value.text
            : edit.value.type === 'draft' && drafted?.type === 'set'
              ? drafted.text
              : (stored?.value ?? '');
        const { role, label, concealed } = edit;
        return { id: edit.id ?? world.newId('f'), role, label, concealed, value };
      })
      .filter((field, i) => field.value !== '' || request.fields[i]!.id !== null);
    const subtitle =
      fields.find((field) => !field.concealed && field.value && field.role !== 'note')?.value ?? '';
    const item: StoredItem = old ?? world.add(request.kind, '', request.vault, '', [], 0);
    const differing = fields.filter(
      (field) => old?.fields.find((one) => one.id === field.id)?.value !== field.value,
    );
    const files = (request.files ?? item.files.map((file) => file.id)).flatMap(
      (id) => [...item.files, ...world.added].find((file) => file.id === id) ?? [],
    );
    Object.assign(item, {
      files,
      title: request.title,
      fields,
      subtitle,
      changedAt: Date.now(),
      changedBy: 'ana',
      usedAt: Date.now(),
    });
    if (old)
      item.history.unshift({
        by: 'ana',
        at: Date.now(),
        changed: differing.map(({ role, label }) => ({ role, label })),
      });
    world.draft = null;
    world.added = [];
    changed([item.id]);
    return viewOf(item);
  };

  const vaultOf = (vault: World['vaults'][number]): Vault => ({
    id: vault.id,
    name: vault.name,
    colour: vault.colour,
    personal: vault.personal,
    count: world.items.filter((item) => item.vault === vault.id && !item.archived).length,
    my_role: 'owner',
    can_edit: true,
    can_manage: !vault.personal,
    people_count: world.grants.filter((g) => g.scope.type === 'vault' && g.scope.id === vault.id).length,
  });
  const archive = (ids: string[], archived: boolean) => {
    for (const id of ids) find(id).archived = archived;
    changed(ids);
    return ids.length;
  };

  return {
    item_list: list,
    item_get: ({ item }) => viewOf(find(item)),
    item_copy_field: ({ item, field }) => {
      const stored = find(item);
      const wanted = { '@username': 'username', '@url': 'url' }[field];
      const found =
        field === '@main'
          ? mainField(stored)
          : stored.fields.find((one) => one.id === field || one.role === wanted);
      if (!found?.value) throw new AppError('field_empty', 'empty');
      const { role, label, concealed } = found;
      return {
        title: stored.title,
        role,
        label,
        concealed,
        clears_in_s: world.settings.prefs.clipboard_clear_s,
      };
    },
    item_open_url: () => null,
    item_save: save,
    item_archive: ({ items }) => {
      for (const { item, base } of items)
        if (viewOf(find(item)).base !== base) throw new AppError('changed_meanwhile', 'not what was shown');
      return {
        count: archive(
          items.map((one) => one.item),
          true,
        ),
        undo_s: 10,
      };
    },
    item_restore: ({ items }) => ({ count: archive(items, false) }),
    item_favourite: ({ item, on }) => {
      find(item).favourite = on;
      changed([item]);
      return null;
    },
    item_duplicate: ({ item, title }) => {
      const old = find(item);
      const copy = world.add(old.kind, title, old.vault, old.subtitle, [], 0);
      copy.fields = old.fields.map((field) => ({ ...field }));
      changed([copy.id]);
      return viewOf(copy);
    },
    item_history: ({ item, offset, limit }) => {
      const { history } = find(item);
      return {
        total: history.length,
        rows: history.slice(offset, offset + limit).map((row, i) => ({
          revision: `r${offset + i}`,
          by: world.refer(row.by),
          device: row.by === 'mara' ? 'mara-x1' : 'ana-desk',
          at_ms: row.at,
          created: offset + i === history.length - 1,
          changed: row.changed,
          added: [],
          removed: [],
        })),
      };
    },
    item_conflict: ({ item }) => {
      const stored = find(item);
      const other = stored.other ?? {};
      return {
        title: stored.title,
        base: `base-${stored.changedAt}`,
        sides: [
          { revision: 'theirs', by: world.refer('mara'), device: 'mara-x1', at_ms: world.now - 24 * 60_000 },
          { revision: 'mine', by: world.refer('ana'), device: 'ana-desk', at_ms: world.now - 22 * 60_000 },
        ],
        fields: stored.fields
          .filter((field) => field.id in other)
          .map((field) => ({
            id: field.id,
            role: field.role,
            label: field.label,
            concealed: field.concealed,
            values: [
              { revision: 'mine', value: field.concealed ? null : field.value, removed: false },
              { revision: 'theirs', value: field.concealed ? null : other[field.id]!, removed: false },
            ],
          })),
        merged: [{ role: 'note', label: null }],
        same_count: stored.fields.length - Object.keys(other).length,
      };
    },
    item_resolve: ({ item, choices }) => {
      const stored = find(item);
      for (const { field, revision } of choices) {
        const found = stored.fields.find((one) => one.id === field);
        if (found && revision === 'theirs') found.value = stored.other?.[field] ?? found.value;
      }
      stored.other = null;
      stored.changedAt = Date.now();
      changed([item]);
      return viewOf(stored);
    },
    draft_save: (draft) => {
      world.draft = structuredClone(draft);
      return null;
    },
    draft_get: () => {
      const draft = world.draft;
      if (!draft) return null;
      return {
        ...draft,
        saved_ms: Date.now(),
        files: [...(world.items.find((item) => item.id === draft.item)?.files ?? []), ...world.added].filter(
          (file) => draft.files?.includes(file.id) ?? true,
        ),
        fields: draft.fields.map((field, i) => {
          const text = field.value.type === 'set' ? field.value.text : '';
          return {
            id: field.id ?? `draft-${i}`,
            role: field.role,
            label: field.label,
            concealed: field.concealed,
            filled: text !== '' || field.value.type !== 'set',
            value: field.concealed ? null : text,
            drafted: field.value.type !== 'keep',
          };
        }),
      };
    },
    draft_discard: () => {
      world.draft = null;
      world.added = [];
      return null;
    },
    file_add: ({ path }) => {
      const file = { id: world.newId('file'), name: path?.split('/').at(-1) ?? 'server.pem', size: 3212 };
      world.added.push(file);
      return file;
    },
    file_save: ({ item, file, path }) => {
      const found = find(item).files.find((one) => one.id === file);
      if (!found) throw new AppError('not_found', 'no such file');
      return { name: found.name, path: path ?? `/home/ana/${found.name}` };
    },
    vault_list: () => ({
      vaults: world.vaults.map(vaultOf),
      all: world.items.filter((item) => !item.archived).length,
      favourites: world.items.filter((item) => item.favourite && !item.archived).length,
      archived: world.items.filter((item) => item.archived).length,
      shared: 0,
      over: [],
    }),
    vault_create: ({ name, colour }) => {
      const vault = { id: world.newId('v'), name, colour, personal: false };
      world.vaults.splice(-1, 0, vault);
      world.grants.push({ scope: { type: 'vault', id: vault.id }, user: 'ana', role: 'owner' });
      emit('vaults-changed', null);
      return vaultOf(vault);
    },
    vault_rename: ({ vault, name, colour }) => {
      const found = world.vaults.find((one) => one.id === vault)!;
      Object.assign(found, { name, colour });
      emit('vaults-changed', null);
      return vaultOf(found);
    },
    generate: (options) => {
      const random = (set: string) => set[crypto.getRandomValues(new Uint32Array(1))[0]! % set.length]!;
      let value: string;
      if (options.mode === 'words') {
        const words = pick(options.length).map((word, i) =>
          options.capitals && i % 2 === 1 ? word[0]!.toUpperCase() + word.slice(1) : word,
        );
        if (options.digit) words.splice(2, 0, random('23456789'));
        value = words.join(options.separator);
      } else {
        const set =
          options.mode === 'pin'
            ? '0123456789'
            : 'abcdefghijkmnpqrstuvwxyz' +
              (options.capitals ? 'ABCDEFGHJKLMNPQRSTUVWXYZ' : '') +
              (options.digit ? '23456789' : '') +
              (options.symbols ? '!#%+:=?@_-' : '');
        value = Array.from({ length: options.length }, () => random(set)).join('');
      }
      return { value, strength: strengthOf(value) };
    },
  };
}

/** Bytes for the commands that answer with one secret. */
export function revealItem(
  world: World,
  request: { item: string; field: string; revision: string | null },
): string {
  const item = world.items.find((one) => one.id === request.item);
  const field = item?.fields.find((one) => one.id === request.field);
  if (!item || !field) throw new AppError('not_found', 'no such field');
  return request.revision === 'theirs' ? (item.other?.[field.id] ?? field.value) : field.value;
}
