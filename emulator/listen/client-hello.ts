const HANDSHAKE_RECORD = 0x16;
const CLIENT_HELLO = 1;
const RECORD_HEADER_BYTES = 5;
const MAXIMUM_RECORD_BYTES = RECORD_HEADER_BYTES + 16 * 1024;
/** The offset of the session id: after the headers of record and message, the version and the random bytes. */
const SESSION_ID_OFFSET = RECORD_HEADER_BYTES + 4 + 2 + 32;

/** Returns true if more bytes are needed to have the whole first record of a TLS connection. */
export function isRecordIncomplete(bytes: Buffer): boolean {
  if (bytes.length === 0) return true;
  if (bytes[0] !== HANDSHAKE_RECORD) return false;
  if (bytes.length < RECORD_HEADER_BYTES) return true;
  const end = endOfRecord(bytes);
  return end <= MAXIMUM_RECORD_BYTES && bytes.length < end;
}

/**
 * Returns true if the bytes begin with a whole ClientHello whose first cipher suite is a GREASE value (RFC 8701).
 * Browsers send one, and no SDK does. Apple's own TLS library sends one too.
 */
export function isBrowserHello(bytes: Buffer): boolean {
  if (!isClientHello(bytes)) return false;
  // The list of cipher suites follows the session id. Both begin with their lengths.
  const firstSuite = SESSION_ID_OFFSET + 1 + bytes[SESSION_ID_OFFSET]! + 2;
  return firstSuite + 2 <= endOfRecord(bytes) && isGrease(bytes.readUInt16BE(firstSuite));
}

function isClientHello(bytes: Buffer): boolean {
  if (bytes.length <= SESSION_ID_OFFSET || bytes[0] !== HANDSHAKE_RECORD) return false;
  if (bytes[RECORD_HEADER_BYTES] !== CLIENT_HELLO) return false;
  const endOfMessage = RECORD_HEADER_BYTES + 4 + bytes.readUIntBE(RECORD_HEADER_BYTES + 1, 3);
  return endOfMessage <= endOfRecord(bytes) && endOfRecord(bytes) <= bytes.length;
}

function endOfRecord(bytes: Buffer): number {
  return RECORD_HEADER_BYTES + bytes.readUInt16BE(3);
}

// 0x0A0A, 0x1A1A … 0xFAFA.
function isGrease(suite: number): boolean {
  return (suite & 0x0f0f) === 0x0a0a && suite >> 8 === (suite & 0xff);
}
