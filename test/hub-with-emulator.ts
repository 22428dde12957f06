import type { Emulator } from '../emulator/emulator.ts';
import type { LocalHub, LocalHubOptions } from '../harness/local-hub.ts';
import { startLocalHub } from '../harness/start-local-hub.ts';

/** A local hub of the harness with its emulator, which is not part of the public type. */
export interface HubWithEmulator extends LocalHub {
  readonly emulator: Emulator;
}

/** Starts the same hub as `startHub` of the harness. */
export async function startHubWithEmulator(options: LocalHubOptions = {}): Promise<HubWithEmulator> {
  const { hub, emulator } = await startLocalHub(options);
  return { ...hub, emulator };
}
