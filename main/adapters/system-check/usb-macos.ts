import type { UsbDevice } from './usb-bus.ts';

/**
 * The report's names: since macOS 26 the first, before it the second. Either may be unknown to a system, which then says
 * nothing or fails; whether it does one or the other is not documented, so they are asked for one after the other.
 */
const TYPES = ['SPUSBHostDataType', 'SPUSBDataType'];

/**
 * What both layouts call the fields of a device; devices hang from buses and hubs by `_items`. The names of the first are
 * known from reports that others published, not from a Kinect of our own.
 */
const FIELDS = {
  vendor: ['USBDeviceKeyVendorID', 'vendor_id'],
  product: ['USBDeviceKeyProductID', 'product_id'],
  serial: ['USBDeviceKeySerialNumber', 'serial_num'],
  speed: ['USBDeviceKeyLinkSpeed', 'device_speed'],
} as const;

/** Mbit/s, of the older layout. */
const SPEED: Readonly<Record<string, number>> = {
  low_speed: 1.5,
  full_speed: 12,
  high_speed: 480,
  super_speed: 5000,
  super_speed_plus: 10_000,
};

/**
 * @param report what `system_profiler TYPE -json` writes
 * @throws where it says of neither type what is on the bus
 */
export async function readSystemProfiler(report: (type: string) => Promise<string>): Promise<UsbDevice[]> {
  let told: UsbDevice[] | undefined;
  for (const type of TYPES) {
    const devices = await report(type).then(
      (text) => parseSystemProfiler(text, type),
      () => undefined,
    );
    if (devices?.length) return devices;
    told ??= devices;
  }
  if (!told) throw new Error('system_profiler does not say what is on the USB bus');
  return told;
}

/** @returns undefined where the report has no such list */
function parseSystemProfiler(text: string, type: string): UsbDevice[] | undefined {
  try {
    const items = (JSON.parse(text) as Record<string, unknown> | null)?.[type];
    return Array.isArray(items) ? items.flatMap(flatten) : undefined;
  } catch {
    return undefined;
  }
}

function flatten(item: unknown): UsbDevice[] {
  const fields = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
  const field = (name: keyof typeof FIELDS): unknown =>
    FIELDS[name].map((key) => fields[key]).find((value) => value !== undefined);
  const [vendor, product, speed] = [idOf(field('vendor')), idOf(field('product')), speedOf(field('speed'))];
  const below = Array.isArray(fields['_items']) ? fields['_items'].flatMap(flatten) : [];
  if (!vendor || !product) return below;
  return [
    {
      id: `${vendor}:${product}`,
      serial: serialOf(field('serial')),
      ...(speed ? { speed } : {}),
      accessible: true,
      holders: [],
    },
    ...below,
  ];
}

/** `0x045e  (Microsoft Corporation)` or `0x045e`. */
const idOf = (value: unknown): string | undefined =>
  /^0x([0-9a-f]{1,4})\b/i.exec(String(value))?.[1].padStart(4, '0').toLowerCase();

const serialOf = (value: unknown): string =>
  typeof value === 'string' && value !== 'Not Provided' ? value : '';

/** `5 Gb/s`, `480 Mb/s` or `high_speed`, in Mbit/s. */
function speedOf(value: unknown): number | undefined {
  const [, amount, unit] = /^([\d.]+) ([MG])b\/s$/i.exec(String(value)) ?? [];
  return amount ? Number(amount) * (unit.toUpperCase() === 'G' ? 1000 : 1) : SPEED[String(value)];
}
