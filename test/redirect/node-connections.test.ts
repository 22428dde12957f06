import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Redirect } from '../../emulator/redirect/environment.ts';
import { type LoopbackHub, openLoopbackHub } from './loopback-hub.ts';
import { fixture, redirectTo, runProgram, shellEnvironment } from './run-program.ts';

describe('connection of a Node program below exec', () => {
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

  async function run(program: string, ...args: string[]) {
    return runProgram(['node', fixture(program), ...args], { env: redirect.environment });
  }

  test('reaches the hub by every form of connect, TLS and fetch, and keeps the host name', async () => {
    const { stdout, stderr } = await run('connections.cjs');
    expect(stderr).toBe('');
    const answer = { host: 'hub1.iothub.test', servername: 'hub1.iothub.test' };
    expect(JSON.parse(stdout)).toEqual({
      'net.connect(port, host)': hub.ports[443],
      'net.connect(port, host, listener)': hub.ports[443],
      'net.connect(port as text, host)': hub.ports[443],
      'net.connect(options)': hub.ports[443],
      'net.connect(options, listener)': hub.ports[443],
      'net.connect(options with lookup)': hub.ports[443],
      'net.connect(options with family)': hub.ports[443],
      'net.connect(a name in capitals)': hub.ports[443],
      'net.createConnection(port, host)': hub.ports[443],
      'new net.Socket().connect(port, host)': hub.ports[443],
      'new net.Socket().connect(options)': hub.ports[443],
      'tls.connect(port, host, options)': true,
      'tls.connect(options)': true,
      'tls.connect over a socket of its own': true,
      'tls.connect over a socket, with name': true,
      'https.get(url)': answer,
      'https.get(options with lookup)': answer,
      'https.get through a keep-alive agent': answer,
      fetch: answer,
    });
  });

  test('reaches the hub by MQTT over TLS and over WebSocket', async () => {
    expect(await run('mqtt.mjs')).toEqual({ exitCode: 0, stdout: 'mqtts true\nwss true\n', stderr: '' });
  });

  test('reaches other addresses as without exec, with the same errors', async () => {
    const redirected = await run('untouched.cjs', String(hub.neighbourPort));
    const bare = await runProgram(['node', fixture('untouched.cjs'), String(hub.neighbourPort)], {
      env: shellEnvironment(),
    });
    expect(redirected).toEqual(bare);
    expect(JSON.parse(redirected.stdout)).toMatchObject({
      'a local server by its own port': 'neighbour',
      'another name': expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
      'another port of the hub': expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
  });

  test.each(['', '{', 'null', '{}', '{"names":7}'])(
    'is not redirected if the redirect settings are %j',
    async (text) => {
      const env = { ...redirect.environment, IOTHUB_EMULATOR_REDIRECT: text };
      const program = 'console.log(process.version)';
      expect(await runProgram(['node', '-e', program], { env })).toEqual({
        exitCode: 0,
        stdout: `${process.version}\n`,
        stderr: '',
      });
    },
  );
});
