import { expectSuccess, openHttp, requestMaker } from './load/http-wire.ts';
import type { WindowFigures } from './load/measured-window.ts';
import type { RegistryLoad } from './load/registry-load.ts';
import type { SdkRegistryFigures, SdkRegistryLoad } from './load/sdk-registry-load.ts';
import { runLoad, type ServerProcess, startServer } from './processes.ts';
import { formatRate, type Report } from './report.ts';
import type { BareFacts, BareSettings } from './servers/bare-server.ts';
import type { EmulatorFacts, EmulatorSettings } from './servers/emulator-server.ts';
import { TARGETS } from './targets.ts';
import { byTurns } from './turns.ts';

const ROUNDS = 5;
const CONNECTIONS = 16;
const SDK_COUNT = 500;

/** Registry operations over keep-alive HTTPS; beside a bare node:https server that asks for no token. */
export async function measureRegistry(report: Report): Promise<void> {
  const settings: EmulatorSettings = { deviceCount: CONNECTIONS };
  await using emulator = await startServer<EmulatorFacts>('./servers/emulator-server.ts', settings);
  const bareSettings: BareSettings = { answerBytes: await answerBytesOf(emulator.facts) };
  await using bare = await startServer<BareFacts>('./servers/bare-server.ts', bareSettings);
  const { hostName, key } = emulator.facts;
  let loads = 0;
  const run = (
    operation: RegistryLoad['operation'],
    server: ServerProcess<{ readonly httpsPort: number }>,
  ) => {
    return () =>
      runLoad<WindowFigures>('./load/registry-load.ts', {
        operation,
        idPrefix: `load${loads++}`,
        connections: CONNECTIONS,
        httpsPort: server.facts.httpsPort,
        serverPid: server.pid,
        hub: { hostName, key },
        warmUpMilliseconds: 400,
        milliseconds: 1200,
      } satisfies RegistryLoad);
  };
  const turns = await byTurns<string, WindowFigures>(ROUNDS, {
    'emulator GET': run('read', emulator),
    'bare node:https GET': run('read', bare),
    'emulator PUT': run('create', emulator),
    'bare node:https PUT': run('create', bare),
  });
  report.heading(
    `Registry over HTTPS: ${CONNECTIONS} connections, answers of ${bareSettings.answerBytes} bytes, SAS`,
  );
  report.rounds(turns);
  report.contestants(turns.samples);
  report.compare(turns.samples, 'emulator GET', 'bare node:https GET', TARGETS.registryReads);
  report.compare(turns.samples, 'emulator PUT', 'bare node:https PUT');
  await measureSdk(report, emulator.facts);
}

async function measureSdk(report: Report, { key, ...facts }: EmulatorFacts): Promise<void> {
  const wiring = { ...facts, host: '127.0.0.1' };
  const load: SdkRegistryLoad = { wiring, key, count: SDK_COUNT };
  const sdk = await runLoad<SdkRegistryFigures>('./load/sdk-registry-load.ts', load);
  report.line('azure-iothub SDK', `one after the other: ${formatSdk(sdk)}`);
}

function formatSdk({ createsPerSecond, readsPerSecond }: SdkRegistryFigures): string {
  return `creates ${formatRate(createsPerSecond)}, reads ${formatRate(readsPerSecond)}`;
}

// The bare server answers with as many bytes, else it would be compared with less work.
async function answerBytesOf(facts: EmulatorFacts): Promise<number> {
  const wire = await openHttp(facts.httpsPort);
  const answer = await expectSuccess(wire, requestMaker(facts)('GET', '/devices/d0'));
  wire.close();
  return answer.body.length;
}
