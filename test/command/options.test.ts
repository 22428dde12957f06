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
  /** The parsed argument. A repeated option has several. */
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

/** Every option with the values of its sources and the expected result. `config` and `trustedCa` have own tests. */
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
  browserCertificates: flag({ requestsBrowserCertificates: true }),
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
  if (result.ok) throw new Error('The options were accepted, expected an error.');
  return result.error.message;
}

describe('option', () => {
  it.each(Object.entries(ROWS))('%s can be an argument, a variable and a key of the file', (key, row) => {
    const expected = { ok: true, value: expect.objectContaining(row.expected) };
    expect(parse({ arguments: { [key]: row.argument } }, row.command)).toEqual(expected);
    expect(parse({ environment: { [variableOf(key)]: row.variable } }, row.command)).toEqual(expected);
    expect(parse({ file: { [key]: row.value } }, row.command)).toEqual(expected);
  });

  it('has an argument name, a variable name and a unique key', () => {
    expect(flagOf('httpsPort')).toBe('--https-port');
    expect(variableOf('httpsPort')).toBe('IOTHUB_EMULATOR_HTTPS_PORT');
    expect(new Set(OPTION_TABLE.map(({ key }) => key)).size).toBe(OPTION_TABLE.length);
  });

  it('prefers the argument to the variable, and the variable to the file', () => {
    const settings = {
      file: { tokenGrace: 1, partitionCount: 1, eventMemory: 1 },
      environment: { IOTHUB_EMULATOR_TOKEN_GRACE: '2', IOTHUB_EMULATOR_PARTITION_COUNT: '2' },
      arguments: { tokenGrace: '3' },
    };
    expect(parse(settings)).toMatchObject({
      value: { tokenGraceSeconds: 3, partitionCount: 2, eventRetentionBytes: 1024 * 1024 },
    });
  });

  it('is absent if its variable is empty', () => {
    expect(
      parse({ environment: { IOTHUB_EMULATOR_HTTPS_PORT: '', IOTHUB_EMULATOR_DEVICE: '' } }),
    ).toMatchObject({
      value: { httpsPort: 443, clients: [] },
    });
  });

  it('can be switched off again if it is a flag', () => {
    const environment = { IOTHUB_EMULATOR_JSON: '1', IOTHUB_EMULATOR_QUIET: 'FALSE' };
    expect(parse({ environment })).toMatchObject({ value: { isJson: true, isQuiet: false } });
    expect(parse({ environment, arguments: { json: false } })).toMatchObject({ value: { isJson: false } });
  });

  it.each([
    ['host', 'not an address', 'expected a host name or an IP address without a port.'],
    ['hostName', 'hub:443', 'expected a host name or an IP address without a port.'],
    ['httpsPort', '65536', 'expected a whole number from 0 to 65535.'],
    ['mqttPort', '-1', 'expected a whole number from 0 to 65535.'],
    ['mqttPort', '1.5', 'expected a whole number from 0 to 65535.'],
    ['partitionCount', '0', 'expected a whole number from 1 to 128.'],
    ['policy', 'unknown', 'expected NAME=PERMISSION,PERMISSION or NAME=PERMISSION:KEY with a key in Base64.'],
    [
      'policy',
      'a=ServiceConnect:no key',
      'expected NAME=PERMISSION,PERMISSION or NAME=PERMISSION:KEY with a key in Base64.',
    ],
    [
      'policy',
      'a=Everything',
      "'Everything' is not a permission: use RegistryRead, RegistryWrite, ServiceConnect, DeviceConnect.",
    ],
    ['device', 'a/b', "The device identifier 'a/b' is invalid."],
    ['module', 'a', 'expected DEVICE/MODULE.'],
    ['module', 'a/b/c', 'expected DEVICE/MODULE.'],
    ['module', 'a/', "The module identifier '' is invalid."],
    [
      'eventSource',
      'weather',
      'expected one of twinChangeEvents, deviceLifecycleEvents, deviceConnectionStateEvents.',
    ],
    ['logLevel', 'loud', 'expected one of error, warn, info, debug, trace.'],
    ['quiet', 'perhaps', 'expected true or false.'],
  ] as const)('%s is refused with its source and a reason if the value is %j', (key, value, reason) => {
    const variable = variableOf(key);
    const path = join(folder, 'config.json');
    const messageFor = (origin: string) => `Invalid value ${JSON.stringify(value)} for ${origin}: ${reason}`;
    expect(problemOf(parse({ arguments: { [key]: value } }))).toBe(messageFor(flagOf(key)));
    expect(problemOf(parse({ environment: { [variable]: value } }))).toBe(messageFor(variable));
    expect(problemOf(parse({ file: { [key]: value } }))).toBe(messageFor(`'${key}' in ${path}`));
  });

  it.each([
    [{ httpsPort: true }, 'true', 'expected a whole number from 0 to 65535.'],
    [{ host: 127 }, '127', 'expected a string.'],
    [{ device: 7 }, '7', 'expected a string or an array of strings.'],
    [{ device: ['a', 7] }, '["a",7]', 'expected a string or an array of strings.'],
    [{ json: null }, 'null', 'expected true or false.'],
  ])('is refused in the file %j, because the value %s has another type', (file, value, reason) => {
    const problem = problemOf(parse({ file }));
    expect(problem).toContain(`Invalid value ${value} for `);
    expect(problem).toContain(`: ${reason}`);
  });
});

