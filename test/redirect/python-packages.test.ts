import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Redirect } from '../../emulator/redirect/environment.ts';
import { type LoopbackHub, openLoopbackHub } from './loopback-hub.ts';
import { findPackages, findPython, isAbsent } from './python-programs.ts';
import { fixture, redirectTo, runProgram, shellEnvironment } from './run-program.ts';

const ANSWER = { host: 'hub1.iothub.test', servername: 'hub1.iothub.test' };
const CERTIFIED = { DNS: 'hub1.iothub.test' };

/** For each package, the ways to reach the hub and the expected output. */
const REACHING: Record<string, readonly (readonly [way: string, printed: unknown])[]> = {
  requests: [
    ['requests', ANSWER],
    ['requests with certifi', ANSWER],
  ],
  certifi: [
    ['certifi', true],
    ['certifi imported before', true],
  ],
  aiohttp: [['aiohttp', ANSWER]],
  aiodns: [['aiohttp with aiodns', ANSWER]],
  uvloop: [
    ['uvloop', CERTIFIED],
    ['uvloop sock_connect', true],
    ['uvloop with aiohttp', ANSWER],
  ],
  gevent: [
    ['gevent', ANSWER],
    ['gevent alone', CERTIFIED],
  ],
  'azure.iot.device': [
    ['azure-iot-device', true],
    ['azure-iot-device over WebSocket', true],
  ],
};

/** For each package with AMQP, the ways to reach the hub and the first bytes that the hub receives. */
const AMQP: Record<string, readonly (readonly [way: string, opening: string])[]> = {
  uamqp: [
    ['uamqp', 'AMQP'],
    ['uamqp over WebSocket', 'AMQPWSB10 AMQP'],
  ],
  'azure.eventhub': [['azure-eventhub', 'AMQP']],
  websocket: [['azure-eventhub over WebSocket', 'AMQPWSB10 AMQP']],
};

const python = findPython();
const packages = findPackages(python, ['pytest', ...Object.keys(REACHING), ...Object.keys(AMQP)]);

function describeWith(name: string, tests: () => void) {
  describe.skipIf(isAbsent(`Python package ${name}`, packages.has(name)))(
    `program with the package ${name}`,
    tests,
  );
}

describe('Python program below exec', () => {
  let hub: LoopbackHub;
  let redirect: Redirect;

  beforeAll(async () => {
    hub = await openLoopbackHub();
    redirect = redirectTo(hub);
  });
  afterAll(async () => {
    redirect[Symbol.dispose]();
    await hub[Symbol.asyncDispose]();
  });

  async function run(...args: string[]) {
    return runProgram([python!, ...args], { env: redirect.environment });
  }

  for (const [name, ways] of Object.entries(REACHING)) {
    describeWith(name, () => {
      test.each(ways)('reaches the hub by %s', async (way, printed) => {
        const { stdout, stderr } = await run(fixture('python/packages.py'), way);
        expect(stderr).toBe('');
        expect(JSON.parse(stdout)).toEqual(printed);
      });
    });
  }

  for (const [name, ways] of Object.entries(AMQP)) {
    describeWith(name, () => {
      test.each(ways)('reaches the hub by %s', async (way, opening) => {
        // uamqp receives the address instead of the name, and verifies the certificate against it.
        await using certified = await openLoopbackHub('hub1.iothub.test', [
          { type: 'dns', value: 'hub1.iothub.test' },
          { type: 'ip', value: '127.0.0.1' },
        ]);
        using amqp = redirectTo(certified);
        const command = [python!, fixture('python/packages.py'), way] as const;
        const { stdout } = await runProgram(command, { env: amqp.environment });
        expect(stdout).toBe('"asked"\n');
        expect(certified.amqpOpenings[0]).toBe(opening);
      });
    });
  }

  describeWith('requests', () => {
    test('bypasses the proxy of the user', async () => {
      const proxied = { ...shellEnvironment(), HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'intranet' };
      using bypassing = redirectTo(hub, proxied);
      const command = [python!, fixture('python/packages.py'), 'requests'] as const;
      const { stdout } = await runProgram(command, { env: bypassing.environment });
      expect(JSON.parse(stdout)).toEqual(ANSWER);
    });
  });

  describeWith('pytest', () => {
    test('reaches the hub from a test', async () => {
      const result = await run(
        '-m',
        'pytest',
        '-q',
        '-p',
        'no:cacheprovider',
        fixture('python/test_reach.py'),
      );
      expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 passed') });
    });
  });
});
