/** What the page, or whatever got into it, may not do: leave, open windows, embed, use devices, reach the network. */
import type { Session, WebContents } from 'electron';
import { PAGE_ORIGIN } from './channels.ts';

/** To be called for every WebContents that is ever made. */
export function confine(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

type GuardedSession = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'on'
> & { readonly webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> };

const DRAWN = `blob:${PAGE_ORIGIN}/`;

/** No permission, no device, no download but of what the page drew, and no address but the page's own. */
export function refuseEverything(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, give) => give({}));
  // What the page drew itself may be saved: Electron asks the person where to.
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(DRAWN)) event.preventDefault();
  });
  session.webRequest.onBeforeRequest(({ url }, decide) =>
    decide({ cancel: !url.startsWith(`${PAGE_ORIGIN}/`) && !url.startsWith(DRAWN) }),
  );
}
