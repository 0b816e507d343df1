import { z } from 'zod';
import type { UsbDevice } from './usb-bus.ts';

/** Present devices of Microsoft's USB vendor id, as JSON. */
export const PNP_QUERY =
  '@(Get-CimInstance Win32_PnPEntity -Filter "PNPDeviceID LIKE \'USB\\\\VID_045E&%\'" | Where-Object Present | Select-Object PNPDeviceID) | ConvertTo-Json -Compress';

const entities = z.preprocess(
  // One entity comes without its list.
  (value): unknown => (Array.isArray(value) ? value : [value]),
  z.array(z.object({ PNPDeviceID: z.string() })),
);

/** `USB\VID_045E&PID_02C4\012345`; parts of a device (`&MI_00`) are left out, and what Windows made up is no serial number. @throws where it is no such list */
export function parsePnpEntities(text: string): UsbDevice[] {
  return entities.parse(text.trim() ? JSON.parse(text) : []).flatMap(({ PNPDeviceID }) => {
    const [, vendor, product, instance] =
      /^USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})\\([^\\]+)$/i.exec(PNPDeviceID) ?? [];
    if (!vendor || !product || !instance) return [];
    return [
      {
        id: `${vendor}:${product}`.toLowerCase(),
        serial: instance.includes('&') ? '' : instance,
        accessible: true,
        holders: [],
      },
    ];
  });
}
