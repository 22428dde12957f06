/** Returns a new packet with its fixed header. The last `length` bytes are for what follows the header. */
export function allocatePacket(firstByte: number, length: number): Buffer {
  const lengthBytes = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
  const packet = Buffer.allocUnsafe(1 + lengthBytes + length);
  packet[0] = firstByte;
  let rest = length;
  for (let at = 1; at < lengthBytes; at++) {
    packet[at] = (rest & 0x7f) | 0x80;
    rest >>= 7;
  }
  packet[lengthBytes] = rest;
  return packet;
}
