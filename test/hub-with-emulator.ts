import { createManualClock } from '../emulator/clocks/manual-clock.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { createLocalHub, toEmulatorOptions } from '../harness/create-local-hub.ts';
import type { LocalHub, LocalHubOptions } from '../harness/local-hub.ts';
import { recordLog } from '../harness/recorded-log.ts';

/** A hub of the harness, and the emulator behind it, which its users do not see. */
export interface HubWithEmulator extends LocalHub {
  readonly emulator: Emulator;
}

/** Starts what `startHub` of the harness starts. */
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
