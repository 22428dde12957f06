/** A figure that this emulator has to reach; `number` is its number in README.md. */
export interface Target {
  readonly number: number;
  readonly title: string;
  readonly bound: 'at least' | 'at most';
  readonly value: number;
  /** Absent for a ratio. */
  readonly unit?: 'KiB' | 'ms';
}

/** Below it the emulator counts as slower than `before`. */
export const LEAST_RATIO_TO_BEFORE = 0.95;

export const TARGETS = {
  telemetryToMosquitto: {
    number: 1,
    title: 'telemetry, 100 × 10: emulator / mosquitto',
    bound: 'at least',
    value: 2.3,
  },
  telemetryToAedes: {
    number: 1,
    title: 'telemetry, 100 × 10: emulator / plain aedes',
    bound: 'at least',
    value: 2.8,
  },
  connections: {
    number: 2,
    title: 'new connections: emulator / mosquitto',
    bound: 'at least',
    value: 0.9,
  },
  idleMemory: {
    number: 3,
    title: 'memory of an idle device at 10,000',
    bound: 'at most',
    value: 45,
    unit: 'KiB',
  },
  registryReads: {
    number: 4,
    title: 'registry GET: emulator / bare node:https',
    bound: 'at least',
    value: 0.7,
  },
  patch: {
    number: 5,
    title: 'PATCH to the module, p50: emulator / raw echo',
    bound: 'at most',
    value: 2.2,
  },
  slowPatch: {
    number: 5,
    title: 'PATCH to the module, p99',
    bound: 'at most',
    value: 5,
    unit: 'ms',
  },
  ready: {
    number: 6,
    title: 'spawn to Ready: emulator / node -e 0',
    bound: 'at most',
    value: 1.6,
  },
  queries: {
    number: 7,
    title: 'selective query over 100,000 twins',
    bound: 'at most',
    value: 30,
    unit: 'ms',
  },
  manyQueries: {
    number: 7,
    title: 'selective query over 1,000,000 twins',
    bound: 'at most',
    value: 300,
    unit: 'ms',
  },
  hubLifetime: {
    number: 10,
    title: 'startHub() to close(), after the first',
    bound: 'at most',
    value: 10,
    unit: 'ms',
  },
} as const satisfies Readonly<Record<string, Target>>;
