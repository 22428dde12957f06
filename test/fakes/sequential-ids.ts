import type { IdSource } from '../../emulator/hub/ports.ts';

/** Creates ids that are the same in every run. GUIDs and bytes count from 1; numbers are 0. */
export function createSequentialIds(): IdSource {
  let count = 0;
  return {
    guid: () => {
      count += 1;
      return `00000000-0000-0000-0000-${String(count).padStart(12, '0')}`;
    },
    bytes: (length) => {
      count += 1;
      const bytes = new Uint8Array(length);
      new DataView(bytes.buffer).setUint32(length - 4, count);
      return bytes;
    },
    number: () => 0,
  };
}
