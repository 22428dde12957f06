import { createPrivateKey, createPublicKey, generateKeyPair, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

/** Creates an RSA key of 2048 bits as PKCS #8 PEM. This takes a tenth of a second or more, outside the main thread. */
export async function createRsaKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

/** Imports an RSA key for certificates. Throws if the PEM is malformed. */
export async function importRsaKey(keyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  const privateDer = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  const publicDer = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  return {
    privateKey: await subtle.importKey('pkcs8', privateDer, RSA, false, ['sign']),
    publicKey: await subtle.importKey('spki', publicDer, RSA, true, ['verify']),
  };
}
