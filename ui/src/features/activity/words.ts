// The record's sentences.
import type { ActivityRow } from '$ipc';
import { m } from '$paraglide/messages';
import { fieldInSentence } from '$features/shared/fields';
import { personName } from '$features/shared/words';

const WHOLE = {
  opened: m.activity_opened,
  copied: m.activity_copied,
  used: m.activity_used,
  saved: m.activity_saved,
};
const PART = {
  opened: m.activity_opened_part,
  copied: m.activity_copied_part,
  used: m.activity_used_part,
  saved: m.activity_saved_part,
};

/** Who did it: a machine by its own name. */
function doer(row: ActivityRow): string {
  if (row.machine) return row.device || m.machines_unnamed();
  return row.by.me ? m.you_subject() : personName(row.by);
}

export function sentence(row: ActivityRow): string {
  const name = doer(row);
  if (!row.did) return m.activity_unreadable({ name });
  const item = row.shown ? row.shown.title || m.untitled() : m.activity_hidden_item();
  const part = row.shown?.part;
  return part ? PART[row.did]({ name, item, part: fieldInSentence(part) }) : WHOLE[row.did]({ name, item });
}