describe('configuration file', () => {
  it.each([
    ['{', /cannot be read: .*JSON/],
    ['[]', /must contain a JSON object\.$/],
    ['{"httpPort":1}', /has the unknown key 'httpPort'\.$/],
    ['{"config":"other.json"}', /has the unknown key 'config'\.$/],
  ])('is refused with its path if the content is %s', (content, problem) => {
    const config = writeFile('refused.json', content);
    const message = problemOf(parse({ arguments: { config } }));
    expect(message).toMatch(problem);
    expect(message).toContain(`The configuration file ${config} `);
  });

  it('is refused if it does not exist', () => {
    expect(problemOf(parse({ arguments: { config: '/nowhere.json' } }))).toMatch(
      /nowhere\.json cannot be read: ENOENT/,
    );
  });

  it('can contain a single value instead of an array, and paths relative to its folder', () => {
    expect(parse({ file: { device: 'a', caDir: 'ca' } })).toMatchObject({
      value: { clients: [{ deviceId: 'a' }], authorityDirectory: join(folder, 'ca') },
    });
  });
});

describe('trusted certificate authority', () => {
  let authorityPem: string;
  let leafPem: string;
  beforeAll(async () => {
    const authority = await createAuthority(Date.now());
    authorityPem = authority.certificatePem;
    const leaf = await createClientCertificate({ commonName: 'd', now: Date.now(), authority });
    leafPem = leaf.certificatePem;
  });

  it('is read from the file that an argument, a variable or a key names', () => {
    const trustedCa = writeFile('trusted.pem', authorityPem);
    const expected = { value: { trustedAuthorities: [authorityPem] } };
    expect(parse({ arguments: { trustedCa: [trustedCa] } })).toMatchObject(expected);
    expect(parse({ environment: { IOTHUB_EMULATOR_TRUSTED_CA: trustedCa } })).toMatchObject(expected);
    expect(parse({ file: { trustedCa: ['trusted.pem'] } })).toMatchObject(expected);
  });

  it('is refused if the file is missing, is not PEM or is not an authority', () => {
    const problem = (content: string) =>
      problemOf(parse({ arguments: { trustedCa: [writeFile('wrong.pem', content)] } }));
    expect(problem('text')).toMatch(
      /^Invalid value ".*wrong\.pem" for --trusted-ca: The text contains no PEM certificate\.$/,
    );
    expect(problem(leafPem)).toMatch(/ for --trusted-ca: .* is not a certificate authority\.$/);
    expect(problemOf(parse({ arguments: { trustedCa: ['/nowhere.pem'] } }))).toMatch(
      /the file cannot be read \(ENOENT/,
    );
  });
});

describe('list of shared access policies', () => {
  const policiesOf = (settings: Parameters<typeof parse>[0]) => {
    const parsed = parse(settings);
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value.policies;
  };

  it('contains five policies with the default key by default', () => {
    const policies = policiesOf({});
    expect(policies.map(({ name }) => name)).toEqual(DEFAULT_POLICY_NAMES);
    expect(new Set(policies.map(({ primaryKey }) => primaryKey))).toEqual(new Set([DEFAULT_KEY]));
  });

  it.each([
    ['an argument', { arguments: { policy: ['both=registrywrite, ServiceConnect'] } }],
    ['a variable', { environment: { IOTHUB_EMULATOR_POLICY: 'both=RegistryWrite,ServiceConnect' } }],
    ['a key of the file', { file: { policy: 'both=RegistryWrite,ServiceConnect' } }],
  ])('contains the policy of %s, with the default key', (_title, settings) => {
    const policies = policiesOf(settings);
    expect(policies.map(({ name }) => name)).toEqual([...DEFAULT_POLICY_NAMES, 'both']);
    expect(policies.at(-1)).toMatchObject({
      permissions: ['RegistryWrite', 'ServiceConnect'],
      primaryKey: DEFAULT_KEY,
    });
  });

  it('contains a policy with another key in place of a default policy', () => {
    const policies = policiesOf({ arguments: { policy: [`service=RegistryRead:${KEY}`] } });
    expect(policies.map(({ name }) => name)).toEqual(DEFAULT_POLICY_NAMES);
    expect(policies[1]).toMatchObject({ name: 'service', permissions: ['RegistryRead'], primaryKey: KEY });
  });
});

describe('default of an option', () => {
  it.each([
    ['start', {}, { hostNames: ['127.0.0.1'], httpsPort: 443, mqttPort: 8883, logLevel: 'info' }],
    ['exec', {}, { hostNames: ['hub1.iothub.test'], httpsPort: 0, mqttPort: 0, logLevel: 'warn' }],
    ['exec', { fixedPorts: true }, { hostNames: ['127.0.0.1'], httpsPort: 443, mqttPort: 8883 }],
  ] as const)('gives %s %j a host name and ports that its clients can use', (command, given, expected) => {
    expect(parse({ arguments: given }, command)).toMatchObject({ value: { host: '127.0.0.1', ...expected } });
  });

  it.each([
    ['127.0.0.9', '127.0.0.9'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::1', 'localhost'],
    ['hub.local', 'hub.local'],
  ])('gives a hub at %s the host name %s, at which its clients reach it', (host, hostName) => {
    expect(parse({ arguments: { host } })).toMatchObject({ value: { host, hostNames: [hostName] } });
  });

  it('stores the certificate authority in the data folder of the user', () => {
    expect(parse({ environment: { XDG_DATA_HOME: '/data' } })).toMatchObject({
      value: { authorityDirectory: expect.stringMatching(/iothub-emulator$/) },
    });
  });

  it('does not allow equal ports', () => {
    expect(problemOf(parse({ arguments: { httpsPort: '8443', mqttPort: '8443' } }))).toBe(
      '--https-port and --mqtt-port are both 8443: expected different ports.',
    );
  });
});

describe('unknown variable with the prefix of options', () => {
  it('is reported, except the one that exec sets', () => {
    const environment = { IOTHUB_EMULATOR_HTTP_PORT: '1', IOTHUB_EMULATOR_REDIRECT: '{}' };
    expect(parse({ environment })).toMatchObject({
      value: { unknownVariables: ['IOTHUB_EMULATOR_HTTP_PORT'] },
    });
  });
});
