import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../emulator/certificates/authority.ts';
import { createClientCertificate } from '../../emulator/certificates/leaf.ts';
import type { StartReport } from '../../emulator/command/start/start-report.ts';
import { launchScenario, runScenario, shownIn, type Way } from '../scenarios/scenario-programs.ts';
import { requireFreshBuild } from '../setup/built-files.ts';
import { canListen, launch, type RunningCommand, run, temporaryFolder } from './command.ts';
import { sdkProgram } from './sdk-program.ts';

// A separate address, so that hubs on the default ports can be tested at the same time.
const ADDRESS = '127.0.0.2';
const mayListen = (await canListen(ADDRESS, 443)) && (await canListen(ADDRESS, 8883));
if (!mayListen)
  console.warn(
    `SKIPPED: ${ADDRESS}:443 and ${ADDRESS}:8883 cannot be opened, so the tests on the default ports do not run.`,
  );

describe.skipIf(!mayListen)('hub of start on the default ports', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let hub: RunningCommand;
  let report: StartReport;
  const owner = () => report.connectionStrings.policies['iothubowner'] ?? '';

  beforeAll(async () => {
    folder = await temporaryFolder();
    const ca = ['--ca-dir', join(folder.path, 'ca'), '--trusted-ca', join(folder.path, 'company.pem')];
    const company = await createAuthority(Date.now());
    await writeFile(join(folder.path, 'company.pem'), company.certificatePem);
    for (const [name, authority] of [
      ['signed', company],
      ['unknown', await createAuthority(Date.now())],
    ] as const) {
      const leaf = await createClientCertificate({ commonName: name, now: Date.now(), authority });
      await writeFile(join(folder.path, `${name}.cert.pem`), leaf.certificatePem);
      await writeFile(join(folder.path, `${name}.key.pem`), leaf.keyPem);
    }
    const clients = ['--device', 'thermostat', '--module', 'thermostat/sampler'];
    const policy = ['--policy', 'both=RegistryWrite,ServiceConnect'];
    hub = launch(['start', '--json', '--host', ADDRESS, ...ca, ...clients, ...policy]);
    const [line] = await hub.until(/^.*\n/);
    report = JSON.parse(line) as StartReport;
  });
  afterAll(async () => {
    await hub[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** Runs a program with the SDKs that has only a connection string and the CA file of `start`. */
  const program = (body: string, string = owner()) =>
    run(['-e', sdkProgram(`${body}\nprocess.exit();`)], {
      command: [process.execPath],
      cwd: folder.path,
      env: { NODE_EXTRA_CA_CERTS: report.caFile, IOTHUB_CONNECTION_STRING: string },
    });

  it('has its address as host name', () => {
    expect(report).toMatchObject({ hostNames: [ADDRESS], host: ADDRESS, httpsPort: 443, mqttPort: 8883 });
    expect(report.addresses).toEqual({
      https: `https://${ADDRESS}:443`,
      webSocket: `wss://${ADDRESS}:443/$iothub/websocket`,
      mqtt: `mqtts://${ADDRESS}:8883`,
    });
  });

  it('accepts the connection strings of its policies and enforces their permissions', async () => {
    const body = `
      const { responseBody } = await registry().getTwin('thermostat');
      console.log(responseBody.deviceId, await registry().create({ deviceId: 'new' }).then(() => 'created', (error) => error.name));`;
    expect((await program(body)).stdout).toBe('thermostat created\n');
    const { both, service } = report.connectionStrings.policies;
    expect((await program(body, both)).stdout).toBe('thermostat DeviceAlreadyExistsError\n');
    expect((await program(body, service)).stdout).toBe('thermostat UnauthorizedError\n');
  });

  it('accepts the connection strings of its device and module over MQTT and WebSocket', async () => {
    const strings = { ...report.connectionStrings.devices, ...report.connectionStrings.modules };
    const body = `
      for (const transport of [Mqtt, MqttWs]) {
        for (const [id, string] of Object.entries(${JSON.stringify(strings)})) {
          const client = (id.includes('/') ? ModuleClient : Client).fromConnectionString(string, transport);
          await client.open();
          console.log(transport.name, id, (await client.getTwin()).properties.desired.$version);
          await client.close();
        }
      }`;
    expect((await program(body)).stdout).toBe(
      'Mqtt thermostat 1\nMqtt thermostat/sampler 1\nMqttWs thermostat 1\nMqttWs thermostat/sampler 1\n',
    );
  });

  it('accepts a device certificate of a trusted CA and refuses one of an unknown CA', async () => {
    const body = `
      const fs = require('node:fs');
      for (const deviceId of ['signed', 'unknown']) {
        await registry().create({ deviceId, authentication: { type: 'certificateAuthority' } });
        const client = Client.fromConnectionString('HostName=${ADDRESS};DeviceId=' + deviceId + ';x509=true', Mqtt);
        await client.setOptions({ cert: fs.readFileSync(deviceId + '.cert.pem', 'utf8'), key: fs.readFileSync(deviceId + '.key.pem', 'utf8') });
        console.log(deviceId, await client.open().then(() => 'connected', (error) => error.name));
      }`;
    expect((await program(body)).stdout).toBe('signed connected\nunknown UnauthorizedError\n');
    await hub.until(/"deviceId":"unknown",.*"reason":"[a-z-]+"/);
  });

  it('accepts a module with the certificate that certs has created', async () => {
    const clientId = 'x509-device/scenario-module-x509';
    const { stdout } = await run(['certs', 'module', clientId, '--self-signed', '--out', folder.path]);
    const fileOf = (word: string) => new RegExp(`^${word} +(.*)$`, 'm').exec(stdout)?.[1] ?? '';
    const result = await runScenario('tsx', 'module-twin-x509', {
      ...scenarioVariables(),
      SCENARIO_DEVICE_ID: 'x509-device',
      IOTHUB_MODULE_CERTIFICATE: fileOf('certificate'),
      IOTHUB_MODULE_KEY: fileOf('key'),
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(shownIn(result)['Receive: the patch as the module received it']).toMatchObject({ $version: 2 });
  });

  it.each(['tsx', 'node'] as const)(
    'delivers to one program the desired properties that another updates (%s)',
    async (way: Way) => {
      if (way === 'node') requireFreshBuild(['scenarios']);
      const variables = { ...scenarioVariables(), SCENARIO_DEVICE_ID: `two-programs-${way}` };
      await using receiver = launchScenario(way, 'receive-module-twin-desired-properties-patch', variables);
      await receiver.until(/^Connected\. Waiting for a patch of the desired properties…\n/);
      const update = await runScenario(way, 'update-module-twin-desired-properties', variables);
      const after = shownIn(update)['The twin after'] as Record<string, unknown>;
      const { code, stdout, stderr } = await receiver.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { $metadata, ...patch } = after;
      expect(JSON.parse(stdout.slice(stdout.indexOf('\n{')))).toEqual(patch);
      expect(patch).toMatchObject({ telemetryIntervalSeconds: 30, $version: 2 });
    },
  );

  it('delivers desired properties to a module that was registered at the start', async () => {
    const string = report.connectionStrings.modules['thermostat/sampler'] ?? '';
    const variables = { ...scenarioVariables(), IOTHUB_MODULE_CONNECTION_STRING: string };
    await using receiver = launchScenario('tsx', 'receive-module-twin-desired-properties-patch', {
      ...variables,
      IOTHUB_CONNECTION_STRING: '',
    });
    await receiver.until(/^Connected\. /);
    const names = { SCENARIO_DEVICE_ID: 'thermostat', SCENARIO_MODULE_ID: 'sampler' };
    await runScenario('tsx', 'update-module-twin-desired-properties', { ...variables, ...names });
    expect(await receiver.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"$version": 2') });
  });

  function scenarioVariables() {
    return { NODE_EXTRA_CA_CERTS: report.caFile, IOTHUB_CONNECTION_STRING: owner() };
  }
});
