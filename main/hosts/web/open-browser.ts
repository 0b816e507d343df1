import { spawn } from 'node:child_process';

/** Opens the person's browser where there is a display; the printed address serves everybody else. */
export function openBrowser(address: string): void {
  const { platform, env } = process;
  if (platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return;
  const [command, ...args] =
    platform === 'darwin'
      ? ['open', address]
      : platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  const browser = spawn(command, args, { stdio: 'ignore', detached: true });
  browser.on('error', () =>
    process.stderr.write('No browser could be opened; open the address above yourself.\n'),
  );
  browser.unref();
}
