import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type CallCounter, startCounting } from '../call-counter.ts';
import type { HubAddress } from '../load/trips.ts';
import { firstLine, serverOf } from '../processes.ts';

/** The built command as a server whose own function calls are counted. */
export interface BuiltHub extends AsyncDisposable {
  readonly address: HubAddress;
  readonly counter: CallCounter;
}

/** What `start --json` prints first; only the part that is read here. */
interface StartReport {
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly connectionStrings: { readonly policies: { readonly iothubowner: string } };
}

const HOST_NAME = 'bench.iothub.test';
/** Ends the command when the benchmark ends; the command itself does not know of it. */
const END_WITH_BENCHMARK =
  'data:text/javascript,process.once("disconnect",()=>process.exit(1));process.channel.unref()';

/** Starts the built command with these devices, on free ports and with an inspector on loopback. */
export async function startBuiltHub(command: string, deviceIds: readonly string[]): Promise<BuiltHub> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-hub-'));
  const options = ['--json', '--log-level', 'error', '--host-name', HOST_NAME, '--ca-dir', folder];
  const ports = ['--https-port', '0', '--mqtt-port', '0'];
  const devices = deviceIds.flatMap((deviceId) => ['--device', deviceId]);
  const node = ['--inspect-wait=127.0.0.1:0', '--import', END_WITH_BENCHMARK];
  const words = [...node, command, 'start', ...options, ...ports, ...devices];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const counter = await startCounting(await inspectorUrlOf(child), join(command, '..'));
  const report = JSON.parse(await firstLine(child, command)) as StartReport;
  const { httpsPort, mqttPort } = report;
  const key = /SharedAccessKey=(.+)$/.exec(report.connectionStrings.policies.iothubowner)?.[1] ?? '';
  const server = serverOf(child, report, { collectsGarbage: false });
  return {
    address: { httpsPort, mqttPort, hub: { hostName: HOST_NAME, key } },
    counter,
    [Symbol.asyncDispose]: async () => {
      // A process with an open inspector connection does not end.
      counter.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Returns the address that Node prints; passes on every other line that is not the inspector's. */
function inspectorUrlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stderr === null) throw new Error('The command has no standard error.');
    child.once('exit', (code) => reject(new Error(`The command ended with exit code ${code}.`)));
    createInterface(child.stderr).on('line', (line) => {
      const url = /^Debugger listening on (ws:.*)$/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
      else if (!/^For help, see|^Debugger |^Waiting for the debugger/.test(line)) console.error(line);
    });
  });
}
