import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PYTHON_PROGRAMS as PROGRAMS, runBelowExec } from './below-exec.ts';

const python = inject('python');

describe.skipIf('missing' in python)('unmodified Python SDK', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'python-interop-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('creates a device and a module and returns their keys', async () => {
    const { code, output } = await runBelowExec([join(PROGRAMS, 'create_module.py')]);
    expect(output).toMatch(/device python-device \S{44}\nmodule python-module \S{44}/);
    expect(code).toBe(0);
  });

  it('reads a module twin and patches it with its etag', async () => {
    const { code, output } = await runBelowExec([join(PROGRAMS, 'update_module_twin.py')]);
    expect(output).toContain("'$version': 2");
    expect(code).toBe(0);
  });

  it.each(['handler', 'call'])('receives a desired properties patch by the %s, with a key', async (way) => {
    const { code, output } = await runBelowExec([join(PROGRAMS, 'receive_patch.py'), way]);
    expect(output).toMatch(/patch \{.*"\$version": 2/);
    expect(code).toBe(0);
  });

  it.each(['handler', 'call'])(
    'receives a desired properties patch by the %s, with a certificate',
    async (way) => {
      const { createClientCertificate } = await import('../../emulator/certificates/leaf.ts');
      const commonName = 'python-device/python-module-x509';
      const certificate = await createClientCertificate({ commonName, now: Date.now() });
      const [certificateFile, keyFile] = [join(folder, `${way}.pem`), join(folder, `${way}-key.pem`)];
      await writeFile(certificateFile, certificate.certificatePem);
      await writeFile(keyFile, certificate.keyPem);
      const words = [certificateFile, keyFile, certificate.thumbprints.sha1];
      const { code, output } = await runBelowExec([join(PROGRAMS, 'receive_patch.py'), way, ...words]);
      expect(output).toMatch(/patch \{.*"\$version": 2/);
      expect(code).toBe(0);
    },
  );
});
