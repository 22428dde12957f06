import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../emulator/certificates/authority.ts';
import { createClientCertificate } from '../../emulator/certificates/leaf.ts';
import {
  flagOf,
  OPTION_TABLE,
  type OptionKey,
  type ServingCommand,
  variableOf,
} from '../../emulator/command/options/option-table.ts';
import { type Options, parseOptions } from '../../emulator/command/options/options.ts';
import type { Result } from '../../emulator/domain/result.ts';
import { DEFAULT_KEY } from '../../emulator/emulator-options.ts';

const KEY = Buffer.alloc(32, 1).toString('base64');
const DEFAULT_POLICY_NAMES = ['iothubowner', 'service', 'device', 'registryRead', 'registryReadWrite'];

const folder = mkdtempSync(join(tmpdir(), 'iothub-emulator-options-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly command?: ServingCommand;
  /** As the command line has it; several for an option that is repeated. */
  readonly argument: string | boolean | readonly string[];
  readonly variable: string;
  readonly value: unknown;
  readonly expected: Partial<Options>;
}

const text = (value: string, expected: Partial<Options>): Row => ({
  argument: value,
  variable: value,
  value,
  expected,
});
const number = (value: number, expected: Partial<Options>): Row => ({
  argument: String(value),
  variable: String(value),
  value,
  expected,
});
const texts = (value: readonly string[], expected: Partial<Options>): Row => ({
  argument: value,
  variable: value.join(';'),
  value,
  expected,
});
const flag = (expected: Partial<Options>, command?: ServingCommand): Row => ({
  ...(command && { command }),
  argument: true,
  variable: 'true',
  value: true,
  expected,
});

/** Every option, and what becomes of it; `config` and `trustedCa` name files and stand below. */
const ROWS: Readonly<Record<Exclude<OptionKey, 'config' | 'trustedCa' | 'policy'>, Row>> = {
  host: text('::1', { host: '::1' }),
  hostName: texts(['a.test', '127.0.0.1'], { hostNames: ['a.test', '127.0.0.1'] }),
  httpsPort: number(8443, { httpsPort: 8443 }),
  mqttPort: number(0, { mqttPort: 0 }),
  fixedPorts: flag({ httpsPort: 443, mqttPort: 8883, hostNames: ['127.0.0.1'], hasFixedPorts: true }, 'exec'),
  device: texts(['a', 'b:c'], { clients: [{ deviceId: 'a' }, { deviceId: 'b:c' }] as never }),
  module: texts(['a/m', 'a/n'], {
    clients: [
      { deviceId: 'a', moduleId: 'm' },
      { deviceId: 'a', moduleId: 'n' },
    ] as never,
  }),
  caDir: text('/somewhere/else', { authorityDirectory: '/somewhere/else' }),
  tokenGrace: number(0, { tokenGraceSeconds: 0 }),
  partitionCount: number(32, { partitionCount: 32 }),
  eventRetention: number(60, { eventRetentionMilliseconds: 60_000 }),
  eventMemory: number(1, { eventRetentionBytes: 1024 * 1024 }),
  eventSource: texts(['twinChangeEvents', 'deviceLifecycleEvents'], {
    eventSources: ['twinChangeEvents', 'deviceLifecycleEvents'],
  }),
  logLevel: text('trace', { logLevel: 'trace' }),
  json: flag({ isJson: true }),
  quiet: flag({ isQuiet: true }),
};

type Environment = Record<string, string>;

function parse(
  settings: { readonly arguments?: object; readonly environment?: Environment; readonly file?: object },
  command: ServingCommand = 'start',
): Result<Options> {
  const environment: Environment = { ...settings.environment };
  if (settings.file !== undefined)
    environment['IOTHUB_EMULATOR_CONFIG'] = writeFile('config.json', settings.file);
  return parseOptions(command, { arguments: { ...settings.arguments }, environment });
}

function writeFile(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function problemOf(result: Result<Options>): string {
  if (result.ok) throw new Error('the options were accepted');
  return result.error.message;
}

describe('an option', () => {
  it.each(Object.entries(ROWS))('%s is an argument, a variable and a key of the file', (key, row) => {
    const expected = { ok: true, value: expect.objectContaining(row.expected) };
    expect(parse({ arguments: { [key]: row.argument } }, row.command)).toEqual(expected);
    expect(parse({ environment: { [variableOf(key)]: row.variable } }, row.command)).toEqual(expected);
    expect(parse({ file: { [key]: row.value } }, row.command)).toEqual(expected);
  });

  it('has a name of its own in each of the three', () => {
    expect(flagOf('httpsPort')).toBe('--https-port');
    expect(variableOf('httpsPort')).toBe('IOTHUB_EMULATOR_HTTPS_PORT');
    expect(new Set(OPTION_TABLE.map(({ key }) => key)).size).toBe(OPTION_TABLE.length);
  });

  it('is taken from the argument before the variable, and from the variable before the file', () => {
    const settings = {
      file: { tokenGrace: 1, partitionCount: 1, eventMemory: 1 },
      environment: { IOTHUB_EMULATOR_TOKEN_GRACE: '2', IOTHUB_EMULATOR_PARTITION_COUNT: '2' },
      arguments: { tokenGrace: '3' },
    };
    expect(parse(settings)).toMatchObject({
      value: { tokenGraceSeconds: 3, partitionCount: 2, eventRetentionBytes: 1024 * 1024 },
    });
  });

  it('counts as not given where its variable is empty', () => {
    expect(
      parse({ environment: { IOTHUB_EMULATOR_HTTPS_PORT: '', IOTHUB_EMULATOR_DEVICE: '' } }),
    ).toMatchObject({
      value: { httpsPort: 443, clients: [] },
    });
  });

  it('that is a flag can be switched off again', () => {
    const environment = { IOTHUB_EMULATOR_JSON: '1', IOTHUB_EMULATOR_QUIET: 'FALSE' };
    expect(parse({ environment })).toMatchObject({ value: { isJson: true, isQuiet: false } });
    expect(parse({ environment, arguments: { json: false } })).toMatchObject({ value: { isJson: false } });
  });

  it.each([
    ['host', 'not an address', 'it must be a host name or an IP address, without a port.'],
    ['hostName', 'hub:443', 'it must be a host name or an IP address, without a port.'],
    ['httpsPort', '65536', 'it must be a whole number from 0 to 65535.'],
    ['mqttPort', '-1', 'it must be a whole number from 0 to 65535.'],
    ['mqttPort', '1.5', 'it must be a whole number from 0 to 65535.'],
    ['partitionCount', '0', 'it must be a whole number from 1 to 128.'],
    [
      'policy',
      'nobody',
      'it must be NAME=PERMISSION,PERMISSION or NAME=PERMISSION:KEY with a key in base64.',
    ],
    [
      'policy',
      'a=ServiceConnect:no key',
      'it must be NAME=PERMISSION,PERMISSION or NAME=PERMISSION:KEY with a key in base64.',
    ],
    [
      'policy',
      'a=Everything',
      "'Everything' is no permission: use RegistryRead, RegistryWrite, ServiceConnect, DeviceConnect.",
    ],
    ['device', 'a/b', "The device identifier 'a/b' is invalid."],
    ['module', 'a', 'it must be DEVICE/MODULE.'],
    ['module', 'a/b/c', 'it must be DEVICE/MODULE.'],
    ['module', 'a/', "The module identifier '' is invalid."],
    ['eventSource', 'weather', 'use twinChangeEvents, deviceLifecycleEvents, deviceConnectionStateEvents.'],
    ['logLevel', 'loud', 'use error, warn, info, debug, trace.'],
    ['quiet', 'perhaps', 'it must be true or false.'],
  ] as const)(
    '%s cannot be %j: one sentence says why, and where it was written',
    (key, value, expectation) => {
      const variable = variableOf(key);
      const said = `is ${JSON.stringify(value)}: ${expectation}`;
      expect(problemOf(parse({ arguments: { [key]: value } }))).toBe(`${flagOf(key)} ${said}`);
      expect(problemOf(parse({ environment: { [variable]: value } }))).toBe(`${variable} ${said}`);
      const path = join(folder, 'config.json');
      expect(problemOf(parse({ file: { [key]: value } }))).toBe(`'${key}' in ${path} ${said}`);
    },
  );

  it.each([
    [{ httpsPort: true }, `is true: it must be a whole number from 0 to 65535.`],
    [{ host: 127 }, 'is 127: it must be a text.'],
    [{ device: 7 }, 'is 7: it must be a text, or a list of texts.'],
    [{ device: ['a', 7] }, 'is ["a",7]: it must be a text, or a list of texts.'],
    [{ json: null }, 'is null: it must be true or false.'],
  ])('of another type, as in the file %j, is refused', (file, said) => {
    expect(problemOf(parse({ file }))).toContain(said);
  });
});

describe('the configuration file', () => {
  it.each([
    ['{', /cannot be read: .*JSON/],
    ['[]', /must hold a JSON object\.$/],
    ['{"httpPort":1}', /has the unknown key 'httpPort'\.$/],
    ['{"config":"other.json"}', /has the unknown key 'config'\.$/],
  ])('%s is refused by name', (content, problem) => {
    const config = writeFile('refused.json', content);
    const sentence = problemOf(parse({ arguments: { config } }));
    expect(sentence).toMatch(problem);
    expect(sentence).toContain(`The configuration file ${config} `);
  });

  it('that does not exist is refused', () => {
    expect(problemOf(parse({ arguments: { config: '/nowhere.json' } }))).toMatch(
      /nowhere\.json cannot be read: ENOENT/,
    );
  });

  it('may write a single value without its list, and paths that count from its folder', () => {
    expect(parse({ file: { device: 'a', caDir: 'ca' } })).toMatchObject({
      value: { clients: [{ deviceId: 'a' }], authorityDirectory: join(folder, 'ca') },
    });
  });
});

describe('a verified authority', () => {
  let authorityPem: string;
  let leafPem: string;
  beforeAll(async () => {
    const authority = await createAuthority(Date.now());
    authorityPem = authority.certificatePem;
    const leaf = await createClientCertificate({ commonName: 'd', now: Date.now(), authority });
    leafPem = leaf.certificatePem;
  });

  it('is read from its file, wherever it was named', () => {
    const trustedCa = writeFile('trusted.pem', authorityPem);
    const expected = { value: { trustedAuthorities: [authorityPem] } };
    expect(parse({ arguments: { trustedCa: [trustedCa] } })).toMatchObject(expected);
    expect(parse({ environment: { IOTHUB_EMULATOR_TRUSTED_CA: trustedCa } })).toMatchObject(expected);
    expect(parse({ file: { trustedCa: ['trusted.pem'] } })).toMatchObject(expected);
  });

  it('is refused where the file is missing, no PEM or no authority', () => {
    const problem = (content: string) =>
      problemOf(parse({ arguments: { trustedCa: [writeFile('wrong.pem', content)] } }));
    expect(problem('text')).toMatch(
      /^--trusted-ca is ".*wrong\.pem": The text contains no PEM certificate\.$/,
    );
    expect(problem(leafPem)).toMatch(/^--trusted-ca is .* is not a certificate authority\.$/);
    expect(problemOf(parse({ arguments: { trustedCa: ['/nowhere.pem'] } }))).toMatch(
      /it cannot be read \(ENOENT/,
    );
  });
});

describe('the policies', () => {
  const policiesOf = (settings: Parameters<typeof parse>[0]) => {
    const parsed = parse(settings);
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value.policies;
  };

  it('are the usual five, with the default key', () => {
    const policies = policiesOf({});
    expect(policies.map(({ name }) => name)).toEqual(DEFAULT_POLICY_NAMES);
    expect(new Set(policies.map(({ primaryKey }) => primaryKey))).toEqual(new Set([DEFAULT_KEY]));
  });

  it.each([
    ['an argument', { arguments: { policy: ['both=registrywrite, ServiceConnect'] } }],
    ['a variable', { environment: { IOTHUB_EMULATOR_POLICY: 'both=RegistryWrite,ServiceConnect' } }],
    ['a key of the file', { file: { policy: 'both=RegistryWrite,ServiceConnect' } }],
  ])('grow by %s, with the default key', (_title, settings) => {
    const policies = policiesOf(settings);
    expect(policies.map(({ name }) => name)).toEqual([...DEFAULT_POLICY_NAMES, 'both']);
    expect(policies.at(-1)).toMatchObject({
      permissions: ['RegistryWrite', 'ServiceConnect'],
      primaryKey: DEFAULT_KEY,
    });
  });

  it('may have keys of their own and replace a default one', () => {
    const policies = policiesOf({ arguments: { policy: [`service=RegistryRead:${KEY}`] } });
    expect(policies.map(({ name }) => name)).toEqual(DEFAULT_POLICY_NAMES);
    expect(policies[1]).toMatchObject({ name: 'service', permissions: ['RegistryRead'], primaryKey: KEY });
  });
});

describe('without options', () => {
  it.each([
    ['start', {}, { hostNames: ['127.0.0.1'], httpsPort: 443, mqttPort: 8883, logLevel: 'info' }],
    ['exec', {}, { hostNames: ['hub1.iothub.test'], httpsPort: 0, mqttPort: 0, logLevel: 'warn' }],
    ['exec', { fixedPorts: true }, { hostNames: ['127.0.0.1'], httpsPort: 443, mqttPort: 8883 }],
  ] as const)('%s %j has a name and ports that its clients can use', (command, given, expected) => {
    expect(parse({ arguments: given }, command)).toMatchObject({ value: { host: '127.0.0.1', ...expected } });
  });

  it.each([
    ['127.0.0.9', '127.0.0.9'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::1', 'localhost'],
    ['hub.local', 'hub.local'],
  ])('a hub at %s is named %s, where its clients find it', (host, hostName) => {
    expect(parse({ arguments: { host } })).toMatchObject({ value: { host, hostNames: [hostName] } });
  });

  it('the authority lies in the data folder of the user', () => {
    expect(parse({ environment: { XDG_DATA_HOME: '/data' } })).toMatchObject({
      value: { authorityDirectory: expect.stringMatching(/iothub-emulator$/) },
    });
  });

  it('two doors cannot share a port', () => {
    expect(problemOf(parse({ arguments: { httpsPort: '8443', mqttPort: '8443' } }))).toBe(
      '--https-port and --mqtt-port are both 8443: they must differ.',
    );
  });
});

describe('a variable that looks like an option', () => {
  it('and is none is remembered, but for what exec itself sets', () => {
    const environment = { IOTHUB_EMULATOR_HTTP_PORT: '1', IOTHUB_EMULATOR_REDIRECT: '{}' };
    expect(parse({ environment })).toMatchObject({
      value: { unknownVariables: ['IOTHUB_EMULATOR_HTTP_PORT'] },
    });
  });
});
