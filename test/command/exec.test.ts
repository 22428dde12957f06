import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  COMMAND,
  type CommandSettings,
  canListen,
  fixture,
  isInstalled,
  launch,
  run,
  temporaryFolder,
  UNPRIVILEGED_USER,
} from './command.ts';
import { sdkProgram } from './sdk-program.ts';

const NODE = process.execPath;

/** Runs a command, or a Node program given as text, below exec. */
function exec(
  options: readonly string[],
  program: string | readonly string[],
  settings: CommandSettings = {},
) {
  const command = typeof program === 'string' ? [NODE, '-e', program] : program;
  return run(['exec', ...options, '--', ...command], settings);
}

const CREATE = sdkProgram(`
  const { responseBody } = await registry().create({ deviceId: 'thermostat' });
  console.log(responseBody.deviceId);`);

describe('exec command', { timeout: 60_000 }, () => {
  it('redirects the service SDK to its hub, does not change the output and leaves no files', async () => {
    await using folder = await temporaryFolder();
    const result = await exec([], CREATE, { env: { TMPDIR: folder.path } });
    expect(result).toMatchObject({ code: 0, stdout: 'thermostat\n' });
    expect(result.stderr).toMatch(
      /^iothub-emulator: '.*' ended with code 0 after 1 request and 0 client connections\.\n$/,
    );
    const leftovers = await readdir(folder.path);
    expect(leftovers.filter((name) => name.startsWith('iothub-emulator'))).toEqual([]);
  });

  it('redirects the service SDK of an unprivileged user without a home folder', async () => {
    const settings = { ...UNPRIVILEGED_USER, cwd: '/', env: { HOME: '/nonexistent' } };
    expect(await exec(['--quiet'], CREATE, settings)).toMatchObject({
      code: 0,
      stdout: 'thermostat\n',
      stderr: '',
    });
  });

  it('redirects tests that npx and vitest run, with quotes and spaces in the temporary folder', async () => {
    await using folder = await temporaryFolder();
    const TMPDIR = join(folder.path, `the "temporary" files of O'Neill`);
    await mkdir(TMPDIR);
    const REPORT = join(folder.path, 'report');
    const vitest = ['npx', '--no', 'vitest', 'run', '--root', fixture('project')];
    const result = await exec(['--host-name', 'myhub.azure-devices.net'], vitest, {
      env: { TMPDIR, REPORT },
    });
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/1 passed/) });
    expect(await readFile(REPORT, 'utf8')).toBe('myhub.azure-devices.net');
    expect(result.stderr).toMatch(/after [1-9]\d* requests? and 1 client connection\.\n$/);
  });

  it('passes its standard input to the command', async () => {
    const line = `echo 'from a pipe' | "$0" "$@"`;
    const settings = { command: ['/bin/sh', '-c'] } as const;
    const { stdout } = await run([line, ...COMMAND, 'exec', '--quiet', '--', 'cat'], settings);
    expect(stdout).toBe('from a pipe\n');
  });

  it('sets connection strings of the device and the module that work over MQTT and WebSocket', async () => {
    const program = sdkProgram(`
      for (const [Sdk, transport, string] of [
        [Client, Mqtt, env.IOTHUB_DEVICE_CONNECTION_STRING],
        [ModuleClient, MqttWs, env.IOTHUB_MODULE_CONNECTION_STRING],
      ]) {
        const client = Sdk.fromConnectionString(string, transport);
        await client.open();
        const twin = await client.getTwin();
        console.log(/HostName=([^;]*)/.exec(string)[1], twin.properties.desired.$version);
        await client.close();
      }
      process.exit();`);
    const options = ['--device', 'd1', '--device', 'd2', '--module', 'd1/m1'];
    const result = await exec([...options, '--host-name', 'myhub.azure-devices.net'], program);
    expect(result).toMatchObject({ code: 0, stdout: 'myhub.azure-devices.net 1\n'.repeat(2) });
    expect(result.stderr).toMatch(/after \d+ requests? and 2 client connections\.\n$/);
  });

  it('removes inherited connection strings of another hub', async () => {
    const env = {
      IOTHUB_CONNECTION_STRING:
        'HostName=real.azure-devices.net;SharedAccessKeyName=service;SharedAccessKey=AA==',
      IOTHUB_DEVICE_CONNECTION_STRING: 'HostName=real.azure-devices.net;DeviceId=d;SharedAccessKey=AA==',
      IOTHUB_MODULE_CONNECTION_STRING:
        'HostName=real.azure-devices.net;DeviceId=d;ModuleId=m;SharedAccessKey=AA==',
    };
    const program = `
      const names = Object.keys(process.env).filter((name) => /^IOTHUB_.*STRING$/.test(name));
      console.log(names.map((name) => name + ' ' + process.env[name].split(';')[0]).join());`;
    const { stdout } = await exec([], program, { env });
    expect(stdout).toBe('IOTHUB_CONNECTION_STRING HostName=hub1.iothub.test\n');
  });

  it('returns 128 plus the number of the signal that killed the command', async () => {
    expect((await exec([], ['sh', '-c', 'kill -9 $$'])).code).toBe(137);
  });

  it.each([
    [['npm test'], 127, "Command 'npm test' was not found (to run a shell line, use exec -- sh -c LINE)."],
    [['/etc/passwd'], 126, "Command '/etc/passwd' is not executable."],
  ] as const)('reports why %j cannot run and ends with code %i', async (command, code, message) => {
    const stderr = `iothub-emulator: ${message}\n`;
    expect(await exec([], command)).toMatchObject({ code, stdout: '', stderr });
  });

  it('passes options and dashes after the command to the command', async () => {
    expect((await exec([], ['echo', '--help', '--', '-x'])).stdout).toBe('--help -- -x\n');
  });

  it('needs no dashes before the command, returns its code, and reports likely causes if it did not reach the hub', async () => {
    const { code, stderr } = await run(['exec', '--quiet', 'sh', '-c', 'exit 3']);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^iothub-emulator: 'sh -c exit 3' did not reach the hub hub1\.iothub\.test\. Likely causes: .*--host-name.*--fixed-ports.*environment.*\.\n$/,
    );
  });

  it('forwards signals to the command and waits for its end', async () => {
    const program = `
      const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
      for (const signal of signals) process.on(signal, () => {
        console.log('received ' + signal);
        if (signal === signals.at(-1)) process.exitCode = 5, clearInterval(timer);
      });
      const timer = setInterval(() => {}, 1000);
      console.log('running');`;
    await using command = launch(['exec', '--', NODE, '-e', program]);
    await command.until(/running/);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      command.kill(signal);
      await command.until(new RegExp(`received ${signal}`));
    }
    expect((await command.ended).code).toBe(5);
  });

  it('reports untrusted certificates as the likely cause if TLS handshakes failed', async () => {
    const program = `require('node:tls').connect(443, 'hub1.iothub.test', { ca: [] }).on('error', () => {});`;
    const { stderr } = await exec([], program);
    expect(stderr).toMatch(
      /did not reach the hub .* 1 connection failed in the TLS handshake: .* own list of trusted certificates\.\n$/,
    );
  });

  it('logs the reason of a refused request to stderr', async () => {
    const program = sdkProgram(`
      const wrong = env.IOTHUB_CONNECTION_STRING.replace('iothubowner', 'unknown');
      await Registry.fromConnectionString(wrong).get('d');`);
    const { code, stdout, stderr } = await exec(['--json'], program);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'UnauthorizedError\n' });
    expect(JSON.parse(stderr.split('\n')[0] ?? '')).toMatchObject({
      level: 'warn',
      event: 'service-refused',
      reason: 'policy-unknown',
    });
  });

  it('enforces the policies of its options', async () => {
    const program = sdkProgram(`
      const both = env.IOTHUB_CONNECTION_STRING.replace('iothubowner', 'both');
      await Registry.fromConnectionString(both).create({ deviceId: 'd' });
      const twin = await Registry.fromConnectionString(both).getTwin('d');
      const owner = Registry.fromConnectionString(env.IOTHUB_CONNECTION_STRING);
      console.log(twin.responseBody.deviceId, await owner.get('d').catch((error) => error.name));`);
    const policies = [
      '--policy',
      'both=RegistryWrite,ServiceConnect',
      '--policy',
      'iothubowner=DeviceConnect',
    ];
    expect(await exec(policies, program)).toMatchObject({ code: 0, stdout: 'd UnauthorizedError\n' });
  });

  it('ends with code 2 for an invalid option and does not run the command', async () => {
    expect(await exec(['--partition-count', '0'], ['echo', 'ran'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'iothub-emulator: Invalid value "0" for --partition-count: expected a whole number from 1 to 128.\n',
    });
  });
});

