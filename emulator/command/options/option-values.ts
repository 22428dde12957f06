import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseTrustedAuthorities } from '../../auth/certificate-chain.ts';
import { type Policy, parsePermissions } from '../../domain/access/policy.ts';
import { isBase64 } from '../../domain/base64.ts';
import { type ClientIdentity, parseClientIdentity } from '../../domain/identities/client-identity.ts';
import { HUB_EVENT_SOURCES, type HubEventSource } from '../../domain/messages/hub-event-sources.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { policyOf } from '../../emulator-options.ts';

const LABEL = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?';
const HOST_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`, 'i');

/** Parses a DNS name or an IP address. */
export function parseHostName(text: string): Result<string> {
  if (isIP(text) !== 0 || HOST_NAME.test(text)) return ok(text);
  return failed('ArgumentInvalid', 'expected a host name or an IP address without a port.');
}

export function parsePath(text: string, folder: string): Result<string> {
  return ok(resolve(folder, text));
}

const POLICY = /^([^=\s]{1,64})=([A-Za-z,\s]+)(?::(.*))?$/;

/** Parses `NAME=RegistryWrite,ServiceConnect`, optionally with `:KEY`. Without it the policy has the default key. */
export function parsePolicy(text: string): Result<Policy> {
  const [, name, words = '', key] = POLICY.exec(text) ?? [];
  if (name === undefined || (key !== undefined && (key === '' || !isBase64(key)))) {
    return failed(
      'ArgumentInvalid',
      'expected NAME=PERMISSION,PERMISSION or NAME=PERMISSION:KEY with a key in Base64.',
    );
  }
  const permissions = parsePermissions(words);
  return permissions.ok ? ok(policyOf(name, permissions.value, key)) : permissions;
}

export function parseDevice(text: string): Result<ClientIdentity> {
  return parseClientIdentity(text);
}

/** Parses `DEVICE/MODULE`. */
export function parseModule(text: string): Result<ClientIdentity> {
  const [deviceId = '', moduleId, ...rest] = text.split('/');
  if (moduleId === undefined || rest.length > 0) return failed('ArgumentInvalid', 'expected DEVICE/MODULE.');
  return parseClientIdentity(deviceId, moduleId);
}

/** Returns the PEM text of a file of certificate authorities. Fails if it cannot be read or is invalid. */
export function readAuthorities(path: string, folder: string): Result<string> {
  let pem: string;
  try {
    pem = readFileSync(resolve(folder, path), 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed('ArgumentInvalid', `the file cannot be read (${reason}).`);
  }
  const authorities = parseTrustedAuthorities(pem);
  return authorities.ok ? ok(pem) : authorities;
}

export function parseEventSource(text: string): Result<HubEventSource> {
  return parseWord(text, HUB_EVENT_SOURCES);
}

/** Parses one of the words. */
export function parseWord<T extends string>(text: string, words: readonly T[]): Result<T> {
  const word = words.find((known) => known === text);
  return word === undefined ? failed('ArgumentInvalid', `expected one of ${words.join(', ')}.`) : ok(word);
}
