import { spawn } from 'node:child_process';

/** Asks the desktop to open an address in the user's browser; a desktop without one is no error. */
export function openBrowser(url: string): void {
  const [command = '', ...args] = opener(url);
  const child = spawn(command, args, { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}

function opener(url: string): string[] {
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return [process.platform === 'darwin' ? 'open' : 'xdg-open', url];
}
