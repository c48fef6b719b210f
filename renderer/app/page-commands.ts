import { onScopeDispose, shallowReactive } from 'vue';
import type { Command } from './commands.ts';

/** What the page in view can do, beside what the window always can. */
export const pageCommands = shallowReactive<(() => Command[])[]>([]);

/** Offers commands in the palette and by their keys for as long as the component is mounted. */
export function usePageCommands(commands: () => Command[]): void {
  pageCommands.push(commands);
  onScopeDispose(() => {
    pageCommands.splice(pageCommands.indexOf(commands), 1);
  });
}
