import { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import deviceSdk from 'azure-iot-device';
import mqttSdk from 'azure-iot-device-mqtt';
import serviceSdk from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgent, withAgent } from '../../harness/clients/wiring.ts';
import { run, startHub, temporaryFolder } from './command.ts';
import { sdkProgram } from './sdk-program.ts';

describe('certs command', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let caDir: string;
  let out: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    caDir = join(folder.path, 'ca');
    out = join(folder.path, 'clients');
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  const certs = (...args: string[]) => run(['certs', ...args, '--ca-dir', caDir]);

  it('creates the CA if it is missing and prints the path of its file only', async () => {
    const first = await certs('path');
    expect(first).toMatchObject({ code: 0, stdout: `${join(caDir, 'authority/ca.pem')}\n`, stderr: '' });
    expect(new X509Certificate(await readFile(first.stdout.trim())).ca).toBe(true);
  });

  it('writes a device certificate of the local CA and a private key, and prints paths and thumbprints', async () => {
    // The key of an earlier run, which every user can read.
    await mkdir(out);
    await writeFile(join(out, 'd1.key.pem'), 'old', { mode: 0o644 });
    const { code, stdout } = await certs('device', 'd1', '--out', out);
    expect(code).toBe(0);
    const certificate = new X509Certificate(await readFile(join(out, 'd1.cert.pem')));
    expect(certificate.subject).toBe('CN=d1');
    expect(certificate.verify(await caKey())).toBe(true);
    const hex = (fingerprint: string) => fingerprint.replaceAll(':', '').toLowerCase();
    expect(stdout).toBe(
      `certificate  ${join(out, 'd1.cert.pem')}\nkey          ${join(out, 'd1.key.pem')}\n` +
        `sha1         ${hex(certificate.fingerprint)}\nsha256       ${hex(certificate.fingerprint256)}\n`,
    );
    if (process.platform !== 'win32') expect((await stat(join(out, 'd1.key.pem'))).mode & 0o777).toBe(0o600);
  });

  it('writes a self-signed module certificate to a file name that is unique for the id', async () => {
    const elsewhere = join(folder.path, 'odd');
    await certs('module', 'a:b/c*', '--self-signed', '--out', elsewhere);
    expect((await readdir(elsewhere)).sort()).toEqual(['a%3Ab~c%2A.cert.pem', 'a%3Ab~c%2A.key.pem']);
    const certificate = new X509Certificate(await readFile(join(elsewhere, 'a%3Ab~c%2A.cert.pem')));
    expect(certificate.subject).toBe('CN=a:b/c*');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('creates a certificate that the hub of start accepts', async () => {
    await using hub = await startHub(['--ca-dir', caDir, '--host-name', 'hub.test']);
    const { connectionStrings, caFile, ...address } = hub.report;
    const ca = await readFile(caFile, 'utf8');
    const agent = createAgent({ ...address, hostName: 'hub.test', authorityPem: ca });
    const string = connectionStrings.policies['iothubowner'] ?? '';
    const registry = withAgent(serviceSdk.Registry.fromConnectionString(string), agent);
    await registry.create({ deviceId: 'd1', authentication: { type: 'certificateAuthority' } } as never);
    agent.destroy();
    const x509String = `HostName=localhost:${hub.report.mqttPort};DeviceId=d1;x509=true`;
    const client = deviceSdk.Client.fromConnectionString(x509String, mqttSdk.Mqtt);
    await client.setOptions({ ca, ...(await filesOf('d1')) });
    await client.open();
    await client.close();
  });

  it('creates a certificate that the hub of exec accepts', async () => {
    const program = sdkProgram(`
      await registry().create({ deviceId: 'd1', authentication: { type: 'certificateAuthority' } });
      const host = /HostName=([^;]*)/.exec(env.IOTHUB_CONNECTION_STRING)[1];
      const client = Client.fromConnectionString('HostName=' + host + ';DeviceId=d1;x509=true', Mqtt);
      await client.setOptions(${JSON.stringify(await filesOf('d1'))});
      await client.open();
      console.log('connected');
      await client.close();
      process.exit();`);
    const below = ['exec', '--quiet', '--ca-dir', caDir, '--', process.execPath, '-e', program];
    expect(await run(below)).toMatchObject({ code: 0, stdout: 'connected\n', stderr: '' });
  });

  it.each([
    [['device', 'a/b'], "Invalid id 'a/b': The device identifier 'a/b' is invalid."],
    [['module', 'a'], "Invalid id 'a': expected DEVICE/MODULE."],
  ])('ends with code 2 for the invalid arguments %j', async (args, message) => {
    expect(await certs(...args)).toMatchObject({ code: 2, stderr: `iothub-emulator: ${message}\n` });
  });

  it('deletes the CA and reports whether there was one', async () => {
    const deleted = `Deleted the local certificate authority in ${caDir}.\n`;
    expect(await certs('remove')).toMatchObject({ code: 0, stdout: deleted });
    expect(await readdir(folder.path)).not.toContain('ca');
    const absent = 'There is no local certificate authority.\n';
    expect(await certs('remove')).toMatchObject({ code: 0, stdout: absent });
  });

  async function filesOf(name: string) {
    const read = (kind: string) => readFile(join(out, `${name}.${kind}.pem`), 'utf8');
    return { cert: await read('cert'), key: await read('key') };
  }

  async function caKey() {
    return new X509Certificate(await readFile(join(caDir, 'authority/ca.pem'))).publicKey;
  }
});