const canBindDefaultPorts = process.platform === 'linux' && (await canListen('127.0.0.9', 443));

describe.skipIf(!canBindDefaultPorts)(
  'exec command with --fixed-ports (needs permission to open port 443)',
  { timeout: 60_000 },
  () => {
    it('serves a program that is not redirected', async () => {
      const bare = ['env', '-u', 'NODE_OPTIONS', '-u', 'IOTHUB_EMULATOR_REDIRECT', NODE, '-e', CREATE];
      const result = await exec(['--quiet', '--fixed-ports', '--host', '127.0.0.9'], bare);
      expect(result).toMatchObject({ code: 0, stdout: 'thermostat\n', stderr: '' });
    });

    it.skipIf(!isInstalled('java', '-version'))('makes Java trust the hub', async () => {
      // Java compiles the program first. These options make it fast enough on a busy machine.
      const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
      const program = ['java', ...quick, fixture('Trust.java'), '127.0.0.9', '8883'];
      const result = await exec(['--quiet', '--fixed-ports', '--host', '127.0.0.9'], program);
      expect(result).toMatchObject({ code: 0, stdout: 'trusted\n' });
    });

    it('ends with code 3 if a fixed port is in use', async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(8883, '127.0.0.10', resolve));
      const { code, stderr } = await exec(['--fixed-ports', '--host', '127.0.0.10'], ['echo', 'ran']);
      server.close();
      expect(code).toBe(3);
      expect(stderr).toMatch(
        /Port 8883 of 127\.0\.0\.10 is in use.* omit --fixed-ports if COMMAND is a Node or Python program\.\n$/,
      );
    });
  },
);
