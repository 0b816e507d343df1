import { z } from 'zod';
import type { UsbDevice } from './usb-bus.ts';

interface Item {
  readonly vendor_id?: string | undefined;
  readonly product_id?: string | undefined;
  readonly serial_num?: string | undefined;
  readonly device_speed?: string | undefined;
  readonly _items?: readonly Item[] | undefined;
}

const item: z.ZodType<Item> = z.lazy(() =>
  z.object({
    vendor_id: z.string().optional(),
    product_id: z.string().optional(),
    serial_num: z.string().optional(),
    device_speed: z.string().optional(),
    _items: z.array(item).optional(),
  }),
);
const report = z.object({ SPUSBDataType: z.array(item) });

/** Mbit/s. */
const SPEED: Readonly<Record<string, number>> = {
  low_speed: 1.5,
  full_speed: 12,
  high_speed: 480,
  super_speed: 5000,
  super_speed_plus: 10_000,
};

/** `system_profiler SPUSBDataType -json`: devices hang from hubs; ids read `0x045e  (Microsoft Corporation)`. */
export function parseSystemProfiler(text: string): UsbDevice[] {
  const parsed = report.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data.SPUSBDataType.flatMap(flatten) : [];
}

function flatten(device: Item): UsbDevice[] {
  const number = (text: string | undefined) =>
    /^0x([0-9a-f]{1,4})\b/i.exec(text ?? '')?.[1]?.padStart(4, '0');
  const [vendor, product] = [number(device.vendor_id), number(device.product_id)];
  const speed = SPEED[device.device_speed ?? ''];
  const own =
    vendor && product
      ? [
          {
            id: `${vendor}:${product}`.toLowerCase(),
            serial: device.serial_num ?? '',
            ...(speed ? { speed } : {}),
            accessible: true,
            holders: [],
          },
        ]
      : [];
  return [...own, ...(device._items ?? []).flatMap(flatten)];
}
