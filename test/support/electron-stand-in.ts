import { EventEmitter } from 'node:events';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { compileFunction, constants } from 'node:vm';
import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  CustomScheme,
  Dialog,
  IpcMain,
  IpcMainInvokeEvent,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  Protocol,
  Screen,
  Session,
  WebContents,
} from 'electron';

/**
 * A stand-in for the parts of Electron that the main bundle uses, for machines without its binary. It records what it
 * is told and behaves as Electron documents: a prevented `before-quit` keeps the application open, the last window's
 * end emits `window-all-closed`. Electron's own types say what each part must look like.
 */

/** An event that a listener may prevent, as Electron hands it out. */
export class StandInEvent {
  defaultPrevented = false;
  readonly url: string;
  readonly isMainFrame: boolean;
  constructor(url = '', isMainFrame = true) {
    this.url = url;
    this.isMainFrame = isMainFrame;
  }
  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

class StandInContents
  extends EventEmitter
  implements Pick<WebContents, 'getURL' | 'send' | 'setWindowOpenHandler'>
{
  url = '';
  readonly sent: { channel: string; value: unknown }[] = [];
  openHandler: Parameters<WebContents['setWindowOpenHandler']>[0] | null = null;

  getURL(): string {
    return this.url;
  }
  send(channel: string, value: unknown): void {
    this.sent.push({ channel, value });
  }
  setWindowOpenHandler(handler: Parameters<WebContents['setWindowOpenHandler']>[0]): void {
    this.openHandler = handler;
  }
}

type WindowParts = 'close' | 'destroy' | 'focus' | 'getNormalBounds' | 'isDestroyed' | 'isMaximized';
type MoreWindowParts = 'isMinimized' | 'loadURL' | 'maximize' | 'restore' | 'show';

export class StandInWindow
  extends EventEmitter
  implements Pick<BrowserWindow, WindowParts | MoreWindowParts>
{
  readonly webContents = new StandInContents();
  readonly options: BrowserWindowConstructorOptions;
  readonly did: string[] = [];
  readonly #electron: StandInElectron;
  bounds = { x: 40, y: 50, width: 1200, height: 800 };
  minimized = false;

  constructor(electron: StandInElectron, options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    this.#electron = electron;
    electron.windows.push(this);
    electron.app.emit('web-contents-created', {}, this.webContents);
  }
  async loadURL(url: string): Promise<void> {
    this.webContents.url = url;
  }
  close(): void {
    const event = new StandInEvent();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy(): void {
    this.#electron.windows = this.#electron.windows.filter((window) => window !== this);
    if (this.#electron.windows.length === 0) this.#electron.app.emit('window-all-closed');
  }
  isDestroyed(): boolean {
    return !this.#electron.windows.includes(this);
  }
  getNormalBounds() {
    return this.bounds;
  }
  isMaximized(): boolean {
    return false;
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  maximize(): void {
    this.did.push('maximize');
  }
  restore(): void {
    this.did.push('restore');
  }
  show(): void {
    this.did.push('show');
  }
  focus(): void {
    this.did.push('focus');
  }
}

type AppParts = 'getAppPath' | 'getPath' | 'isPackaged' | 'quit' | 'requestSingleInstanceLock' | 'whenReady';

class StandInApp extends EventEmitter implements Pick<App, AppParts> {
  readonly isPackaged = false;
  readonly #electron: StandInElectron;
  /** Whether this is the first instance. */
  first = true;
  /** True once the application has really ended. */
  ended = false;

  constructor(electron: StandInElectron) {
    super();
    this.#electron = electron;
  }
  requestSingleInstanceLock(): boolean {
    return this.first;
  }
  async whenReady(): Promise<void> {}
  getAppPath(): string {
    return this.#electron.folders.app;
  }
  getPath(): string {
    return this.#electron.folders.userData;
  }
  quit(): void {
    const event = new StandInEvent();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    for (const window of [...this.#electron.windows]) window.close();
    this.ended = this.#electron.windows.length === 0;
  }
}

type SessionParts =
  | 'setDevicePermissionHandler'
  | 'setPermissionCheckHandler'
  | 'setPermissionRequestHandler';

class StandInSession implements Pick<Session, SessionParts> {
  request: Parameters<Session['setPermissionRequestHandler']>[0] = null;
  check: Parameters<Session['setPermissionCheckHandler']>[0] = null;
  device: Parameters<Session['setDevicePermissionHandler']>[0] = null;
  setPermissionRequestHandler(handler: typeof this.request): void {
    this.request = handler;
  }
  setPermissionCheckHandler(handler: typeof this.check): void {
    this.check = handler;
  }
  setDevicePermissionHandler(handler: typeof this.device): void {
    this.device = handler;
  }
}

class StandInProtocol implements Pick<Protocol, 'handle' | 'registerSchemesAsPrivileged'> {
  schemes: CustomScheme[] = [];
  readonly handlers = new Map<string, (request: Request) => Response | Promise<Response>>();
  registerSchemesAsPrivileged(schemes: CustomScheme[]): void {
    this.schemes = schemes;
  }
  handle(scheme: string, handler: (request: Request) => Response | Promise<Response>): void {
    this.handlers.set(scheme, handler);
  }
}

type Invoked = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown;

class StandInIpc implements Pick<IpcMain, 'handle'> {
  readonly handlers = new Map<string, Invoked>();
  handle(channel: string, listener: Invoked): void {
    this.handlers.set(channel, listener);
  }
  /** What `ipcRenderer.invoke` does from a page at `url`, in its main frame or one inside it. */
  async invoke(channel: string, url: string, value?: unknown, inner = false): Promise<unknown> {
    const frame = { url, parent: inner ? { url, parent: null } : null };
    return this.handlers.get(channel)?.({ senderFrame: frame } as IpcMainInvokeEvent, value);
  }
}

class StandInDialog implements Pick<Dialog, 'showMessageBox'> {
  readonly shown: MessageBoxOptions[] = [];
  /** The button that the user presses. */
  answer = 0;
  async showMessageBox(...args: unknown[]): Promise<Electron.MessageBoxReturnValue> {
    this.shown.push(args.at(-1) as MessageBoxOptions);
    return { response: this.answer, checkboxChecked: false };
  }
}

export class StandInElectron {
  readonly folders: { app: string; userData: string };
  readonly app = new StandInApp(this);
  windows: StandInWindow[] = [];
  readonly session = { defaultSession: new StandInSession() };
  readonly protocol = new StandInProtocol();
  readonly ipcMain = new StandInIpc();
  readonly dialog = new StandInDialog();
  readonly powerMonitor = new EventEmitter();
  readonly screen: Pick<Screen, 'getAllDisplays'> = {
    getAllDisplays: () =>
      [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] as ReturnType<Screen['getAllDisplays']>,
  };
  menu: MenuItemConstructorOptions[] = [];
  readonly Menu = {
    buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
    setApplicationMenu: (menu: MenuItemConstructorOptions[]) => {
      this.menu = menu;
    },
  };
  readonly BrowserWindow: unknown;

  constructor(folders: { app: string; userData: string }) {
    this.folders = folders;
    const electron = this;
    this.BrowserWindow = class extends StandInWindow {
      constructor(options: BrowserWindowConstructorOptions) {
        super(electron, options);
      }
      static getAllWindows(): StandInWindow[] {
        return electron.windows;
      }
    };
  }
}

const names = [
  'app',
  'session',
  'protocol',
  'ipcMain',
  'dialog',
  'powerMonitor',
  'screen',
  'Menu',
  'BrowserWindow',
];
const shared = globalThis as { convolabElectron?: StandInElectron };
/** Node's own `import()`, which the test runner does not rewrite: the bundle is loaded exactly as it was built. */
const load = compileFunction('return import(address)', ['address'], {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}) as unknown as (address: string) => Promise<unknown>;
let loads = 0;

/** Loads the built main bundle, afresh, over a stand-in. */
export async function loadMain(bundle: string, electron: StandInElectron): Promise<void> {
  shared.convolabElectron = electron;
  loads += 1;
  const address = `convolab-electron:${loads}`;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'electron' ? { url: address, shortCircuit: true } : next(specifier, context),
    load: (url, context, next) => {
      if (url !== address) return next(url, context);
      const source = names
        .map((name) => `export const ${name} = globalThis.convolabElectron.${name};`)
        .join('\n');
      return { format: 'module', source, shortCircuit: true };
    },
  });
  try {
    await load(`${pathToFileURL(bundle).href}?load=${loads}`);
  } finally {
    hooks.deregister();
  }
}
