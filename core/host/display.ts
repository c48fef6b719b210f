import { spawn } from 'node:child_process';

/** Whether this process can show windows: a desktop session, not a remote shell or a server. */
export function hasDisplay(): boolean {
  switch (process.platform) {
    case 'win32':
      return true;
    case 'darwin':
      return process.env.SSH_CONNECTION === undefined;
    default:
      return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  }
}

/** Asks the desktop to open an address in the user's browser; a desktop without one is no error. */
export function openBrowser(url: string): void {
  const [command, ...args] = opener(url);
  if (command === undefined) return;
  const child = spawn(command, args, { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}

function opener(url: string): string[] {
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return [process.platform === 'darwin' ? 'open' : 'xdg-open', url];
}
