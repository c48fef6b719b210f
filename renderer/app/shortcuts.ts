import { useSettingsStore } from '../stores/settings.ts';
import { windowCommands } from './commands.ts';

const isMac = /Mac/.test(navigator.platform);

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** True when the event is the keys as written: `Ctrl+K`, `Alt+1`, `?`, `N`. Ctrl is Cmd on a Mac. */
export function matchesKeys(event: KeyPress, keys: string): boolean {
  const parts = keys.split('+');
  const key = parts.pop() ?? '';
  const control = isMac ? event.metaKey : event.ctrlKey;
  if (control !== parts.includes('Ctrl') || event.altKey !== parts.includes('Alt')) return false;
  // With Alt, some systems write another character; the place of the key is what counts then.
  if (event.altKey && /^\d$/.test(key)) return event.code === `Digit${key}`;
  return event.key.toLowerCase() === key.toLowerCase();
}

/** The keys as this system writes them. */
export function displayKeys(keys: string): string {
  return isMac ? keys.replace('Ctrl+', '⌘').replace('Alt+', '⌥') : keys;
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.matches('input:not([type="range"]), textarea, select, [contenteditable="true"]');

const isOverlaid = () => document.querySelector('.dialog, .popup') !== null;

/** Listens for the shortcuts of every window command; answers the way to stop. */
export function listenForShortcuts(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const command = windowCommands().find(({ keys }) => keys && matchesKeys(event, keys));
    if (!command?.keys) return;
    const single = !command.keys.includes('+');
    if (single && (!useSettingsStore().singleKeys || isTyping(event.target) || isOverlaid())) return;
    // In a field, Ctrl+Z takes back typing.
    if (command.id === 'undo' && isTyping(event.target)) return;
    event.preventDefault();
    command.run();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}
