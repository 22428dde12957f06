import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import deviceSdk from 'azure-iot-device';
import mqttSdk from 'azure-iot-device-mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findPortOwner } from '../../emulator/command/start/port-owner.ts';
import { DEFAULT_KEY } from '../../emulator/emulator-options.ts';
import { COMMAND, fixture, launch, run, startHub, temporaryFolder, UNPRIVILEGED_USER } from './command.ts';

const FREE_PORTS = ['--https-port', '0', '--mqtt-port', '0'];

describe('start command', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let caDir: readonly string[];
  const opened: AsyncDisposable[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    caDir = ['--ca-dir', join(folder.path, 'ca')];
    await run(['certs', 'path', ...caDir]);
  });
  afterEach(async () => {
    for (const part of opened.splice(0)) await part[Symbol.asyncDispose]();
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const keep = <T extends AsyncDisposable>(part: T): T => {
    opened.push(part);
    return part;
  };
  const start = async (...args: string[]) => keep(await startHub([...caDir, ...args]));

  it('prints addresses, connection strings and trust lines in a table that ends with Ready', async () => {
    const clients = ['--device', 'd1', '--module', 'd2/m1', '--policy', 'own=RegistryRead'];
    const hub = keep(launch([...FREE_PORTS, ...caDir, ...clients]));
    const [ready] = await hub.until(/^Ready in \d+ ms\n/m);
    const output = hub.stdout();
    expect(output.endsWith(ready)).toBe(true);
    expect(output).toMatch(/^ {2}HTTPS +https:\/\/127\.0\.0\.1:\d+$/m);
    expect(output).toMatch(/^ {2}WebSocket +wss:\/\/127\.0\.0\.1:\d+\/\$iothub\/websocket$/m);
    expect(output).toMatch(/^ {2}MQTT +mqtts:\/\/127\.0\.0\.1:\d+$/m);
    for (const policy of ['iothubowner', 'service', 'device', 'registryRead', 'registryReadWrite', 'own']) {
      const string = `HostName=127.0.0.1;SharedAccessKeyName=${policy};SharedAccessKey=${DEFAULT_KEY}`;
      expect(output).toMatch(new RegExp(`^ {2}${policy} +${string}$`, 'm'));
    }
    expect(output).toMatch(/^ {2}d1 +HostName=127\.0\.0\.1;DeviceId=d1;SharedAccessKey=\S+=$/m);
    expect(output).toMatch(
      /^ {2}d2\/m1 +HostName=127\.0\.0\.1;DeviceId=d2;ModuleId=m1;SharedAccessKey=\S+=$/m,
    );
    expect(output).toContain(`NODE_EXTRA_CA_CERTS=${join(folder.path, 'ca/authority/ca.pem')}`);
    for (const language of ['CA file', 'Node', 'Python', 'Java', '.NET'])
      expect(output).toContain(`  ${language}  `);
    expect(hub.stderr()).toBe('');
    // The output is not a terminal, so it has no colours.
    expect(output).not.toContain('\u001b');
  });

  it('prints the same content as one JSON object, then one JSON object for each log line', async () => {
    const hub = await start('--device', 'd1', '--host-name', 'a.test', '--host-name', 'b.test');
    expect(hub.report).toMatchObject({
      hostNames: ['a.test', 'b.test'],
      host: '127.0.0.1',
      connectionStrings: {
        policies: {
          iothubowner: `HostName=a.test;SharedAccessKeyName=iothubowner;SharedAccessKey=${DEFAULT_KEY}`,
        },
        devices: { d1: expect.stringMatching(/^HostName=a\.test;DeviceId=d1;SharedAccessKey=/) },
        modules: {},
      },
      caFile: join(folder.path, 'ca/authority/ca.pem'),
      readyMilliseconds: expect.any(Number),
    });
    const refused = await fetchWithoutToken(hub.report.httpsPort);
    expect(refused).toBe(401);
    const [line] = await hub.until(/^.*service-refused.*\n/m);
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      event: 'service-refused',
      reason: 'credentials-missing',
    });
  });

  it('reads options from the environment and the configuration file', async () => {
    const file = join(folder.path, 'hub.json');
    await writeFile(
      file,
      JSON.stringify({ mqttPort: 0, device: ['fromFile'], caDir: 'ca', hostName: 'file.test' }),
    );
    const env = {
      IOTHUB_EMULATOR_CONFIG: file,
      IOTHUB_EMULATOR_HTTPS_PORT: '0',
      IOTHUB_EMULATOR_HOST_NAME: 'one.test;two.test',
      IOTHUB_EMULATOR_JSON: 'true',
      IOTHUB_EMULATOR_HTTP_PORT: '1',
    };
    const hub = keep(launch([], { env }));
    const [line] = await hub.until(/^\{"version".*\n/m);
    expect(JSON.parse(line)).toMatchObject({
      hostNames: ['one.test', 'two.test'],
      connectionStrings: { devices: { fromFile: expect.any(String) } },
      caFile: join(folder.path, 'ca/authority/ca.pem'),
    });
    await hub.until(/"event":"variable-unknown","variable":"IOTHUB_EMULATOR_HTTP_PORT"/);
  });

  it('uses the same connection strings and CA in every run, also in two that start together', async () => {
    const fresh = join(folder.path, 'fresh');
    const args = ['--device', 'd1', '--module', 'd1/m1', '--ca-dir', fresh];
    const hubs = await Promise.all([startHub(args), startHub(args)]);
    hubs.forEach(keep);
    expect(hubs[0].report.connectionStrings).toEqual(hubs[1].report.connectionStrings);
    const leaves = await Promise.all(hubs.map((hub) => issuerOf(hub.report.httpsPort)));
    expect(leaves[0]).toEqual(leaves[1]);
  });

  it('prints nothing with --quiet', async () => {
    const port = await freePort();
    const hub = keep(
      launch(['start', '--quiet', ...caDir, '--https-port', '0', '--mqtt-port', String(port)]),
    );
    const socket = await reach(port);
    hub.kill('SIGTERM');
    expect(await hub.ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    socket.destroy();
  });

  it('prints how a device connects to a free port, and both ways work', async () => {
    const hub = keep(launch([...FREE_PORTS, ...caDir, '--device', 'd1']));
    await hub.until(/^Ready/m);
    const [, suffix = ''] =
      /Node devices, MQTT .*or append (;GatewayHostName=localhost:\d+) to/.exec(hub.stdout()) ?? [];
    const [, gateway = ''] = /Node devices, MQTT +(HostName=localhost:\d+),/.exec(hub.stdout()) ?? [];
    const [string = ''] = /HostName=127\.0\.0\.1;DeviceId=d1;\S+/.exec(hub.stdout()) ?? [];
    const [, caFile = ''] = /CA file +(\S+)/.exec(hub.stdout()) ?? [];
    const ca = await readFile(caFile, 'utf8');
    for (const changed of [string + suffix, string.replace('HostName=127.0.0.1', gateway)]) {
      const client = deviceSdk.Client.fromConnectionString(changed, mqttSdk.Mqtt);
      await client.setOptions({ ca });
      await client.open();
      expect((await client.getTwin()).properties.desired.$version).toBe(1);
      await client.close();
    }
    expect(hub.stdout()).toMatch(/all others +support no other port: run .* iothub-emulator exec/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with code 0 within a second after %s while clients are connected',
    async (signal) => {
      const hub = await start();
      const sockets = await Promise.all([hub.report.httpsPort, hub.report.mqttPort].map(openTls));
      const begun = performance.now();
      hub.kill(signal);
      // npm and the terminal both send a signal for one Ctrl-C.
      hub.kill(signal);
      const { code } = await hub.ended;
      expect(code).toBe(0);
      expect(performance.now() - begun).toBeLessThan(1000);
      for (const socket of sockets) socket.destroy();
    },
  );

  it('ends immediately at a second signal', async () => {
    const command = [process.execPath, '--import', 'tsx', fixture('stubborn.mts')] as const;
    const program = keep(launch([], { command, cwd: import.meta.dirname }));
    await program.until(/running/);
    program.kill('SIGTERM');
    await program.until(/stopping/);
    const again = setInterval(() => program.kill('SIGINT'), 50);
    const { code } = await program.ended;
    clearInterval(again);
    expect(code).toBe(130);
  });

  it.skipIf(process.platform !== 'linux')(
    'keeps running after the reader of its output has ended',
    async () => {
      const command = ['/bin/sh', '-c'] as const;
      const line = `"$0" "$@" | head -n 1`;
      const hub = keep(launch([line, ...COMMAND, 'start', '--json', ...FREE_PORTS, ...caDir], { command }));
      const [report] = await hub.until(/^.*\n/);
      const { httpsPort } = JSON.parse(report) as { httpsPort: number };
      for (let count = 0; count < 3; count += 1) expect(await fetchWithoutToken(httpsPort)).toBe(401);
      const [, pid] = /\((\d+)\)$/.exec(findPortOwner(httpsPort) ?? '') ?? [];
      process.kill(Number(pid), 'SIGTERM');
      await hub.ended;
    },
  );

  it('ends with code 3 if a port is in use, and reports port, owner and solution', async () => {
    await using taken = await listen();
    const ports = ['--https-port', '0', '--mqtt-port', String(taken.port)];
    const { code, stdout, stderr } = await run(['start', ...caDir, ...ports]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    const owner = process.platform === 'linux' ? ` by .+ \\(${process.pid}\\)` : '';
    expect(stderr).toMatch(
      new RegExp(
        `^iothub-emulator: Port ${taken.port} of 127\\.0\\.0\\.1 is in use${owner}: stop that program, or ` +
          `choose another port with --mqtt-port \\(0 chooses a free one\\), or run your program with 'iothub-emulator exec', .*\\.\n$`,
      ),
    );
  });

  it.each([
    [['--https-port', 'abc'], /^iothub-emulator: Invalid value "abc" for --https-port: .*\.\n$/],
    [['--bogus'], /unknown option '--bogus'/],
    [['bogus'], /^iothub-emulator: Unknown command 'bogus': see iothub-emulator --help\.\n$/],
    [['--module', 'd/$edgeHub', ...FREE_PORTS], /Client 'd\/\$edgeHub' cannot be registered: .*reserved/],
    [
      ['--host', '192.0.2.1', ...FREE_PORTS],
      /^iothub-emulator: The address '192\.0\.2\.1' of --host does not belong to this machine\.\n$/,
    ],
  ])('ends with code 2 for the invalid arguments %j', async (args, problem) => {
    const { code, stdout, stderr } = await run(['start', ...caDir, ...args]);
    expect(stderr).toMatch(problem);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('ends with code 1 and names --ca-dir if the folder of the CA cannot be written', async () => {
    const { code, stderr } = await run(['start', ...FREE_PORTS, '--ca-dir', '/dev/null/ca']);
    expect(stderr).toMatch(
      /^iothub-emulator: The local certificate authority cannot be stored in \/dev\/null\/ca \(ENOTDIR\): choose another folder with --ca-dir\.\n$/,
    );
    expect(code).toBe(1);
  });
});

describe('command without a subcommand', () => {
  it('prints its usage with --help and its version with --version', async () => {
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/^Usage: iothub-emulator \[command\] \[options\]\n/);
    for (const word of ['start', 'exec', 'certs', 'Exit codes']) expect(help.stdout).toContain(word);
    const version = await run(['--version']);
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

const needsRights = process.platform === 'linux' ? await unprivilegedPortStart() : 0;

describe.skipIf(needsRights <= 443)(
  `start command of an unprivileged user (ports below ${needsRights} are reserved for root)`,
  { timeout: 60_000 },
  () => {
    it('ends with code 4 on the default ports, and reports the solution', async () => {
      await using folder = await temporaryFolder();
      const args = ['--host', '127.0.0.7', '--ca-dir', join(folder.path, 'ca')];
      const { code, stdout, stderr } = await run(args, { ...UNPRIVILEGED_USER, cwd: folder.path });
      expect(stderr).toMatch(
        /^iothub-emulator: Port 443 of 127\.0\.0\.7 is reserved for privileged users: allow it with 'sudo sysctl net\.ipv4\.ip_unprivileged_port_start=443', or choose another port with --https-port .*\.\n$/,
      );
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    });
  },
);

async function unprivilegedPortStart(): Promise<number> {
  return Number(await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
}

async function fetchWithoutToken(port: number): Promise<number> {
  const socket = await openTls(port);
  socket.write(
    'GET /devices/d?api-version=2021-04-12 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
  );
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

function openTls(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Connects as soon as the port is open. A quiet hub shows in no other way that it is ready. */
async function reach(port: number): Promise<TLSSocket> {
  for (;;) {
    const socket = await openTls(port).catch(() => undefined);
    if (socket !== undefined) return socket;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  await using taken = await listen();
  return taken.port;
}

async function issuerOf(port: number): Promise<unknown> {
  const socket = await openTls(port);
  const { issuer } = socket.getPeerCertificate();
  socket.destroy();
  return issuer;
}

async function listen(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { port, [Symbol.asyncDispose]: close };
}
