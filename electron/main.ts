import { app, type BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import { channels } from './channels.ts';
import { EngineProcess } from './engine.ts';
import { broadcast, handleCalls } from './ipc.ts';
import { codeCache, engineScript, nodeBinary, windowFiles } from './paths.ts';
import { registerScheme, serveWindowFiles } from './protocol.ts';
import { Quitting } from './quit.ts';
import { refusePermissions, restrictContents } from './security.ts';
import { openWindow, showWindow } from './window.ts';

/**
 * Electron's main process: one instance, one window, and the engine as a plain Node process beside them. All it does
 * itself is to pass messages on and to refuse what a window has no business with.
 */
function start(): void {
  registerScheme();
  restrictContents();
  // The engine and its workers inherit it.
  process.env.NODE_COMPILE_CACHE ??= codeCache();
  const engine = new EngineProcess(nodeBinary(), [engineScript(), ...homeArguments()], {
    events: (events) => broadcast(channels.events, events),
    connection: (connected) => broadcast(channels.connection, connected),
    active: (runs) => quitting.activeRuns(runs),
  });
  const quitting = new Quitting(engine);
  handleCalls(engine);
  const open = (): BrowserWindow => {
    const window = openWindow();
    quitting.guard(window);
    return window;
  };
  void app.whenReady().then(() => {
    refusePermissions();
    serveWindowFiles(windowFiles());
    quitting.attach();
    Menu.setApplicationMenu(Menu.buildFromTemplate(menu()));
    open();
    app.on('second-instance', () => showWindow(open));
    app.on('activate', () => showWindow(open));
  });
}

/** `--home folder`, passed on to the engine as it came. */
function homeArguments(): string[] {
  const at = process.argv.indexOf('--home');
  const folder = process.argv[at + 1];
  return at >= 0 && folder !== undefined ? ['--home', folder] : [];
}

function menu(): MenuItemConstructorOptions[] {
  const own: MenuItemConstructorOptions[] = process.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  return [...own, { role: 'fileMenu' }, { role: 'editMenu' }, { role: 'viewMenu' }, { role: 'windowMenu' }];
}

if (app.requestSingleInstanceLock()) start();
else app.quit();
