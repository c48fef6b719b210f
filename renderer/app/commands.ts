import { useRunsStore } from '../stores/runs.ts';
import { useSettingsStore } from '../stores/settings.ts';
import { useToastStore } from '../stores/toasts.ts';
import { useWorkspaceStore } from '../stores/workspace.ts';
import type { IconName } from '../ui/icons.ts';
import { openExperimentFile } from './open-file.ts';
import { overlays } from './overlays.ts';
import { pageCommands } from './page-commands.ts';
import { router } from './router.ts';
import { type TextKey, useText } from './text.ts';
import { theme } from './theme.ts';

/** One thing the window can do, wherever it is asked for: palette, shortcut, button. */
export interface Command {
  id: string;
  label: string;
  icon: IconName;
  /** As `matchesKeys` reads it: `Ctrl+K`, `?`, `Alt+1`. Ctrl is Cmd on a Mac. */
  keys?: string | undefined;
  run(): void;
}

/** The activity rail, in order. Inspect opens the run that was last looked at. */
export const activities: readonly { name: string; title: TextKey; icon: IconName }[] = [
  { name: 'experiments', title: 'nav.experiments', icon: 'experiments' },
  { name: 'runs', title: 'nav.runs', icon: 'table' },
  { name: 'compare', title: 'nav.compare', icon: 'compare' },
  { name: 'inspect', title: 'nav.inspect', icon: 'inspect' },
  { name: 'data', title: 'nav.data', icon: 'data' },
  { name: 'models', title: 'nav.models', icon: 'models' },
  { name: 'queue', title: 'nav.queue', icon: 'queue' },
  { name: 'trash', title: 'nav.trash', icon: 'trash' },
  { name: 'settings', title: 'nav.settings', icon: 'settings' },
];

export function openActivity(name: string): void {
  if (name !== 'inspect') {
    void router.push({ name });
    return;
  }
  const runs = useRunsStore();
  const id = runs.focused ?? runs.all[0]?.id;
  void router.push(id ? { name: 'run', params: { id } } : { name: 'experiments' });
}

export function closeTab(path: string): void {
  const next = useWorkspaceStore().close(path);
  if (next !== undefined) void router.push(next);
}

function switchTab(by: number): void {
  const path = useWorkspaceStore().neighbour(by);
  if (path !== undefined) void router.push(path);
}

/** Everything that does not need a run, and what the page in view offers. Texts are in the language in force. */
export function windowCommands(): Command[] {
  const text = useText();
  const settings = useSettingsStore();
  const goTo = activities.map(({ name, title, icon }, index) => ({
    id: `go.${name}`,
    label: text('command.goTo', { page: text(title) }),
    icon,
    keys: `Alt+${index + 1}`,
    run: () => openActivity(name),
  }));
  return [
    {
      id: 'new',
      label: text('command.newExperiment'),
      icon: 'plus',
      keys: 'N',
      run: () => void router.push({ name: 'new' }),
    },
    { id: 'open', label: text('command.openFile'), icon: 'open', keys: 'Ctrl+O', run: openExperimentFile },
    {
      id: 'palette',
      label: text('command.palette'),
      icon: 'command',
      keys: 'Ctrl+K',
      run: () => overlays.toggle('palette'),
    },
    ...goTo,
    {
      id: 'why',
      label: text('command.goTo', { page: text('nav.why') }),
      icon: 'models',
      run: () => void router.push({ name: 'why' }),
    },
    {
      id: 'filter',
      label: text('command.filterRuns'),
      icon: 'search',
      keys: '/',
      run: () => overlays.filterRuns(),
    },
    {
      id: 'runs',
      label: text('command.toggleRuns'),
      icon: 'panel',
      keys: 'Ctrl+B',
      run: () => {
        settings.runListOpen = !settings.runListOpen;
      },
    },
    {
      id: 'undo',
      label: text('command.undo'),
      icon: 'undo',
      keys: 'Ctrl+Z',
      run: () => void useToastStore().undoNewest(),
    },
    { id: 'next', label: text('command.nextTab'), icon: 'chevron-right', keys: ']', run: () => switchTab(1) },
    {
      id: 'previous',
      label: text('command.previousTab'),
      icon: 'chevron-left',
      keys: '[',
      run: () => switchTab(-1),
    },
    {
      id: 'close',
      label: text('command.closeTab'),
      icon: 'close',
      keys: 'X',
      run: () => closeTab(useWorkspaceStore().current),
    },
    {
      id: 'theme',
      label: text('command.toggleTheme'),
      icon: 'moon',
      keys: 'T',
      run: () => void settings.setTheme(theme.value === 'dark' ? 'light' : 'dark'),
    },
    {
      id: 'theme.system',
      label: text('command.themeSystem'),
      icon: 'system',
      run: () => void settings.setTheme('system'),
    },
    {
      id: 'shortcuts',
      label: text('command.shortcuts'),
      icon: 'help',
      keys: '?',
      run: () => overlays.toggle('shortcuts'),
    },
    ...pageCommands.flatMap((commands) => commands()),
  ];
}
