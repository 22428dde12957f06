import { readFileSync } from 'node:fs';
import type { Checkout } from '../checkouts.ts';
import { startEmulators } from '../emulators.ts';
import type { IdleLoad } from '../load/idle-load.ts';
import { type ServerProcess, startServer } from '../processes.ts';
import type { Report } from '../report/report.ts';
import { median } from '../report/statistics.ts';
import { TARGETS } from '../report/targets.ts';
import type { BareFacts, BareSettings } from '../servers/bare-server.ts';
import { startMosquitto } from '../servers/mosquitto.ts';

// The server, the load and their own files must all fit below the limit of each process.
const SPARE_FILES = 200;
const TARGET_COUNT = 10_000;

/** Memory of a device that is connected over TLS and sends nothing; beside mosquitto and Node's bare TLS. */
export async function measureIdle(
  report: Report,
  checkouts: readonly Checkout[],
  counts: readonly number[],
): Promise<void> {
  for (const count of counts) {
    report.heading(`Idle devices: memory of each of ${count.toLocaleString('en')}`);
    const limit = openFilesLimit();
    if (count + SPARE_FILES > limit) {
      report.line('NOT MEASURED', `only ${limit} files may be open; raise it with ulimit -n`);
    } else {
      await measureCount(report, checkouts, count);
    }
  }
}

async function measureCount(report: Report, checkouts: readonly Checkout[], count: number): Promise<void> {
  const bareSettings: BareSettings = { answerBytes: 600 };
  await using emulators = await startEmulators(checkouts, { deviceCount: count });
  const { hostName, key } = emulators.emulator.facts;
  const kibibytes = async (server: ServerProcess<{ readonly mqttPort: number }>) => {
    const before = await server.restingMemoryBytes();
    const load: IdleLoad = { mqttPort: server.facts.mqttPort, connections: count, hub: { hostName, key } };
    await using _devices = await startServer('load/idle-load.ts', load);
    return ((await server.restingMemoryBytes()) - before) / 1024 / count;
  };
  const ours: Record<string, readonly number[]> = {};
  for (const [name, measure] of Object.entries(emulators.map((server) => () => kibibytes(server)))) {
    const value = await measure();
    ours[name] = [value];
    report.line(name, formatKibibytes(value));
  }
  {
    await using bare = await startServer<BareFacts>('servers/bare-server.ts', bareSettings);
    report.line('bare node:tls', formatKibibytes(await kibibytes(bare)));
  }
  await using mosquitto = await startMosquitto('delayed');
  if (mosquitto !== undefined) report.line('mosquitto', formatKibibytes(await kibibytes(mosquitto)));
  report.costAgainstBefore('memory', ours, (value) => value);
  if (count === TARGET_COUNT) report.judge(TARGETS.idleMemory, median(ours['emulator'] ?? []));
}

function formatKibibytes(value: number): string {
  return `${value.toFixed(1)} KiB`;
}

function openFilesLimit(): number {
  return Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
}
