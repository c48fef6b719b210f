import { join } from 'node:path';
import { app } from 'electron';

const executable = process.platform === 'win32' ? 'node.exe' : 'node';

/** Folder that holds `core/` and the packages it needs: a resource beside the packaged application, else the project. */
function engineFolder(): string {
  return app.isPackaged ? join(process.resourcesPath, 'engine') : app.getAppPath();
}

/** The plain Node that runs the engine: shipped with the application, else that of the project's packages. */
export function nodeBinary(): string {
  if (app.isPackaged) return join(process.resourcesPath, 'node', executable);
  return join(engineFolder(), 'node_modules', 'node', 'bin', executable);
}

export const engineScript = (): string => join(engineFolder(), 'core', 'engine', 'process.ts');
export const windowFiles = (): string => join(app.getAppPath(), 'out', 'renderer');
export const preloadScript = (): string => join(import.meta.dirname, '..', 'preload', 'index.cjs');
export const windowStateFile = (): string => join(app.getPath('userData'), 'window.json');

/** Where Node keeps compiled TypeScript, so that engine and workers start sooner and smaller. */
export const codeCache = (): string => join(app.getPath('userData'), 'code-cache');
