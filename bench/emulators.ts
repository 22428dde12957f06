import type { Checkout } from './checkouts.ts';
import { type ServerProcess, startServer } from './processes.ts';
import type { EmulatorFacts, EmulatorSettings } from './servers/emulator-server.ts';

export type EmulatorProcess = ServerProcess<EmulatorFacts>;

/** The emulator of every checkout, each in a process of its own. */
export interface Emulators extends AsyncDisposable {
  readonly emulator: EmulatorProcess;
  /** Calls `create` with every emulator and returns the results by the names of the checkouts. */
  map<T>(create: (server: EmulatorProcess) => T): Readonly<Record<string, T>>;
}

/** Starts the emulator of every checkout by the checkout's own server program. */
export async function startEmulators(
  checkouts: readonly Checkout[],
  settings: EmulatorSettings,
): Promise<Emulators> {
  const servers = new Map<string, EmulatorProcess>();
  for (const { name, root } of checkouts)
    servers.set(name, await startServer<EmulatorFacts>('servers/emulator-server.ts', settings, root));
  const emulator = servers.get('emulator');
  if (emulator === undefined) throw new Error('No checkout is named emulator.');
  return {
    emulator,
    map: (create) => Object.fromEntries([...servers].map(([name, server]) => [name, create(server)])),
    [Symbol.asyncDispose]: async () => {
      for (const server of servers.values()) await server[Symbol.asyncDispose]();
    },
  };
}
