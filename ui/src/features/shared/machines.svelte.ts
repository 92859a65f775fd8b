// The machines of the team.
import { call, type MachinesView } from '$ipc';
import { Asked } from './asked.svelte';

export const machines = new Asked<MachinesView>(() => call('machine_list'));
