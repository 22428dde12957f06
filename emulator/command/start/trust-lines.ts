import { posix, win32 } from 'node:path';

/** Returns, for each language, the shell line that makes its programs trust a CA file. */
export function trustLinesOf(
  caFile: string,
  platform: NodeJS.Platform,
): readonly (readonly [language: string, line: string])[] {
  const isWindows = platform === 'win32';
  const quote = isWindows ? quoteForPowerShell : quoteForShell;
  const file = quote(caFile);
  const set = (name: string, value: string) => (isWindows ? `$env:${name}=${value}` : `${name}=${value}`);
  const join = (...settings: string[]) => (isWindows ? settings.join('; ') : `export ${settings.join(' ')}`);
  // The store is beside the CA, so it is deleted with it. A second import by keytool changes nothing.
  const store = (isWindows ? win32 : posix).join(caFile, '..', 'java-trust.p12');
  const keytool = `keytool -importcert -noprompt -alias iothub-emulator -storetype PKCS12 -storepass changeit -keystore ${quote(store)} -file ${file}`;
  const javaOptions = `-Djavax.net.ssl.trustStore=${quoteForJava(store)} -Djavax.net.ssl.trustStorePassword=changeit`;
  return [
    ['Node', join(set('NODE_EXTRA_CA_CERTS', file))],
    ['Python', join(set('SSL_CERT_FILE', file), set('REQUESTS_CA_BUNDLE', file))],
    ['Java', `${keytool}; ${join(set('JAVA_TOOL_OPTIONS', quote(javaOptions)))}`],
    ['.NET', dotnetLine(file, platform, join(set('SSL_CERT_FILE', file)))],
  ];
}

// .NET reads the variable on Linux only. On other systems it uses the certificate store of the user.
function dotnetLine(file: string, platform: NodeJS.Platform, variable: string): string {
  switch (platform) {
    case 'win32':
      return `Import-Certificate -CertStoreLocation Cert:\\CurrentUser\\Root -FilePath ${file}`;
    case 'darwin':
      return `security add-trusted-cert -k ~/Library/Keychains/login.keychain-db ${file}`;
    default:
      return variable;
  }
}

function quoteForShell(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

// Java splits JAVA_TOOL_OPTIONS at spaces outside quotes. A quote cannot be escaped inside the same quotes.
function quoteForJava(path: string): string {
  if (!/[\s"']/.test(path)) return path;
  return path.includes('"') ? `'${path}'` : `"${path}"`;
}

function quoteForPowerShell(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
