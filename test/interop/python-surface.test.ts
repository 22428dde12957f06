import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createAuthority } from '../../emulator/certificates/authority.ts';
import { createClientCertificate } from '../../emulator/certificates/leaf.ts';
import { PYTHON_PROGRAMS, runBelowExec } from './below-exec.ts';

const TIMEOUT_MILLISECONDS = 240_000;

const python = inject('python');
const title = 'public API of the Python SDKs';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'python-surface-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf('missing' in python)('missing' in python ? `${title} (${python.missing})` : title, () => {
  it('passes its tests or is listed with the reason', {
    timeout: TIMEOUT_MILLISECONDS,
  }, async () => {
    const { authorityFile, certificatesFile } = await writeCertificates(folder);
    const words = [
      '-B',
      '-m',
      'pytest',
      '--quiet',
      '-c',
      join(PYTHON_PROGRAMS, 'pytest.ini'),
      PYTHON_PROGRAMS,
    ];
    const { code, output } = await runBelowExec(words, {
      options: ['--quiet', '--trusted-ca', authorityFile],
      environment: {
        ...process.env,
        PYTHON_INTEROP_CERTIFICATES: certificatesFile,
        // Then the file that exec writes contains only the hub's authority.
        NODE_EXTRA_CA_CERTS: undefined,
      },
      deadlineMilliseconds: TIMEOUT_MILLISECONDS - 5000,
    });
    if (code !== 0) expect.fail(failingPart(output));
    expect(countOf(output, 'passed')).toBeGreaterThan(0);
    expect(countOf(output, 'skipped'), output).toBe(0);
  });
});

/** Writes the certificates of the tests' clients and a list of their files. */
async function writeCertificates(directory: string) {
  const now = Date.now();
  const authority = await createAuthority(now);
  const authorityFile = join(directory, 'authority.pem');
  await writeFile(authorityFile, authority.certificatePem);
  const list = {
    selfSigned: await write('self-signed', { commonName: 'self-signed' }),
    signedDevice: await write('signed-device', { commonName: 'signed-device', authority }),
    signedModule: await write('signed-module', { commonName: 'signed-device/signed-module', authority }),
  };
  const certificatesFile = join(directory, 'certificates.json');
  await writeFile(certificatesFile, JSON.stringify(list));
  return { authorityFile, certificatesFile };

  async function write(name: string, request: { commonName: string; authority?: typeof authority }) {
    const { certificatePem, keyPem, thumbprints } = await createClientCertificate({ ...request, now });
    const [certificateFile, keyFile] = [join(directory, `${name}.pem`), join(directory, `${name}-key.pem`)];
    await writeFile(certificateFile, certificatePem);
    await writeFile(keyFile, keyPem);
    return { certificateFile, keyFile, thumbprint: thumbprints.sha256, commonName: request.commonName };
  }
}

/** Returns the errors and failures of a pytest output, or all of it if pytest did not end normally. */
function failingPart(output: string): string {
  const start = output.search(/^=+ (ERRORS|FAILURES) =+$/m);
  return `pytest failed:\n${start === -1 ? output : output.slice(start)}`;
}

function countOf(output: string, outcome: string): number {
  return Number(new RegExp(`(\\d+) ${outcome}`).exec(output)?.[1] ?? 0);
}
