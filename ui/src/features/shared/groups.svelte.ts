// The groups of the team.
import { call, type GroupsView } from '$ipc';
import { Asked } from './asked.svelte';

export const groups = new Asked<GroupsView>(() => call('group_list'));
