import { createManualClock } from '../emulator/clocks/manual-clock.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { createLocalHub, toEmulatorOptions } from '../harness/create-local-hub.ts';
import type { LocalHub, LocalHubOptions } from '../harness/local-hub.ts';
import { recordLog } from '../harness/recorded-log.ts';

/** A local hub of the harness with its emulator, which is not part of the public type. */
export interface HubWithEmulator extends LocalHub {
  readonly emulator: Emulator;
}

/** Starts the same hub as `startHub` of the harness. */
export async function startHubWithEmulator(options: LocalHubOptions = {}): Promise<HubWithEmulator> {
  const clock = options.clock === 'manual' ? createManualClock(Date.now()) : undefined;
  const { log, lines } = recordLog();
  const emulatorOptions = toEmulatorOptions(options);
  const emulator = await startEmulator({
    ...emulatorOptions,
    log,
    ...(clock === undefined ? {} : { clock }),
  });
  return { ...createLocalHub(emulator, emulatorOptions.hub, { clock, lines }), emulator };
}
