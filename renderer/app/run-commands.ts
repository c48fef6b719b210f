import type { RunStatus, RunSummary } from '../../core/contract/runs.ts';
import { useInspectStore } from '../stores/inspect.ts';
import { useRunsStore } from '../stores/runs.ts';
import { useToastStore } from '../stores/toasts.ts';
import { copyText } from '../ui/clipboard.ts';
import type { MenuItem } from '../ui/menu.ts';
import { fromBase64, saveFile } from '../ui/save-file.ts';
import { overlays } from './overlays.ts';
import { router } from './router.ts';
import { useText } from './text.ts';

/** In which states each action means something. */
const allowed = {
  pause: ['running', 'queued'],
  resume: ['paused', 'interrupted', 'failed'],
  stop: ['running', 'queued', 'paused', 'interrupted'],
  extend: ['finished', 'stopped'],
} as const satisfies Record<string, readonly RunStatus[]>;

export type StateAction = keyof typeof allowed;

export function mayDo(action: StateAction, status: RunStatus): boolean {
  return (allowed[action] as readonly RunStatus[]).includes(status);
}

/** True of a run that failed since its numbers left the finite range: resumed as it is, it fails the same way again. */
export function hasDiverged(run: RunSummary): boolean {
  return run.status === 'failed' && run.error?.code === 'train.non-finite';
}

/** What a GPU's failure is told as; the CPU can go on from the last checkpoint. */
const gpuFailures: ReadonlySet<string> = new Set([
  'device.lost',
  'device.hung',
  'device.unavailable',
  'memory.exhausted',
]);

/** True of a run that could go on if only it were given the CPU. */
export function gpuFailed({ status, device, error }: RunSummary): boolean {
  return status === 'failed' && device !== 'cpu' && error !== null && gpuFailures.has(error.code);
}

/** Copies the command that repeats a run; where the clipboard is refused, shows it instead. */
export async function copyCommand(run: string): Promise<void> {
  const toasts = useToastStore();
  const text = useText();
  try {
    const { command } = await useInspectStore().detail(run);
    const copied = await copyText(command);
    toasts.note(text(copied ? 'runs.commandCopied' : 'runs.commandRefused', { command }));
  } catch (thrown) {
    toasts.fail(thrown);
  }
}

/** Saves weights (of the best checkpoint) or metrics as a file; where there is no checkpoint yet, the engine's refusal is shown. */
export async function exportRun(run: string, format: 'safetensors' | 'csv'): Promise<void> {
  const file = await useRunsStore().exportFile({ run, format });
  if (file) saveFile(file.name, new Blob([fromBase64(file.data)], { type: file.mediaType }));
}

/** Everything that may be done with a run, as menus and the palette show it. */
export function runCommands(run: RunSummary): MenuItem[] {
  const text = useText();
  const runs = useRunsStore();
  const { id, status } = run;
  const shown = !runs.hiddenSet.has(id);
  const pinned = runs.pinnedSet.has(id);
  const stateItems: MenuItem[] = [
    { id: 'pause', label: text('runs.action.pause'), icon: 'pause' as const, run: () => void runs.pause(id) },
    {
      id: 'resume',
      label: text('runs.action.resume'),
      icon: 'play' as const,
      run: () => void runs.resume(id),
    },
    { id: 'stop', label: text('runs.action.stop'), icon: 'stop' as const, run: () => void runs.stop(id) },
    {
      id: 'extend',
      label: text('runs.action.extend'),
      icon: 'extend' as const,
      run: () => {
        overlays.question = { kind: 'extend', run: id };
      },
    },
  ].filter((item) => mayDo(item.id as StateAction, status));
  return [
    {
      id: 'open',
      label: text('runs.action.open'),
      icon: 'run',
      shortcut: 'Enter',
      run: () => void router.push({ name: 'run', params: { id } }),
    },
    ...stateItems,
    {
      id: 'clone',
      label: text('runs.action.clone'),
      icon: 'clone',
      separated: true,
      run: () => void router.push({ name: 'new', query: { clone: id } }),
    },
    {
      id: 'repeat',
      label: text('runs.action.repeat'),
      icon: 'repeat',
      run: () => {
        overlays.question = { kind: 'repeat', run: id };
      },
    },
    ...(run.test === null
      ? []
      : [
          {
            id: 'judge',
            label: text('runs.action.judge'),
            icon: 'inspect' as const,
            run: () => void router.push({ name: 'judge', query: { runs: id } }),
          },
        ]),
    {
      id: 'command',
      label: text('runs.action.command'),
      icon: 'terminal',
      separated: true,
      run: () => void copyCommand(id),
    },
    {
      id: 'weights',
      label: text('runs.action.weights'),
      icon: 'export',
      run: () => void exportRun(id, 'safetensors'),
    },
    {
      id: 'metrics',
      label: text('runs.action.metrics'),
      icon: 'export',
      run: () => void exportRun(id, 'csv'),
    },
    {
      id: 'visible',
      label: text(shown ? 'runs.action.hide' : 'runs.action.show'),
      icon: 'eye',
      shortcut: 'Space',
      separated: true,
      run: () => runs.setVisible([id], !shown),
    },
    {
      id: 'pin',
      label: text(pinned ? 'runs.action.unpin' : 'runs.action.pin'),
      icon: 'pin',
      shortcut: 'P',
      run: () => runs.setPinned(id, !pinned),
    },
    {
      id: 'rename',
      label: text('runs.action.rename'),
      icon: 'edit',
      shortcut: 'F2',
      run: () => {
        overlays.renaming = id;
      },
    },
    {
      id: 'trash',
      label: text('runs.action.trash'),
      icon: 'trash',
      shortcut: 'Delete',
      danger: true,
      disabled: status === 'running',
      separated: true,
      run: () => void runs.trash([id]),
    },
  ];
}

/** What may be done with all runs of a group at once. */
export function groupCommands(members: readonly RunSummary[]): MenuItem[] {
  const text = useText();
  const runs = useRunsStore();
  const ids = members.map(({ id }) => id);
  const shown = ids.some((id) => !runs.hiddenSet.has(id));
  const judged = members.filter(({ test }) => test !== null).map(({ id }) => id);
  return [
    {
      id: 'compare',
      label: text('runs.group.compare'),
      icon: 'compare',
      run: () => {
        runs.showOnly(ids);
        void router.push({ name: 'compare' });
      },
    },
    {
      id: 'judge',
      label: text('judge.committee'),
      icon: 'inspect',
      disabled: judged.length < 2,
      run: () => void router.push({ name: 'judge', query: { runs: judged.join(',') } }),
    },
    {
      id: 'visible',
      label: text(shown ? 'runs.action.hide' : 'runs.action.show'),
      icon: 'eye',
      shortcut: 'Space',
      separated: true,
      run: () => runs.setVisible(ids, !shown),
    },
    {
      id: 'trash',
      label: text('runs.group.trash', {}, ids.length),
      icon: 'trash',
      danger: true,
      // One that waits or trains would refuse for all of them.
      disabled: members.some(({ status }) => status === 'running' || status === 'queued'),
      separated: true,
      run: () => void runs.trash(ids),
    },
  ];
}
