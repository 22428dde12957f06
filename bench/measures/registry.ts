import type { Checkout } from '../checkouts.ts';
import { type Emulators, startEmulators } from '../emulators.ts';
import type { WindowFigures } from '../load/measured-window.ts';
import type { RegistryLoad } from '../load/registry-load.ts';
import type { SdkRegistryFigures, SdkRegistryLoad } from '../load/sdk-registry-load.ts';
import { expectSuccess, openHttp, requestMaker } from '../load/wire/http-wire.ts';
import { runLoad, type ServerProcess, startServer } from '../processes.ts';
import { formatRate, type Report, type Samples } from '../report/report.ts';
import { medianOf } from '../report/statistics.ts';
import { TARGETS } from '../report/targets.ts';
import type { BareFacts, BareSettings } from '../servers/bare-server.ts';
import type { EmulatorFacts } from '../servers/emulator-server.ts';
import { byTurns, roundsOfEach } from '../turns.ts';

const ROUNDS = 5;
const CONNECTIONS = 16;
const SDK_COUNT = 500;

/** Registry operations over keep-alive HTTPS; beside a bare node:https server that asks for no token. */
export async function measureRegistry(report: Report, checkouts: readonly Checkout[]): Promise<void> {
  await using emulators = await startEmulators(checkouts, { deviceCount: CONNECTIONS });
  const { facts } = emulators.emulator;
  const bareSettings: BareSettings = { answerBytes: await answerBytesOf(facts) };
  await using bare = await startServer<BareFacts>('servers/bare-server.ts', bareSettings);
  const { hostName, key } = facts;
  let loads = 0;
  const load =
    (operation: RegistryLoad['operation']) => (server: ServerProcess<{ readonly httpsPort: number }>) => () =>
      runLoad<WindowFigures>('load/registry-load.ts', {
        operation,
        idPrefix: `load${loads++}`,
        connections: CONNECTIONS,
        httpsPort: server.facts.httpsPort,
        serverPid: server.pid,
        hub: { hostName, key },
        warmUpMilliseconds: 400,
        milliseconds: 1200,
      } satisfies RegistryLoad);
  const turns = await byTurns<string, WindowFigures>(ROUNDS, {
    ...withSuffix(' GET', { ...emulators.map(load('read')), 'bare node:https': load('read')(bare) }),
    ...withSuffix(' PUT', { ...emulators.map(load('create')), 'bare node:https': load('create')(bare) }),
  });
  report.heading(
    `Registry over HTTPS: ${CONNECTIONS} connections, answers of ${bareSettings.answerBytes} bytes, SAS`,
  );
  report.rounds(turns);
  report.contestants(turns.samples);
  report.compare(turns.samples, 'emulator GET', 'bare node:https GET', TARGETS.registryReads);
  report.compare(turns.samples, 'emulator PUT', 'bare node:https PUT');
  report.rateAgainstBefore('GET', withoutSuffix(' GET', turns.samples));
  report.rateAgainstBefore('PUT', withoutSuffix(' PUT', turns.samples));
  await measureSdk(report, emulators, roundsOfEach(checkouts.length));
}

async function measureSdk(report: Report, emulators: Emulators, rounds: number): Promise<void> {
  let loads = 0;
  const loadOn =
    ({ facts: { key, ...facts } }: ServerProcess<EmulatorFacts>) =>
    () =>
      runLoad<SdkRegistryFigures>('load/sdk-registry-load.ts', {
        wiring: { ...facts, host: '127.0.0.1' },
        key,
        idPrefix: `sdk${loads++}`,
        count: SDK_COUNT,
      } satisfies SdkRegistryLoad);
  const { samples } = await byTurns<string, SdkRegistryFigures>(rounds, emulators.map(loadOn));
  for (const [name, figures] of Object.entries(samples))
    report.line(`${name}, azure-iothub SDK`, `one after the other: ${formatSdk(figures)}`);
  report.costAgainstBefore('SDK create', samples, ({ createsPerSecond }) => 1 / createsPerSecond);
  report.costAgainstBefore('SDK read', samples, ({ readsPerSecond }) => 1 / readsPerSecond);
}

function formatSdk(figures: readonly SdkRegistryFigures[]): string {
  const creates = medianOf(figures, ({ createsPerSecond }) => createsPerSecond);
  const reads = medianOf(figures, ({ readsPerSecond }) => readsPerSecond);
  return `creates ${formatRate(creates)}, reads ${formatRate(reads)}`;
}

// The bare server answers with as many bytes; otherwise it would be compared with less work.
async function answerBytesOf(facts: EmulatorFacts): Promise<number> {
  const wire = await openHttp(facts.httpsPort);
  const answer = await expectSuccess(wire, requestMaker(facts)('GET', '/devices/d0'));
  wire.close();
  return answer.body.length;
}

function withSuffix<T>(suffix: string, values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name + suffix, value]));
}

function withoutSuffix<T>(suffix: string, samples: Samples<T>): Samples<T> {
  const entries = Object.entries(samples).filter(([name]) => name.endsWith(suffix));
  return Object.fromEntries(entries.map(([name, values]) => [name.slice(0, -suffix.length), values]));
}
