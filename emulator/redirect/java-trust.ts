import { createHash, X509Certificate } from 'node:crypto';

// The store contains no secret, so it has Java's default password. Reading certificates needs no password.
const PASSWORD = 'changeit';

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
// Part of the digest in every version of Java.
const WHITENER = 'Mighty Aphrodite';

/**
 * Formats PEM certificates as a Java key store (JKS). Every version of Java reads this format, and it is simple to
 * write.
 */
export function formatJavaTrustStore(certificates: readonly string[]): Buffer {
  const entries = certificates.flatMap((pem, index) => formatEntry(`authority-${index}`, pem));
  const store = Buffer.concat([uint32(MAGIC), uint32(VERSION), uint32(entries.length), ...entries]);
  const password = Buffer.from(PASSWORD, 'utf16le').swap16();
  return Buffer.concat([store, createHash('sha1').update(password).update(WHITENER).update(store).digest()]);
}

// A malformed certificate is left out, because Java would refuse the whole store.
function formatEntry(alias: string, pem: string): readonly Buffer[] {
  try {
    const { raw } = new X509Certificate(pem);
    const creation = Buffer.alloc(8);
    const parts = [
      uint32(TRUSTED_CERTIFICATE),
      text(alias),
      creation,
      text('X.509'),
      uint32(raw.length),
      raw,
    ];
    return [Buffer.concat(parts)];
  } catch {
    return [];
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
