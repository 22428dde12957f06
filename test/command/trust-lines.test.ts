import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trustLinesOf } from '../../emulator/command/start/trust-lines.ts';
import { fixture, isInstalled, run, startHub, temporaryFolder } from './command.ts';

describe('trustLinesOf', () => {
  it('returns lines for the shell on Linux', () => {
    expect(Object.fromEntries(trustLinesOf('/ca/ca.pem', 'linux'))).toEqual({
      Node: 'export NODE_EXTRA_CA_CERTS=/ca/ca.pem',
      Python: 'export SSL_CERT_FILE=/ca/ca.pem REQUESTS_CA_BUNDLE=/ca/ca.pem',
      Java:
        'keytool -importcert -noprompt -alias iothub-emulator -storetype PKCS12 -storepass changeit -keystore /ca/java-trust.p12 -file /ca/ca.pem; ' +
        "export JAVA_TOOL_OPTIONS='-Djavax.net.ssl.trustStore=/ca/java-trust.p12 -Djavax.net.ssl.trustStorePassword=changeit'",
      '.NET': 'export SSL_CERT_FILE=/ca/ca.pem',
    });
  });

  it('returns a keychain line for .NET on macOS, and quotes a folder with spaces', () => {
    const lines = Object.fromEntries(trustLinesOf("/Application Support/it's/ca.pem", 'darwin'));
    expect(lines['.NET']).toBe(
      "security add-trusted-cert -k ~/Library/Keychains/login.keychain-db '/Application Support/it'\\''s/ca.pem'",
    );
    expect(lines['Node']).toBe("export NODE_EXTRA_CA_CERTS='/Application Support/it'\\''s/ca.pem'");
  });

  it('returns lines for PowerShell on Windows', () => {
    const lines = Object.fromEntries(trustLinesOf('C:\\CA\\ca.pem', 'win32'));
    expect(lines).toMatchObject({
      Node: "$env:NODE_EXTRA_CA_CERTS='C:\\CA\\ca.pem'",
      Python: "$env:SSL_CERT_FILE='C:\\CA\\ca.pem'; $env:REQUESTS_CA_BUNDLE='C:\\CA\\ca.pem'",
      '.NET': "Import-Certificate -CertStoreLocation Cert:\\CurrentUser\\Root -FilePath 'C:\\CA\\ca.pem'",
    });
    expect(lines['Java']).toContain("-keystore 'C:\\CA\\java-trust.p12' ");
  });
});

describe.skipIf(process.platform === 'win32')('program after its trust line', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let hub: Awaited<ReturnType<typeof startHub>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    hub = await startHub(['--ca-dir', join(folder.path, 'a "local" CA')]);
  });
  afterAll(async () => {
    await hub[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  async function runWithAndWithoutLine(language: string, program: string) {
    const line = new Map(trustLinesOf(hub.report.caFile, process.platform)).get(language);
    const withLine = await run(['-c', `${line}\n${program}`], { command: ['/bin/sh'] });
    const withoutLine = await run(['-c', program], { command: ['/bin/sh'] });
    return {
      withLine: withLine.stdout.trim().split('\n').at(-1),
      withoutLine: withoutLine.stdout.trim(),
    };
  }

  it('trusts the hub in Node, and does not without the line', async () => {
    const program = `node -e 'fetch("${hub.report.addresses.https}").then(() => console.log("trusted"), () => {})'`;
    expect(await runWithAndWithoutLine('Node', program)).toEqual({ withLine: 'trusted', withoutLine: '' });
  });

  it.skipIf(!isInstalled('python3', '--version'))(
    'trusts the hub in Python, and does not without the line',
    async () => {
      const { host, httpsPort } = hub.report;
      const program = `python3 -c '
import socket, ssl
with socket.create_connection(("${host}", ${httpsPort})) as raw:
    with ssl.create_default_context().wrap_socket(raw, server_hostname="${host}"):
        print("trusted")'`;
      expect(await runWithAndWithoutLine('Python', program)).toEqual({
        withLine: 'trusted',
        withoutLine: '',
      });
    },
  );

  it.skipIf(!isInstalled('keytool', '-help') || !isInstalled('java', '-version'))(
    'trusts the hub in Java, and does not without the line',
    async () => {
      const { host, httpsPort } = hub.report;
      const program = `java '${fixture('Trust.java')}' ${host} ${httpsPort}`;
      const expected = { withLine: 'trusted', withoutLine: '' };
      expect(await runWithAndWithoutLine('Java', program)).toEqual(expected);
      // The line may be in a start-up file, so it must also work if its trust store exists.
      expect(await runWithAndWithoutLine('Java', program)).toEqual(expected);
    },
    60_000,
  );
});
