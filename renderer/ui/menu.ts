import type { IconName } from './icons.ts';

/** One line of a menu. */
export interface MenuItem {
  id: string;
  label: string;
  icon?: IconName | undefined;
  /** The keys that do the same, shown at the right. */
  shortcut?: string | undefined;
  disabled?: boolean | undefined;
  danger?: boolean | undefined;
  /** A hairline above it. */
  separated?: boolean | undefined;
  run(): void;
}
