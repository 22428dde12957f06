import { createHash, X509Certificate } from 'node:crypto';

// The store keeps no secret, so the password is the one of Java's own; to read certificates none is needed.
const PASSWORD = 'changeit';

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
// Mixed into the digest by every Java since the first.
const WHITENER = 'Mighty Aphrodite';

/** PEM certificates as a Java key store (JKS), the only form that every Java reads and that is simple enough to be written here. */
export function formatJavaTrustStore(certificates: readonly string[]): Buffer {
  const entries = certificates.flatMap((pem, index) => formatEntry(`authority-${index}`, pem));
  const store = Buffer.concat([uint32(MAGIC), uint32(VERSION), uint32(entries.length), ...entries]);
  const password = Buffer.from(PASSWORD, 'utf16le').swap16();
  return Buffer.concat([store, createHash('sha1').update(password).update(WHITENER).update(store).digest()]);
}

// One that cannot be read is left out, for Java would refuse the whole store.
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
