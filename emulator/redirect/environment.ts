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
  /** The IPv4 address on which the hub listens. */
  readonly address: string;
  /** The host names of the hub. No other name is redirected. */
  readonly names: readonly string[];
  /** The ports that the SDKs use, each with the port on which the hub listens. */
  readonly ports: Readonly<Record<number, number>>;
  /** The PEM file of the certificate authority that signed the hub's certificate. */
  readonly authorityPath: string;
  /** The parent of the private folder. Default: the system's folder for temporary files. */
  readonly directory?: string;
  readonly platform?: NodeJS.Platform;
};

/** The environment of a program. Disposing of it deletes the files that its variables name. */
export type Redirect = Disposable & { readonly environment: Record<string, string> };

/** Creates the environment in which a program and its children reach the hub by its names and default ports. */
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

/** Returns the folder of the hooks. They are shipped once, as sources; the built files use the same ones. */
function hookFolder(): string {
  const packageFile = createRequire(import.meta.url).resolve('iothub-emulator/package.json');
  return join(dirname(packageFile), 'emulator', 'redirect');
}

/** Quotes a path for NODE_OPTIONS, which Node splits at spaces outside quotes. Backslashes escape inside quotes only. */
function quoteNodeOption(path: string): string {
  return /[\s"]/.test(path) ? JSON.stringify(path) : path;
}

/**
 * Writes the files of trusted certificates and returns the variables that name them. NODE_EXTRA_CA_CERTS adds to what
 * Node trusts. The other variables replace what a program trusts, so their file contains all certificates.
 */
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

/** Returns true if no port is a default port. Java is not redirected, so it can reach the hub on default ports only. */
function isRedirected(ports: RedirectOptions['ports']): boolean {
  return Object.entries(ports).every(([usual, free]) => Number(usual) !== free);
}

// A trust store that the user has set is kept. Java splits the variable at spaces outside quotes.
function javaTrust(directory: string, base: Variables, bundle: readonly string[]): Variables {
  const present = base['JAVA_TOOL_OPTIONS'];
  if (present?.includes('-Djavax.net.ssl.trustStore=')) return {};
  const file = join(directory, 'java-trust.jks');
  writeFileSync(file, formatJavaTrustStore(bundle), { mode: 0o600 });
  const option = `-Djavax.net.ssl.trustStore=${/\s/.test(file) ? `"${file}"` : file}`;
  return { JAVA_TOOL_OPTIONS: joined([present, option], ' ') };
}

/** Returns the variables that bypass a proxy for the hub's names, if a proxy is set. A proxy could not find the hub. */
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
