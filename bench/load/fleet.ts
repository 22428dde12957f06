/** A device and its twin's content, as a back end would write it. */
export type TwinRow = TwinDocument & { readonly deviceId: string };

type TwinDocument = ReturnType<typeof createDocument>;

const REGIONS = ['US', 'EU', 'APAC', 'AF'];

/** A device with a twin of about 1.3 KB, the same in every run. */
export function createRow(index: number): TwinRow {
  // Twins reach the hub as JSON text, and objects that are parsed have the shapes that parsing gives.
  const document = JSON.parse(JSON.stringify(createDocument(index))) as TwinDocument;
  return { deviceId: `device-${String(index).padStart(7, '0')}`, ...document };
}

// The hub adds about as much again in `$metadata`.
function createDocument(index: number) {
  return {
    tags: {
      site: { region: REGIONS[index % 4] ?? '', plant: `plant-${index % 1000}`, hall: index % 17 },
      floor: index % 40,
      ...(index % 7 === 0 ? { role: 'gateway' } : {}),
    },
    properties: {
      desired: {
        interval: 30 + (index % 5),
        mode: index % 2 === 0 ? 'eco' : 'full',
        limits: { minimum: 4, maximum: 24 + (index % 3) },
      },
      reported: {
        firmware: `1.${index % 9}.0`,
        battery: ((index * 37) % 1000) / 10,
        net: { type: index % 2 === 0 ? 'wifi' : 'cellular', rssi: -50 - (index % 40) },
        ...(index % 11 === 0 ? { fault: true } : {}),
      },
    },
  };
}
