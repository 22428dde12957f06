import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { formatJavaTrustStore } from './java-trust.ts';
import { formatNodeShim } from './node-shim.ts';
import { distinctCertificates, formatBundle, readCertificates, readSystemCertificates } from './trust.ts';

const REPLACING_VARIABLES = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'];

type Variables = Readonly<Record<string, string | undefined>>;

export type RedirectOptions = {
  readonly baseEnvironment: Variables;
  /** Where the hub listens: an IPv4 address. */
  readonly address: string;
  /** The host names that lead to the hub; no other name is redirected. */
  readonly names: readonly string[];
  /** The ports that SDKs insist on, each with the port on which the hub listens. */
  readonly ports: Readonly<Record<number, number>>;
  /** The PEM file of the authority that signed the hub's certificate. */
  readonly authorityPath: string;
  /** Where the private folder is made: the system's temporary folder unless given. */
  readonly directory?: string;
  readonly platform?: NodeJS.Platform;
};

/** The environment for a program; the files it names are gone when it is disposed of. */
export type Redirect = Disposable & { readonly environment: Record<string, string> };

/** Makes the environment in which a program and its children reach the hub by its names and usual ports. */
export function redirectEnvironment(options: RedirectOptions): Redirect {
  const { baseEnvironment: base, address, names, ports, platform = process.platform } = options;
  const directory = mkdtempSync(join(options.directory ?? tmpdir(), 'iothub-emulator-'));
  const hooks = hookFolder();
  const requireHook = `--require ${quoteNodeOption(join(hooks, 'node-hook.cjs'))}`;
  const { bundle, ...trust } = writeTrust(directory, base, options.authorityPath);

  const environment: Variables = {
    ...base,
    ...trust,
    ...(isRedirected(ports) ? {} : javaTrust(directory, base, bundle)),
    ...proxyBypass(base, names),
    IOTHUB_EMULATOR_REDIRECT: JSON.stringify({ address, names, ports, bundle: trust.SSL_CERT_FILE }),
    NODE_OPTIONS: joined([base['NODE_OPTIONS'], requireHook], ' '),
    PYTHONPATH: joined([join(hooks, 'python'), base['PYTHONPATH']], platform === 'win32' ? ';' : ':'),
    ...(platform === 'win32' ? {} : shimPath(directory, base, requireHook)),
  };
  return {
    environment: Object.fromEntries(Object.entries(environment).filter(isSet)),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The hooks are shipped once, as sources, in the package's folder: the built files use the same ones. */
function hookFolder(): string {
  const packageFile = createRequire(import.meta.url).resolve('iothub-emulator/package.json');
  return join(dirname(packageFile), 'emulator', 'redirect');
}

/** NODE_OPTIONS is split at spaces outside quotes, and a backslash counts inside quotes only. */
function quoteNodeOption(path: string): string {
  return /[\s"]/.test(path) ? JSON.stringify(path) : path;
}

/** NODE_EXTRA_CA_CERTS adds to what Node trusts; the others replace what a program trusts, so they hold all of it. */
function writeTrust(directory: string, base: Variables, authorityPath: string) {
  const authority = readCertificates(authorityPath);
  const userFiles = (names: readonly string[]) => names.flatMap((name) => readCertificates(base[name] ?? ''));
  const extraFile = join(directory, 'extra-authorities.pem');
  const bundleFile = join(directory, 'all-authorities.pem');
  const extra = [...userFiles(['NODE_EXTRA_CA_CERTS']), ...authority];
  const replaced = userFiles(REPLACING_VARIABLES);
  const system = base['SSL_CERT_FILE'] ? [] : readSystemCertificates();
  const bundle = distinctCertificates([...rootCertificates, ...system, ...replaced, ...authority]);
  writeFileSync(extraFile, formatBundle(extra), { mode: 0o600 });
  writeFileSync(bundleFile, formatBundle(bundle), { mode: 0o600 });
  return {
    bundle,
    NODE_EXTRA_CA_CERTS: extraFile,
    SSL_CERT_FILE: bundleFile,
    REQUESTS_CA_BUNDLE: bundleFile,
    CURL_CA_BUNDLE: bundleFile,
  };
}

/** Nothing redirects Java, so it needs to trust a hub only on the ports that its SDK insists on. */
function isRedirected(ports: RedirectOptions['ports']): boolean {
  return Object.entries(ports).every(([usual, free]) => Number(usual) !== free);
}

// A store that the user chose stays. Java splits the variable at spaces outside quotes.
function javaTrust(directory: string, base: Variables, bundle: readonly string[]): Variables {
  const present = base['JAVA_TOOL_OPTIONS'];
  if (present?.includes('-Djavax.net.ssl.trustStore=')) return {};
  const file = join(directory, 'java-trust.jks');
  writeFileSync(file, formatJavaTrustStore(bundle), { mode: 0o600 });
  const option = `-Djavax.net.ssl.trustStore=${/\s/.test(file) ? `"${file}"` : file}`;
  return { JAVA_TOOL_OPTIONS: joined([present, option], ' ') };
}

/** A proxy could not find the hub: where one is set, the hub's names go past it. */
function proxyBypass(base: Variables, names: readonly string[]): Variables {
  const isProxied = Object.entries(base).some(([name, value]) => value && /^(https?|all)_proxy$/i.test(name));
  const present = base['no_proxy'] ?? base['NO_PROXY'];
  if (!isProxied || present?.trim() === '*') return {};
  const bypassed = joined([present, ...names], ',');
  return { NO_PROXY: bypassed, no_proxy: bypassed };
}

function shimPath(directory: string, base: Variables, requireHook: string): Variables {
  if (!base['PATH']) return {};
  const folder = join(directory, 'bin');
  mkdirSync(folder);
  writeFileSync(join(folder, 'node'), formatNodeShim(folder, requireHook), { mode: 0o700 });
  return { PATH: `${folder}:${base['PATH']}` };
}

function joined(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter(Boolean).join(separator);
}

function isSet(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}
