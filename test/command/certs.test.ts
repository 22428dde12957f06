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

describe('certs', { timeout: 60_000 }, () => {
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

  it('path prints the CA file and nothing else, and makes it if it is not there', async () => {
    const first = await certs('path');
    expect(first).toMatchObject({ code: 0, stdout: `${join(caDir, 'authority/ca.pem')}\n`, stderr: '' });
    expect(new X509Certificate(await readFile(first.stdout.trim())).ca).toBe(true);
  });

  it('device writes a certificate of the local CA and a key for its owner alone, and prints where and what', async () => {
    // A key of another run, which everybody could read.
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

  it('module --self-signed signs by itself, under a file name of its own for every id', async () => {
    const elsewhere = join(folder.path, 'odd');
    await certs('module', 'a:b/c*', '--self-signed', '--out', elsewhere);
    expect((await readdir(elsewhere)).sort()).toEqual(['a%3Ab~c%2A.cert.pem', 'a%3Ab~c%2A.key.pem']);
    const certificate = new X509Certificate(await readFile(join(elsewhere, 'a%3Ab~c%2A.cert.pem')));
    expect(certificate.subject).toBe('CN=a:b/c*');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('certificates of the local CA are good for the hub of start', async () => {
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

  it('certificates of the local CA are good for the hub of exec', async () => {
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
    [['device', 'a/b'], "a/b: The device identifier 'a/b' is invalid."],
    [['module', 'a'], 'a: it must be DEVICE/MODULE.'],
  ])('ends with code 2 for %j', async (args, sentence) => {
    expect(await certs(...args)).toMatchObject({ code: 2, stderr: `iothub-emulator: ${sentence}\n` });
  });

  it('remove ends the CA, and says so', async () => {
    expect(await certs('remove')).toMatchObject({ code: 0, stdout: `The local CA in ${caDir} is gone.\n` });
    expect(await readdir(folder.path)).not.toContain('ca');
    expect(await certs('remove')).toMatchObject({ code: 0, stdout: 'There is no local CA.\n' });
  });

  async function filesOf(name: string) {
    const read = (kind: string) => readFile(join(out, `${name}.${kind}.pem`), 'utf8');
    return { cert: await read('cert'), key: await read('key') };
  }

  async function caKey() {
    return new X509Certificate(await readFile(join(caDir, 'authority/ca.pem'))).publicKey;
  }
});
