// The sentences of a stop, for the strip and the storage dialog.
import type { StopView } from '$ipc';
import { m } from '$paraglide/messages';

/** What happened. */
export function stopTitle(view: StopView): string {
  switch (view.kind) {
    case 'fork':
      return m.stop_fork({
        name: view.facts.find((fact) => fact.label.args.name)?.label.args.name ?? m.somebody(),
      });
    case 'own_log':
      return view.can_go_on ? m.stop_own_log() : m.stop_own_log_twice();
  }
}
/** What it means. */
export function stopText(view: StopView): string {
  switch (view.kind) {
    case 'fork':
      return m.stop_fork_text();
    case 'own_log':
      return view.can_go_on ? m.stop_own_log_text() : m.stop_own_log_twice_text();
  }
}
